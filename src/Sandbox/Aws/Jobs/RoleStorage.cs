using System.Globalization;
using System.Net;
using System.Xml.Linq;
using GovernedFinetune.Sandbox.Aws.Signing;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>S3 refused what a job's platform tried to do with the job's role.</summary>
internal sealed class RoleStorageException(string message) : IOException(message);

/// <summary>
/// What a platform moves for a job: code and data in, models and logs out. It goes through the same door as everyone,
/// signed as the job's role, so the role's policy decides and the request log shows it.
/// </summary>
internal sealed class RoleStorage(HttpClient http, Uri endpoint, string region, JobIdentity identity, TimeProvider clock)
{
    private const int Attempts = 4;

    /// <exception cref="RoleStorageException">The role may not read the object, or it is not there.</exception>
    public async Task DownloadAsync(S3Location from, string file, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, from, [], null, cancellationToken);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1, useAsync: true);
        await response.Content.CopyToAsync(target, cancellationToken);
    }

    /// <summary>Downloads everything below a prefix into a folder.</summary>
    /// <exception cref="RoleStorageException">The role may not list or read it.</exception>
    public async Task DownloadAllAsync(S3Location prefix, string folder, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        await foreach (var key in ListAsync(prefix, cancellationToken))
        {
            var relative = key[prefix.Key.Length..].TrimStart('/');
            if (relative.Length == 0)
            {
                relative = key[(key.LastIndexOf('/') + 1)..];
            }

            var file = Path.GetFullPath(Path.Combine(folder, relative));
            if (!file.StartsWith(root, StringComparison.Ordinal))
            {
                throw new RoleStorageException($"The key '{key}' cannot be a file below {folder}.");
            }

            if (!key.EndsWith('/'))
            {
                await DownloadAsync(prefix with { Key = key }, file, cancellationToken);
            }
        }
    }

    /// <exception cref="RoleStorageException">The role may not write the object.</exception>
    public async Task UploadAsync(string file, S3Location to, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Put,
            to,
            [],
            () => new StreamContent(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, useAsync: true)),
            cancellationToken);
    }

    /// <summary>Uploads every file of a folder under a prefix, in the order of their names.</summary>
    /// <exception cref="RoleStorageException">The role may not write there.</exception>
    public async Task UploadAllAsync(string folder, S3Location to, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await UploadAsync(file, to.Below(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')), cancellationToken);
        }
    }

    private async IAsyncEnumerable<string> ListAsync(S3Location prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            List<(string, string)> query = [("list-type", "2"), ("prefix", prefix.Key)];
            if (token is not null)
            {
                query.Add(("continuation-token", token));
            }

            using var response = await SendAsync(HttpMethod.Get, prefix with { Key = "" }, query, null, cancellationToken);
            var page = XDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).Root!;
            var space = page.Name.Namespace;
            foreach (var key in page.Elements(space + "Contents").Select(c => c.Element(space + "Key")!.Value))
            {
                yield return key;
            }

            token = page.Element(space + "NextContinuationToken")?.Value;
        }
        while (token is not null);
    }

    /// <summary>Sends a request, and again when the service failed or the connection broke: a platform does not give a job up for that.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, S3Location at, List<(string Name, string Value)> query, Func<HttpContent>? content, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await SendOnceAsync(method, at, query, content?.Invoke(), cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    if ((int)response.StatusCode < 500 || attempt == Attempts)
                    {
                        throw new RoleStorageException(
                            $"{identity.RoleArn} could not {(method == HttpMethod.Put ? "write" : "read")} {at}: {await ErrorAsync(response, cancellationToken)}");
                    }
                }
            }
            catch (HttpRequestException e) when (attempt == Attempts)
            {
                throw new RoleStorageException($"{identity.RoleArn} could not reach {at}: {e.Message}");
            }
            catch (HttpRequestException)
            {
                // The next attempt has a connection of its own.
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, S3Location at, List<(string Name, string Value)> query, HttpContent? content, CancellationToken cancellationToken)
    {
        var path = SigV4.EncodeSegments($"/{at.Bucket}/{at.Key}");
        var search = string.Join('&', query.Select(q => $"{SigV4.Encode(q.Name)}={SigV4.Encode(q.Value)}"));
        using var request = new HttpRequestMessage(method, new Uri(endpoint, search.Length > 0 ? $"{path}?{search}" : path)) { Content = content };
        Sign(request, path, query);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private void Sign(HttpRequestMessage request, string path, List<(string Name, string Value)> query)
    {
        var credential = identity.Credential();
        var now = clock.GetUtcNow();
        var time = SigV4.Time(now);
        var scope = new CredentialScope(now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture), region, "s3");
        (string Name, string Value)[] headers =
        [
            ("host", endpoint.Authority),
            ("x-amz-content-sha256", SigV4.UnsignedPayload),
            ("x-amz-date", time),
            ("x-amz-security-token", credential.SessionToken ?? ""),
        ];
        foreach (var (name, value) in headers)
        {
            _ = request.Headers.TryAddWithoutValidation(name, value);
        }

        var canonical = SigV4.CanonicalRequest(request.Method.Method, path, query, headers, SigV4.UnsignedPayload);
        var signature = SigV4.Sign(SigV4.SigningKey(credential.SecretAccessKey, scope), SigV4.StringToSign(time, scope, canonical));
        _ = request.Headers.TryAddWithoutValidation("Authorization",
            $"{SigV4.Algorithm} Credential={credential.AccessKeyId}/{scope}, SignedHeaders={string.Join(';', headers.Select(h => h.Name))}, Signature={signature}");
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            var error = XDocument.Parse(text).Root!;
            return $"{error.Element("Code")?.Value}: {error.Element("Message")?.Value}";
        }
        catch (System.Xml.XmlException)
        {
            return $"HTTP {(int)response.StatusCode} {(response.StatusCode == HttpStatusCode.NotFound ? "NotFound" : text)}";
        }
    }
}

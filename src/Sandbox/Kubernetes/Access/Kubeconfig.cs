using System.Text;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>Writes the file with which kubectl and other clients find the server.</summary>
internal static class Kubeconfig
{
    /// <summary>Writes the file, readable by its owner only.</summary>
    public static async Task WriteAsync(string path, Uri server, string authorityPem, string token, CancellationToken cancellationToken)
    {
        var authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(authorityPem));
        var text =
            $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: sandbox
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {authority}
            users:
            - name: admin
              user:
                token: {token}
            contexts:
            - name: sandbox
              context:
                cluster: sandbox
                user: admin
                namespace: default
            current-context: sandbox

            """;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // Removed first: a file that is already there would keep its mode.
        File.Delete(path);
        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace GovernedFinetune.Sandbox.Tests.Catalog;

/// <summary>The catalog as one principal calls it.</summary>
internal sealed class Api(HttpClient http, string name, string? token)
{
    public const string Uc = "/api/2.1/unity-catalog";
    public const string Mlflow = "/api/2.0/mlflow/unity-catalog";

    /// <summary>Application id, or <c>admin</c>.</summary>
    public string Name => name;

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Reply> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Reply> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

    public Task<Reply> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, JsonContent.Create(body));

    public Task<Reply> DeleteAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Delete, path, body is null ? null : JsonContent.Create(body));

    public Task<Reply> SendTextAsync(HttpMethod method, string path, string body) =>
        SendAsync(method, path, new StringContent(body, Encoding.UTF8, "application/json"));

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await http.SendAsync(request);
        return new Reply($"{method} {path}", response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task GrantAsync(string type, string fullName, string principal, params string[] privileges) =>
        (await PatchAsync($"{Uc}/permissions/{type}/{fullName}", new { changes = new[] { new { principal, add = privileges } } })).Ok();

    public async Task RevokeAsync(string type, string fullName, string principal, params string[] privileges) =>
        (await PatchAsync($"{Uc}/permissions/{type}/{fullName}", new { changes = new[] { new { principal, remove = privileges } } })).Ok();
}

/// <summary>An answer.</summary>
internal sealed record Reply(string Request, HttpStatusCode Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string ErrorCode => Json.GetProperty("error_code").GetString()!;

    public string Message => Json.GetProperty("message").GetString()!;

    public JsonElement ErrorInfo => Json.GetProperty("details").EnumerateArray().First(d => d.GetProperty("@type").GetString()!.EndsWith("ErrorInfo", StringComparison.Ordinal));

    public string Reason => ErrorInfo.GetProperty("reason").GetString()!;

    public JsonElement Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{Request}: {(int)Status} {Text}");
        return Json;
    }

    public Reply Refused(int status, string code)
    {
        Assert.True((int)Status == status, $"{Request}: expected {status} {code}, got {(int)Status} {Text}");
        Assert.Equal(code, ErrorCode);
        return this;
    }

    public Reply Denied(string message)
    {
        _ = Refused(403, "PERMISSION_DENIED");
        Assert.Equal(message, Message);
        return this;
    }
}

internal static class JsonReading
{
    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static IReadOnlyList<JsonElement> Items(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var list) ? [.. list.EnumerateArray()] : [];

    public static bool Has(this JsonElement element, string property) => element.TryGetProperty(property, out _);
}

using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>
/// Jobs that run by a script in the sandbox, without a process: they take the time that they are given and leave the
/// manifests of docs/job-contract.md. For tests of many runs.
/// </summary>
internal static class ScriptedJobs
{
    private const string File = "scripted\n";
    private const string Data = "version=1/split=train/part-00000.json";
    private const string Prepare = "arg.1#";
    private const string Train = "env.GOVERNED_JOB_URI#";

    private static readonly string Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(File)));

    /// <summary>Preparation jobs whose name matches succeed after a while.</summary>
    public static Task PrepareAsync(World world, string match, double seconds) => AddAsync(world, new
    {
        service = "emr-serverless",
        match,
        seconds,
        objects = new Dictionary<string, string> { [Field(Prepare, "manifestUri")] = PrepareManifest().ToJsonString() },
    });

    /// <summary>Training jobs whose name matches succeed after a while.</summary>
    public static Task TrainAsync(World world, string match, double seconds) => AddAsync(world, new
    {
        service = "sagemaker",
        match,
        seconds,
        objects = new Dictionary<string, string>
        {
            ["{output}/MLmodel"] = File,
            ["{output}/manifest.json"] = TrainManifest().ToJsonString(),
        },
    });

    /// <summary>Adds any script.</summary>
    public static async Task AddAsync(World world, object script)
    {
        using var aws = world.Cloud.Administrator("aws");
        using var answer = await aws.PostAsJsonAsync("/_sandbox/job-script", script);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static JsonObject PrepareManifest() => Manifest("PrepareManifest", Prepare, Data, new JsonObject
    {
        ["inputs"] = new JsonArray(Table(Prepare, "source")),
        ["outputs"] = new JsonArray(new JsonObject
        {
            ["table"] = Field(Prepare, "output/table"),
            ["location"] = Field(Prepare, "output/location"),
            ["format"] = "JSON",
            ["version"] = "1",
            ["columns"] = new JsonArray(
                new JsonObject { ["name"] = "prompt", ["type"] = "string" },
                new JsonObject { ["name"] = "tokens", ["type"] = "bigint" }),
            ["files"] = new JsonArray(FileOf(Data)),
            ["rows"] = 1,
            ["tokens"] = 1,
        }),
    });

    private static JsonObject TrainManifest() => Manifest("TrainManifest", Train, "MLmodel", new JsonObject
    {
        ["inputs"] = new JsonArray(Table(Train, "dataset")),
        ["model"] = new JsonObject { ["id"] = Field(Train, "model/id"), ["revision"] = Field(Train, "model/revision"), ["backend"] = "scripted" },
        ["files"] = new JsonArray(FileOf("MLmodel")),
        ["metrics"] = new JsonObject { ["firstTrainLoss"] = 4, ["lastTrainLoss"] = 2, ["firstEvalLoss"] = 4, ["lastEvalLoss"] = 2, ["steps"] = 10 },
    });

    private static JsonObject Manifest(string kind, string document, string file, JsonObject rest)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{Sha256}  {file}\n"));
        rest["schemaVersion"] = 1;
        rest["kind"] = kind;
        rest["run"] = new JsonObject { ["uid"] = Field(document, "run/uid"), ["attempt"] = 1 };
        rest["code"] = new JsonObject { ["name"] = "scripted", ["version"] = "1", ["digest"] = "sha256:0" };
        rest["digest"] = "sha256:" + Convert.ToHexStringLower(digest);
        return rest;
    }

    private static JsonObject Table(string document, string section) => new()
    {
        ["table"] = Field(document, $"{section}/table"),
        ["tableId"] = Field(document, $"{section}/tableId"),
        ["version"] = Field(document, $"{section}/version"),
        ["format"] = Field(document, $"{section}/format"),
    };

    private static JsonObject FileOf(string path) => new() { ["path"] = path, ["bytes"] = File.Length, ["sha256"] = Sha256, ["rows"] = 1, ["split"] = "train" };

    private static string Field(string document, string pointer) => $"{{{document}/{pointer}}}";
}

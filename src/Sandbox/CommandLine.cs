using System.Globalization;

namespace GovernedFinetune.Sandbox;

/// <summary>Reads the sandbox's arguments.</summary>
internal static class CommandLine
{
    public const string Usage =
        """
        Usage: sandbox --state-dir DIR [--kubernetes-port N] [--catalog-port N] [--aws-port N] [--image NAME=DIR]...
          --state-dir DIR     kubeconfig, endpoints.json, requests.jsonl, objects and job folders go here
          --*-port N          0 or absent: a free port
          --image NAME=DIR    training image NAME is run from DIR, which holds the executable 'train'
        """;

    /// <exception cref="FormatException">An argument is unknown, has no value or has one that does not fit.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> args)
    {
        string? state = null;
        var ports = new Dictionary<string, int>(StringComparer.Ordinal);
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i += 2)
        {
            var name = args[i];
            var value = i + 1 < args.Count ? args[i + 1] : throw new FormatException($"{name} needs a value.");
            switch (name)
            {
                case "--state-dir":
                    state = Path.GetFullPath(value);
                    break;
                case "--kubernetes-port" or "--catalog-port" or "--aws-port":
                    ports[name] = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
                        ? port
                        : throw new FormatException($"{name} is '{value}'; expected a port from 0 to 65535.");
                    break;
                case "--image" when value.Split('=', 2) is [var image, var directory]:
                    images[image] = Path.GetFullPath(directory);
                    break;
                case "--image":
                    throw new FormatException($"--image is '{value}'; expected NAME=DIR.");
                default:
                    throw new FormatException($"Unknown argument '{name}'.");
            }
        }

        return new SandboxOptions
        {
            StateDirectory = state ?? throw new FormatException("--state-dir is missing."),
            KubernetesPort = ports.GetValueOrDefault("--kubernetes-port"),
            CatalogPort = ports.GetValueOrDefault("--catalog-port"),
            AwsPort = ports.GetValueOrDefault("--aws-port"),
            TrainingImages = images,
        };
    }
}

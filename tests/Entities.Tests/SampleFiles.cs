using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace GovernedFinetune.Entities.Tests;

/// <summary>The manifests of config/samples as plain dictionaries, lists, strings, bools and longs.</summary>
internal static class SampleFiles
{
    public static IEnumerable<string> Names =>
        Directory.GetFiles(Repository.PathOf("config/samples"), "*.yaml").Select(file => Path.GetFileName(file)).Order();

    public static List<Dictionary<string, object>> Documents(string file)
    {
        var deserializer = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var parser = new Parser(new StringReader(Repository.Read($"config/samples/{file}")));
        parser.Consume<StreamStart>();
        var documents = new List<Dictionary<string, object>>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add((Dictionary<string, object>)Plain(deserializer.Deserialize<object>(parser)!));
        }

        return documents;
    }

    /// <summary>YAML's own containers and integer widths, as those that <see cref="SchemaCheck"/> reads.</summary>
    private static object Plain(object node) => node switch
    {
        IDictionary<object, object> members => members.ToDictionary(member => (string)member.Key, member => Plain(member.Value)),
        IList<object> items => items.Select(Plain).ToList(),
        byte or short or int => Convert.ToInt64(node, CultureInfo.InvariantCulture),
        _ => node,
    };
}

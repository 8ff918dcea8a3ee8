using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>The summaries of an assembly's XML documentation file, as plain text on one line.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, string> _summaries;

    private XmlDocs(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <summary>Reads the file that the compiler puts beside the assembly.</summary>
    /// <exception cref="FileNotFoundException">The assembly was built without GenerateDocumentationFile.</exception>
    public static XmlDocs Of(Assembly assembly)
    {
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(path)
            ? Parse(XDocument.Load(path))
            : throw new FileNotFoundException(
                $"{path} is missing: descriptions come from it; build {assembly.GetName().Name} with GenerateDocumentationFile", path);
    }

    public static XmlDocs Parse(XDocument document) => new(document.Descendants("member")
        .Select(member => (Name: (string?)member.Attribute("name") ?? "", Summary: member.Element("summary")))
        .Where(member => member.Summary is not null)
        .ToDictionary(member => member.Name, member => Text(member.Summary!)));

    public string? Summary(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}");

    /// <summary>Of a property or of an enumeration's field.</summary>
    public string? Summary(MemberInfo member) => _summaries.GetValueOrDefault(
        $"{(member is FieldInfo ? 'F' : 'P')}:{member.DeclaringType!.FullName}.{member.Name}");

    private static string Text(XElement element)
    {
        var text = string.Concat(element.Nodes().Select(node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "see" } see => Target(see),
            XElement other => Text(other),
            _ => "",
        }));
        return Whitespace().Replace(text, " ").Trim();
    }

    private static string Target(XElement see) =>
        (string?)see.Attribute("langword") ?? ((string?)see.Attribute("cref") ?? see.Value).Split('.', ':')[^1];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace Amazon.JsonClient;

/// <summary>
/// How shapes are written and read. A member's name on the wire is the property's, or the property's with a small first
/// letter; a member that is null is not sent; a member that is not known is skipped.
/// </summary>
public static class JsonShapes
{
    /// <summary>Members are called as the properties are, as in SageMaker.</summary>
    public static JsonSerializerOptions AsNamed { get; } = Options(null);

    /// <summary>Members start with a small letter, as in EMR Serverless.</summary>
    public static JsonSerializerOptions SmallFirstLetter { get; } = Options(new FirstLetterSmall());

    private static JsonSerializerOptions Options(JsonNamingPolicy? naming) => new()
    {
        PropertyNamingPolicy = naming,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new ConstantConverterFactory(), new EpochSecondsConverter(), new BlobConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { DropMembersOfCore } },
    };

    /// <summary>Request options, response metadata: members that are the SDK's, not the service's.</summary>
    private static void DropMembersOfCore(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].AttributeProvider is MemberInfo member && member.DeclaringType?.Assembly == typeof(AmazonWebServiceRequest).Assembly)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }

    // Not JsonNamingPolicy.CamelCase, which makes vcpuHour of VCPUHour where the service says vCPUHour.
    private sealed class FirstLetterSmall : JsonNamingPolicy
    {
        public override string ConvertName(string name) => char.ToLowerInvariant(name[0]) + name[1..];
    }
}

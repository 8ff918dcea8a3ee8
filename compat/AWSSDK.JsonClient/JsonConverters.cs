using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Util;

namespace Amazon.JsonClient;

/// <summary>Enumerations: text on the wire, and any text is a value.</summary>
internal sealed class ConstantConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsSubclassOf(typeof(ConstantClass));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(ConstantConverter<>).MakeGenericType(typeToConvert))!;

    private sealed class ConstantConverter<T> : JsonConverter<T>
        where T : ConstantClass
    {
        private static readonly Func<string, T> Find =
            typeof(T).GetMethod("FindValue", BindingFlags.Public | BindingFlags.Static, [typeof(string)])!.CreateDelegate<Func<string, T>>();

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Find(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}

/// <summary>
/// Timestamps: seconds since 1970. They are read with their fraction, as UTC, but written as the real packages do, rounded
/// to whole seconds: who asks for what changed after a moment has to ask for a little more.
/// </summary>
internal sealed class EpochSecondsConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? DateTime.Parse(reader.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal)
            : DateTime.UnixEpoch.AddTicks((long)(reader.GetDecimal() * TimeSpan.TicksPerSecond));

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteRawValue(StringUtils.FromDateTimeToUnixTimestamp(value));
}

/// <summary>Bytes: base64 on the wire.</summary>
internal sealed class BlobConverter : JsonConverter<MemoryStream>
{
    public override MemoryStream Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetBytesFromBase64());

    public override void Write(Utf8JsonWriter writer, MemoryStream value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.ToArray());
}

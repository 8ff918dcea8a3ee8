using System.Reflection;

namespace GovernedFinetune.Entities.Tests;

/// <summary>Objects of the API with every member set to a value that is not its default.</summary>
internal static class Populated
{
    public static T Of<T>() => (T)Value(typeof(T), typeof(T).Name);

    private static object Value(Type declared, string name)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        return Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => Enum.GetValues(type).Cast<object>().Last(),
            TypeCode.String => $"<{name}>",
            TypeCode.Boolean => true,
            TypeCode.Int32 => 41,
            TypeCode.Int64 => 5_000_000_000,
            TypeCode.DateTime => new DateTime(2026, 11, 24, 10, 0, 9, DateTimeKind.Utc),
            _ => Complex(type, name),
        };
    }

    private static object Complex(Type type, string name)
    {
        if (type == typeof(IDictionary<string, string>))
        {
            return new Dictionary<string, string> { ["LearningRate"] = "2e-4", ["warmup_ratio"] = "0.1", ["x-Y.z"] = "" };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
        {
            var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type.GetGenericArguments()))!;
            list.Add(Value(type.GetGenericArguments()[0], name));
            return list;
        }

        var instance = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            property.SetValue(instance, Value(property.PropertyType, property.Name));
        }

        return instance;
    }
}

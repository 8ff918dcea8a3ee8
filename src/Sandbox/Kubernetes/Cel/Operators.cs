using System.Globalization;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Operators and conversions.</summary>
internal static class Operators
{
    public static IEnumerable<Overload> All => [.. Equalities(), .. Comparisons(), .. Arithmetic(), .. Access(), .. Conversions()];

    private static IEnumerable<Overload> Equalities()
    {
        yield return Of("_==_", [CelType.Dyn, CelType.Dyn], CelType.Bool, (a, b) => Equality.Same(a[0], a[1], b));
        yield return Of("_!=_", [CelType.Dyn, CelType.Dyn], CelType.Bool, (a, b) => !Equality.Same(a[0], a[1], b));
        yield return Of("!_", [CelType.Bool], CelType.Bool, (a, _) => !(bool)a[0]!);
    }

    private static IEnumerable<Overload> Comparisons()
    {
        foreach (var (name, holds) in new (string, Func<int, bool>)[] { ("_<_", o => o < 0), ("_<=_", o => o <= 0), ("_>_", o => o > 0), ("_>=_", o => o >= 0) })
        {
            foreach (var type in new[] { CelType.Bool, CelType.Int, CelType.Double, CelType.Duration, CelType.Timestamp })
            {
                yield return Of(name, [type, type], CelType.Bool, (a, _) => holds(Comparer<object>.Default.Compare(a[0]!, a[1]!)));
            }

            yield return Of(name, [CelType.String, CelType.String], CelType.Bool, (a, b) =>
            {
                b.SpendText(Math.Min(((string)a[0]!).Length, ((string)a[1]!).Length));
                return holds(string.CompareOrdinal((string)a[0]!, (string)a[1]!));
            });
            yield return Of(name, [CelType.Int, CelType.Double], CelType.Bool, (a, _) => holds(((double)(long)a[0]!).CompareTo((double)a[1]!)));
            yield return Of(name, [CelType.Double, CelType.Int], CelType.Bool, (a, _) => holds(((double)a[0]!).CompareTo((double)(long)a[1]!)));
        }
    }

    private static IEnumerable<Overload> Arithmetic()
    {
        yield return Whole("_+_", (a, b) => checked(a + b));
        yield return Whole("_-_", (a, b) => checked(a - b));
        yield return Whole("_*_", (a, b) => checked(a * b));
        yield return Whole("_/_", (a, b) => b == 0 ? throw new CelRuntimeException("division by zero") : checked(a / b));
        yield return Whole("_%_", (a, b) => b == 0 ? throw new CelRuntimeException("modulus by zero") : b == -1 ? 0 : a % b);
        yield return Real("_+_", (a, b) => a + b);
        yield return Real("_-_", (a, b) => a - b);
        yield return Real("_*_", (a, b) => a * b);
        yield return Real("_/_", (a, b) => a / b);
        yield return Of("-_", [CelType.Int], CelType.Int, (a, _) => Guard(() => checked(-(long)a[0]!)));
        yield return Of("-_", [CelType.Double], CelType.Double, (a, _) => -(double)a[0]!);
        yield return Of("_+_", [CelType.String, CelType.String], CelType.String, (a, b) =>
        {
            b.SpendText(((string)a[0]!).Length + ((string)a[1]!).Length);
            return (string)a[0]! + (string)a[1]!;
        });
        yield return Of("_+_", [CelType.Duration, CelType.Duration], CelType.Duration, (a, _) => Guard(() => (TimeSpan)a[0]! + (TimeSpan)a[1]!));
        yield return Of("_-_", [CelType.Duration, CelType.Duration], CelType.Duration, (a, _) => Guard(() => (TimeSpan)a[0]! - (TimeSpan)a[1]!));
        yield return Of("_+_", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, (a, _) => Guard(() => (DateTimeOffset)a[0]! + (TimeSpan)a[1]!));
        yield return Of("_+_", [CelType.Duration, CelType.Timestamp], CelType.Timestamp, (a, _) => Guard(() => (DateTimeOffset)a[1]! + (TimeSpan)a[0]!));
        yield return Of("_-_", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, (a, _) => Guard(() => (DateTimeOffset)a[0]! - (TimeSpan)a[1]!));
        yield return Of("_-_", [CelType.Timestamp, CelType.Timestamp], CelType.Duration, (a, _) => (DateTimeOffset)a[0]! - (DateTimeOffset)a[1]!);
    }

    private static IEnumerable<Overload> Access()
    {
        yield return Of("_[_]", [CelType.AnyList, CelType.Int], CelType.Dyn, (a, _) =>
        {
            var (list, index) = ((CelList)a[0]!, (long)a[1]!);
            return index >= 0 && index < list.Count ? list[(int)index] : throw new CelRuntimeException($"index out of bounds: {index}");
        });
        yield return Of("_[_]", [CelType.AnyMap, CelType.Dyn], CelType.Dyn, (a, _) =>
            a[1] is { } key && ((CelMap)a[0]!).TryGet(key, out var value) ? value : throw new CelRuntimeException($"no such key: {a[1]}"));
        yield return Of("@in", [CelType.Dyn, CelType.AnyList], CelType.Bool, (a, b) => ((CelList)a[1]!).Any(item => Equality.Same(a[0], item, b)));
        yield return Of("@in", [CelType.Dyn, CelType.AnyMap], CelType.Bool, (a, _) => a[0] is { } key && ((CelMap)a[1]!).TryGet(key, out var _));
    }

    private static IEnumerable<Overload> Conversions()
    {
        yield return Of("dyn", [CelType.Dyn], CelType.Dyn, (a, _) => a[0]);
        yield return Of("int", [CelType.Int], CelType.Int, (a, _) => a[0]);
        yield return Of("int", [CelType.Double], CelType.Int, (a, _) => (double)a[0]! is > -9.2e18 and < 9.2e18 ? (long)(double)a[0]! : throw new CelRuntimeException("integer overflow"));
        yield return Of("int", [CelType.String], CelType.Int, (a, _) => long.TryParse((string)a[0]!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : throw new CelRuntimeException($"strconv.ParseInt: parsing \"{a[0]}\": invalid syntax"));
        yield return Of("int", [CelType.Timestamp], CelType.Int, (a, _) => ((DateTimeOffset)a[0]!).ToUnixTimeSeconds());
        yield return Of("double", [CelType.Double], CelType.Double, (a, _) => a[0]);
        yield return Of("double", [CelType.Int], CelType.Double, (a, _) => (double)(long)a[0]!);
        yield return Of("double", [CelType.String], CelType.Double, (a, _) => double.TryParse((string)a[0]!, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            ? real
            : throw new CelRuntimeException($"strconv.ParseFloat: parsing \"{a[0]}\": invalid syntax"));
        yield return Of("bool", [CelType.Bool], CelType.Bool, (a, _) => a[0]);
        yield return Of("bool", [CelType.String], CelType.Bool, (a, _) => (string)a[0]! switch
        {
            "true" or "True" or "TRUE" or "t" or "1" => true,
            "false" or "False" or "FALSE" or "f" or "0" => false,
            _ => throw new CelRuntimeException($"strconv.ParseBool: parsing \"{a[0]}\": invalid syntax"),
        });
        yield return Of("string", [CelType.String], CelType.String, (a, _) => a[0]);
        yield return Of("string", [CelType.Bool], CelType.String, (a, _) => (bool)a[0]! ? "true" : "false");
        yield return Of("string", [CelType.Int], CelType.String, (a, _) => ((long)a[0]!).ToString(CultureInfo.InvariantCulture));
        yield return Of("string", [CelType.Double], CelType.String, (a, _) => ((double)a[0]!).ToString("R", CultureInfo.InvariantCulture));
        yield return Of("string", [CelType.Bytes], CelType.String, (a, _) => System.Text.Encoding.UTF8.GetString((byte[])a[0]!));
        yield return Of("string", [CelType.Duration], CelType.String, (a, _) => GoDuration.Format((TimeSpan)a[0]!));
        yield return Of("string", [CelType.Timestamp], CelType.String, (a, _) => Timestamps.Seconds((DateTimeOffset)a[0]!));
        yield return Of("duration", [CelType.Duration], CelType.Duration, (a, _) => a[0]);
        yield return Of("duration", [CelType.String], CelType.Duration, (a, _) => GoDuration.TryParse((string)a[0]!, out var duration)
            ? duration
            : throw new CelRuntimeException($"time: invalid duration \"{a[0]}\""));
        yield return Of("timestamp", [CelType.Timestamp], CelType.Timestamp, (a, _) => a[0]);
        yield return Of("timestamp", [CelType.String], CelType.Timestamp, (a, _) => Timestamps.TryParse((string)a[0]!, out var time)
            ? time
            : throw new CelRuntimeException($"parsing time \"{a[0]}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse"));
        yield return Of("timestamp", [CelType.Int], CelType.Timestamp, (a, _) => Guard(() => DateTimeOffset.FromUnixTimeSeconds((long)a[0]!)));
    }

    private static Overload Of(string name, CelType[] parameters, CelType result, Func<object?[], Budget, object?> run) => new(name, false, parameters, result, run);

    private static Overload Whole(string name, Func<long, long, long> run) =>
        Of(name, [CelType.Int, CelType.Int], CelType.Int, (a, _) => Guard(() => run((long)a[0]!, (long)a[1]!)));

    private static Overload Real(string name, Func<double, double, double> run) =>
        Of(name, [CelType.Double, CelType.Double], CelType.Double, (a, _) => run((double)a[0]!, (double)a[1]!));

    private static object? Guard<T>(Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            throw new CelRuntimeException("integer overflow");
        }
    }
}

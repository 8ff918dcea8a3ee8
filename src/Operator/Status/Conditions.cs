using GovernedFinetune.Entities;

namespace GovernedFinetune.Operator.Status;

/// <summary>Reads and writes a list of conditions. A condition's transition time moves only with its status.</summary>
public static class Conditions
{
    /// <summary>The longest message that the CRD admits, in characters.</summary>
    public const int LongestMessage = 32768;

    /// <summary>The condition of a type; null when there is none.</summary>
    public static Condition? Find(IEnumerable<Condition>? conditions, string type) =>
        conditions?.FirstOrDefault(c => c.Type == type);

    /// <summary>Whether the condition of a type is True.</summary>
    public static bool IsTrue(IEnumerable<Condition>? conditions, string type) => Find(conditions, type)?.Status == "True";

    /// <summary>Sets a condition.</summary>
    public static void Set(IList<Condition> conditions, string type, string status, string reason, string message, long? generation, DateTimeOffset now)
    {
        var old = Find(conditions, type);
        var fresh = new Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message.Length <= LongestMessage ? message : message[..(LongestMessage - 3)] + "...",
            ObservedGeneration = generation,
            LastTransitionTime = old?.Status == status ? old.LastTransitionTime : Times.Second(now),
        };
        if (old is null)
        {
            conditions.Add(fresh);
        }
        else
        {
            conditions[conditions.IndexOf(old)] = fresh;
        }
    }

    /// <summary>Removes a condition.</summary>
    public static void Remove(IList<Condition> conditions, string type)
    {
        if (Find(conditions, type) is { } found)
        {
            _ = conditions.Remove(found);
        }
    }
}

namespace GovernedFinetune.Operator.Profiles;

/// <summary>The profiles that this operator knows.</summary>
public sealed class ProfileSet(IEnumerable<Profile> profiles)
{
    private readonly Dictionary<string, Profile> _byName = profiles.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>Every profile.</summary>
    public IReadOnlyCollection<Profile> All => _byName.Values;

    /// <summary>The profile of a name; null when there is none.</summary>
    public Profile? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The names, for messages.</summary>
    public string Names => string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal));
}

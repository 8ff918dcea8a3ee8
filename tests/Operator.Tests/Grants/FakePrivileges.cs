using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Grants;

/// <summary>A catalog's privileges in memory: everything that the reference grant needs is there until it is taken away.</summary>
internal sealed class FakePrivileges : IPrivilegeReader, IPrivilegeReaderFactory
{
    public static readonly (string Type, string Name, string Privilege)[] Needed =
    [
        ("catalog", "finance", "USE_CATALOG"),
        ("schema", "finance.raw", "USE_SCHEMA"),
        ("table", Samples.Source, "SELECT"),
        ("schema", "finance.raw", "EXTERNAL_USE_SCHEMA"),
        ("schema", "finance.curated", "USE_SCHEMA"),
        ("schema", "finance.curated", "CREATE_TABLE"),
        ("schema", "finance.curated", "EXTERNAL_USE_SCHEMA"),
        ("external_location", "governed", "CREATE_EXTERNAL_TABLE"),
        ("external_location", "governed", "EXTERNAL_USE_LOCATION"),
        ("external_location", "governed", "READ_FILES"),
        ("external_location", "governed", "WRITE_FILES"),
        ("schema", "finance.ml", "USE_SCHEMA"),
        ("schema", "finance.ml", "CREATE_MODEL"),
        ("metastore", "m-1", "CREATE_EXTERNAL_METADATA"),
    ];

    public FakePrivileges()
    {
        foreach (var (type, name, privilege) in Needed)
        {
            Give(type, name, new EffectivePrivilege(privilege, Samples.Principal, null));
        }
    }

    public Dictionary<Securable, List<EffectivePrivilege>> Held { get; } = [];

    public Dictionary<string, string> Owners { get; } = [];

    public string Me { get; set; } = Samples.Principal;

    public bool ExternalAccess { get; set; } = true;

    public TrialVend TableVend { get; set; } = new(true, null, "");

    public TrialVend PathVend { get; set; } = new(true, null, "");

    public OperatorException? Away { get; set; }

    public int Asked { get; private set; }

    public IPrivilegeReader For(Profile profile) => this;

    public void Give(string type, string name, EffectivePrivilege privilege)
    {
        var securable = new Securable(type, name);
        if (!Held.TryGetValue(securable, out var list))
        {
            Held[securable] = list = [];
        }

        list.Add(privilege);
    }

    public void Take(string type, string name, string privilege) => Held[new Securable(type, name)].RemoveAll(p => p.Privilege == privilege);

    public Task<string> WhoAmIAsync(CancellationToken cancellationToken)
    {
        Asked++;
        return Away is null ? Task.FromResult(Me) : Task.FromException<string>(Away);
    }

    public Task<Metastore> GetMetastoreAsync(CancellationToken cancellationToken) => Task.FromResult(new Metastore("m-1", ExternalAccess));

    public Task<IReadOnlyList<EffectivePrivilege>?> GetEffectiveAsync(Securable securable, string principal, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<EffectivePrivilege>?>(Held.GetValueOrDefault(securable));

    public Task<SecurableRecord?> GetRecordAsync(Securable securable, CancellationToken cancellationToken) =>
        Task.FromResult(Owners.TryGetValue(securable.Name, out var owner) ? new SecurableRecord(owner) : null);

    public Task<TrialVend> TryVendTableAsync(string fullName, CancellationToken cancellationToken) => Task.FromResult(TableVend);

    public Task<TrialVend> TryVendPathAsync(S3Location path, CancellationToken cancellationToken) => Task.FromResult(PathVend);
}

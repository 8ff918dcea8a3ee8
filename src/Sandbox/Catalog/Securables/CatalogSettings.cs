namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Which privilege an edge needs on its end in the catalog. The documentation can be read both ways.</summary>
internal enum LineageRule
{
    /// <summary>From the catalog to the outside needs a read privilege, the other way a write privilege.</summary>
    ReadForSource,

    /// <summary>The reverse.</summary>
    WriteForSource,
}

/// <summary>Where the real service is not documented, or limits and delays are of interest: what the sandbox does.</summary>
internal sealed class CatalogSettings
{
    /// <summary>The service's page size, and the largest that a caller gets.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Paged lists begin with an empty page that has a token.</summary>
    public bool LeadingEmptyPage { get; set; }

    /// <summary>How long a change of grants takes to be seen.</summary>
    public TimeSpan GrantVisibilityDelay { get; set; }

    /// <summary>Whether reading grants with <c>principal</c> also returns the rows of the principal's groups.</summary>
    public bool PrincipalFilterExpandsGroups { get; set; } = true;

    public LineageRule LineageRule { get; set; } = LineageRule.ReadForSource;

    /// <summary>How many external metadata objects a metastore may hold.</summary>
    public int ExternalMetadataLimit { get; set; } = 10_000;

    /// <summary>How many lineage relationships a metastore may hold.</summary>
    public int LineageLimit { get; set; } = 100_000;
}

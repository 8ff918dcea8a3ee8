namespace GovernedFinetune.Operator.Runs.Jobs;

/// <summary>The parts that both job documents share.</summary>
public static class JobParts
{
    /// <summary>The catalog.</summary>
    public static JobCatalog Catalog(RunScope scope) =>
        new(scope.Profile.Catalog.Host.GetLeftPart(UriPartial.Authority), scope.Profile.Catalog.Flavor.ToString());

    /// <summary>Where the credential is.</summary>
    public static JobCredentials Credentials(RunScope scope) => new(scope.Profile.CredentialSecretId, scope.Profile.Aws.Region);
}

/// <summary>The tags of every job, so that a person and a sweeper can map it back.</summary>
public static class JobTags
{
    /// <summary>Tags in the characters that both services take (EMR Serverless is the narrower).</summary>
    public static IReadOnlyDictionary<string, string> Of(RunScope scope, string stage) => new Dictionary<string, string>
    {
        ["governedfinetune.io/namespace"] = scope.Id.Namespace,
        ["governedfinetune.io/name"] = scope.Id.Name,
        ["governedfinetune.io/uid"] = scope.Id.Uid,
        ["governedfinetune.io/stage"] = stage,
        ["governedfinetune.io/attempt"] = scope.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

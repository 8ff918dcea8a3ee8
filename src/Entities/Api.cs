namespace GovernedFinetune.Entities;

/// <summary>Names of the API group that both resources share.</summary>
public static class Api
{
    /// <summary>The API group.</summary>
    public const string Group = "governedfinetune.io";

    /// <summary>The one served and stored version.</summary>
    public const string Version = "v1alpha1";
}

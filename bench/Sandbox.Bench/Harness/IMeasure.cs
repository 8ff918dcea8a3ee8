namespace GovernedFinetune.Bench.Harness;

/// <summary>One benchmark: it starts the processes that it needs, and ends them. New ones are added to <see cref="Catalogue"/>.</summary>
internal interface IMeasure
{
    /// <summary>Its name on the command line and in results.</summary>
    string Name { get; }

    /// <summary>What it answers, in one sentence.</summary>
    string Question { get; }

    /// <summary>Measures.</summary>
    /// <param name="repeats">How often to measure what is repeated.</param>
    /// <param name="cancellationToken">Stops the measure.</param>
    Task<IReadOnlyList<Figure>> RunAsync(int repeats, CancellationToken cancellationToken);
}

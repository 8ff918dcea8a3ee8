namespace GovernedFinetune.Operator.Leadership;

/// <summary>What a process remembers of its own work. It is void where another process may have led in between.</summary>
public interface ITermMemory
{
    /// <summary>A term begins: forget what was remembered in an earlier one.</summary>
    void Forget();
}

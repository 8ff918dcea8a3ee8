namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>One column of a table.</summary>
/// <param name="Name">Title.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</param>
/// <param name="Path">Where the cell's value stands.</param>
/// <param name="Priority">0 for every table, more for wide ones only.</param>
/// <param name="Format">Modifies the type, such as <c>name</c> for the column that identifies the row.</param>
/// <param name="Description">What the column tells.</param>
/// <param name="Counts">Whether the cell is the number of entries at the path, not the value.</param>
internal sealed record PrinterColumn(string Name, string Type, Tables.JsonPath Path, int Priority, string Format, string Description, bool Counts = false);

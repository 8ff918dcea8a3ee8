using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Vending;

/// <summary>What keeps outside engines from data that they have the privileges for.</summary>
internal static class ExternalAccess
{
    /// <summary>The metastore's switch.</summary>
    public static void RequireEnabled(MetastoreEntry metastore)
    {
        if (!metastore.ExternalAccessEnabled)
        {
            throw new ApiError(
                403,
                "PERMISSION_DENIED",
                $"External Data Access from non Databricks Compute environment is disabled for metastore {metastore.Name}. "
                + "A metastore admin can enable it (external_access_enabled).")
            {
                Reason = "EXTERNAL_ACCESS_DISABLED_ON_METASTORE",
                Metadata = new Dictionary<string, string> { ["metastoreId"] = metastore.Id },
            };
        }
    }

    /// <summary>Only plain tables can be read by an engine that does not enforce filters and masks itself.</summary>
    /// <remarks>The codes of the real service are not published; these follow the one that is known, for writes.</remarks>
    public static StorageUrl RequireEligible(TableEntry table, bool write)
    {
        if (table.TableType is not ("EXTERNAL" or "MANAGED") || table.Location is null)
        {
            throw Refused("EXTERNAL_ACCESS_NOT_ALLOWED_FOR_TABLE", table, $"a {table.TableType} cannot be read by external engines");
        }

        if (table.RowFilter is not null)
        {
            throw Refused("EXTERNAL_ACCESS_NOT_ALLOWED_FOR_TABLE", table, "it has a row filter");
        }

        if (table.Columns.FirstOrDefault(c => c.Mask is not null) is { } masked)
        {
            throw Refused("EXTERNAL_ACCESS_NOT_ALLOWED_FOR_TABLE", table, $"column '{masked.Name}' has a mask");
        }

        return write && table.TableType == "MANAGED"
            ? throw Refused("EXTERNAL_WRITE_NOT_ALLOWED_FOR_TABLE", table, "Table is not eligible for external engine writes")
            : table.Location;
    }

    private static ApiError Refused(string reason, TableEntry table, string why) =>
        new(403, "PERMISSION_DENIED", $"Credentials for Table '{table.FullName}' cannot be vended: {why}.")
        {
            Reason = reason,
            Metadata = new Dictionary<string, string> { ["tableId"] = table.Id, ["resourceName"] = table.FullName },
        };
}

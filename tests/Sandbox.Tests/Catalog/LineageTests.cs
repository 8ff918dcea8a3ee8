namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class LineageTests
{
    private const string Metadata = "/api/2.0/lineage-tracking/external-metadata";
    private const string Edges = "/api/2.0/lineage-tracking/external-lineage";
    private const string Relationship = "external_lineage_relationship";

    private static readonly object Source = new { table = new { name = "finance.raw.risk_factors" } };
    private static readonly object Job = new { external_metadata = new { name = "train-1" } };
    private static readonly object Version = new { model_version = new { name = "finance.ml.summariser", version = "1" } };

    [Fact]
    public async Task A_walk_goes_from_the_table_through_the_job_to_the_model_version_and_back()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        var columns = new[] { new { source = "cik", target = "group" } };
        var first = (await job.PostAsync(Edges, new { source = Source, target = Job, columns, properties = new { run = "u-1" } })).Ok();
        _ = (await job.PostAsync(Edges, new { source = Job, target = Version })).Ok();

        var down = Assert.Single(await WalkAsync(job, "DOWNSTREAM", "object_info.table.name=finance.raw.risk_factors"));
        var onward = Assert.Single(await WalkAsync(job, "DOWNSTREAM", "object_info.external_metadata.name=train-1"));
        var up = Assert.Single(await WalkAsync(job, "UPSTREAM", "object_info.model_version.name=finance.ml.summariser&object_info.model_version.version=1"));
        var start = Assert.Single(await WalkAsync(job, "UPSTREAM", "object_info.external_metadata.name=train-1"));

        Assert.Equal("train-1", down.GetProperty("external_metadata_info").Text("name"));
        Assert.Equal("OTHER", down.GetProperty("external_metadata_info").Text("system_type"));
        Assert.Equal(first.Text("id"), down.GetProperty("external_lineage_info").Text("id"));
        Assert.Equal("cik", Assert.Single(down.GetProperty("external_lineage_info").Items("columns")).Text("source"));
        Assert.Equal("u-1", down.GetProperty("external_lineage_info").GetProperty("properties").Text("run"));
        Assert.Equal("finance.ml.summariser", onward.GetProperty("model_info").Text("model_name"));
        Assert.Equal(1, onward.GetProperty("model_info").GetProperty("version").GetInt64());
        Assert.Equal("train-1", up.GetProperty("external_metadata_info").Text("name"));
        Assert.Equal("raw", start.GetProperty("table_info").Text("schema_name"));
        Assert.Equal("2026-11-24T09:00:00.000Z", start.GetProperty("table_info").Text("event_time"));
        Assert.Empty(await WalkAsync(job, "UPSTREAM", "object_info.table.name=finance.raw.risk_factors"));
    }

    [Fact]
    public async Task One_end_must_be_an_external_object()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);

        var refused = await job.PostAsync(Edges, new { source = Source, target = Version });

        Assert.Contains("external_metadata", refused.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
        _ = (await job.PostAsync(Edges, new { source = Job, target = Job })).Refused(400, "INVALID_PARAMETER_VALUE");
    }

    [Theory]
    [InlineData("""{"table":{"name":"finance.raw.risk_factors"},"path":{"url":"s3://a-b/c"}}""", "'source'")]
    [InlineData("{}", "'source'")]
    [InlineData("""{"table":{}}""", "'source.table.name'")]
    [InlineData("""{"table":{"name":"risk_factors"}}""", "'source.table.name'")]
    [InlineData("""{"model_version":{"name":"finance.ml.summariser"}}""", "'source.model_version.version'")]
    [InlineData("""{"model_version":{"name":"finance.ml.summariser","version":1}}""", "'source.model_version.version'")]
    [InlineData("""{"path":{"url":"nowhere"}}""", "'source.path.url'")]
    public async Task An_end_that_is_not_exactly_one_well_formed_object_is_refused_by_its_field(string source, string field)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);

        var refused = await job.SendTextAsync(
            HttpMethod.Post, Edges, "{\"source\":" + source + ""","target":{"external_metadata":{"name":"train-1"}}}""");

        Assert.Contains(field, refused.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_that_does_not_exist_is_404()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);

        _ = (await job.PostAsync(Edges, new { source = new { table = new { name = "finance.raw.none" } }, target = Job })).Refused(404, "TABLE_DOES_NOT_EXIST");
        _ = (await job.PostAsync(Edges, new { source = Source, target = new { external_metadata = new { name = "none" } } })).Refused(404, "RESOURCE_DOES_NOT_EXIST");
        _ = (await job.PostAsync(Edges, new { source = Job, target = new { model_version = new { name = "finance.ml.summariser", version = "9" } } }))
            .Refused(404, "RESOURCE_DOES_NOT_EXIST");
        _ = (await job.PostAsync(Edges, new { source = new { volume = new { name = "finance.raw.v" } }, target = Job })).Refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Drawing_needs_MODIFY_on_the_external_object_and_reading_or_writing_the_other_end()
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = await TrainerAsync(catalog);
        var other = await catalog.SignInAsync();
        await catalog.LetInAsync(other, "raw");
        await catalog.LetInAsync(other, "ml", "EXECUTE");
        object read = new { source = Source, target = Job }, write = new { source = Job, target = Version };

        _ = (await other.PostAsync(Edges, read)).Denied("User does not have SELECT on Table 'finance.raw.risk_factors'.");
        await catalog.Admin.GrantAsync("schema", "finance.raw", other.Name, "SELECT");
        _ = (await other.PostAsync(Edges, read)).Denied("User does not have MODIFY on External Metadata 'train-1'.");
        await catalog.Admin.GrantAsync("external_metadata", "train-1", other.Name, "MODIFY");
        _ = (await other.PostAsync(Edges, read)).Ok();
        _ = (await other.PostAsync(Edges, write)).Denied("User is not an owner of Routine or Model 'finance.ml.summariser'.");
        await catalog.Admin.GrantAsync("function", "finance.ml.summariser", other.Name, "MANAGE");
        _ = (await other.PostAsync(Edges, write)).Ok();
    }

    [Fact]
    public async Task The_privilege_rule_can_be_turned_round()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { lineageRule = "WriteForSource" })).Ok();

        _ = (await job.PostAsync(Edges, new { source = Source, target = Job })).Denied("User does not have MODIFY on Table 'finance.raw.risk_factors'.");
        _ = (await job.PostAsync(Edges, new { source = Job, target = Version })).Ok();
    }

    [Fact]
    public async Task A_relationship_is_made_once_updated_by_mask_and_deleted_by_query()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        object edge = new { source = Source, target = Job, properties = new { run = "u-1" }, columns = new[] { new { source = "a", target = "b" } } };
        _ = (await job.PostAsync(Edges, edge)).Ok();

        _ = (await job.PostAsync(Edges, edge)).Refused(409, "ALREADY_EXISTS");
        _ = (await job.PatchAsync(Edges, edge)).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await job.PatchAsync($"{Edges}?update_mask=source", edge)).Refused(400, "INVALID_PARAMETER_VALUE");
        var cleared = (await job.PatchAsync($"{Edges}?update_mask=properties", new { source = Source, target = Job })).Ok();
        Assert.False(cleared.Has("properties"));
        Assert.Single(cleared.Items("columns"));

        const string query = $"{Edges}?{Relationship}.source.table.name=finance.raw.risk_factors&{Relationship}.target.external_metadata.name=train-1";
        _ = (await job.DeleteAsync(query)).Ok();
        _ = (await job.DeleteAsync(query)).Refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData("object_info.table.name=finance.raw.risk_factors", "'lineage_direction'")]
    [InlineData("lineage_direction=SIDEWAYS&object_info.table.name=finance.raw.risk_factors", "'lineage_direction'")]
    [InlineData("lineage_direction=UPSTREAM", "'object_info'")]
    [InlineData("lineage_direction=UPSTREAM&object_info.table.name=a.b.c&object_info.path.url=s3://abc/d", "'object_info'")]
    [InlineData("lineage_direction=UPSTREAM&object_info.table.name=finance.raw.risk_factors&page_size=-1", "'page_size'")]
    public async Task A_list_without_what_it_needs_is_refused_by_its_field(string query, string field)
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.GetAsync($"{Edges}?{query}");

        Assert.Contains(field, refused.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cannot_read_an_object_does_not_see_its_lineage()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        _ = (await job.PostAsync(Edges, new { source = Source, target = Job })).Ok();
        var other = await catalog.SignInAsync();

        _ = (await other.GetAsync($"{Edges}?lineage_direction=DOWNSTREAM&object_info.table.name=finance.raw.risk_factors"))
            .Denied("User does not have USE CATALOG on Catalog 'finance'.");
        Assert.Empty(await WalkAsync(other, "UPSTREAM", "object_info.external_metadata.name=train-1"));
    }

    [Fact]
    public async Task Lineage_goes_with_the_object_that_it_is_of()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        _ = (await job.PostAsync(Edges, new { source = Source, target = Job })).Ok();

        _ = (await catalog.Admin.DeleteAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();
        _ = (await catalog.Admin.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("risk_factors"))).Ok();

        Assert.Empty(await WalkAsync(job, "UPSTREAM", "object_info.external_metadata.name=train-1"));
    }

    [Fact]
    public async Task Creating_an_external_object_needs_CREATE_EXTERNAL_METADATA_and_lets_everybody_look_at_it()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        var other = await catalog.SignInAsync();
        object request = Object("train-9");

        _ = (await job.PostAsync(Metadata, request)).Denied($"User does not have CREATE EXTERNAL METADATA on Metastore '{catalog.MetastoreId}'.");
        await catalog.Admin.GrantAsync("metastore", catalog.MetastoreId, job.Name, "CREATE EXTERNAL METADATA");
        var made = (await job.PostAsync(Metadata, request)).Ok();

        Assert.Equal(job.Name, made.Text("owner"));
        Assert.Equal("2026-11-24T09:00:00.000Z", made.Text("create_time"));
        Assert.Equal(made.Text("id"), (await other.GetAsync($"{Metadata}/train-9")).Ok().Text("id"));
        _ = (await job.PostAsync(Metadata, request)).Refused(409, "ALREADY_EXISTS");
        _ = (await other.DeleteAsync($"{Metadata}/train-9")).Refused(403, "PERMISSION_DENIED");
        _ = (await job.DeleteAsync($"{Metadata}/train-9")).Ok();
        _ = (await job.GetAsync($"{Metadata}/train-9")).Refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task There_are_23_system_types_and_none_for_SageMaker()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.PostAsync(Metadata, new { name = "x", system_type = "AMAZON_SAGEMAKER", entity_type = "job" });

        var message = refused.Refused(400, "INVALID_PARAMETER_VALUE").Message;
        Assert.Equal(23, message.Split("one of ")[1].Split(", ").Length);
        foreach (var type in message.Split("one of ")[1].TrimEnd('.').Split(", "))
        {
            _ = (await catalog.Admin.PostAsync(Metadata, new { name = type, system_type = type, entity_type = "job" })).Ok();
        }
    }

    [Fact]
    public async Task An_external_object_changes_by_mask_and_its_owner_alone()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        var other = await catalog.SignInAsync();
        const string path = $"{Metadata}/train-1";
        object body = new { name = "train-1", system_type = "OTHER", entity_type = "training-job", description = "new", owner = other.Name };

        _ = (await job.PatchAsync(path, body)).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await job.PatchAsync($"{path}?update_mask=description,owner", body)).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await job.PatchAsync($"{path}?update_mask=description, url", body)).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await other.PatchAsync($"{path}?update_mask=description", body)).Denied("User does not have MODIFY on External Metadata 'train-1'.");
        var changed = (await job.PatchAsync($"{path}?update_mask=description,url", body)).Ok();
        Assert.Equal("new", changed.Text("description"));
        Assert.False(changed.Has("url"));
        Assert.Equal(other.Name, (await job.PatchAsync($"{path}?update_mask=owner", body)).Ok().Text("owner"));
    }

    [Fact]
    public async Task Limits_of_the_metastore_are_429_RESOURCE_EXHAUSTED()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await TrainerAsync(catalog);
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { externalMetadataLimit = 1, lineageLimit = 1 })).Ok();

        _ = (await job.PostAsync(Edges, new { source = Source, target = Job })).Ok();
        _ = (await job.PostAsync(Edges, new { source = Job, target = Version })).Refused(429, "RESOURCE_EXHAUSTED");
        _ = (await job.PostAsync(Metadata, Object("train-2"))).Refused(429, "RESOURCE_EXHAUSTED");
    }

    private static object Object(string name) => new { name, system_type = "OTHER", entity_type = "training-job", url = "https://console" };

    /// <summary>A principal that may read the table, owns version 1 of the model, and made the external object <c>train-1</c>.</summary>
    private static async Task<Api> TrainerAsync(TestCatalog catalog)
    {
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw", "SELECT");
        await catalog.LetInAsync(job, "ml", "CREATE_MODEL");
        await catalog.Admin.GrantAsync("metastore", catalog.MetastoreId, job.Name, "CREATE_EXTERNAL_METADATA");
        _ = (await job.PostAsync($"{Api.Mlflow}/registered-models/create", new { name = "finance.ml.summariser" })).Ok();
        _ = (await job.PostAsync($"{Api.Mlflow}/model-versions/create", new { name = "finance.ml.summariser", source = "s3://artifacts/run" })).Ok();
        _ = (await job.PostAsync(Metadata, Object("train-1"))).Ok();
        return job;
    }

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> WalkAsync(Api caller, string direction, string end) =>
        (await caller.GetAsync($"{Edges}?lineage_direction={direction}&{end}")).Ok().Items("external_lineage_relationships");
}

using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class WriteTests(WidgetCluster cluster) : IClassFixture<WidgetCluster>
{
    private readonly string _name = cluster.NewName();

    private string One => cluster.At(_name);

    [Fact]
    public async Task Creation_fills_in_what_the_server_owns_and_the_defaults()
    {
        var made = (await cluster.CreateAsync(_name, w => w["spec"]!["parts"] = JsonNode.Parse("""[{"name":"x"}]"""))).Expect(201);
        Assert.Equal(("1", cluster.Cluster.Namespace), (made.At("metadata.generation"), made.At("metadata.namespace")));
        Assert.True(Guid.TryParse(made.At("metadata.uid"), out _));
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", made.At("metadata.creationTimestamp"));
        Assert.Matches("^[0-9]+$", made.At("metadata.resourceVersion"));
        Assert.Equal(("3", "1"), (made.At("spec.size"), made.At("spec.parts.0.count")));
        Assert.Equal(made.Json.ToJsonString(), (await cluster.Client.GetAsync(One)).Json.ToJsonString());
    }

    [Fact]
    public async Task What_the_server_owns_cannot_be_chosen_by_the_client()
    {
        var made = (await cluster.CreateAsync(_name, w =>
        {
            w["metadata"]!["uid"] = "11111111-2222-3333-4444-555555555555";
            w["metadata"]!["generation"] = 7;
            w["metadata"]!["creationTimestamp"] = "2001-01-01T00:00:00Z";
            w["metadata"]!["deletionTimestamp"] = "2001-01-01T00:00:00Z";
            w["status"] = new JsonObject { ["phase"] = "Up" };
        })).Expect(201);
        Assert.NotEqual("11111111-2222-3333-4444-555555555555", made.At("metadata.uid"));
        Assert.Equal(("1", null, null), (made.At("metadata.generation"), made.At("metadata.deletionTimestamp"), made.At("status")));
        Assert.DoesNotContain("2001", made.At("metadata.creationTimestamp"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_object_may_not_name_a_version()
    {
        var refused = await cluster.CreateAsync(_name, w => w["metadata"]!["resourceVersion"] = "7");
        Assert.Equal("resourceVersion should not be set on objects to be created", refused.At("message"));
        Assert.Equal(404, (await cluster.Client.GetAsync(One)).Status);
    }

    [Fact]
    public async Task A_name_can_be_used_once_and_a_version_replaced_once()
    {
        var first = (await cluster.CreateAsync(_name)).Expect(201);
        var again = await cluster.CreateAsync(_name);
        Assert.Equal((409, "AlreadyExists"), again.Refusal);
        Assert.Equal((_name, "widgets", cluster.Cluster.Group), (again.At("details.name"), again.At("details.kind"), again.At("details.group")));
        Assert.Equal($"widgets.{cluster.Cluster.Group} \"{_name}\" already exists", again.At("message"));

        (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).Expect(200);
        var stale = await cluster.Client.PutAsync(One, first.Json);
        Assert.Equal((409, "Conflict"), stale.Refusal);
        Assert.Equal(
            $"Operation cannot be fulfilled on widgets.{cluster.Cluster.Group} \"{_name}\": the object has been modified; please apply your changes to the latest version and try again",
            stale.At("message"));
    }

    [Fact]
    public async Task A_PUT_replaces_the_object_that_it_names_the_version_of()
    {
        var made = (await cluster.CreateAsync(_name, w => w["metadata"]!["labels"] = new JsonObject { ["a"] = "b" })).Json;
        made["metadata"]!.AsObject().Remove("labels");
        made["spec"] = new JsonObject { ["color"] = "blue" };
        var put = (await cluster.Client.PutAsync(One, made)).Expect(200);
        Assert.Equal(("blue", "3", null, "2"), (put.At("spec.color"), put.At("spec.size"), put.At("metadata.labels"), put.At("metadata.generation")));

        var nameless = cluster.Widget(_name);
        var refused = await cluster.Client.PutAsync(One, nameless);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains("metadata.resourceVersion", refused.Fields);
        Assert.Equal(404, (await cluster.Client.PutAsync(cluster.At("absent"), Named("absent", "1"))).Status);

        JsonObject Named(string name, string version)
        {
            var widget = cluster.Widget(name);
            widget["metadata"]!["resourceVersion"] = version;
            return widget;
        }
    }

    [Fact]
    public async Task A_PUT_of_another_incarnation_is_a_conflict()
    {
        var made = (await cluster.CreateAsync(_name)).Json;
        made["metadata"]!["uid"] = "11111111-2222-3333-4444-555555555555";
        var refused = await cluster.Client.PutAsync(One, made);
        Assert.Equal((409, "Conflict"), refused.Refusal);
        Assert.Contains("Precondition failed: UID in precondition: 11111111-2222-3333-4444-555555555555, UID in object meta: ", refused.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generation_rises_with_the_spec_only()
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal("1", (await cluster.Client.PatchAsync(One, """{"metadata":{"labels":{"a":"b"}}}""")).At("metadata.generation"));
        Assert.Equal("1", (await cluster.Client.PatchAsync($"{One}/status", """{"status":{"phase":"Up"}}""")).At("metadata.generation"));
        Assert.Equal("2", (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).At("metadata.generation"));
    }

    [Fact]
    public async Task The_object_and_its_status_are_written_apart()
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        const string Both = """{"metadata":{"labels":{"a":"b"}},"spec":{"size":4},"status":{"phase":"Up"}}""";

        var status = (await cluster.Client.PatchAsync($"{One}/status", Both)).Expect(200);
        Assert.Equal(("Up", "3", null), (status.At("status.phase"), status.At("spec.size"), status.At("metadata.labels")));
        var main = (await cluster.Client.PatchAsync(One, Both.Replace("Up", "Down", StringComparison.Ordinal))).Expect(200);
        Assert.Equal(("Up", "4", "b"), (main.At("status.phase"), main.At("spec.size"), main.At("metadata.labels.a")));
        Assert.Equal("Up", (await cluster.Client.GetAsync($"{One}/status")).Expect(200).At("status.phase"));
    }

    [Fact]
    public async Task A_PUT_of_the_status_needs_the_version_and_keeps_everything_else()
    {
        var made = (await cluster.CreateAsync(_name)).Json;
        made["status"] = new JsonObject { ["phase"] = "Up" };
        made["spec"]!["color"] = "blue";
        var put = (await cluster.Client.PutAsync($"{One}/status", made)).Expect(200);
        Assert.Equal(("Up", "red"), (put.At("status.phase"), put.At("spec.color")));
        Assert.Equal((409, "Conflict"), (await cluster.Client.PutAsync($"{One}/status", made)).Refusal);
    }

    [Fact]
    public async Task A_write_that_changes_nothing_makes_no_new_version()
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        var first = await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""");
        var second = await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""");
        Assert.Equal(first.At("metadata.resourceVersion"), second.At("metadata.resourceVersion"));
        var put = await cluster.Client.PutAsync(One, second.Json);
        Assert.Equal(first.At("metadata.resourceVersion"), put.At("metadata.resourceVersion"));
    }

    [Fact]
    public async Task GenerateName_makes_names_and_a_missing_name_is_refused()
    {
        var names = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            names.Add((await cluster.CreateAsync(_name, w => w["metadata"] = new JsonObject { ["generateName"] = "run-" })).Expect(201).At("metadata.name")!);
        }

        Assert.All(names, n => Assert.Matches("^run-[a-z0-9]{5}$", n));
        Assert.NotEqual(names[0], names[1]);
        var nameless = await cluster.CreateAsync(_name, w => w["metadata"] = new JsonObject());
        Assert.Equal((422, "Invalid"), nameless.Refusal);
        Assert.Contains("metadata.name", nameless.Fields);
    }

    [Fact]
    public async Task A_dry_run_validates_and_keeps_nothing()
    {
        var made = (await cluster.CreateAsync(_name, query: "?dryRun=All")).Expect(201);
        Assert.Equal("3", made.At("spec.size"));
        Assert.Null(made.At("metadata.resourceVersion"));
        Assert.NotNull(made.At("metadata.uid"));
        Assert.Equal(404, (await cluster.Client.GetAsync(One)).Status);
        Assert.Equal((422, "Invalid"), (await cluster.CreateAsync(_name, w => w["spec"]!["color"] = "pink", "?dryRun=All")).Refusal);

        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal((409, "AlreadyExists"), (await cluster.CreateAsync(_name, query: "?dryRun=All")).Refusal);
        Assert.Equal("5", (await cluster.Client.PatchAsync($"{One}?dryRun=All", """{"spec":{"size":5}}""")).At("spec.size"));
        Assert.Equal("3", (await cluster.Client.GetAsync(One)).At("spec.size"));
        Assert.Equal(200, (await cluster.Client.DeleteAsync($"{One}?dryRun=All")).Status);
        Assert.Equal(200, (await cluster.Client.GetAsync(One)).Status);
    }

    [Fact]
    public async Task A_dry_run_is_All_or_nothing()
    {
        Assert.Equal((422, "Invalid"), (await cluster.CreateAsync(_name, query: "?dryRun=Some")).Refusal);
        Assert.Equal(404, (await cluster.Client.GetAsync(One)).Status);
    }

    [Fact]
    public async Task Unknown_and_repeated_fields_are_refused_warned_of_or_passed_over_as_asked()
    {
        const string Body = """{"apiVersion":"GROUP/v1","kind":"Widget","metadata":{"name":"NAME"},"spec":{"color":"red","color":"blue","colour":"x","parts":[{"name":"p","nmae":"q"}]}}""";
        Task<Answer> SendAsync(string validation) => cluster.Client.SendAsync(
            HttpMethod.Post,
            $"{cluster.Widgets}?fieldValidation={validation}",
            Body.Replace("GROUP", cluster.Cluster.Group, StringComparison.Ordinal).Replace("NAME", cluster.NewName(), StringComparison.Ordinal));

        var strict = await SendAsync("Strict");
        Assert.Equal((400, "BadRequest"), strict.Refusal);
        Assert.Equal(
            "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate field \"spec.color\", unknown field \"spec.colour\", unknown field \"spec.parts[0].nmae\"",
            strict.At("message"));

        var warned = (await SendAsync("Warn")).Expect(201);
        Assert.Equal(("blue", null, null), (warned.At("spec.color"), warned.At("spec.colour"), warned.At("spec.parts.0.nmae")));
        Assert.Equal(
            ["299 - \"duplicate field \\\"spec.color\\\"\"", "299 - \"unknown field \\\"spec.colour\\\"\"", "299 - \"unknown field \\\"spec.parts[0].nmae\\\"\""],
            warned.Warnings);

        var ignored = (await SendAsync("Ignore")).Expect(201);
        Assert.Empty(ignored.Warnings);
        Assert.Null(ignored.At("spec.colour"));
        Assert.Equal((422, "Invalid"), (await SendAsync("Sometimes")).Refusal);
    }

    [Fact]
    public async Task Unknown_fields_of_built_in_kinds_are_refused_or_dropped_too()
    {
        var map = Samples.ConfigMap(_name);
        map["dta"] = new JsonObject();
        var strict = await cluster.Client.PostAsync($"{cluster.Cluster.Core("configmaps")}?fieldValidation=Strict", map);
        Assert.Equal((400, "BadRequest"), strict.Refusal);
        Assert.Contains("strict decoding error: unknown field \"dta\"", strict.At("message"), StringComparison.Ordinal);
        var dropped = (await cluster.Client.PostAsync(cluster.Cluster.Core("configmaps"), map)).Expect(201);
        Assert.Null(dropped.At("dta"));
        Assert.Contains("unknown field", Assert.Single(dropped.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_are_to_be_preserved_are()
    {
        var made = (await cluster.CreateAsync(_name, w => w["spec"]!["extra"] = JsonNode.Parse("""{"any":{"thing":[1,"two",null]}}"""))).Expect(201);
        Assert.Equal("""{"any":{"thing":[1,"two",null]}}""", made.At("spec.extra"));
        Assert.Empty(made.Warnings);
    }

    [Fact]
    public async Task Null_is_the_default_where_there_is_one_kept_where_it_is_allowed_and_dropped_elsewhere()
    {
        var made = (await cluster.CreateAsync(_name, w =>
        {
            w["spec"]!["size"] = null;
            w["spec"]!["note"] = null;
            w["spec"]!["code"] = null;
            w["spec"]!["tags"] = null;
        })).Expect(201);
        Assert.Equal("""{"color":"red","note":null,"size":3}""", new JsonObject(made.Json["spec"]!.AsObject().OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone()))).ToJsonString());
    }

    [Theory]
    [InlineData("""{"color":"pink"}""", "spec.color", "FieldValueNotSupported", "Unsupported value: \"pink\": supported values: \"red\", \"green\", \"blue\"")]
    [InlineData("{}", "spec.color", "FieldValueRequired", "Required value")]
    [InlineData("""{"color":"red","size":11}""", "spec.size", "FieldValueInvalid", "Invalid value: 11: spec.size in body should be less than or equal to 10")]
    [InlineData("""{"color":"red","size":0}""", "spec.size", "FieldValueInvalid", "Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [InlineData("""{"color":"red","size":"3"}""", "spec.size", "FieldValueTypeInvalid", "Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("""{"color":"red","size":1.5}""", "spec.size", "FieldValueTypeInvalid", "Invalid value: \"number\": spec.size in body must be of type integer: \"number\"")]
    [InlineData("""{"color":"red","code":"A1"}""", "spec.code", "FieldValueInvalid", "Invalid value: \"A1\": spec.code in body should match '^[a-z]+$'")]
    [InlineData("""{"color":"red","code":"a"}""", "spec.code", "FieldValueInvalid", "Invalid value: \"a\": spec.code in body should be at least 2 chars long")]
    [InlineData("""{"color":"red","code":"abcdef"}""", "spec.code", "FieldValueTooLong", "Too long: may not be more than 5 bytes")]
    [InlineData("""{"color":"red","due":"soon"}""", "spec.due", "FieldValueTypeInvalid", "Invalid value: \"soon\": spec.due in body must be of type date-time: \"soon\"")]
    [InlineData("""{"color":"red","least":5,"most":4}""", "spec", "FieldValueInvalid", "Invalid value: least must not exceed most")]
    [InlineData("""{"color":"red","tags":["a","a"]}""", "spec.tags[1]", "FieldValueDuplicate", "Duplicate value: \"a\"")]
    [InlineData("""{"color":"red","tags":["a","b","c","d"]}""", "spec.tags", "FieldValueTooMany", "Too many: 4: must have at most 3 items")]
    [InlineData("""{"color":"red","parts":[{"name":"x"},{"name":"x"}]}""", "spec.parts[1]", "FieldValueDuplicate", "Duplicate value: {\"name\":\"x\"}")]
    [InlineData("""{"color":"red","names":{"a":1}}""", "spec.names.a", "FieldValueTypeInvalid", "Invalid value: \"integer\": spec.names.a in body must be of type string: \"integer\"")]
    public async Task An_object_that_breaks_its_schema_is_refused_with_field_reason_and_words(string spec, string field, string reason, string message)
    {
        var refused = await cluster.CreateAsync(_name, w => w["spec"] = JsonNode.Parse(spec));
        Assert.Equal((422, "Invalid"), refused.Refusal);
        var cause = refused.Json["details"]!["causes"]!.AsArray().First(c => c.At("field") == field);
        Assert.Equal((reason, message), (cause.At("reason"), cause.At("message")));
        Assert.StartsWith($"Widget.{cluster.Cluster.Group} \"{_name}\" is invalid: ", refused.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_over_the_old_value_holds_for_changes_only()
    {
        (await cluster.CreateAsync(_name, w => w["spec"]!["profile"] = "a")).Expect(201);
        var refused = await cluster.Client.PatchAsync(One, """{"spec":{"profile":"b"}}""");
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Equal("spec.profile", Assert.Single(refused.Fields));
        Assert.Contains("profile is immutable", refused.At("message"), StringComparison.Ordinal);
        (await cluster.Client.PatchAsync(One, """{"spec":{"profile":null}}""")).Expect(200);
    }

    [Fact]
    public async Task An_object_of_another_kind_than_the_path_is_refused()
    {
        Assert.Equal((400, "BadRequest"), (await cluster.CreateAsync(_name, w => w["apiVersion"] = $"{cluster.Cluster.Group}/v2")).Refusal);
        var other = await cluster.CreateAsync(_name, w => w["kind"] = "Gadget");
        Assert.Equal((422, "Invalid"), other.Refusal);
        Assert.Equal(["kind"], other.Fields);
        var secret = Samples.ConfigMap(_name);
        secret["kind"] = "Secret";
        Assert.Equal((400, "BadRequest"), (await cluster.Client.PostAsync(cluster.Cluster.Core("configmaps"), secret)).Refusal);
    }

    [Fact]
    public async Task A_custom_resource_names_its_kind_and_a_built_in_one_need_not()
    {
        foreach (var field in new[] { "kind", "apiVersion" })
        {
            Assert.Equal((400, "BadRequest"), (await cluster.CreateAsync(_name, w => w.Remove(field))).Refusal);
        }

        (await cluster.Client.PostAsync(cluster.Cluster.Core("configmaps"), new JsonObject { ["metadata"] = new JsonObject { ["name"] = _name } })).Expect(201);
    }

    [Fact]
    public async Task An_object_of_another_name_or_namespace_than_the_path_is_a_bad_request()
    {
        Assert.Equal((400, "BadRequest"), (await cluster.CreateAsync(_name, w => w["metadata"]!["namespace"] = "other")).Refusal);
        var made = (await cluster.CreateAsync(_name)).Json;
        made["metadata"]!["name"] = "two";
        Assert.Equal((400, "BadRequest"), (await cluster.Client.PutAsync(One, made)).Refusal);
    }

    [Fact]
    public async Task A_missing_namespace_object_kind_and_path_are_not_found()
    {
        var homeless = await cluster.Client.PostAsync(cluster.Widgets.Replace(cluster.Cluster.Namespace, "nowhere", StringComparison.Ordinal), cluster.Widget(_name));
        Assert.Equal((404, "namespaces \"nowhere\" not found"), (homeless.Status, homeless.At("message")));
        var missing = await cluster.Client.GetAsync(One);
        Assert.Equal((404, "NotFound"), missing.Refusal);
        Assert.Equal($"widgets.{cluster.Cluster.Group} \"{_name}\" not found", missing.At("message"));
        Assert.Equal(404, (await cluster.Client.GetAsync($"/apis/{cluster.Cluster.Group}/v1/gadgets")).Status);
        Assert.Equal(404, (await cluster.Client.GetAsync("/apis/nothing.example.com/v1")).Status);
        Assert.Equal(404, (await cluster.Client.GetAsync($"{One}/scale")).Status);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("under_score")]
    [InlineData("-dash")]
    [InlineData("a..b")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("ü")]
    public async Task Names_that_are_no_subdomains_are_invalid(string name)
    {
        var refused = await cluster.CreateAsync(name);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains("metadata.name", refused.Fields);
    }

    [Fact]
    public async Task A_name_has_at_most_253_characters_and_a_label_at_most_63()
    {
        Assert.Equal((422, "Invalid"), (await cluster.CreateAsync(new string('a', 254))).Refusal);
        (await cluster.CreateAsync(new string('a', 253))).Expect(201);
        var label = await cluster.CreateAsync(_name, w => w["metadata"]!["labels"] = new JsonObject { ["a"] = new string('b', 64) });
        Assert.Equal((422, "Invalid"), label.Refusal);
        Assert.Contains("metadata.labels", label.Fields);
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("7", 400)]
    [InlineData("", 400)]
    [InlineData("{\"metadata\":7}", 400)]
    [InlineData("{\"metadata\":{\"labels\":[]}}", 400)]
    [InlineData("{\"metadata\":{\"labels\":{\"a\":1}}}", 400)]
    [InlineData("{\"metadata\":{\"name\":7}}", 400)]
    public async Task A_body_that_is_no_object_of_the_kind_is_a_bad_request(string body, int status)
    {
        var refused = await cluster.Client.SendAsync(HttpMethod.Post, cluster.Widgets, body);
        Assert.Equal((status, "BadRequest"), refused.Refusal);
    }

    [Fact]
    public async Task A_body_may_be_YAML_and_not_something_else()
    {
        var yaml = $"apiVersion: {cluster.Cluster.Group}/v1\nkind: Widget\nmetadata:\n  name: {_name}\nspec:\n  color: blue\n";
        Assert.Equal("blue", (await cluster.Client.SendAsync(HttpMethod.Post, cluster.Widgets, yaml, RawClient.Yaml)).Expect(201).At("spec.color"));
        Assert.Equal((415, "UnsupportedMediaType"), (await cluster.Client.SendAsync(HttpMethod.Post, cluster.Widgets, yaml, "text/plain")).Refusal);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_too_large()
    {
        // One byte too many: a server need not read more than that before it answers.
        var refused = await cluster.Client.SendAsync(HttpMethod.Post, cluster.Widgets, new string(' ', (3 << 20) + 1));
        Assert.Equal((413, "RequestEntityTooLarge"), refused.Refusal);
    }

    [Fact]
    public async Task Methods_that_a_path_does_not_have_are_refused()
    {
        var maps = cluster.Cluster.Core("configmaps");
        Assert.Equal((405, "MethodNotAllowed"), (await cluster.Client.PostAsync($"{maps}/{_name}", Samples.ConfigMap(_name))).Refusal);
        Assert.Equal((405, "MethodNotAllowed"), (await cluster.Client.PutAsync(maps, Samples.ConfigMap(_name))).Refusal);
        Assert.Equal((405, "MethodNotAllowed"), (await cluster.Client.PatchAsync(maps, "{}")).Refusal);
    }
}

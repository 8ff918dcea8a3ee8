using GovernedFinetune.Operator.Hosting;

namespace GovernedFinetune.Operator.Tests.Hosting;

public class CommandTests
{
    private static Command Parse(string line) => Command.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Without_arguments_the_operator_runs_with_the_file_that_the_chart_mounts()
    {
        var run = Assert.IsType<Command.Run>(Parse(""));
        Assert.Equal("http://+:8080", run.Urls);
        Assert.NotEmpty(run.ConfigFile);
    }

    [Fact]
    public void Both_options_are_read_in_either_order()
    {
        Assert.Equal(new Command.Run("a.json", "http://localhost:1"), Parse("--config a.json --urls http://localhost:1"));
        Assert.Equal(new Command.Run("a.json", "http://localhost:1"), Parse("--urls http://localhost:1 --config a.json"));
    }

    [Fact]
    public void One_look_takes_a_file_and_serves_nothing()
    {
        Assert.Equal(new Command.Once("a.json"), Parse("--once --config a.json"));
        Assert.Equal(new Command.Once("a.json"), Parse("--config a.json --once"));
    }

    [Fact]
    public void The_audit_command_takes_a_folder_and_a_head()
    {
        Assert.Equal(new Command.VerifyAudit("x", null), Parse("audit verify x"));
        Assert.Equal(new Command.VerifyAudit("x", "sha256:1"), Parse("audit verify x --head sha256:1"));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_no_error(string argument) => Assert.IsType<Command.Help>(Parse(argument));

    [Theory]
    [InlineData("--config", "--config needs a value.")]
    [InlineData("--config a --urls", "--urls needs a value.")]
    [InlineData("--once --urls http://localhost:1", "--once serves nothing")]
    [InlineData("--verbose yes", "Unknown argument '--verbose'.")]
    [InlineData("audit verify", "audit verify takes a folder")]
    [InlineData("audit verify a b", "audit verify takes a folder")]
    [InlineData("audit verify a --head", "audit verify takes a folder")]
    [InlineData("audit what", "Unknown argument 'audit'.")]
    public void A_wrong_argument_is_named_and_the_usage_follows(string line, string says)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Parse(line));
        Assert.StartsWith(says, problem.Message, StringComparison.Ordinal);
        Assert.Contains("Usage: ", problem.Message, StringComparison.Ordinal);
    }
}

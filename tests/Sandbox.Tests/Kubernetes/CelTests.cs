using GovernedFinetune.Sandbox.Kubernetes.Cel;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class CelTests
{
    private static readonly Dictionary<string, CelType> NoTypes = [];

    [Theory]
    [InlineData("1 + 2 * 3 == 7")]
    [InlineData("(1 + 2) * 3 == 9")]
    [InlineData("7 / 2 == 3 && -7 / 2 == -3 && 7 % 4 == 3")]
    [InlineData("-9223372036854775808 < 0")]
    [InlineData("0x1F == 31 && 1e3 == 1000.0 && 1.5 < 2")]
    [InlineData("dyn(1) == 1.0 ? true : false")]
    [InlineData("!(true && false) || false")]
    [InlineData("'a' + \"b\" == 'ab' && r'\\d' == '\\\\d' && '\\u00e9'.size() == 1")]
    [InlineData("'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc')")]
    [InlineData("'abc'.matches('^[a-c]+$') && !'abc\\n'.matches('^[a-c]+$')")]
    [InlineData("'a,b,c'.split(',') == ['a','b','c'] && 'a,b,c'.split(',', 2) == ['a','b,c']")]
    [InlineData("['a','b'].join('-') == 'a-b' && 'AbC'.lowerAscii() == 'abc' && ' x '.trim() == 'x'")]
    [InlineData("'hello'.substring(1, 3) == 'el' && 'hello'.indexOf('l') == 2 && 'hello'.charAt(0) == 'h' && 'aXa'.replace('X', 'b') == 'aba'")]
    [InlineData("'x9y10'.find('[0-9]+') == '9' && 'x9y10'.findAll('[0-9]+') == ['9', '10']")]
    [InlineData("size([1, 2]) == 2 && {'a': 1}.size() == 1 && size('é') == 1")]
    [InlineData("1 in [1, 2] && !('z' in {'a': 1}) && [1, 2][1] == 2 && {'a': 1}['a'] == 1")]
    [InlineData("[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2, 2].exists_one(x, x == 1)")]
    [InlineData("[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6] && [1, 2].map(x, x > 1, x) == [2]")]
    [InlineData("{'a': 1, 'b': 2}.all(k, k != 'c')")]
    [InlineData("[3, 1].min() == 1 && [3, 1].max() == 3 && [3, 1].sum() == 4 && [1, 2].isSorted()")]
    [InlineData("duration('90m') == duration('1h30m') && duration('1h') < duration('61m') && duration('1h').getMinutes() == 60")]
    [InlineData("timestamp('2026-01-01T00:00:00Z') + duration('24h') == timestamp('2026-01-02T00:00:00Z')")]
    [InlineData("timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z') == duration('24h')")]
    [InlineData("timestamp('2026-03-01T10:00:00+02:00').getHours() == 8 && timestamp('2026-03-01T00:00:00Z').getMonth() == 2")]
    [InlineData("int('42') == 42 && string(42) == '42' && double('1.5') == 1.5 && string(duration('90s')) == '1m30s'")]
    [InlineData("true || 1 / 0 == 1")]
    [InlineData("1 / 0 == 1 || true")]
    [InlineData("!(1 / 0 == 1 && false)")]
    [InlineData("[0, 1].exists(x, 1 / x == 1)")]
    [InlineData("// a comment\n true")]
    public void Expressions_mean_what_CEL_says(string expression) => Assert.Equal(true, Run(expression));

    [Theory]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("9223372036854775807 + 1 == 0", "integer overflow")]
    [InlineData("[1][3] == 1", "index out of bounds: 3")]
    [InlineData("{'a': 1}['b'] == 1", "no such key: b")]
    [InlineData("duration('1 day') == duration('1h')", "invalid duration")]
    [InlineData("dyn('a') + dyn(1) == 1", "no such overload")]
    [InlineData("[0].all(x, 1 / x == 1)", "division by zero")]
    public void Failures_are_errors_with_a_reason(string expression, string message) =>
        Assert.Contains(message, Assert.Throws<CelRuntimeException>(() => Run(expression)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1 + 'a' == 1", "found no matching overload for '_+_' applied to '(int, string)'")]
    [InlineData("1 == 'a'", "found no matching overload for '_==_'")]
    [InlineData("'a'.split() == []", "found no matching overload for 'split'")]
    [InlineData("nope", "undeclared reference to 'nope'")]
    [InlineData("'a'.reverse() == 'a'", "not a function that the sandbox's API server implements")]
    [InlineData("1u == 1u", "uint literals are not implemented")]
    [InlineData("b'a' == b'a'", "bytes literals are not implemented")]
    [InlineData("[1].all(i, x, true)", "two-variable macro")]
    [InlineData("has(1)", "invalid argument to has() macro")]
    [InlineData("'a' && true", "expected type 'bool' but found 'string'")]
    [InlineData("[1].all(x, x)", "expected type 'bool' but found 'int'")]
    [InlineData("1 +", "Syntax error")]
    [InlineData("'abc", "does not end")]
    [InlineData("for == 1", "reserved identifier")]
    public void What_cannot_be_compiled_says_why(string expression, string message) =>
        Assert.Contains(message, Assert.Throws<CelCompileException>(() => Checker.Check(Parser.Parse(expression), NoTypes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(", 300)]
    [InlineData("!", 300)]
    [InlineData("[", 300)]
    [InlineData("a.", 5000)]
    [InlineData("1+", 5000)]
    public void Hostile_nesting_is_refused_before_it_hurts(string part, int times) =>
        Assert.Throws<CelCompileException>(() => Parser.Parse(string.Concat(Enumerable.Repeat(part, times))));

    [Fact]
    public void An_expensive_expression_runs_out_of_budget()
    {
        const string Nested = "[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, [0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, true))))))";
        _ = Assert.Throws<CelBudgetException>(() => Run(Nested));
    }

    [Fact]
    public void A_long_chain_of_alternatives_is_fine() =>
        Assert.Equal(true, Run(string.Join(" || ", Enumerable.Repeat("false", 1000)) + " || true"));

    private static object? Run(string expression)
    {
        var tree = Parser.Parse(expression);
        _ = Checker.Check(tree, NoTypes);
        return Interpreter.Run(tree, new Dictionary<string, object?>(), new Budget(Budget.PerObject));
    }
}

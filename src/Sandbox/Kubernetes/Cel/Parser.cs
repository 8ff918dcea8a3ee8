namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Builds the tree of a CEL expression.</summary>
internal sealed class Parser
{
    /// <summary>Deeper nesting is refused, so that every walk over a tree may recurse.</summary>
    private const int MaximumDepth = 100;

    private const int MaximumLength = 16 << 10;

    private static readonly string[] Relations = ["==", "!=", "<=", ">=", "<", ">"];

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    };

    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;
    private int _nested;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_at];

    /// <exception cref="CelCompileException">The text is not an expression, or uses what is not implemented.</exception>
    public static Expression Parse(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw new CelCompileException(0, $"expression code point size exceeds limit: size: {text.Length}, limit {MaximumLength}");
        }

        var parser = new Parser(Lexer.Read(text));
        var expression = parser.Ternary();
        return parser.Current.Kind == TokenKind.End
            ? expression
            : throw parser.Unexpected("<EOF>");
    }

    private Expression Ternary()
    {
        if (++_depth > MaximumDepth)
        {
            throw new CelCompileException(Current.Position, $"expression recursion limit exceeded: {MaximumDepth}");
        }

        var condition = Or();
        if (Is("?"))
        {
            var position = Take().Position;
            var yes = Or();
            Expect(":");
            condition = new Conditional(position, condition, yes, Ternary());
        }

        _depth--;
        return condition;
    }

    private Expression Or() => Chain("||", And, (at, l, r) => new Logical(at, false, l, r));

    private Expression And() => Chain("&&", Relation, (at, l, r) => new Logical(at, true, l, r));

    /// <summary>Builds balanced trees out of long chains, so that a thousand terms do not nest a thousand deep.</summary>
    private Expression Chain(string symbol, Func<Expression> operand, Func<int, Expression, Expression, Expression> join)
    {
        List<Expression> terms = [operand()];
        List<int> positions = [];
        while (Is(symbol))
        {
            positions.Add(Take().Position);
            terms.Add(operand());
        }

        return Balance(0, terms.Count - 1);

        Expression Balance(int from, int to)
        {
            if (from == to)
            {
                return terms[from];
            }

            var middle = (from + to) / 2;
            return join(positions[middle], Balance(from, middle), Balance(middle + 1, to));
        }
    }

    private Expression Relation()
    {
        var left = Addition();
        while (true)
        {
            var symbol = Current is { Kind: TokenKind.Symbol } token && Relations.Contains(token.Text) ? token.Text
                : Current is { Kind: TokenKind.Identifier, Text: "in" } ? "in"
                : null;
            if (symbol is null)
            {
                return left;
            }

            var position = Take().Position;
            left = Nest(new Call(position, symbol == "in" ? "@in" : $"_{symbol}_", false, [left, Addition()]));
        }
    }

    private Expression Addition()
    {
        var left = Multiplication();
        while (Is("+") || Is("-"))
        {
            var token = Take();
            left = Nest(new Call(token.Position, $"_{token.Text}_", false, [left, Multiplication()]));
        }

        return left;
    }

    private Expression Multiplication()
    {
        var left = Unary();
        while (Is("*") || Is("/") || Is("%"))
        {
            var token = Take();
            left = Nest(new Call(token.Position, $"_{token.Text}_", false, [left, Unary()]));
        }

        return left;
    }

    /// <summary>Left-associative chains nest to the left; they count against the depth as well.</summary>
    private Call Nest(Call call) => ++_nested > 500
        ? throw new CelCompileException(call.Position, "the expression has too many operators")
        : call;

    private Expression Unary()
    {
        if (Is("!"))
        {
            var position = Take().Position;
            return Deeper(() => new Call(position, "!_", false, [Unary()]));
        }

        if (!Is("-"))
        {
            return Member();
        }

        var minus = Take().Position;
        if (Current is { Kind: TokenKind.Int, Value: ulong magnitude } && magnitude == 1UL << 63)
        {
            _ = Take();
            return new Literal(minus, long.MinValue);
        }

        return Deeper(() => Unary() switch
        {
            Literal { Value: long value } => new Literal(minus, -value),
            Literal { Value: double value } => new Literal(minus, -value),
            var operand => (Expression)new Call(minus, "-_", false, [operand]),
        });
    }

    private Expression Deeper(Func<Expression> inner)
    {
        if (++_depth > MaximumDepth)
        {
            throw new CelCompileException(Current.Position, $"expression recursion limit exceeded: {MaximumDepth}");
        }

        var result = inner();
        _depth--;
        return result;
    }

    private Expression Member()
    {
        var operand = Primary();
        while (true)
        {
            if (Is("."))
            {
                var position = Take().Position;
                if (Is("?"))
                {
                    throw new CelCompileException(position, "optional field selection (.?) is not implemented by the sandbox's API server");
                }

                var name = Name();
                operand = Is("(") ? Method(position, operand, name) : new Select(position, operand, name, false);
            }
            else if (Is("["))
            {
                var position = Take().Position;
                if (Is("?"))
                {
                    throw new CelCompileException(position, "optional indexing ([?]) is not implemented by the sandbox's API server");
                }

                operand = new Call(position, "_[_]", false, [operand, Ternary()]);
                Expect("]");
            }
            else
            {
                return operand;
            }

            _ = ++_nested > 500 ? throw new CelCompileException(Current.Position, "the expression has too many selections") : 0;
        }
    }

    private Expression Method(int position, Expression target, string name)
    {
        var arguments = Arguments();
        return (name, arguments.Count) switch
        {
            ("all", 2) => MacroOf(position, MacroKind.All, target, arguments),
            ("exists", 2) => MacroOf(position, MacroKind.Exists, target, arguments),
            ("exists_one" or "existsOne", 2) => MacroOf(position, MacroKind.ExistsOne, target, arguments),
            ("map", 2 or 3) => MacroOf(position, MacroKind.Map, target, arguments),
            ("filter", 2) => MacroOf(position, MacroKind.Filter, target, arguments),
            ("all" or "exists" or "existsOne" or "transformList" or "transformMap", >= 3) =>
                throw new CelCompileException(position, $"the two-variable macro '{name}' is not implemented by the sandbox's API server"),
            _ => new Call(position, name, true, [target, .. arguments]),
        };
    }

    private static Macro MacroOf(int position, MacroKind kind, Expression range, List<Expression> arguments) =>
        arguments[0] is Identifier variable
            ? new Macro(position, kind, range, variable.Name, arguments.Count == 3 ? arguments[1] : null, arguments[^1])
            : throw new CelCompileException(arguments[0].Position, "argument must be a simple name");

    private Expression Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Int:
                return token.Value switch
                {
                    long hex => new Literal(token.Position, hex),
                    ulong value and <= long.MaxValue => new Literal(token.Position, (long)value),
                    _ => throw new CelCompileException(token.Position, "invalid int literal"),
                };
            case TokenKind.Double:
                return new Literal(token.Position, token.Value);
            case TokenKind.String:
                return new Literal(token.Position, token.Text);
            case TokenKind.Identifier:
                return Named(token);
            case TokenKind.Symbol when token.Text == "(":
                var inner = Ternary();
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return new ListLiteral(token.Position, Items("]"));
            case TokenKind.Symbol when token.Text == "{":
                return new MapLiteral(token.Position, Entries());
            default:
                _at--;
                throw Unexpected("an expression");
        }
    }

    private Expression Named(Token token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                return new Literal(token.Position, token.Text == "true");
            case "null":
                return new Literal(token.Position, null);
            case "in":
                throw Unexpected("an expression");
        }

        if (Reserved.Contains(token.Text))
        {
            throw new CelCompileException(token.Position, $"reserved identifier: {token.Text}");
        }

        if (!Is("("))
        {
            return new Identifier(token.Position, token.Text);
        }

        var arguments = Arguments();
        if (token.Text != "has")
        {
            return new Call(token.Position, token.Text, false, arguments);
        }

        return arguments is [Select { Test: false } field]
            ? field with { Test = true }
            : throw new CelCompileException(token.Position, "invalid argument to has() macro");
    }

    private List<Expression> Arguments()
    {
        Expect("(");
        return Items(")");
    }

    private List<Expression> Items(string end)
    {
        var items = new List<Expression>();
        while (!Is(end))
        {
            items.Add(Ternary());
            if (!Is(","))
            {
                break;
            }

            _ = Take();
        }

        Expect(end);
        return items;
    }

    private List<(Expression Key, Expression Value)> Entries()
    {
        var entries = new List<(Expression, Expression)>();
        while (!Is("}"))
        {
            var key = Ternary();
            Expect(":");
            entries.Add((key, Ternary()));
            if (!Is(","))
            {
                break;
            }

            _ = Take();
        }

        Expect("}");
        return entries;
    }

    private string Name()
    {
        var token = Take();
        return token.Kind == TokenKind.Identifier ? token.Text : throw new CelCompileException(token.Position, "Syntax error: expected a name after '.'");
    }

    private bool Is(string symbol) => Current.Kind == TokenKind.Symbol && Current.Text == symbol;

    private Token Take()
    {
        var token = _tokens[_at];
        _at = Math.Min(_at + 1, _tokens.Count - 1);
        return token;
    }

    private void Expect(string symbol)
    {
        if (!Is(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }

        _ = Take();
    }

    private CelCompileException Unexpected(string expected) =>
        new(Current.Position, $"Syntax error: mismatched input '{(Current.Kind == TokenKind.End ? "<EOF>" : Current.Text)}' expecting {expected}");
}

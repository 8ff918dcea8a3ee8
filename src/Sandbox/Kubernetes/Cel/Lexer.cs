using System.Globalization;
using System.Text;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Splits a CEL expression into words.</summary>
internal sealed class Lexer
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "!", "<", ">", "+", "-", "*", "/", "%"];

    private readonly string _text;
    private int _at;

    private Lexer(string text) => _text = text;

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private char Next => _at + 1 < _text.Length ? _text[_at + 1] : '\0';

    /// <exception cref="CelCompileException">A character or literal is malformed.</exception>
    public static List<Token> Read(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>();
        do
        {
            tokens.Add(lexer.ReadToken());
        }
        while (tokens[^1].Kind != TokenKind.End);

        return tokens;
    }

    private Token ReadToken()
    {
        SkipBlanks();
        var start = _at;
        if (_at >= _text.Length)
        {
            return new Token(TokenKind.End, "", start);
        }

        if (char.IsAsciiDigit(Current) || (Current == '.' && char.IsAsciiDigit(Next)))
        {
            return Number(start);
        }

        if (Current is '"' or '\'')
        {
            return new Token(TokenKind.String, Quoted(raw: false), start);
        }

        if (Current is 'r' or 'R' && Next is '"' or '\'')
        {
            _at++;
            return new Token(TokenKind.String, Quoted(raw: true), start);
        }

        if (Current is 'b' or 'B' && Next is '"' or '\'')
        {
            throw new CelCompileException(start, "bytes literals are not implemented by the sandbox's API server");
        }

        if (char.IsAsciiLetter(Current) || Current == '_')
        {
            while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
            {
                _at++;
            }

            return new Token(TokenKind.Identifier, _text[start.._at], start);
        }

        var symbol = Array.Find(Symbols, s => string.CompareOrdinal(_text, _at, s, 0, s.Length) == 0)
            ?? throw new CelCompileException(start, $"Syntax error: token recognition error at: '{Current}'");
        _at += symbol.Length;
        return new Token(TokenKind.Symbol, symbol, start);
    }

    private void SkipBlanks()
    {
        while (char.IsWhiteSpace(Current) || (Current == '/' && Next == '/'))
        {
            if (Current == '/')
            {
                while (_at < _text.Length && Current != '\n')
                {
                    _at++;
                }
            }
            else
            {
                _at++;
            }
        }
    }

    private Token Number(int start)
    {
        if (Current == '0' && Next is 'x' or 'X')
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Current))
            {
                _at++;
            }

            RefuseUnsigned(start);
            return long.TryParse(_text.AsSpan(start + 2, _at - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? new Token(TokenKind.Int, _text[start.._at], start, hex)
                : throw new CelCompileException(start, "invalid int literal");
        }

        while (char.IsAsciiDigit(Current))
        {
            _at++;
        }

        var real = Current == '.' && char.IsAsciiDigit(Next);
        if (real)
        {
            _at++;
            while (char.IsAsciiDigit(Current))
            {
                _at++;
            }
        }

        if (Current is 'e' or 'E')
        {
            real = true;
            _at += Next is '+' or '-' ? 2 : 1;
            while (char.IsAsciiDigit(Current))
            {
                _at++;
            }
        }

        RefuseUnsigned(start);
        var text = _text[start.._at];
        if (real)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? new Token(TokenKind.Double, text, start, value)
                : throw new CelCompileException(start, "invalid double literal");
        }

        // Parsed as unsigned by the parser when a minus stands before it: -9223372036854775808 is an int.
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole)
            ? new Token(TokenKind.Int, text, start, whole)
            : throw new CelCompileException(start, "invalid int literal");
    }

    private void RefuseUnsigned(int start)
    {
        if (Current is 'u' or 'U')
        {
            throw new CelCompileException(start, "uint literals are not implemented by the sandbox's API server");
        }
    }

    private string Quoted(bool raw)
    {
        var start = _at;
        var quote = Current;
        var triple = string.CompareOrdinal(_text, _at, new string(quote, 3), 0, 3) == 0;
        _at += triple ? 3 : 1;
        var value = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length || (!triple && Current == '\n'))
            {
                throw new CelCompileException(start, "Syntax error: a string literal does not end");
            }

            if (triple ? string.CompareOrdinal(_text, _at, new string(quote, 3), 0, 3) == 0 : Current == quote)
            {
                _at += triple ? 3 : 1;
                return value.ToString();
            }

            if (Current == '\\' && !raw)
            {
                Escape(value);
            }
            else
            {
                _ = value.Append(_text[_at++]);
            }
        }
    }

    private void Escape(StringBuilder value)
    {
        var start = _at;
        var letter = Next;
        _at += 2;
        switch (letter)
        {
            case 'x' or 'X':
                _ = value.Append((char)Hex(start, 2));
                return;
            case 'u':
                _ = value.Append((char)Hex(start, 4));
                return;
            case 'U':
                var rune = Hex(start, 8);
                _ = Rune.IsValid(rune)
                    ? value.Append(new Rune(rune).ToString())
                    : throw new CelCompileException(start, "invalid unicode code point");
                return;
        }

        _ = value.Append(letter switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' or '\'' or '"' or '`' or '?' => letter,
            _ => throw new CelCompileException(start, $"Syntax error: token recognition error at: '\\{letter}'"),
        });
    }

    private int Hex(int start, int digits)
    {
        if (_at + digits > _text.Length
            || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw new CelCompileException(start, "invalid escape sequence");
        }

        _at += digits;
        return value;
    }
}

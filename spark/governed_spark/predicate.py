"""The row filter: a small part of SQL, the same in both shells.

    condition  := and (OR and)*          and := not (AND not)*          not := NOT not | '(' condition ')' | test
    test       := column (= | == | != | <> | < | <= | > | >=) literal | column [NOT] IN '(' literal, ... ')'
                | column IS [NOT] NULL
    literal    := 'text' | number | TRUE | FALSE

Three-valued like SQL: a comparison with NULL is unknown, and only rows for which the whole is true stay. A text column
beside a number is compared as a number. Functions and subqueries are refused, so a filter cannot reach another table.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Callable, Collection, Mapping, Protocol

from jobkit.errors import BadInput

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))|"
                    r"`(?P<quoted>[^`]+)`|(?P<word>[A-Za-z_]\w*)|(?P<symbol><=|>=|<>|!=|==|[=<>(),]))")
_KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "FALSE", "LIKE", "BETWEEN"})
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}
_SPELLING = {"==": "=", "<>": "!="}
_DEEPEST = 50
_NUMBERS = (int, float, Decimal)

Literal = str | int | float | bool


class Predicate(Protocol):
    def test(self, row: Mapping[str, Any]) -> bool | None:
        """True, False, or None for unknown."""

    def sql(self) -> str:
        """The same condition as Spark SQL."""

    def columns(self) -> set[str]: ...


@dataclass(frozen=True)
class Comparison:
    column: str
    operator: str
    literal: Literal

    def test(self, row: Mapping[str, Any]) -> bool | None:
        value, literal = _alike(row.get(self.column), self.literal)
        return None if value is None else _COMPARE[self.operator](value, literal)

    def sql(self) -> str:
        return f"`{self.column}` {self.operator} {_literal_sql(self.literal)}"

    def columns(self) -> set[str]:
        return {self.column}


@dataclass(frozen=True)
class Membership:
    column: str
    literals: tuple[Literal, ...]

    def test(self, row: Mapping[str, Any]) -> bool | None:
        pairs = [_alike(row.get(self.column), literal) for literal in self.literals]
        if any(value is not None and value == literal for value, literal in pairs):
            return True
        return None if any(value is None for value, _ in pairs) else False

    def sql(self) -> str:
        return f"`{self.column}` IN ({', '.join(map(_literal_sql, self.literals))})"

    def columns(self) -> set[str]:
        return {self.column}


@dataclass(frozen=True)
class IsNull:
    column: str

    def test(self, row: Mapping[str, Any]) -> bool | None:
        return row.get(self.column) is None

    def sql(self) -> str:
        return f"`{self.column}` IS NULL"

    def columns(self) -> set[str]:
        return {self.column}


@dataclass(frozen=True)
class Not:
    operand: Predicate

    def test(self, row: Mapping[str, Any]) -> bool | None:
        answer = self.operand.test(row)
        return None if answer is None else not answer

    def sql(self) -> str:
        return f"(NOT {self.operand.sql()})"

    def columns(self) -> set[str]:
        return self.operand.columns()


@dataclass(frozen=True)
class Junction:
    """AND or OR of several conditions."""

    word: str
    operands: tuple[Predicate, ...]

    def test(self, row: Mapping[str, Any]) -> bool | None:
        decisive = self.word == "OR"
        answers = [operand.test(row) for operand in self.operands]
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive

    def sql(self) -> str:
        return "(" + f" {self.word} ".join(operand.sql() for operand in self.operands) + ")"

    def columns(self) -> set[str]:
        return set().union(*(operand.columns() for operand in self.operands))


def parse(source: str) -> Predicate:
    """The predicate; BadInput says at which character the text leaves the language."""
    return _Parser(source).parse()


def check(predicate: Predicate, known: Collection[str], table: str) -> None:
    """Refuses a filter that names a column which the table does not have."""
    for column in sorted(predicate.columns()):
        if column not in known:
            raise BadInput("UnknownColumn", f"source.filter names {column}, which {table} does not have. "
                           f"Its columns: {', '.join(sorted(known))}.")


@dataclass(frozen=True)
class _Token:
    kind: str  # text, number, name, keyword, symbol, end
    value: str
    at: int


class _Parser:
    def __init__(self, source: str):
        self._source = source
        self._tokens = self._scan()
        self._index = 0
        self._depth = 0

    def parse(self) -> Predicate:
        found = self._junction("OR", lambda: self._junction("AND", self._not))
        if self._peek().kind != "end":
            raise self._bad("AND, OR or the end")
        return found

    def _scan(self) -> list[_Token]:
        tokens, position = [], 0
        while self._source[position:].strip():
            match = _TOKEN.match(self._source, position)
            if match is None:
                at = position + len(self._source[position:]) - len(self._source[position:].lstrip())
                raise BadInput("BadFilter", f"source.filter: {self._source[at:at + 12]!r} at character {at + 1} is not understood. "
                               "Compare columns with literals, joined by AND, OR, NOT.")
            kind = match.lastgroup or ""
            value, at = match.group(kind), match.start(kind)
            if kind == "word":
                kind = "keyword" if value.upper() in _KEYWORDS else "name"
                value = value.upper() if kind == "keyword" else value
            tokens.append(_Token("name" if kind == "quoted" else kind, value, at))
            position = match.end()
        return [*tokens, _Token("end", "the end", len(self._source))]

    def _peek(self) -> _Token:
        return self._tokens[self._index]

    def _next(self) -> _Token:
        token = self._tokens[self._index]
        self._index += token.kind != "end"
        return token

    def _take(self, value: str) -> bool:
        if self._peek().kind in ("keyword", "symbol") and self._peek().value == value:
            self._next()
            return True
        return False

    def _expect(self, value: str) -> None:
        if not self._take(value):
            raise self._bad(value)

    def _junction(self, word: str, operand: Callable[[], Predicate]) -> Predicate:
        operands = [operand()]
        while self._take(word):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Junction(word, tuple(operands))

    def _not(self) -> Predicate:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadInput("BadFilter", f"source.filter: nested deeper than {_DEEPEST} levels.")
        try:
            if self._take("NOT"):
                return Not(self._not())
            if self._take("("):
                inner = self._junction("OR", lambda: self._junction("AND", self._not))
                self._expect(")")
                return inner
            return self._test()
        finally:
            self._depth -= 1

    def _test(self) -> Predicate:
        if self._peek().kind != "name":
            raise self._bad("a column name")
        column = self._next().value
        if self._take("IS"):
            negated = self._take("NOT")
            self._expect("NULL")
            return Not(IsNull(column)) if negated else IsNull(column)
        if self._take("NOT"):
            self._expect("IN")
            return Not(self._membership(column))
        if self._take("IN"):
            return self._membership(column)
        operator = _SPELLING.get(self._peek().value, self._peek().value)
        if self._peek().kind != "symbol" or operator not in _COMPARE:
            raise self._bad("=, !=, <, <=, >, >=, IN or IS")
        self._next()
        return Comparison(column, operator, self._literal())

    def _membership(self, column: str) -> Predicate:
        self._expect("(")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        self._expect(")")
        return Membership(column, tuple(literals))

    def _literal(self) -> Literal:
        token = self._peek()
        if token.kind == "text":
            return self._next().value[1:-1].replace("''", "'")
        if token.kind == "number":
            value = self._next().value
            return int(value) if re.fullmatch(r"-?\d+", value) else float(value)
        if token.kind == "keyword" and token.value in ("TRUE", "FALSE"):
            return self._next().value == "TRUE"
        raise self._bad("a literal ('text', a number, TRUE or FALSE)")

    def _bad(self, expected: str) -> BadInput:
        token = self._peek()
        found = token.value if token.kind == "end" else repr(token.value)
        return BadInput("BadFilter", f"source.filter: expected {expected} at character {token.at + 1}, found {found}.")


def _alike(value: Any, literal: Literal) -> tuple[Any, Any]:
    """Both in one type, or (None, literal) where the value is null or cannot be compared with the literal."""
    if value is None or isinstance(value, (dict, list)):
        return None, literal
    if isinstance(value, bool) or isinstance(literal, bool):
        return _boolean(value), _boolean(literal)
    if isinstance(value, _NUMBERS) or isinstance(literal, _NUMBERS):
        number = _number(literal)
        return (None, literal) if number is None else (_number(value), number)
    return str(value), literal


def _number(value: Any) -> int | float | Decimal | None:
    if isinstance(value, _NUMBERS):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        pass
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).lower())


def _literal_sql(literal: Literal) -> str:
    if isinstance(literal, bool):
        return "TRUE" if literal else "FALSE"
    if isinstance(literal, str):
        # Spark reads a backslash in a string literal as an escape.
        return "'" + literal.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(literal)

"""`--where`: one condition over the columns of one table, taken apart, checked against an allow-list and written anew.

What a person typed never reaches the database. sqlglot reads it into a tree; every node must be of a listed type and carry
only the listed parts; every column must be one of the table's; the SQL is then written from that tree, each name and each
literal quoted. The list has no function that reads files, settings or the clock, that aggregates, or that can grow its input.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, Tokenizer, TokenType

from casemart.errors import UsageError

MAX_CHARACTERS = 4000
MAX_DEPTH = 40
HINT = "write one condition over the columns, such as `segment = 'phone' and first_contact_cases >= 100`"

BINARY = frozenset({"this", "expression"})
UNARY = frozenset({"this"})

# Node type: the parts it may have. A part that is not listed (a filter, a format, a table's name) is refused with its node.
ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((exp.And, exp.Or, exp.Add, exp.Sub, exp.Mul, exp.Div), BINARY),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ), BINARY),
    **dict.fromkeys((exp.Is, exp.Escape, exp.Nullif, exp.StartsWith, exp.Contains), BINARY),
    **dict.fromkeys((exp.Like, exp.ILike), BINARY | {"negate"}),
    **dict.fromkeys((exp.Not, exp.Neg, exp.Paren, exp.Column, exp.Boolean, exp.DataTypeParam), UNARY),
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Abs, exp.Floor, exp.Ceil), UNARY),
    **dict.fromkeys((exp.Year, exp.Quarter, exp.Month), UNARY),
    exp.Round: frozenset({"this", "decimals"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.DataType: frozenset({"this", "expressions"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Null: frozenset(),
}

CASTS = frozenset(
    {
        exp.DataType.Type.BIGINT,
        exp.DataType.Type.BOOLEAN,
        exp.DataType.Type.DATE,
        exp.DataType.Type.DECIMAL,
        exp.DataType.Type.DOUBLE,
        exp.DataType.Type.INT,
        exp.DataType.Type.TEXT,
        exp.DataType.Type.TIMESTAMP,
        exp.DataType.Type.VARCHAR,
    }
)

OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}


def compile_condition(text: str, columns: Iterable[str], table: str) -> str:
    """The condition as DuckDB SQL over quoted columns of `table`. Whatever is not plainly allowed is a UsageError."""
    _check_tokens(text)
    try:
        tree = parse_one(text, read="duckdb", into=exp.Condition)
        known = {name.lower(): name for name in columns}
        for node in list(tree.walk()):
            _check(node)
            if isinstance(node, exp.Column):
                node.this.replace(exp.to_identifier(_known_column(node.name, known, table), quoted=True))
        return tree.sql(dialect="duckdb", comments=False)
    except (SqlglotError, RecursionError) as error:
        raise UsageError("--where cannot be read as a condition", HINT) from error


def _check_tokens(text: str) -> None:
    """What must not even be parsed: more than one statement, comments, text that is too long or too deep."""
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"--where is longer than {MAX_CHARACTERS} characters", "write a shorter condition")
    if any(ord(character) < 32 and character not in "\t\n\r" for character in text):
        raise UsageError("--where has control characters", HINT)
    try:
        tokens: list[Token] = Tokenizer(dialect="duckdb").tokenize(text)
    except SqlglotError as error:
        raise UsageError("--where cannot be read as a condition", HINT) from error
    if not tokens:
        raise UsageError("--where is empty", HINT)
    depth = deepest = 0
    for token in tokens:
        if token.comments:
            raise UsageError("--where has a comment", HINT)
        if token.token_type == TokenType.SEMICOLON:
            raise UsageError("--where has a semicolon", HINT)
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise UsageError(f"--where has more than {MAX_DEPTH} levels of brackets", "write a simpler condition")


def _check(node: exp.Expr) -> None:
    """Refuses a node of another type, a node with parts that its type may not have, and a cast to another type."""
    parts = ALLOWED.get(type(node))
    present = {name for name, value in node.args.items() if value not in (None, False, [])}
    if isinstance(node, exp.Column) and present != UNARY:
        raise UsageError("--where has a qualified name", "name a column alone, without its table")
    if parts is None or not present <= parts:
        raise UsageError(f"--where does not allow `{_shown(node)}`", HINT)
    if isinstance(node, exp.In) and "expressions" not in present:
        raise UsageError(f"--where does not allow `{_shown(node)}`", "list values: `segment in ('phone', 'chat')`")
    if isinstance(node, exp.DataType) and node.this not in CASTS:
        raise UsageError(f"--where does not allow a cast to `{_shown(node)}`", HINT)


def _known_column(name: str, known: dict[str, str], table: str) -> str:
    """The column's own spelling."""
    if name.lower() not in known:
        near = difflib.get_close_matches(name.lower(), known, n=3)
        names = [known[match] for match in near] or list(known.values())
        raise UsageError(f"{table} has no column {name!r}", ("did you mean " if near else "columns: ") + ", ".join(names))
    return known[name.lower()]


def _shown(node: exp.Expr) -> str:
    """The refused part as it reads, cut to a length that an error line bears."""
    text = " ".join(node.sql(dialect="duckdb", comments=False).split())
    return text if len(text) <= 60 else text[:57] + "..."

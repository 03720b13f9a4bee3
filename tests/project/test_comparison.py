"""`make parity` finds whatever differs: each kind of difference between two engines, planted one at a time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from engines.comparison import Relation, compare, types

RELATION = Relation("facts", "fct_x", ("x_id", "part", "x_at", "amount", "share"), ("x_id", "part"))
ROWS = [
    ("a", None, datetime(2026, 1, 1, 10, 0, 0, 1), Decimal("1.10"), 0.3),
    ("a", "p", None, None, None),
    ("b", None, datetime(2026, 1, 2), Decimal("0.00"), 1e12),
]


def with_cell(row: int, column: str, value: object) -> list[tuple[object, ...]]:
    position = RELATION.columns.index(column)
    changed = (*ROWS[row][:position], value, *ROWS[row][position + 1 :])
    return [*ROWS[:row], changed, *ROWS[row + 1 :]]


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        ROWS[::-1],
        with_cell(0, "share", 0.3 + 0.9e-9),
        with_cell(2, "share", 1e12 + 999),
        with_cell(0, "amount", Decimal("1.1")),
    ],
    ids=["the same", "another order", "an absolute hair", "a relative hair", "another scale"],
)
def test_what_counts_as_equal(rows: list[tuple[object, ...]]) -> None:
    outcome = compare(RELATION, ROWS, rows)
    assert outcome.is_equal
    assert outcome.rows == (3, 3)


@pytest.mark.parametrize(
    ("rows", "differences", "example"),
    [
        (ROWS[1:], 1, "x_id = a, part = None: only in the first"),
        ([*ROWS, ("c", "p", None, None, None)], 1, "x_id = c, part = p: only in the second"),
        ([*ROWS, ROWS[1]], 1, "1 rows repeat a key"),
        ([], 3, "x_id = a, part = None: only in the first"),
        (with_cell(0, "share", 0.3 + 1.1e-9), 1, "x_id = a, part = None: share 0.3 <> 0.300000001"),
        (with_cell(0, "amount", Decimal("1.1000001")), 1, "Decimal('1.1000001')"),
        (with_cell(0, "x_at", datetime(2026, 1, 1, 10)), 1, "x_at datetime.datetime(2026, 1, 1, 10, 0, 0, 1) <> "),
        (with_cell(1, "share", 0.0), 1, "share None <> 0.0"),
        (with_cell(2, "amount", None), 1, "amount Decimal('0.00') <> None"),
        (with_cell(1, "part", "q"), 2, "x_id = a, part = p: only in the first"),
    ],
    ids=["missing", "extra", "repeated", "empty", "double", "decimal", "microsecond", "null", "not null", "key"],
)
def test_what_counts_as_different(rows: list[tuple[object, ...]], differences: int, example: str) -> None:
    outcome = compare(RELATION, ROWS, rows)
    assert (outcome.differences, outcome.is_equal) == (differences, False)
    assert any(example in text for text in outcome.examples)


def test_types_have_the_same_name_on_both_engines() -> None:
    duckdb = {"a": "VARCHAR", "b": "DECIMAL(18,2)", "c": "TIMESTAMP", "d": "DOUBLE", "e": "BIGINT", "f": "DATE", "g": "BOOLEAN"}
    postgres = {"a": "text", "b": "numeric(18,2)", "c": "timestamp without time zone", "d": "double precision", "e": "bigint"}
    assert types(duckdb.items()) == types([*postgres.items(), ("f", "date"), ("g", "boolean")])
    assert types([("b", "numeric(18,4)")]) != types([("b", "DECIMAL(18,2)")])
    assert types([("c", "timestamp with time zone")]) != types([("c", "TIMESTAMP")])

"""Answers as Markdown tables, values as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from casemart.reading import Answer
    from casemart.render import Sheet

# What would end a cell, or make markup or a link of a value.
ACTIVE = re.compile(r"[\\|`*<>&~\[\]]")


def write_markdown(answer: Answer, stream: IO[str]) -> int:
    """All columns, one line per row; columns that begin with numbers are aligned right. Counts the rows."""
    from casemart.render import cell, is_number

    first = next(answer.batches, [])
    right = {index for row in first for index, value in enumerate(row) if is_number(value)}
    rows = chain(first, (row for batch in answer.batches for row in batch))
    texts = ([cell(value, column) for value, column in zip(row, answer.fields, strict=True)] for row in rows)
    count = 0
    for line in _lines([column.name for column in answer.fields], texts, right):
        stream.write(line)
        count += 1
    return count - 2  # header and rule


def print_markdown(sheet: Sheet, stream: IO[str]) -> None:
    """A sheet with its title above and its caption below."""
    stream.write(f"**{_escaped(sheet.title)}**\n\n")
    stream.writelines(_lines(sheet.headers, sheet.rows, sheet.right))
    stream.write(f"\n{_escaped(sheet.caption)}\n")


def _lines(headers: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int]) -> Iterator[str]:
    rule = ["---:" if index in right else "---" for index in range(len(headers))]
    yield _line(map(_escaped, headers))
    yield _line(rule)
    for row in rows:
        yield _line(map(_escaped, row))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _escaped(text: str) -> str:
    from casemart.render import printable

    return ACTIVE.sub(r"\\\g<0>", printable(text))

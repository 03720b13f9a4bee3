"""Answers as text: CSV, TSV, JSON and NDJSON."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from casemart.export.markdown import write_markdown

if TYPE_CHECKING:
    from casemart.reading import Answer

BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet takes for the start of a formula, or drops in front of one; also the full-width signs.
FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
PLAIN_NUMBER = re.compile(r"[+-]?\d[\d.,]*(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def write_csv(answer: Answer, stream: IO[str], *, delimiter: str = ",", is_excel: bool = False) -> int:
    """A header, then one line per row: booleans true and false, NULL empty, timestamps in UTC with a `Z`. Counts the rows.

    For a spreadsheet program: a byte order mark, CRLF, an apostrophe before text that it would take for a formula, and
    timestamps as it knows them.
    """
    texts = IN_EXCEL if is_excel else IN_CSV
    if is_excel:
        stream.write(BYTE_ORDER_MARK)
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n" if is_excel else "\n")
    writer.writerow([guarded(column.name) if is_excel else column.name for column in answer.fields])
    count = 0
    for batch in answer.batches:
        count += len(batch)
        writer.writerows([texts[type(value)](value) if type(value) in texts else value for value in row] for row in batch)
    return count


def write_json(answer: Answer, stream: IO[str]) -> int:
    """An array with one object per row and line. Decimals keep their digits; NaN and infinity are null. Counts the rows."""
    count = 0
    for count, line in enumerate(_objects(answer), start=1):
        stream.write(("[\n" if count == 1 else ",\n") + line)
    stream.write("\n]\n" if count else "[]\n")
    return count


def write_ndjson(answer: Answer, stream: IO[str]) -> int:
    """One object per line, the values as in JSON. Counts the rows."""
    count = 0
    for line in _objects(answer):
        stream.write(line + "\n")
        count += 1
    return count


def _objects(answer: Answer) -> Iterator[str]:
    names = [json.dumps(column.name, ensure_ascii=False) for column in answer.fields]
    for batch in answer.batches:
        for row in batch:
            yield "{" + ", ".join(f"{name}: {json_text(value)}" for name, value in zip(names, row, strict=True)) + "}"


def json_text(value: Any, indent: str | None = None) -> str:
    """Any value that DuckDB or this program makes, as JSON; `indent` is what stands before each line of a nested one."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "null"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, datetime):
        return json.dumps(timestamp_text(value))
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    if isinstance(value, dict | list | tuple) and value:
        is_object = isinstance(value, dict)
        inner = None if indent is None else indent + "  "
        if is_object:
            parts = [f"{json.dumps(str(name), ensure_ascii=False)}: {json_text(part, inner)}" for name, part in value.items()]
        else:
            parts = [json_text(part, inner) for part in value]
        opening, closing = "{}" if is_object else "[]"
        if inner is None:
            return opening + ", ".join(parts) + closing
        return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"
    if value is None or isinstance(value, bool | int | str | dict | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(str(value), ensure_ascii=False)


def timestamp_text(value: datetime) -> str:
    """ISO 8601 in UTC. Stored timestamps are UTC without a zone."""
    return in_utc(value).isoformat() + "Z"


def in_utc(value: datetime) -> datetime:
    """The moment in UTC, without a zone."""
    return (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None)


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet program would calculate the text. A plain number is none: `-5` and `+1.5e3` are what they say."""
    return bool(text) and text[0] in FORMULA_STARTS and not PLAIN_NUMBER.fullmatch(text)


def guarded(text: str) -> str:
    """The text, after an apostrophe where it would else be calculated."""
    return f"'{text}" if starts_formula(text) else text


IN_CSV: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    float: lambda value: repr(value) if math.isfinite(value) else "",
    Decimal: lambda value: format(value, "f") if value.is_finite() else "",
    datetime: timestamp_text,
    list: json_text,
    dict: json_text,
}
IN_EXCEL: dict[type, Callable[[Any], str]] = {**IN_CSV, str: guarded, datetime: lambda value: in_utc(value).isoformat(" ")}

FORMATS: dict[str, Callable[[Answer, IO[str]], int]] = {
    "csv": write_csv,
    "tsv": partial(write_csv, delimiter="\t"),
    "json": write_json,
    "ndjson": write_ndjson,
    "md": write_markdown,
}

"""Reads NDJSON, one object per line, into the spool that CSV comes in: each field as text, exactly as it is spelled.

Numbers never become floats. A number without an exponent keeps its digits, but for a fraction of zeros: JSON's 5.0 is 5.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from casemart.contract import Table
from casemart.landing.content import Content
from casemart.landing.header import Header, match_header
from casemart.landing.read import MAX_RECORD_BYTES, Spool, refused_line, too_long
from casemart.render import printable

LARGEST_EXPONENT = 100  # beyond it a number keeps its exponent, which no type takes
PLAIN = {str, type(None)}
MOST_SHAPES = 1000
MOST_NAMES = 1000
LONGEST_NAME = 60  # characters of a key that are shown


def spool_lines(
    content: Content, folder: Path, name: str, table: Table, progress: Callable[[], None] = lambda: None
) -> tuple[Spool, Header]:
    """Reads the whole file into `folder`. CasemartError if it is no NDJSON, or no object has a column that is required."""
    target = new_spool(folder, name, table)
    data = b""
    with LineReader(target, table, content) as reader:
        for piece in content.pieces():
            data = reader.take(data + piece, is_final=False)
            progress()
        reader.take(data, is_final=True)
    if not target.records:
        raise content.refused("has only blank lines", "a CSV file with a header alone lands as an empty table")
    names = list(reader.names)
    found = match_header(names, content.source, table) if target.accepted else None
    positions = {column: index for index, column in enumerate(target.header)}
    return target, Header(names, positions, found.ignored if found else ())


def new_spool(folder: Path, name: str, table: Table) -> Spool:
    """An empty spool of a table's columns, whatever the objects have."""
    header = [column.name for column in table.columns]
    return Spool(folder / f"{name}.csv", folder / f"{name}.refused.csv", ",", header, raw_path=folder / f"{name}.raw")


class LineReader:
    """Takes lines apart. `line` is the number of the next one; `names` are the keys that objects have had, in lower case."""

    def __init__(self, target: Spool, table: Table, content: Content | None = None) -> None:
        self.target = target
        self.content = content
        self.line = 1
        self.names: dict[str, None] = {}
        self.known = {column.name for column in table.columns}
        self.shapes: dict[tuple[str, ...], Callable[[tuple[Any, ...]], tuple[Any, ...]] | str] = {}
        decoder = _decoder()
        self.decode, self.scan = decoder.decode, decoder.scan_once
        self.offset = 0
        self.is_first = content is not None

    def __enter__(self) -> LineReader:
        assert self.target.raw_path
        self.accepted: IO[str] = self.target.path.open("w", encoding="utf-8", newline="")
        self.raw = self.target.raw_path.open("wb")
        self.refused = self.target.refused_path.open("wb")
        self.writer = csv.writer(self.accepted, quoting=csv.QUOTE_ALL, lineterminator="\n")
        return self

    def __exit__(self, *_error: object) -> None:
        for file in (self.accepted, self.raw, self.refused):
            file.close()

    def take(self, data: bytes, *, is_final: bool) -> bytes:
        """Handles all complete lines of `data` and gives back the rest."""
        end = len(data) if is_final else data.rfind(b"\n") + 1
        rest = data[end:]
        rows: list[tuple[int | str | None, ...]] = []
        texts: list[str] = []
        first = self.line
        for line in data[:end].decode().split("\n") if end else ():
            if text := line.strip(" \t\r"):
                if len(text) > MAX_RECORD_BYTES // 4 and len(text.encode()) > MAX_RECORD_BYTES:
                    raise too_long(self._shown, self.line)
                if self.is_first:
                    self._check_first(text)
                fields = self._fields(text)
                if fields.__class__ is str:
                    self.refused.write(refused_line(self.line, fields, text.encode()))
                    self.target.refused += 1
                else:
                    rows.append((self.line, *fields))
                    texts.append(f"{self.line // 1000}{self.line % 1000:03d},{text}\n")
            self.line += 1
        if data[end - 1 : end] == b"\n":
            # Behind the last line end stands the rest.
            self.line -= 1
        if len(rest) > MAX_RECORD_BYTES:
            raise too_long(self._shown, self.line)
        if rows:
            self.writer.writerows(rows)
            self._keep(first, texts)
        return rest

    def _keep(self, first: int, texts: list[str]) -> None:
        """Writes down a stretch of raw texts, so that those of refused rows are found again."""
        target = self.target
        target.accepted += len(texts)
        target.first_lines.append(first)
        target.offsets.append(self.offset)
        target.is_single.append(False)
        stretch = "".join(texts).encode()
        self.raw.write(stretch)
        self.offset += len(stretch)

    def _fields(self, text: str) -> tuple[str | None, ...] | str:
        """The texts of the contract's columns; or the reason why this is no record."""
        try:
            pairs, end = self.scan(text, 0)
            if end != len(text):
                self.decode(text)
        except RecursionError:
            return "not a JSON object: nested too deeply"
        except (StopIteration, ValueError):
            return self._complaint(text)
        if text[0] != "{":
            return "not a JSON object"
        names, values = zip(*pairs, strict=True) if pairs else ((), ())
        shape = self.shapes.get(names) or self._shape(names)
        if shape.__class__ is str:
            return shape
        fields = shape((*values, None))
        if not PLAIN.issuperset(map(type, fields)):
            nested = [name for name, value in zip(self.target.header, fields, strict=True) if isinstance(value, list | tuple)]
            if nested:
                return f"{nested[0]}: nested value"
            fields = tuple(map(_shown, fields))
        return self._checked(text, fields) if "\\" in text else fields

    def _checked(self, text: str, fields: tuple[str | None, ...]) -> tuple[str | None, ...] | str:
        """The same; a reason if an escape brings in what no text may hold."""
        for name, value in zip(self.target.header, fields, strict=True) if "\\u" in text else ():
            if value and "\x00" in value:
                return f"{name}: NUL character"
            if value and not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
                return f"{name}: half a character: an escaped surrogate without its other half"
        self.target.has_line_breaks |= any(value and ("\n" in value or "\r" in value) for value in fields)
        return fields

    def _complaint(self, text: str) -> str:
        try:
            self.decode(text)
        except ValueError as error:
            return f"not JSON: {_message(error)}"
        raise AssertionError("the scanner refuses what the decoder takes")

    def _shape(self, names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]] | str:
        """What takes the columns out of the values of an object with these keys; a reason if one column comes twice."""
        lowered = [name.strip().lower() for name in names]
        places = {name: index for index, name in enumerate(lowered)}
        doubled = [name for name in places if name in self.known and lowered.count(name) > 1]
        shape: Callable[[tuple[Any, ...]], tuple[Any, ...]] | str
        if doubled:
            shape = f"{doubled[0]}: the key stands twice"
        else:
            # Behind the values stands a NULL, for the columns that are missing.
            shape = itemgetter(*(places.get(name, len(names)) for name in self.target.header))
            is_room = len(self.names) < MOST_NAMES
            self.names |= dict.fromkeys(name[:LONGEST_NAME] for name in lowered if is_room or name in self.known)
        if len(self.shapes) >= MOST_SHAPES:
            self.shapes.clear()
        self.shapes[names] = shape
        return shape

    def _check_first(self, text: str) -> None:
        """A lone brace means that an object goes over several lines; not one of them could be read."""
        self.is_first = False
        if text == "{" and self.content:
            raise self.content.refused("is JSON over several lines, not NDJSON", "one object per line, for example: `jq -c .`")

    @property
    def _shown(self) -> str:
        return self.content.source.shown if self.content else "a quarantined row"


def object_of(text: str, known: set[str]) -> dict[str, str]:
    """The values of an object as texts, by key in lower case; nothing if a known column is nested or doubled in it."""
    try:
        pairs = _decoder().decode(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(pairs, tuple):
        return {}
    named = [(name.strip().lower(), value) for name, value in pairs]
    known_values = {name: value for name, value in named if name in known}
    is_doubled = sum(name in known for name, _ in named) > len(known_values)
    if is_doubled or any(isinstance(value, list | tuple) for value in known_values.values()):
        return {}
    return {name: _shown(value) for name, value in named if not isinstance(value, list | tuple)}


def _shown(value: str | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _decoder() -> json.JSONDecoder:
    """Numbers as they are spelled, arrays as lists, objects as tuples of pairs."""
    return json.JSONDecoder(object_pairs_hook=tuple, parse_int=str, parse_float=_plain, parse_constant=_no_number)


def _plain(text: str) -> str:
    """A number without exponent, and without a fraction of zeros."""
    mantissa, mark, exponent = text.lower().partition("e")
    if mark:
        if len(exponent) > 4 or abs(int(exponent)) > LARGEST_EXPONENT or len(mantissa) > LARGEST_EXPONENT:
            return text
        text = format(Decimal(text), "f")
    whole, _, fraction = text.partition(".")
    return text if fraction.strip("0") else whole


def _no_number(text: str) -> str:
    raise ValueError(f"{text} is no JSON number")


def _message(error: ValueError) -> str:
    message = f"{error.msg}: column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
    return printable(message).replace('"', "'")

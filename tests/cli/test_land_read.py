"""The splitter: every physical line of any file ends in one record, refused or not, with its number and its text."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from casemart.errors import CasemartError
from casemart.landing import content, read
from casemart.landing.content import Content, Limits
from casemart.landing.read import CSV, Spool, spool
from casemart.landing.sources import Source

Parts = dict[int, tuple[str, tuple[str | None, ...] | None]]
LINE_END = re.compile(r"\r\n|\n|\r")


def split(folder: Path, text: str, delimiter: str = ",") -> Spool:
    file = folder / "file.csv"
    file.write_bytes(text.encode())
    return spool(Content(Source(file, "file.csv", "cases", "", delimiter), "utf-8", Limits()), folder, "spool")


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def parts(database: duckdb.DuckDBPyConnection, target: Spool) -> Parts:
    """By line: the raw text, and the fields of an accepted record."""
    columns = "{'line': 'bigint', " + ", ".join(f"'f{index}': 'varchar'" for index in range(len(target.header))) + "}"
    source = f"read_csv(?, delim = ?, columns = {columns}, parallel = false, {CSV})"
    rows = database.execute(f"select * from {source}", [str(target.path), target.delimiter]).fetchall()
    columns = "{'line': 'bigint', 'reason': 'varchar', 'raw': 'varchar'}"
    source = f"read_csv(?, delim = ',', columns = {columns}, parallel = false, {CSV})"
    refused = database.execute(f"select line, raw from {source}", [str(target.refused_path)]).fetchall()
    texts = dict(target.raw_texts(line for line, *_ in rows))
    assert (len(rows), len(refused)) == (target.accepted, target.refused)
    found = {line: (texts[line].decode(), tuple(fields)) for line, *fields in rows}
    assert not found.keys() & dict(refused).keys()
    return found | {line: (raw, None) for line, raw in refused}


def expected(text: str, width: int) -> Parts:
    """The same by going through the text character by character."""
    found: Parts = {}
    position, line = 0, 1
    while position < len(text):
        end, fields = one_record(text, position)
        if fields is None:
            end_of_line = LINE_END.search(text, position)
            end = end_of_line.start() if end_of_line else len(text)
        raw = text[position:end]
        if raw:
            is_sound = fields is not None and len(fields) == width
            found[line] = (raw, tuple(value or None for value in fields) if is_sound and fields else None)
        following = LINE_END.match(text, end)
        position = following.end() if following else len(text)
        line += 1 + len(LINE_END.findall(raw))
    del found[min(found)]
    return found


def one_record(text: str, position: int) -> tuple[int, list[str] | None]:
    """Where the record ends and its fields; None if its quotes are unsound."""
    fields = []
    while True:
        value = ""
        if text[position : position + 1] == '"':
            position += 1
            while True:
                if position >= len(text):
                    return position, None
                if text[position] == '"':
                    if text[position + 1 : position + 2] != '"':
                        position += 1
                        break
                    position += 1
                value += text[position]
                position += 1
        else:
            while position < len(text) and text[position] not in ',"\r\n':
                value += text[position]
                position += 1
        fields.append(value)
        if position >= len(text) or text[position] in "\r\n":
            return position, fields
        if text[position] != ",":
            return position, None
        position += 1


@pytest.mark.parametrize("seed", range(4))
def test_any_file_is_split_without_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: duckdb.DuckDBPyConnection, seed: int
) -> None:
    random_ = random.Random(seed)
    for _ in range(75):
        # Pieces so small that records, line ends and characters are torn.
        monkeypatch.setattr(content, "PIECE_BYTES", random_.choice([1, 2, 3, 7, 50, 1000]))
        tokens = ["a", "ü€", ",", ",", '"', '""', '"x","y",z\n', '"x","y","z"\r\n', '"x"\n', "1,2,3\n"]
        tokens += ['"l\ni",p,q\r\n', "\n", "\r\n", "\r"]
        weights = [random_.random() for _ in tokens]
        header = random_.choice(["x,y,z", "x"])
        text = header + random_.choice(["\n", "\r\n"]) + "".join(random_.choices(tokens, weights, k=random_.randrange(60)))
        assert parts(database, split(tmp_path, text)) == expected(text, 1 + header.count(",")), repr(text)


def test_dense_quotes_are_read_as_the_csv_module_does(tmp_path: Path, database: duckdb.DuckDBPyConnection) -> None:
    random_ = random.Random(1)
    values = ["a", "", "ü", 'say ""x""', "a,b", "two\nlines", "2026-01-05"]
    lines = ['"' + '","'.join(random_.choices(values, [20, 9, 5, 1, 1, 1, 20], k=4)) + '"' for _ in range(30_000)]
    text = "a,b,c,d\n" + "".join(line + random_.choice(["\n", "\r\n"]) for line in lines)
    found = parts(database, split(tmp_path, text))
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [fields for _, (_, fields) in sorted(found.items())] == [tuple(value or None for value in row) for row in rows]
    physical = text.split("\n")
    assert all(physical[line - 1].rstrip("\r") == raw.split("\n")[0] for line, (raw, _) in found.items())


def test_an_open_quote_costs_one_line_not_the_rest(tmp_path: Path) -> None:
    text = "a,b\n1,2\n" + '3,"never closed\n' + "".join(f"{number},x\n" for number in range(200_000))
    target = split(tmp_path, text)
    assert (target.accepted, target.refused) == (200_001, 1)
    assert target.refused_path.read_text() == '3,"a quote is never closed","3,""never closed"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1," + "x" * (read.MAX_RECORD_BYTES + 1) + "\n", "a record of more than 1,048,576 bytes in or after line 2"),
        ('a,b\n1,"' + "x" * (read.MAX_RECORD_BYTES + 1), "a record of more than 1,048,576 bytes in or after line 2"),
        ('a,b\n1,"' + "x" * (read.MAX_RECORD_BYTES + 1) + '"\n', "a record of more than 1,048,576 bytes in or after line 2"),
        ('a,"b\n1,2\n', "has a header with unpaired quotes"),
        ("a,b\n" + '1,"x",' + "x" * 2 * read.MAX_RECORD_BYTES, "a record of more than 1,048,576 bytes in or after line 2"),
        ("\n\r\n\n", "has only blank lines"),
        ("x" * 3_000_000, "has no header"),
        ("x" * 200_000 + "\n", "has no header"),
    ],
    ids=["plain", "open", "closed", "long line", "header", "blank", "long header", "long name"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CasemartError, match=re.escape(message)):
        split(tmp_path, text)

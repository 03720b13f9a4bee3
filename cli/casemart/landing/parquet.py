"""Reads Parquet: every value as text in the spelling of the contract, so that the rules of CSV hold for it, and nothing is lost.

The file is copied, looked through once in a database of its own, and read from the copy when it is typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from casemart.contract import Table
from casemart.landing.content import Content
from casemart.landing.header import Header, match_header
from casemart.landing.read import MAX_RECORD_BYTES, Spool, literal, too_long
from casemart.render import printable
from casemart.warehouse import Connection, open_scratch, quoted

END = b"PAR1"
NESTED = re.compile(r"STRUCT|MAP|UNION|VARIANT|GEOMETRY|.*\]$")
TEXTS = re.compile(r"VARCHAR|JSON|ENUM")
ROW_NUMBER = "file_row_number"  # the column that DuckDB adds
LARGEST_WHOLE = 1 << 53  # up to which a double tells whole numbers apart


@dataclass
class ParquetSpool(Spool):
    """A Parquet file that is read where it lies. `texts` is the SQL of each column of `header`, over the file's `c0, c1 …`."""

    texts: list[str] = field(default_factory=list)
    width: int = 0

    def relation(self) -> str:
        fields = "".join(f", {text} as f{index}" for index, text in enumerate(self.texts))
        return f"(select row_number + 1 as line{fields} from {self.values()})"

    def values(self) -> str:
        """The columns as they are, as `c0, c1 …`, and `row_number` from 0."""
        names = "".join(f"c{index}, " for index in range(self.width)) + "row_number"
        reader = f"read_parquet({literal(self.path)}, file_row_number = true, hive_partitioning = false)"
        return f"{reader} as file({names})"

    def raw_texts(self, lines: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The records of these numbers as JSON: the columns that the contract has, each as text."""
        wanted = list(lines)
        query = f"from {self.relation()} semi join (select unnest($lines) as line) using (line) order by line"
        with closing(open_scratch()) as connection:
            connection.execute(f"set temp_directory = {quoted(self.path.parent)}")
            cursor = connection.execute(query, {"lines": wanted})
            while batch := cursor.fetchmany(1000):
                for line, *values in batch:
                    yield line, json.dumps(dict(zip(self.header, values, strict=True)), ensure_ascii=False).encode()


def spool_parquet(
    content: Content, folder: Path, name: str, table: Table, progress: Callable[[], None] = lambda: None
) -> tuple[Spool, Header]:
    """Copies the file into `folder` and looks it through. CasemartError if it is damaged, too large, or has other columns."""
    import duckdb

    target = ParquetSpool(folder / f"{name}.parquet", folder / f"{name}.refused.csv", ",")
    target.refused_path.touch()
    with target.path.open("wb") as copy:
        for piece in content.raw_pieces():
            copy.write(piece)
            progress()
    with target.path.open("rb") as file:
        file.seek(-min(len(END), content.content_bytes), 2)
        if file.read() != END:
            raise content.refused("is cut off: a Parquet file ends as it begins, with PAR1", "copy it again")
    try:
        with closing(open_scratch()) as connection:
            columns = _columns(connection, content, target.path)
            header = match_header([column for column, _ in columns], content.source, table)
            _choose(content, target, header, columns, table)
            _check_size(connection, content, target)
            _look_through(connection, content, target, {place: columns[place][1] for place in header.positions.values()})
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        reason = printable(str(error).splitlines()[0]) if str(error) else "no reason is given"
        raise content.refused(f"is damaged, or no sound Parquet: {reason}", "copy it again, or export it again") from error
    return target, Header(header.names, {column: index for index, column in enumerate(target.header)}, header.ignored)


def _columns(connection: Connection, content: Content, path: Path) -> list[tuple[str, str]]:
    """The columns with the types that DuckDB reads them as. Their names come from the schema, where they may be doubled."""
    tree = connection.execute(f"select name, num_children from parquet_schema({literal(path)})").fetchall()
    names, skip = [], 0
    for name, children in tree[1:]:
        if skip == 0:
            names.append(name)
        skip = max(0, skip - 1) + (children or 0)
    if ROW_NUMBER in map(str.lower, names):
        raise content.refused(f"has a column {ROW_NUMBER}, a name that the reader needs for itself", "rename it")
    described = connection.execute(f"describe from read_parquet({literal(path)}, hive_partitioning = false)").fetchall()
    return list(zip(names, (row[1] for row in described), strict=True))


def _choose(content: Content, target: ParquetSpool, header: Header, columns: list[tuple[str, str]], table: Table) -> None:
    """Takes the columns that the contract has. A nested or binary one is refused: it has no text that could be checked."""
    target.header, target.width = list(header.positions), len(columns)
    for name, place in header.positions.items():
        data_type = columns[place][1]
        column = table.column(name)
        assert column
        if NESTED.match(data_type) or data_type == "BLOB":
            kind = "binary" if data_type == "BLOB" else "nested"
            shown = data_type if len(data_type) < 60 else data_type[:59] + "…"
            raise content.refused(
                f"has {kind} values in the column {name} ({printable(shown)}), which {table.name} has as {column.data_type}",
                "write it as text" if kind == "binary" else "export it flat, one value per column",
            )
        target.texts.append(_text(f"c{place}", data_type, column.data_type))
    target.natives = frozenset(name for name, place in header.positions.items() if not TEXTS.match(columns[place][1]))


def _text(column: str, data_type: str, wanted: str) -> str:
    """The SQL of a value's text, as the contract spells it; exact."""
    text = f"{column}::varchar"
    if data_type in ("DOUBLE", "FLOAT"):
        # Ids and counts are often doubles only because some are missing. Small numbers are written out: 1e-05 is 0.00001.
        digits = f"replace(regexp_extract({text}, '^-?([0-9.]+)e', 1), '.', '')"
        zeros = f"repeat('0', try_cast(regexp_extract({text}, 'e-([0-9]+)$', 1) as integer) - 1)"
        small = f"case when {column} < 0 then '-' else '' end || '0.' || {zeros} || {digits}"
        # A cast that may fail is tried: it may be computed for values that the case is not for.
        whole = f"try_cast({column} as bigint)::varchar"
        return f"""case when abs({column}) < {LARGEST_WHOLE} and trunc({column}) = {column} then {whole}
            when {text} like '%e-%' then {small} else {text} end"""
    if data_type.startswith("TIMESTAMP") and not data_type.endswith("ZONE") and wanted == "date":
        # Many tools have no type for days. A moment within a day is still none.
        day = f"try_cast({column} as date)"
        return f"case when try_cast({day} as {data_type}) = {column} then {day}::varchar else {text} end"
    return text


def _check_size(connection: Connection, content: Content, target: ParquetSpool) -> None:
    """The caps, against what the file says of itself: a cell counts as one byte at least, however well it is packed."""
    path = literal(target.path)
    unpacked = connection.execute(f"select sum(total_uncompressed_size)::bigint from parquet_metadata({path})").fetchall()[0][0]
    rows = connection.execute(f"select sum(num_rows)::bigint from parquet_file_metadata({path})").fetchall()[0][0]
    content.check_unpacked(max(unpacked or 0, rows * len(target.header)))
    target.accepted = rows


def _look_through(connection: Connection, content: Content, target: ParquetSpool, types: dict[int, str]) -> None:
    """Reads every value once: what cannot be decoded fails here, and what no text file may hold is refused."""
    texts = [f"c{place}::varchar" for place, data_type in types.items() if TEXTS.match(data_type)]
    size = " + ".join(f"coalesce(strlen({text}), 0)" for text in texts) or "0"
    has_nul = " or ".join(f"contains({text}, chr(0))" for text in texts) or "false"
    # A count would be taken from the file's statistics.
    others = "".join(f", bit_xor(hash(c{place}))" for place, data_type in types.items() if not TEXTS.match(data_type))
    query = f"""
        select count(*), coalesce(sum({size}), 0)::bigint, min(row_number + 1) filter ({size} > {MAX_RECORD_BYTES}),
            min(row_number + 1) filter ({has_nul}){others}
        from {target.values()}"""
    rows, total, too_large, nul = connection.execute(query).fetchall()[0][:4]
    if rows != target.accepted:
        raise content.refused(f"is damaged: it has {rows:,} rows, and says that it has {target.accepted:,}", "copy it again")
    if too_large is not None:
        raise too_long(content.source.shown, too_large)
    if nul is not None:
        raise content.refused(f"has a NUL character in row {nul}", "export it without")
    content.check_unpacked(total)

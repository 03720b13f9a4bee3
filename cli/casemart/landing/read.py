"""Splits a file into records that cannot be misread, and keeps what is no record.

The spool is a CSV file of our own: the physical line number of each record in front of the record itself, one line end,
every record with as many fields as the header. DuckDB reads it without guessing; what does not fit goes to a second file,
each with its line and its reason. Every physical line ends in one of the two, or is blank.
"""

from __future__ import annotations

import csv
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

from casemart.errors import CasemartError
from casemart.landing.content import Content
from casemart.warehouse import quoted

MAX_RECORD_BYTES = 1 << 20
# A reader whose every freedom is taken: `new_line` too is guessed unless it is said, from the first line alone.
CSV = """auto_detect = false, header = false, quote = '"', escape = '"', comment = '', nullstr = '', new_line = '\\n',
    max_line_size = 5000000"""
LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Grammar:
    """RFC 4180 for one delimiter, as patterns over bytes. Possessive, so that no input makes them slow."""

    record: re.Pattern[bytes]  # one record with its line end
    unclosed: re.Pattern[bytes]  # a record whose last quote is still open at the end of the data
    run: re.Pattern[bytes]  # whole lines of quoted or plain fields without line breaks, as many as there are

    @staticmethod
    def of(delimiter: str, field_count: int) -> Grammar:
        mark = re.escape(delimiter.encode())
        plain = rb'[^"\r\n' + mark + rb"]*+"
        quoted = rb'"[^"]*+(?:""[^"]*+)*+"'
        one_line = rb'(?:"[^"\r\n]*+(?:""[^"\r\n]*+)*+"|' + plain + rb")"
        value = rb"(?:" + quoted + rb"|" + plain + rb")"
        return Grammar(
            record=re.compile(value + rb"(?:" + mark + value + rb")*+(?:\r\n|\n|\r|\Z)"),
            unclosed=re.compile(rb"(?:" + value + mark + rb')*+"[^"]*+(?:""[^"]*+)*+\Z'),
            run=re.compile(rb"(?:" + one_line + rb"(?:" + mark + one_line + rb"){%d}\r?\n)++" % (field_count - 1)),
        )


@dataclass
class Spool:
    """The records of one file. `accepted` + `refused` = its records; blank lines are none.

    `natives` are columns whose values had a type in the file, so that their texts are in casemart's spelling.
    """

    path: Path
    refused_path: Path
    delimiter: str
    header: list[str] = field(default_factory=list)
    accepted: int = 0
    refused: int = 0
    has_line_breaks: bool = False
    # Stretches of the spool: the line that each begins with, where, and whether it is one record of several lines.
    first_lines: array[int] = field(default_factory=lambda: array("q"))
    offsets: array[int] = field(default_factory=lambda: array("q"))
    is_single: bytearray = field(default_factory=bytearray)
    natives: frozenset[str] = frozenset()
    # Where the texts of the records stand, if they are not CSV.
    raw_path: Path | None = None

    @property
    def records(self) -> int:
        return self.accepted + self.refused

    def relation(self) -> str:
        """The accepted records for SQL: `line`, and the text of each field as `f0, f1 …`."""
        columns = "{'line': 'bigint', " + ", ".join(f"'f{index}': 'varchar'" for index in range(len(self.header))) + "}"
        # A quoted line break may stand where another thread begins to read.
        options = f"delim = {quoted(self.delimiter)}, columns = {columns}, parallel = {not self.has_line_breaks}, {CSV}"
        return f"read_csv({literal(self.path)}, {options})"

    def remove(self) -> None:
        for path in (self.path, self.refused_path, self.raw_path):
            if path:
                path.unlink(missing_ok=True)

    def raw_texts(self, lines: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The records that begin in these lines (ascending), as they stand in the file."""
        with (self.raw_path or self.path).open("rb") as file:
            stretch, data, position = -1, b"", 0
            for line in lines:
                wanted = bisect_right(self.first_lines, line) - 1
                if wanted != stretch:
                    stretch, position = wanted, 0
                    file.seek(self.offsets[stretch])
                    is_last = stretch + 1 == len(self.offsets)
                    data = b"\n" + file.read(-1 if is_last else self.offsets[stretch + 1] - self.offsets[stretch])
                prefix = b"\n%b%b" % (line_number(line), self.delimiter.encode())
                start = data.index(prefix, position)
                position = len(data) - 1 if self.is_single[stretch] else data.index(b"\n", start + 1)
                yield line, data[start + len(prefix) : position]


def read_header(content: Content) -> list[str]:
    """The names in the header, as they stand there; CasemartError if there is none."""
    with closing(content.pieces()) as pieces:
        return _read_header(content, pieces)[0]


def spool(content: Content, folder: Path, name: str, progress: Callable[[], None] = lambda: None) -> Spool:
    """Reads the whole file into `folder`."""
    target = Spool(folder / f"{name}.csv", folder / f"{name}.refused.csv", content.source.delimiter)
    pieces = content.pieces()
    target.header, data, line = _read_header(content, pieces)
    progress()
    with target.path.open("wb") as accepted, target.refused_path.open("wb") as refused:
        splitter = Splitter(target, line, accepted.write, refused.write, content.source.shown)
        for piece in pieces:
            data = splitter.take(data + piece, is_final=False)
            progress()
        splitter.take(data, is_final=True)
    return target


def _read_header(content: Content, pieces: Iterator[bytes]) -> tuple[list[str], bytes, int]:
    """The header's fields, what was read behind it, and the line where that begins."""
    data, delimiter, shown = b"", content.source.delimiter, content.source.shown
    record = Grammar.of(delimiter, 1).record
    is_final = False
    while True:
        blank = len(data) - len(data.lstrip(b"\r\n"))
        match = record.match(data, blank)
        if match and match.end() > blank and (is_final or match.end() < len(data)):
            break
        if is_final:
            what = "has only blank lines" if blank == len(data) else "has a header with unpaired quotes"
            raise CasemartError(f"{shown} {what}", "a file begins with the names of its columns")
        if len(data) > MAX_RECORD_BYTES:
            what = "has no header: its first line is too long, or its quotes are unpaired"
            raise CasemartError(f"{shown} {what}", "a file begins with the names of its columns")
        piece = next(pieces, b"")
        data, is_final = data + piece, not piece
    try:
        fields = next(csv.reader([match.group().decode().rstrip("\r\n")], delimiter=delimiter))
    except csv.Error as error:
        what = f"has no header: {error} in its first line"
        raise CasemartError(f"{shown} {what}", "a file begins with the names of its columns") from error
    return fields, data[match.end() :], 1 + len(LINE_END.findall(data, 0, match.end()))


class Splitter:
    """Cuts data at the records' ends. `line` is the physical line that the data begin with."""

    def __init__(
        self, target: Spool, line: int, accept: Callable[[bytes], object], refuse: Callable[[bytes], object], shown: str
    ) -> None:
        self.target = target
        self.line = line
        self.accept = accept
        self.refuse = refuse
        self.shown = shown
        self.delimiter = target.delimiter.encode()
        self.width = len(target.header)
        self.grammar = Grammar.of(target.delimiter, self.width)
        self.last_digits = [b"%03d%b" % (digits, self.delimiter) for digits in range(1000)]
        self.offset = 0

    def take(self, data: bytes, *, is_final: bool) -> bytes:
        """Handles all complete records of `data` and gives back the rest."""
        position = 0
        end = len(data) if is_final else max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        # Where nearly every field is quoted, going from quote to quote would be slow. (A lone column may be a blank line.)
        is_dense = data.count(b'"') * 100 > len(data) and self.width > 1
        while position < end:
            quote = data.find(b'"', position, end)
            start = end
            if quote >= 0:
                start = 1 + max(data.rfind(b"\n", position, quote), data.rfind(b"\r", position, quote), position - 1)
            if start > position:
                self._take_lines(data[position:start])
                position = start
            elif is_dense and (run := self.grammar.run.match(data, position, end)):
                self._write_lines(run.group().replace(b"\r\n", b"\n").split(b"\n")[:-1])
                position = run.end()
            else:
                after = self._take_quoted(data, position, is_final)
                if after is None:
                    break
                position = after
        rest = data[position:]
        if len(rest) > MAX_RECORD_BYTES and not LINE_END.search(rest, 0, len(rest) - 1):
            raise self._too_long()
        return rest

    def _take_lines(self, data: bytes) -> None:
        """Lines without any quote: each is a record, or blank."""
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not data.strip(b"\n"):
            self.line += len(data)
            return
        lines = data.removesuffix(b"\n").split(b"\n")
        counts = list(map(bytes.count, lines, repeat(self.delimiter)))
        if len(data) > MAX_RECORD_BYTES and max(map(len, lines)) > MAX_RECORD_BYTES:
            raise self._too_long()
        wanted = self.width - 1
        position = 0
        if not (min(counts) == max(counts) == wanted and all(lines)):
            for index, (line, count) in enumerate(zip(lines, counts, strict=True)):
                if line and count == wanted:
                    continue
                self._write_lines(lines[position:index])
                position = index + 1
                if line:
                    self._refuse(line, f"{count + 1} fields instead of {self.width}", 1)
                else:
                    self.line += 1
        self._write_lines(lines[position:])

    def _take_quoted(self, data: bytes, start: int, is_final: bool) -> int | None:
        """One record with quotes; where it ends, None if that is not in the data yet."""
        match = self.grammar.record.match(data, start)
        if match:
            if match.end() == len(data) and not is_final and not match.group().endswith(b"\n"):
                return None
            record = match.group().rstrip(b"\r\n")
            if len(record) > MAX_RECORD_BYTES:
                raise self._too_long()
            line_count = 1 + len(LINE_END.findall(record))
            count = re.sub(rb'"[^"]*"', b"", record).count(self.delimiter)
            if count != self.width - 1:
                self._refuse(record, f"{count + 1} fields instead of {self.width}", line_count)
            else:
                self._write(
                    b"%b%b%b\n" % (line_number(self.line), self.delimiter, record), 1, line_count, is_single=line_count > 1
                )
            return match.end()
        reason = "text beside a quoted value"
        if self.grammar.unclosed.match(data, start):
            if not is_final and len(data) - start <= MAX_RECORD_BYTES:
                return None
            reason = "a quote is never closed"
        # Only this line is given up: the next one may be sound, and nothing of it is lost if it is not.
        end = LINE_END.search(data, start)
        if end is None and not is_final:
            if len(data) - start > MAX_RECORD_BYTES:
                raise self._too_long()
            return None
        line = data[start : end.start() if end else len(data)]
        if len(line) > MAX_RECORD_BYTES:
            raise self._too_long()
        self._refuse(line, reason, 1)
        return end.end() if end else len(data)

    def _write_lines(self, lines: list[bytes]) -> None:
        if not lines:
            return
        parts: list[bytes] = []
        position = 0
        while position < len(lines):
            # By thousands, so that no number is written out and no line is copied before the join.
            thousands, first = divmod(self.line + position, 1000)
            block = lines[position : position + 1000 - first]
            numbered = [b"\n%d" % thousands] * (3 * len(block))
            numbered[1::3] = self.last_digits[first : first + len(block)]
            numbered[2::3] = block
            parts += numbered
            position += len(block)
        parts[0] = parts[0][1:]
        parts.append(b"\n")
        self._write(b"".join(parts), len(lines), len(lines), is_single=False)

    def _write(self, text: bytes, records: int, line_count: int, *, is_single: bool) -> None:
        self.target.first_lines.append(self.line)
        self.target.offsets.append(self.offset)
        self.target.is_single.append(is_single)
        self.target.has_line_breaks |= is_single
        self.target.accepted += records
        self.accept(text)
        self.offset += len(text)
        self.line += line_count

    def _refuse(self, raw: bytes, reason: str, line_count: int) -> None:
        self.refuse(refused_line(self.line, reason, raw))
        self.target.refused += 1
        self.line += line_count

    def _too_long(self) -> CasemartError:
        return too_long(self.shown, self.line, "name the right `--delimiter`, or look for an unpaired quote")


def too_long(shown: str, line: int, hint: str = "shorten it, or leave it out") -> CasemartError:
    return CasemartError(f"{shown} has a record of more than {MAX_RECORD_BYTES:,} bytes in or after line {line}", hint)


def literal(path: Path) -> str:
    """A path as an SQL string that DuckDB takes for no pattern: it would read other files, and not this one."""
    return quoted(re.sub(r"[*?[]", r"[\g<0>]", str(path)))


def line_number(line: int) -> bytes:
    """A line number as the spool has it: thousands, then always three digits."""
    return b"%d%03d" % divmod(line, 1000)


def refused_line(line: int, reason: str, raw: bytes) -> bytes:
    """A line of the file of refused records: line number, reason, raw text."""
    return b'%d,"%b","%b"\n' % (line, reason.encode(), raw.replace(b'"', b'""'))

"""The formats of `show` and `export`: every one holds what the version holds."""

from __future__ import annotations

import errno
import gzip
import io
import json
import re
import resource
import subprocess
import sys
import weakref
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from formats_kit import KINDS, ROWS, add_table, on_a_terminal
from published_fixture import VERSION, InProcess, publish
from pyarrow import ipc

from casemart.catalogue import Field
from casemart.export import COMPRESSED, DATA, FORMATS, choose_format, xlsx
from casemart.export.text import write_csv
from casemart.reading import Answer
from casemart.warehouse import open_published
from casemart.workspace import Workspace


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = publish(tmp_path_factory.mktemp("home"))
    add_table(home, "fct_kinds", KINDS, ROWS)
    return home


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def by_id(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(rows, key=lambda row: str(row[0]))


def unzst(content: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.decompress(content)


@pytest.mark.parametrize("form", [name for name in (*DATA, *COMPRESSED) if name.startswith(("csv", "tsv", "parquet"))])
def test_what_is_written_reads_back_equal(run, home, tmp_path, form):
    file = tmp_path / f"it's a ü.{form}"
    assert "3 rows written" in run("export", "fct_kinds", "-o", file, cwd=home).stderr
    # DuckDB's own readers are the judges, told nothing but the types; lists are JSON in CSV.
    types = json.dumps({**KINDS, "words": "json"}).replace('"', "'")
    delimiter = "\t" if form.startswith("tsv") else ","
    reader = "read_parquet(?)" if form == "parquet" else f"read_csv(?, header=true, delim='{delimiter}', columns={types})"
    with duckdb.connect() as connection:
        read = connection.execute(f"select * replace (cast(words as varchar[]) as words) from {reader}", [str(file)]).fetchall()
        if form == "parquet":
            described = connection.execute("describe from read_parquet(?)", [str(file)]).fetchall()
            kinds = {name: kind.lower().replace(",", ", ") for name, kind, *_ in described}
            assert kinds == KINDS | {"huge": "decimal(38, 0)"}
    assert by_id(read) == by_id(ROWS)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("form", [name for name in (*DATA, *COMPRESSED) if "json" in name])
def test_json_reads_back_equal(run, home, tmp_path, form):
    run("export", "fct_kinds", "-o", tmp_path / f"a.{form}", cwd=home)
    content = (tmp_path / f"a.{form}").read_bytes()
    text = {"gz": gzip.decompress, "zst": unzst}.get(form.rpartition(".")[2], bytes)(content).decode()
    # Not DuckDB's reader: it takes long decimals for doubles.
    lines = text.splitlines() if form.startswith("ndjson") else [text]
    read = [json.loads(line, parse_float=Decimal) for line in lines]
    read = read[0] if form.startswith("json") else read
    as_json = {
        date: date.isoformat,
        datetime: lambda moment: moment.isoformat() + "Z",
        float: lambda number: Decimal(repr(number)),
    }
    stored = [tuple(as_json.get(type(value), lambda same: same)(value) for value in row) for row in ROWS]
    assert [list(row) for row in read] == [list(KINDS)] * len(ROWS)
    assert by_id([tuple(row.values()) for row in read]) == by_id(stored)


def test_arrow_is_an_ipc_file_of_exact_types(run, home, tmp_path, monkeypatch):
    run("export", "fct_kinds", "-o", tmp_path / "a.arrow", cwd=home)
    table = ipc.open_file(tmp_path / "a.arrow").read_all()
    assert by_id([tuple(row.values()) for row in table.to_pylist()]) == by_id(ROWS)
    assert str(table.schema.field("wide").type) == "decimal128(38, 10)"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("export", "fct_kinds", "-o", tmp_path / "b.arrow", cwd=home, code=2)
    assert "pip install 'casemart[arrow]'" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["a.arrow"]


def test_markdown_is_one_safe_line_per_row(run, home):
    lines = run("show", "first_contact_resolution", "--by", "channel", "-f", "md", cwd=home).stdout.splitlines()
    assert lines[0] == "**First contact (first_contact_resolution) by channel, month**"
    assert lines[2].startswith("| period | segment | value |")
    assert lines[3].startswith("| --- | --- | ---: |")
    assert lines[4].startswith("| 2026-03 | O'Hara | 50.0% | 5 | 10 |")
    assert lines[-1] == f"as of 2026-06-10, version {VERSION}"
    lines = run("export", "fct_kinds", "-f", "md", cwd=home).stdout.splitlines()
    assert len(lines) == 2 + len(ROWS)
    # As many cells in each row as in the header, whatever the values hold.
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(KINDS) + 1}
    (hostile,) = (line for line in lines if "red" in line)
    assert r"\\x1b\[31mred\\x07\[bold\]x\[/bold\]\\u202e\\nnew\\t'" in hostile
    stream = io.StringIO()
    assert FORMATS["md"](Answer((Field("a|b\n\x1b"),), iter([])), stream) == 0
    assert stream.getvalue() == "| a\\|b\\\\n\\\\x1b |\n| --- |\n"


def test_a_metric_in_parquet_has_the_names_and_the_order_of_its_csv(run, home, tmp_path):
    options = ("first_contact_resolution", "--from", "2026-04", "--where", "pending > 2", "--by", "channel")
    run("show", *options, "-o", tmp_path / "a.parquet", cwd=home)
    run("show", *options, "-o", tmp_path / "a.csv", cwd=home)
    with duckdb.connect() as connection:
        first, second = (connection.execute(f"from '{tmp_path}/a.{form}'") for form in ("parquet", "csv"))
        names = [column[0] for column in first.description]
        rows = connection.execute(f"from '{tmp_path}/a.parquet'").fetchall()
        assert [column[0] for column in second.description] == names
        assert connection.execute(f"from '{tmp_path}/a.csv'").fetchall() == rows
    assert len(rows) == 3
    assert names[5:8] == ["value", "numerator", "denominator"]


@pytest.mark.parametrize(
    ("wanted", "output", "chosen"),
    [
        (None, "a.csv", "csv"),
        (None, "b.a.CSV.GZ", "csv.gz"),
        (None, "a.ndjson.zst", "ndjson.zst"),
        (None, "a.parquet", "parquet"),
        ("CSV", "a.csv.gz", "csv.gz"),
        ("csv", "a.gz", "csv.gz"),
        ("tsv", "a.txt", "tsv"),
        ("json.gz", None, "json.gz"),
        ("parquet", "a.gz", "parquet"),
    ],
)
def test_a_file_name_tells_the_format(wanted, output, chosen):
    assert choose_format(wanted, Path(output) if output else None, ("table", *DATA, *COMPRESSED)) == chosen


def test_binary_goes_to_a_pipe_and_not_to_a_terminal(casemart, home, tmp_path):
    script = Path(sys.executable).with_name("casemart")
    for form in ("parquet", "csv.gz"):
        command = [script, "export", "fct_kinds", "-f", form]
        written = subprocess.run(command, cwd=home, capture_output=True, check=True).stdout
        casemart("export", "fct_kinds", "-o", tmp_path / f"a.{form}", cwd=home)
        assert written == (tmp_path / f"a.{form}").read_bytes()
        code, text = on_a_terminal(home, *command[1:])
        assert code == 2
        assert text == ""


def test_every_mart_in_parquet_and_compressed(run, home, tmp_path):
    with duckdb.connect(str(home / "published" / VERSION / "casemart.duckdb"), read_only=True) as connection:
        marts = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    for form in ("parquet", "csv.gz"):
        folder = tmp_path / "deep" / form
        assert not run("--quiet", "export", "--all", "-f", form, "-o", folder, cwd=home).stderr
        assert {file.name for file in folder.iterdir()} == {f"{name}.{form}" for (name,) in marts}
        run("export", "--all", "-f", form, "-o", folder, cwd=home, code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


class Batch(list[tuple[object, ...]]):
    """Rows that can be watched."""


@pytest.mark.parametrize("form", [*FORMATS, "xlsx"])
def test_rows_are_written_as_they_come(tmp_path, form):
    alive: list[weakref.ref[Batch]] = []
    most = 0

    def batches() -> Iterator[Batch]:
        nonlocal most
        for number in range(20):
            batch = Batch([(number, "text", 0.5)] * 100)
            alive.append(weakref.ref(batch))
            most = max(most, sum(reference() is not None for reference in alive))
            yield batch

    answer = Answer((Field("number"), Field("text"), Field("rate")), batches())
    if form == "xlsx":
        assert xlsx.write_xlsx(answer, tmp_path / "a.xlsx", "a") == 2000
    else:
        assert FORMATS[form](answer, io.StringIO()) == 2000
    assert most <= 3


def test_a_reader_takes_its_share_of_the_memory_and_leaves_nothing(home, tmp_path, monkeypatch):
    """How much a large export takes is measured by benchmarks/exporting.py."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_published(Workspace(home)) as connection:
        query = "select current_setting('memory_limit'), current_setting('temp_directory'), current_setting('threads')"
        limit, spilled, threads = connection.execute(query).fetchall()[0]
        assert (limit, Path(spilled).parent, threads <= 2) == ("488.2 MiB", tmp_path, True)
        assert Path(spilled).stat().st_mode & 0o777 == 0o700
        # More than fits: it has to go there although the connection can reach nothing else.
        connection.execute("create temp table large as select hash(range) as a, hash(-range) as b from range(40_000_000)")
        assert list(Path(spilled).iterdir())
    assert not list(tmp_path.iterdir())


def test_a_reader_needs_no_room_on_the_disk(home, monkeypatch):
    def full(*_arguments: object, **_options: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with open_published(Workspace(home)) as connection:
        assert connection.execute("select count(*) from facts.fct_kinds").fetchall() == [(3,)]
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute("create temp table large as select hash(range) as a, hash(-range) as b from range(40_000_000)")


def test_a_gz_file_tells_neither_time_nor_name(run, home, tmp_path):
    run("export", "fct_kinds", "-o", tmp_path / "a.csv.gz", cwd=home)
    magic, _, flags, time = (content := (tmp_path / "a.csv.gz").read_bytes())[:2], content[2], content[3], content[4:8]
    assert (magic, flags, time) == (b"\x1f\x8b", 0, bytes(4))


def test_a_tsv_quotes_what_would_break_it():
    stream = io.StringIO()
    write_csv(Answer((Field("a"), Field("b")), iter([[("x\ty", "z\n")]])), stream, delimiter="\t")
    assert stream.getvalue() == 'a\tb\n"x\ty"\t"z\n"\n'


@pytest.mark.parametrize("form", ["csv", "csv.gz", "ndjson.zst", "parquet", "arrow", "xlsx", "md"])
def test_a_full_disk_is_said_and_leaves_nothing(home, tmp_path, form):
    script = Path(sys.executable).with_name("casemart")
    file = tmp_path / f"a.{form}"
    result = subprocess.run(
        [script, "export", "first_contact_resolution", "-o", file],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)),
    )
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: {file} cannot be written: ")
    assert "File too large" in result.stderr
    assert "hint: free some space" in result.stderr
    assert not list(tmp_path.iterdir())


def test_an_extension_says_more_than_the_settings(run, home, tmp_path):
    (tmp_path / "casemart.toml").write_text('[show]\nformat = "json"\n')
    (tmp_path / "published").symlink_to(home / "published")
    assert run("show", "fct_kinds", cwd=tmp_path).stdout.startswith("[\n")
    run("show", "fct_kinds", "-o", tmp_path / "a.csv", cwd=tmp_path)
    run("show", "fct_kinds", "-o", tmp_path / "a.txt", cwd=tmp_path)
    run("show", "fct_kinds", "-o", tmp_path / "b.csv", "-f", "json", cwd=tmp_path)
    starts = {file.name: file.read_text()[:1] for file in tmp_path.glob("?.*")}
    assert starts == {"a.csv": "i", "a.txt": "[", "b.csv": "["}

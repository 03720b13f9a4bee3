"""`casemart export`: whole marts, exact, whole files or none."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from published_fixture import HOSTILE, VERSION, InProcess, publish

from casemart.catalogue import Field
from casemart.export import new_file, write_csv, write_json
from casemart.reading import Answer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("home"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def database(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "published" / VERSION / "casemart.duckdb"), read_only=True)


def test_csv_and_json_hold_what_the_version_holds(casemart, run, home, tmp_path):
    casemart("export", "first_contact_resolution", "-o", tmp_path / "fcr.csv", cwd=home)
    result = run("export", "first_contact_resolution", "-o", tmp_path / "fcr.json", cwd=home)
    assert result.stdout == ""
    assert "13 rows written" in result.stderr
    with database(home) as connection:
        cursor = connection.execute("select * from marts.first_contact_resolution")
        names = [column[0] for column in cursor.description]
        stored = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        # DuckDB's own reader, with the types of the mart, is the judge of what was written.
        types = {column[0]: column[1] for column in connection.execute("describe marts.first_contact_resolution").fetchall()}
    with duckdb.connect() as connection:
        read = connection.execute(
            "select * from read_csv(?, columns=?, header=true)", [str(tmp_path / "fcr.csv"), types]
        ).fetchall()
    assert len(stored) == len(read) == 13
    assert {tuple(row.values()) for row in stored} == set(read)
    rows = json.loads((tmp_path / "fcr.json").read_text())
    assert {tuple(row.values()) for row in rows} == {
        tuple(value if isinstance(value, int | float | str | None) else value.isoformat() for value in row.values())
        for row in stored
    }


def test_narrowing_and_stdout(casemart, run, home):
    text = casemart("export", "first_contact_resolution", "--by", "all", "--grain", "month", "--to", "2026-04", cwd=home).stdout
    assert [row["period_start"] for row in csv.DictReader(io.StringIO(text))] == ["2026-03-01", "2026-04-01"]
    assert len(json.loads(run("export", "fct_interactions", "-f", "json", "--limit", "3", cwd=home).stdout)) == 3
    # A metric's name stands for its mart.
    upper = run("export", "first_contact_resolution_upper", cwd=home).stdout
    assert upper == run("export", "first_contact_resolution", cwd=home).stdout


def answer(*rows: tuple[object, ...]) -> Answer:
    return Answer(tuple(Field(f"c{index}") for index in range(len(rows[0]))), iter([list(rows)]))


def test_values_are_exact():
    moment = datetime(2026, 3, 1, 10, 0, 0, 500)
    values = (
        0.1 + 0.2,
        Decimal("1234567890123.45000000"),
        Decimal("0E-8"),
        2**100,
        True,
        None,
        moment,
        moment.replace(tzinfo=UTC),
    )
    text = io.StringIO()
    assert write_csv(answer(values), text) == 1
    assert text.getvalue().splitlines()[1] == (
        "0.30000000000000004,1234567890123.45000000,0.00000000,1267650600228229401496703205376,true,,"
        "2026-03-01T10:00:00.000500Z,2026-03-01T10:00:00.000500Z"
    )
    text = io.StringIO()
    write_json(answer(values), text)
    assert '"c1": 1234567890123.45000000,' in text.getvalue()
    assert list(json.loads(text.getvalue())[0].values())[:1] == [0.1 + 0.2]


def test_no_nan_and_text_as_it_is():
    odd = 'a "b",\n' + HOSTILE
    values = (float("nan"), float("inf"), Decimal("NaN"), odd, "", "ünï", [1, None, "x"], {"a": 1.5})
    text = io.StringIO(newline="")
    write_json(answer(values), text)
    (row,) = json.loads(text.getvalue(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert list(row.values()) == [None, None, None, odd, "", "ünï", [1, None, "x"], {"a": 1.5}]
    text = io.StringIO(newline="")
    write_csv(answer(values), text)
    (_, cells) = csv.reader(io.StringIO(text.getvalue(), newline=""))
    assert cells == ["", "", "", odd, "", "ünï", '[1, null, "x"]', '{"a": 1.5}']


def test_existing_files_are_kept_unless_forced(run, home, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("mine")
    result = run("export", "data_findings", "-o", file, cwd=home, code=2)
    assert "--force" in result.stderr
    assert file.read_text() == "mine"
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    # Whoever has put the link there must not choose what is overwritten.
    assert "name the file that it points to" in run("export", "data_findings", "-o", link, "--force", cwd=home, code=2).stderr
    assert file.read_text() == "mine"
    run("export", "data_findings", "-o", file, "--force", cwd=home)
    assert link.is_symlink()
    assert file.read_text().startswith("finding,")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "link.csv"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["first_contact_resolution", "-o", "a.xls"], "known: .csv, .tsv"),
        (["first_contact_resolution", "-f", "table"], "known: csv, tsv"),
        (["first_contact_resolution", "-o", "/dev/null", "-f", "csv"], "leave out `-o`"),
        (["first_contact_resolutio"], "did you mean first_contact_resolution"),
        (["--all"], "-o FOLDER"),
        (["--all", "data_findings", "-o", "x"], "name one mart"),
        (["--all", "--limit", "3", "-o", "x"], "name one mart"),
        ([], "--all -o FOLDER"),
    ],
)
def test_a_wrong_call_is_refused_with_a_hint(run, home, arguments, hint):
    result = run("export", *arguments, cwd=home, code=2)
    assert hint in result.stderr.split("hint: ")[1]
    assert not result.stdout


def test_a_failure_on_the_way_leaves_nothing(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("mine")
    with pytest.raises(ZeroDivisionError), new_file(file, force=True) as stream:
        stream.write("half")
        stream.flush()
        raise ZeroDivisionError
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_new_files_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        with new_file(tmp_path / "a.csv", force=False) as stream:
            stream.write("x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o640


def test_every_mart_goes_into_a_folder(run, home, tmp_path):
    folder = tmp_path / "marts"
    assert "8 marts written" in run("export", "--all", "-o", folder, cwd=home).stderr
    with database(home) as connection:
        marts = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        assert {file.name for file in folder.iterdir()} == {f"{name}.csv" for (name,) in marts}
        for (name,) in marts:
            with (folder / f"{name}.csv").open(newline="") as file:
                count = connection.execute(f"select count(*) from marts.{name}").fetchall()[0][0]
                assert len(list(csv.DictReader(file))) == count > 0
    (folder / "build_info.csv").unlink()
    assert "--force" in run("export", "--all", "-o", folder, cwd=home, code=2).stderr
    assert not (folder / "build_info.csv").exists()
    run("export", "--all", "-o", folder, "--force", cwd=home)
    assert (folder / "build_info.csv").exists()


PACKED = ("csv.gz", "ndjson.zst", "parquet")


def test_a_closed_pipe_is_no_error(tmp_path):
    # More rows than a pipe and all buffers hold, so that the writer surely meets the closed end.
    publish(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / VERSION / "casemart.duckdb")) as connection:
        # Not to be compressed to less than that.
        text = "md5(range::varchar) || md5((-range)::varchar)"
        connection.execute(f"create table marts.long as select range as number, {text} as text from range(20000)")
    script = Path(sys.executable).with_name("casemart")
    for command in (["export", "long"], ["show", "long", "-f", "json"], *(["export", "long", "-f", f] for f in PACKED)):
        with subprocess.Popen([script, *command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0

"""`casemart quarantine`: what was refused is listed, shown, and exported so that it can be corrected and landed."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from land_kit import CASE_HEADER, case, check_ledger, printed, query, write_cases

from casemart.contract import load_contract
from casemart.landing.replay import replay
from casemart.warehouse import open_private
from casemart.workspace import Workspace

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path, casemart: Run) -> Path:
    """Two loads with refused rows in two tables."""
    quoted = '3,phone,"soon","",open,"two\nlines, ""said"""\n'
    write_cases(
        tmp_path / "cases.csv", case(1), case(2, status="opne"), quoted, "4,phone\n", '5,"ph"one,2026-01-05 10:00,,open,\n'
    )
    (tmp_path / "interactions.tsv").write_text(
        "interaction_id\tcase_id\toccurred_at\tdirection\tkind\ttalk_seconds\ni1\t1\t2026-01-05 10:00\tinbound\tmessage\t4.5\n"
    )
    casemart("land", "cases.csv", "--max-rejects", "100%", cwd=tmp_path)
    casemart("land", "interactions.tsv", "--max-rejects", "100%", cwd=tmp_path)
    return tmp_path


def test_reasons_are_counted(home: Path, casemart: Run) -> None:
    assert [tuple(row.values()) for row in printed(casemart("quarantine", "list", cwd=home).stdout)] == [
        ("1", "cases", "2 fields instead of 6", "1"),
        ("1", "cases", "opened_at: not a timestamp", "1"),
        ("1", "cases", "status: not one of open, closed", "1"),
        ("1", "cases", "text beside a quoted value", "1"),
        ("2", "interactions", "talk_seconds: not an integer", "1"),
    ]


def test_rows_are_shown_where_they_stand(home: Path, casemart: Run) -> None:
    shown = printed(casemart("quarantine", "show", "--load", 1, "--table", "cases", "--limit", 2, cwd=home).stdout)
    assert [(row["file"], row["line"], row["reasons"], row["raw_text"]) for row in shown] == [
        ("cases.csv", "3", "status: not one of open, closed: opne", "2,phone,2026-01-05T10:00:00Z,,opne,"),
        ("cases.csv", "4", "opened_at: not a timestamp: soon", '3,phone,"soon","",open,"two\nlines, ""said"""'),
    ]
    assert "there are more" in casemart("quarantine", "show", "--limit", 1, cwd=home).stderr
    assert [row["line"] for row in printed(casemart("quarantine", "show", "--load", 2, cwd=home).stdout)] == ["2"]
    assert "no such row" in casemart("quarantine", "show", "--load", 3, cwd=home).stderr


def test_what_is_no_table_and_no_csv_is_refused(tmp_path: Path, casemart: Run) -> None:
    assert "did you mean cases" in casemart("quarantine", "show", "-t", "case", cwd=tmp_path, code=2).stderr
    assert "did you mean cases" in casemart("quarantine", "export", "-t", "case", "-o", "x.csv", cwd=tmp_path, code=2).stderr
    assert "x.xlsx is not called .csv" in casemart("quarantine", "export", "-o", "x.xlsx", cwd=tmp_path, code=2).stderr


def test_exported_rows_land_once_they_are_corrected(home: Path, casemart: Run) -> None:
    refused = casemart("quarantine", "export", "-o", "fixed.csv", cwd=home, code=2)
    assert "the rows are of several tables: cases, interactions" in refused.stderr
    assert not (home / "fixed.csv").exists()
    casemart("quarantine", "export", "--table", "cases", "-o", "fixed.csv", cwd=home)
    assert "is there already" in casemart("quarantine", "export", "-t", "cases", "-o", "fixed.csv", cwd=home, code=2).stderr
    with (home / "fixed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["case_id"], row["product"], row["_line"]) for row in rows] == [
        ("2", "", "3"),
        ("3", 'two\nlines, "said"', "4"),
        ("", "", "6"),
        ("", "", "7"),
    ]
    assert rows[3]["_raw_text"] == '5,"ph"one,2026-01-05 10:00,,open,'
    for row, number in zip(rows, (2, 3, 4, 5), strict=True):
        row |= {"case_id": str(number), "channel": "phone", "opened_at": "2026-01-05 10:00", "status": "open"}
    with (home / "fixed.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    landed = printed(casemart("land", "fixed.csv", "--table", "cases", cwd=home).stdout)
    assert [(row["landed"], row["ignored"]) for row in landed] == [("4", "_reasons, _file, _line, _raw_text")]
    assert query(home, "select count(*) from raw.cases") == [(5,)]
    assert casemart("quarantine", "export", "--load", 2, "-o", "-.csv", cwd=home).stdout == ""
    with (home / "-.csv").open(newline="") as file:
        assert [(row["interaction_id"], row["talk_seconds"]) for row in csv.DictReader(file)] == [("i1", "4.5")]


def test_a_withdrawn_load_takes_its_refused_rows_along(home: Path, casemart: Run) -> None:
    casemart("unland", 1, cwd=home)
    assert {row["load"] for row in printed(casemart("quarantine", "list", cwd=home).stdout)} == {"2"}
    check_ledger(home)


def test_a_replay_follows_the_contract_of_today(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code list is extended, and `opne` lands."""
    contract = load_contract()
    table = contract.tables["cases"]
    columns = tuple(
        replace(column, codes=(*column.codes, "opne")) if column.name == "status" else column for column in table.columns
    )
    extended = replace(contract, tables=contract.tables | {"cases": replace(table, columns=columns)})
    monkeypatch.setattr("casemart.landing.replay.contract_of", lambda _: extended)
    [cases, interactions] = replay(Workspace(home))
    assert (cases.load_id, cases.result.landed, interactions.load_id, interactions.result.quarantined) == (3, 1, None, 1)
    assert query(home, "select case_id, status from raw.cases order by 1") == [("1", "open"), ("2", "opne")]
    check_ledger(home)


def test_purged_rows_are_gone_and_the_ledger_knows(home: Path, casemart: Run) -> None:
    refused = casemart("quarantine", "purge", "--load", 1, cwd=home, code=2)
    assert "4 rows of load 1 would be removed for good" in refused.stderr
    assert "--yes" in refused.stderr
    assert "no such row" in casemart("quarantine", "purge", "--older-than", 1, "--yes", cwd=home).stderr
    assert "4 rows of load 1 removed" in casemart("quarantine", "purge", "--load", 1, "--yes", cwd=home).stderr
    assert query(home, "select load_id, quarantined, purged from landing.loads order by 1") == [(1, 4, 4), (2, 1, 0)]
    check_ledger(home)
    assert "1 rows of load 2 removed" in casemart("quarantine", "purge", "--older-than", 0, "--yes", cwd=home).stderr
    assert query(home, "select count(*) from quarantine.rows") == [(0,)]
    check_ledger(home)


def test_purge_asks_on_a_terminal(home: Path) -> None:
    assert "Remove 5 quarantined rows of loads 1, 2 for good? [y/N]" in on_a_terminal(
        "-C", home, "quarantine", "purge", typed="n\n", code=1
    )
    assert query(home, "select count(*) from quarantine.rows") == [(5,)]
    on_a_terminal("-C", home, "quarantine", "purge", typed="y\n")
    assert query(home, "select count(*) from quarantine.rows") == [(0,)]


def test_quarantine_of_an_earlier_version_is_read_and_replayed(home: Path, casemart: Run) -> None:
    with open_private(Workspace(home)) as connection:
        connection.execute("alter table quarantine.rows drop column replayed_by; alter table landing.loads drop column purged")
    assert len(printed(casemart("quarantine", "show", cwd=home).stdout)) == 5
    casemart("quarantine", "replay", "--table", "cases", cwd=home)
    check_ledger(home)


def test_json_rows_are_exported_by_name(tmp_path: Path, casemart: Run) -> None:
    rows = [
        {"case_id": 7, "channel": "phone", "Opened_At": "soon", "status": "open", "x": True, "y": [1]},
        {"case_id": "8", "channel": "phone", "opened_at": "2026-01-05 10:00", "status": "open", "product": {"a": 1}},
    ]
    (tmp_path / "cases.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    casemart("land", "cases.ndjson", "--max-rejects", "100%", cwd=tmp_path)
    casemart("quarantine", "export", "-o", "fixed.csv", cwd=tmp_path)
    with (tmp_path / "fixed.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["case_id"], row["opened_at"], row["x"], row["y"], row["_line"]) for row in found] == [
        ("7", "soon", "true", "", "1"),
        ("", "", "", "", "2"),
    ]
    assert [json.loads(row["_raw_text"]) for row in found] == rows


def test_without_a_warehouse_and_without_rows(tmp_path: Path, casemart: Run) -> None:
    assert "casemart land" in casemart("quarantine", "list", cwd=tmp_path, code=1).stderr
    open_private(Workspace(tmp_path)).close()
    assert "nothing is in quarantine" in casemart("quarantine", "list", cwd=tmp_path).stderr
    assert "no such row" in casemart("quarantine", "export", "-o", "x.csv", cwd=tmp_path, code=2).stderr


def test_a_written_warehouse_cannot_be_read(home: Path, casemart: Run) -> None:
    with duckdb.connect(str(Workspace(home).warehouse)):
        for arguments in (("list",), ("show",), ("export", "-o", "x.csv")):
            assert "is held by" in casemart("quarantine", *arguments, cwd=home, code=3).stderr


def test_on_a_terminal_rows_cannot_steer_it(tmp_path: Path) -> None:
    write_cases(tmp_path / "cases_[red].csv", case(1), case(2, "\x1b[31mred\u202e[bold]", status="opne"))
    home = ("-C", tmp_path)
    landed = on_a_terminal(*home, "land", tmp_path / "cases_[red].csv", "--max-rejects", "50%")
    assert "cases_[red].csv -> cases: 2 records, 1 landed, 1 quarantined\r\n" in landed
    shown = on_a_terminal(*home, "quarantine", "show")
    assert "\\x1b[31mred\\u202e[bold]" in shown
    for said in (landed, shown, on_a_terminal(*home, "quarantine", "list")):
        assert "quarantined" in said or "status: not one of open, closed" in said
        assert "\x1b[31m" not in said


def test_on_a_narrow_terminal_messages_stay_whole_and_bars_go(tmp_path: Path) -> None:
    names = [f"cases_{number}_{'long_' * 8}.csv" for number in range(3)]
    for name in names:
        header = CASE_HEADER.rstrip() + ",a_column_that_no_table_has\n"
        (tmp_path / name).write_text(header + case(name).rstrip() + ",\n")
    written = on_a_terminal("-C", tmp_path, "land", *(tmp_path / name for name in names), columns=60)
    for name in names:
        warning = f"warning: {tmp_path / name}: columns that cases does not have are left out: a_column_that_no_table_has\r\n"
        assert warning in written
        # What is written after a message neither moves up nor wipes a line, but the bar's own.
        screen = written[written.index(warning) + len(warning) :]
        assert screen.count("\x1b[1A") <= screen.count("\r\n")
    assert "take it back with `casemart unland 1`\r\n" in written


def on_a_terminal(*arguments: object, columns: int = 400, typed: str = "", code: int = 0) -> str:
    """What the command writes on a terminal, stdout and stderr as they come."""
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    script = Path(sys.executable).with_name("casemart")
    # A test runner may say a width of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "COLUMNS", "LINES"))}
    environment["TERM"] = "xterm"
    with subprocess.Popen(
        [script, *map(str, arguments)], stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    ) as child:
        os.close(terminal)
        os.write(control, typed.encode())
        written = b""
        # Reading fails once the child has closed its side.
        with contextlib.suppress(OSError):
            while piece := os.read(control, 65536):
                written += piece
        os.close(control)
    assert child.returncode == code
    return written.decode()

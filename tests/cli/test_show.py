"""`casemart show`: a metric for people and for pipes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from formats_kit import on_a_terminal
from published_fixture import HOSTILE, VERSION, InProcess, publish


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("home"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_pipe_gets_csv_of_the_total_by_month(casemart, home):
    result = casemart("show", "first_contact_resolution", cwd=home)
    assert not result.stderr
    rows = rows_of(result.stdout)
    assert " ".join(rows[0]) == (
        "period_grain period_start period_end segment_by segment value numerator denominator first_contact_resolution_upper"
        " pending excluded awaiting_first_contact is_complete target gap"
    )
    assert [(row["period_start"], row["segment"], row["is_complete"]) for row in rows] == [
        ("2026-03-01", "all", "true"),
        ("2026-04-01", "all", "true"),
        ("2026-05-01", "all", "false"),
        ("2026-06-01", "all", "false"),
    ]
    assert rows[1]["value"] == repr(54 / 110)
    assert (rows[1]["numerator"], rows[1]["denominator"], rows[1]["pending"]) == ("54", "110", "12")


def test_options_narrow_it(run, home):
    def periods(*options: str) -> list[tuple[str, str]]:
        rows = rows_of(run("show", "first_contact_resolution", *options, cwd=home).stdout)
        return [(row["period_start"], row["segment"]) for row in rows]

    assert periods("--grain", "quarter") == [("2026-01-01", "all")]
    assert periods("--by", "channel", "--to", "2026-03") == [("2026-03-01", "O'Hara"), ("2026-03-01", "phone")]
    assert periods("--from", "2026-04-01", "--to", "2026-05-01") == [("2026-04-01", "all"), ("2026-05-01", "all")]
    assert periods("--from", "2026-04-02", "--to", "2026-05") == [("2026-05-01", "all")]
    assert periods("--where", "pending >= 12 and not is_complete") == [("2026-05-01", "all")]
    assert periods("--limit", "1") == [("2026-03-01", "all")]


def test_an_empty_answer_is_no_error_and_says_where_rows_are(run, home):
    result = run("show", "first_contact_resolution", "--from", "2030-01", "-f", "json", cwd=home)
    assert json.loads(result.stdout) == []
    assert "has periods from 2026-01-01 to 2026-06-30" in result.stderr


def test_json_keeps_types_and_every_digit(run, home):
    text = run("show", "recurring_revenue", "-f", "json", cwd=home).stdout
    (row,) = json.loads(text)
    assert '"value": 1234567.10,' in text
    assert row["is_complete"] is False
    assert row["numerator"] is None


def test_a_table_reads_in_units(run, home):
    lines = run("show", "first_contact_resolution", "--by", "channel", "-f", "table", cwd=home).stdout.splitlines()
    assert lines[0] == "First contact (first_contact_resolution) by channel, month"
    assert " ".join(lines[3].split()) == "2026-03 O'Hara 50.0% 5 10 70.0% 2 7 2 yes 70.0% +20.0 pp"
    mart = run("show", "recurring_revenue", "-f", "table", cwd=home).stdout
    assert "1,234,567.10" in mart
    assert all(line == line.rstrip() for line in lines)


def test_a_mart_has_its_own_columns_and_a_fact_no_periods(run, home):
    assert "sample" in rows_of(run("show", "data_findings", cwd=home).stdout)[0]
    assert [row["case_id"] for row in rows_of(run("show", "fct_cases", "--limit", "2", cwd=home).stdout)] == [
        "C-1001",
        "C-1002",
    ]
    for options in (["--by", "channel"], ["--grain", "month"], ["--from", "2026-03"]):
        result = run("show", "fct_cases", *options, cwd=home, code=2)
        assert f"error: {options[0]} does not fit fct_cases" in result.stderr


def test_a_long_table_is_cut_and_says_so(run, tmp_path):
    publish(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / VERSION / "casemart.duckdb")) as connection:
        connection.execute("create table facts.fct_long as select range as number from range(501)")
    result = run("show", "fct_long", "-f", "table", cwd=tmp_path)
    assert result.stdout.splitlines()[-2].strip() == "499"
    assert result.stderr == "note: the first 500 rows; more with `--limit`, all with `-f csv`\n"
    whole = run("show", "fct_long", "-f", "table", "--limit", "501", cwd=tmp_path)
    assert whole.stdout.splitlines()[-2].strip() == "500"
    assert not whole.stderr
    assert len(rows_of(run("show", "fct_long", cwd=tmp_path).stdout)) == 501


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["first_contact_resolutoin"], "did you mean first_contact_resolution"),
        (["first_contact_resolution", "--by", "chanel"], "did you mean channel?"),
        (["first_contact_resolution", "--by", "zzz"], "known: all, channel"),
        (["first_contact_resolution", "--grain", "quater"], "did you mean quarter?"),
        (["first_contact_resolution", "--where", "pendin > 1"], "did you mean pending"),
        (["first_contact_resolution", "--from", "March"], "write a day, `2026-03-15`, or a month"),
        (["first_contact_resolution", "--to", "2026-02-30"], "write a day"),
        (["first_contact_resolution", "--from", "2026-13"], "write a day"),
        (["first_contact_resolution", "--from", "2026-04", "--to", "2026-03"], "swap them"),
        (["first_contact_resolution", "-f", "parket"], "known: table, csv, tsv, json, ndjson, parquet, xlsx, arrow, md; csv,"),
        (
            ["first_contact_resolution", "-o", "a.xls"],
            "known: .csv, .tsv, .json, .ndjson, .parquet, .xlsx, .arrow, .md; csv",
        ),
        (["first_contact_resolution", "-o", "none"], "known: .csv, .tsv"),
        (["first_contact_resolution", "-o", "a.table"], "known: .csv, .tsv"),
        (["first_contact_resolution", "-o", "a.parquet.gz"], "known: .csv, .tsv"),
        (["first_contact_resolution", "-o", "missing/a.csv"], "mkdir -p missing"),
        (["first_contact_resolution", "-o", "published", "-f", "csv"], "leave out `-o`"),
    ],
)
def test_a_wrong_call_is_refused_with_a_hint(run, home, arguments, hint):
    result = run("show", *arguments, cwd=home, code=2)
    assert result.stderr.startswith("error: ")
    assert hint in result.stderr.split("hint: ")[1]
    assert not result.stdout


def test_a_terminal_gets_a_table_whose_numbers_are_never_cut(home):
    code, text = on_a_terminal(home, "show", "first_contact_resolution", "--by", "channel", NO_COLOR="")
    assert code == 0
    assert "\x1b[1m" in text
    assert "61.0%" in text
    assert "+45.0 pp" in text
    assert "…" not in text


def test_data_cannot_steer_the_terminal(home):
    _, text = on_a_terminal(home, "show", "data_findings")
    assert "\x1b[31m" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    shown = text.replace("\r\n", "").replace(" ", "")
    assert HOSTILE.encode("unicode_escape").decode() in shown


def test_neither_sqlglot_nor_rich_is_loaded_without_need(home):
    # The time of an answer is mostly imports, and a list of modules is steadier than a clock.
    program = (
        "import sys\nfrom casemart.app import app\n"
        "try: app(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(sorted({'sqlglot', 'rich', 'dbt', 'yaml'} & set(sys.modules)), file=sys.stderr)"
    )
    for options, loaded in (([], []), (["-f", "table"], ["rich"]), (["--where", "pending > 1"], ["sqlglot"])):
        command = [sys.executable, "-c", program, "show", "first_contact_resolution", *options]
        result = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
        assert result.stderr.strip() == str(loaded)

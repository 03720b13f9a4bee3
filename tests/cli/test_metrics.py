"""`casemart metrics`: headlines first, the latest complete period, and the one that runs."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import duckdb
import openpyxl
import pytest
from published_fixture import VERSION, InProcess, insert, publish
from traced_fixture import publish_traced

APRIL = {"period_grain": "month", "period_start": "2026-04-01", "period_end": "2026-04-30", "is_complete": True}
APRIL |= {"segment_by": "all", "segment": "all", "definition_version": 1}
COUNTS = {"numerator": 50.25, "denominator": 201.0, "target": 0.23, "gap": -0.02}
HEADLINES = [
    ("deflection_rate", "rate", {"value": 0.25, "ci_low": 0.201, "ci_high": 0.3, **COUNTS}),
    ("net_recurring_revenue_rate", "ratio", {"value": 1.043, "numerator": 1043000.5, "denominator": 1000000.25}),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("home"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def test_lists_the_latest_complete_period_and_the_running_one(run, home):
    rows = json.loads(run("metrics", "-f", "json", cwd=home).stdout)
    assert [row["metric"] for row in rows] == ["first_contact_resolution", "first_contact_resolution_upper", "recurring_revenue"]
    strict = rows[0]
    assert (strict["period_start"], strict["is_complete"]) == ("2026-04-01", True)
    assert (strict["numerator"], strict["denominator"], strict["target"]) == (54, 110, 0.7)
    assert strict["value"] == pytest.approx(54 / 110)
    assert strict["gap"] == pytest.approx(0.7 - 54 / 110)
    assert (strict["running_period_start"], strict["running_value"]) == ("2026-06-01", 0.25)


def test_a_metric_without_a_complete_period_shows_its_latest_and_says_so(run, home):
    row = json.loads(run("metrics", "-f", "json", cwd=home).stdout)[2]
    assert (row["period_start"], row["is_complete"], row["running_period_start"]) == ("2026-06-01", False, None)


def test_other_grains_formats_and_a_pipe(run, home):
    rows = list(csv.DictReader(io.StringIO(run("metrics", "--grain", "quarter", cwd=home).stdout)))
    assert [(row["metric"], row["period_start"], row["value"]) for row in rows] == [
        ("first_contact_resolution", "2026-01-01", "0.6"),
        ("first_contact_resolution_upper", "2026-01-01", "0.7"),
        # Published by month alone.
        ("recurring_revenue", "2026-06-01", "1234567.1"),
    ]


def test_a_table_shows_the_headlines_beside_each_other_then_the_families(run, tmp_path):
    publish(tmp_path)
    with _database(tmp_path) as connection:
        for metric, unit, values in HEADLINES:
            mart = "first_contact_resolution"
            catalogue = {"metric": metric, "label": metric, "unit": unit, "mart": mart, "value_column": mart, "is_headline": True}
            insert(connection, "marts.metric_catalog", [{**catalogue, "definition": "", "definition_version": "1"}])
            insert(connection, "marts.metric_values", [{**APRIL, "metric": metric, "unit": unit, **values}])
    headlines, support, revenue = (part.splitlines() for part in run("metrics", "-f", "table", cwd=tmp_path).stdout.split("\n\n"))
    assert headlines[1].split() == ["first_contact_resolution", *(metric for metric, *_ in HEADLINES)]
    assert {line[:12].strip(): re.split(r"\s{2,}", line[12:].strip()) for line in headlines[3:]} == {
        "period": ["2026-04"] * 3,
        "complete": ["yes"] * 3,
        "value": ["49.1%", "25.0%", "104.3%"],
        "interval": ["-", "20.1% - 30.0%", "-"],
        "numerator": ["54", "50.25", "1,043,000.50"],
        "denominator": ["110", "201", "1,000,000.25"],
        "target": ["70.0%", "23.0%", "-"],
        "gap": ["+20.9 pp", "-2.0 pp", "-"],
        "running": ["2026-06", "-", "-"],
        "so far": ["25.0%", "-", "-"],
    }
    assert (support[0], revenue[0]) == ("support", "revenue: amounts")
    assert support[1].split() == ["metric", "period", "value", "numerator", "denominator", "running", "so", "far"]
    assert support[3].split() == ["first_contact_resolution_upper", *["2026-04", "60.0%", "66", "110", "2026-06", "100.0%"]]
    assert revenue[3].split() == ["recurring_revenue", "2026-06*", "1,234,567.10"]
    assert revenue[4] == (
        "* no month is complete yet: the latest one, which may still change; as of 2026-06-10, version 20260611T080000Z"
    )


def test_a_headline_without_a_complete_period_says_so(run, tmp_path):
    publish(tmp_path)
    with _database(tmp_path) as connection:
        connection.execute("update marts.metric_values set is_complete = false")
    lines = run("metrics", "-f", "table", cwd=tmp_path).stdout.splitlines()
    assert [line.split() for line in lines[3:6]] == [["period", "2026-06*"], ["complete", "none", "yet"], ["value", "25.0%"]]


@pytest.mark.parametrize(
    ("name", "unit", "shown"),
    [("quick_ratio", "ratio", "4.12"), ("a_impact_b", "ratio", "4.12"), ("net_rate", "ratio", "412.3%")],
)
def test_a_ratio_is_a_share_unless_its_name_says_otherwise(run, tmp_path, name, unit, shown):
    publish(tmp_path)
    with _database(tmp_path) as connection:
        connection.execute(
            "update marts.metric_catalog set metric = ?, unit = ? where metric = 'recurring_revenue'", [name, unit]
        )
        connection.execute("update marts.metric_values set metric = ?, value = 4.123 where metric = 'recurring_revenue'", [name])
        connection.execute("update marts.recurring_revenue set closing = 4.123")
    assert shown in run("metrics", "-f", "table", cwd=tmp_path).stdout
    assert ("412.0%" if name == "net_rate" else "4.12") in run("show", name, "-f", "table", cwd=tmp_path).stdout
    run("show", name, "-o", tmp_path / "a.xlsx", cwd=tmp_path)
    header, row, *_ = openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows()
    (value,) = (cell for head, cell in zip(header, row, strict=True) if head.value == "value")
    assert value.number_format == ("0.0%" if name == "net_rate" else "#,##0.00")


def test_refuses_what_it_does_not_know(run, home):
    assert "known: table, csv, json" in run("metrics", "-f", "xml", cwd=home, code=2).stderr
    assert "did you mean month?" in run("metrics", "--grain", "monht", cwd=home, code=2).stderr


def test_nothing_published_is_a_failure_with_a_hint(casemart, tmp_path):
    result = casemart("metrics", cwd=tmp_path, code=1)
    assert "hint: " in result.stderr
    assert not result.stdout
    assert not list(tmp_path.iterdir())


def test_says_why_a_strict_rate_is_nought(run, tmp_path):
    publish(tmp_path, has_acknowledgements=False)
    note = "note: no case has a recorded acknowledgement (0 of 2 counted cases). first_contact_resolution is strict"
    assert note in run("metrics", cwd=tmp_path).stderr
    result = run("show", "first_contact_resolution", "--from", "2026-04", "--to", "2026-04", cwd=tmp_path)
    assert note in result.stderr
    assert "first_contact_resolution_upper, counts the 66 pending as well" in result.stderr
    assert "note" not in run("show", "first_contact_resolution_upper", cwd=tmp_path).stderr
    assert not run("--quiet", "metrics", cwd=tmp_path).stderr


def test_gives_no_note_where_acknowledgements_are_recorded(run, home):
    # A single period may be nought although acknowledgements are recorded: that is no gap in the evidence.
    assert not run("show", "first_contact_resolution", "--limit", "1", cwd=home).stderr


@pytest.mark.parametrize(
    ("change", "metric", "note"),
    [
        (
            "update facts.fct_self_help_sessions set found_answer = null",
            "deflection_rate",
            "note: none of 2 entitled self-help sessions answered the survey, so deflection is not known (it is not nought)",
        ),
        (
            "update facts.fct_self_help_sessions set entitlement = 'not_entitled'",
            "deflection_rate",
            "note: none of 5 self-help sessions is of an entitled account",
        ),
        ("delete from facts.fct_contract_charges", "recurring_revenue", "note: 12 contracts are there but no charges"),
    ],
)
def test_says_once_why_a_family_has_no_values(run, tmp_path, change, metric, note):
    publish_traced(tmp_path)
    with _database(tmp_path) as connection:
        connection.execute("create table marts.deflection as from marts.recurring_revenue")
        for name in ("deflection_rate", "success_rate"):
            row = {"metric": name, "label": name, "unit": "rate", "mart": "deflection", "value_column": "closing"}
            insert(connection, "marts.metric_catalog", [{**row, "is_headline": False}])
    assert "note" not in run("metrics", cwd=tmp_path).stderr
    assert not run("show", metric, cwd=tmp_path).stderr
    with _database(tmp_path) as connection:
        connection.execute(change)
    assert run("metrics", cwd=tmp_path).stderr.count(note) == 1
    assert note in run("show", metric, cwd=tmp_path).stderr


def _database(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "published" / VERSION / "casemart.duckdb"))

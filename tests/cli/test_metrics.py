"""`casemart metrics`: headlines first, the latest complete period, and the one that runs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from published_fixture import InProcess, publish


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
        ("recurring_revenue", "", ""),
    ]
    table = run("metrics", "-f", "table", cwd=home).stdout
    assert " ".join(table.splitlines()[3].split()) == (
        "first_contact_resolution First contact 2026-04 49.1% 54 110 70.0% +20.9 pp yes 2026-06 25.0%"
    )
    assert "1,234,567.10" in table
    assert "as of 2026-06-10, version 20260611T080000Z" in table


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

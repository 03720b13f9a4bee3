"""A real help desk's audit log, from an empty folder, as a user would: land, build, show, trace."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

Run = Callable[..., CompletedProcess[str]]
DATA = Path(__file__).parents[3] / "shared" / "data" / "servicenow"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not in this place")


@pytest.fixture(scope="module")
def home(casemart: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("desk")
    casemart("land", DATA, cwd=home)
    casemart("build", cwd=home)
    return home


@pytest.fixture(scope="module")
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "published" / "current" / "casemart.duckdb"), read_only=True) as connection:
        yield connection


def test_every_row_landed(published: duckdb.DuckDBPyConnection) -> None:
    loads = published.sql("select table_name, records, landed, quarantined from marts.loads order by table_name").fetchall()
    assert loads == [
        ("accounts", 224, 224, 0),
        ("agents", 419, 419, 0),
        ("case_events", 74265, 74265, 0),
        ("cases", 24918, 24918, 0),
        ("interactions", 31076, 31076, 0),
    ]


def test_what_is_known_of_the_source(published: duckdb.DuckDBPyConnection) -> None:
    cases_with = dict(
        published.sql("select event_type, count(distinct case_id) from facts.fct_case_events group by 1").fetchall()
    )
    qualifying = published.sql("select count(distinct case_id) from facts.fct_interactions where is_qualifying").fetchall()
    assert (cases_with["reopened"], cases_with["transferred"], qualifying) == (276, 9224, [(24894,)])
    statuses = dict(published.sql("select fcr_status, count(*) from facts.fct_cases group by 1").fetchall())
    assert sum(statuses.values()) == 24918
    assert "resolved" not in statuses
    assert statuses["excluded"] == 24918 - 24894


def test_strict_and_upper_reading_and_why_they_differ(casemart: Run, home: Path) -> None:
    result = casemart("show", "first_contact_resolution", "--grain", "month", "-f", "csv", cwd=home)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 13
    assert {float(row["value"]) for row in rows} == {0.0}
    assert all(float(row["first_contact_resolution_upper"]) > 0.5 for row in rows)
    assert "no case has a recorded acknowledgement" in result.stderr


@pytest.mark.parametrize("reason", ["unverified", "transferred", "information_request"])
def test_trace_tells_why(casemart: Run, home: Path, published: duckdb.DuckDBPyConnection, reason: str) -> None:
    case_id, deciding_id = published.execute(
        "select min(case_id), arg_min(deciding_id, case_id) from facts.fct_cases where fcr_reason = ?", [reason]
    ).fetchone()
    trace = json.loads(casemart("trace", "case", case_id, "-f", "json", cwd=home).stdout)
    assert trace["case"]["fcr_reason"] == reason
    assert sum(step["is_initial"] for step in trace["steps"]) == 1
    assert [step["id"] for step in trace["steps"] if step["is_deciding"]] == ([deciding_id] if deciding_id else [])

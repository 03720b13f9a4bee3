"""Columns of one's own: kept at landing, staged, and published by."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from casemart.contract import contract_of
from casemart.errors import UsageError
from casemart.landing import land, unland
from casemart.warehouse import open_private
from casemart.workspace import Workspace

Run = Callable[..., subprocess.CompletedProcess[str]]

SETTING = '[vars]\nextra_segments = {cases = ["plan_tier"]}\n'
CASES = "case_id,channel,opened_at,status,Plan_Tier,mood\n"


def landed(home: Workspace, text: str) -> list[str]:
    (home.home / "cases.csv").write_text(CASES + text, encoding="utf-8")
    said: list[str] = []
    land(home, [home.home / "cases.csv"], say=said.append)
    return said


def rows(home: Workspace) -> list[tuple[str, str | None]]:
    with open_private(home, read_only=True) as connection:
        return connection.execute("select case_id, plan_tier from raw.cases order by case_id").fetchall()


def test_a_column_that_is_named_lands_and_others_stay_out(tmp_path: Path) -> None:
    home = Workspace(tmp_path)
    (tmp_path / "casemart.toml").write_text(SETTING, encoding="utf-8")
    said = landed(home, "a,email,2026-01-01 09:00:00,open, gold ,glad\nb,email,2026-01-01 09:00:00,open,,sad\n")
    assert rows(home) == [("a", " gold "), ("b", None)]
    assert any("mood" in line and "plan_tier" not in line.lower() for line in said)
    # A later load replaces the value, and its withdrawal brings the earlier one back.
    landed(home, "a,email,2026-01-01 09:00:00,open,silver,\n")
    assert rows(home)[0] == ("a", "silver")
    unland(home, 2)
    assert rows(home) == [("a", " gold "), ("b", None)]


def test_a_column_that_is_named_later_is_added(tmp_path: Path) -> None:
    home = Workspace(tmp_path)
    landed(home, "a,email,2026-01-01 09:00:00,open,gold,\n")
    (tmp_path / "casemart.toml").write_text(SETTING, encoding="utf-8")
    landed(home, "b,email,2026-01-01 09:00:00,open,silver,\n")
    assert rows(home) == [("a", None), ("b", "silver")]


@pytest.mark.parametrize(
    "value",
    ["{cases = 'plan_tier'}", "{contacts = ['x']}", "{cases = ['Plan']}", "{cases = ['x y']}", "{cases = ['channel']}", "[1]"],
)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / "casemart.toml").write_text(f"[vars]\nextra_segments = {value}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="extra_segments"):
        contract_of(Workspace(tmp_path))


def test_every_metric_of_the_entity_is_published_by_it(demo: Path, casemart: Run, tmp_path: Path) -> None:
    """Plans of cases, and success managers of accounts, who change with the rows of these. The build's tests hold the sums."""
    home = Workspace(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "casemart.toml").write_text(
        '[vars]\nextra_segments = {cases = ["plan_tier"], accounts = ["csm"]}\n', encoding="utf-8"
    )
    for file in (Workspace(demo).demo.home / "files").iterdir():
        if file.name not in ("cases.csv", "accounts.csv"):
            shutil.copy(file, tmp_path / "files")
            continue
        with file.open(encoding="utf-8", newline="") as source, (tmp_path / "files" / file.name).open("w", newline="") as target:
            rows = csv.reader(source)
            writer = csv.writer(target)
            writer.writerow([*next(rows), "plan_tier" if file.name == "cases.csv" else "csm"])
            # One in three has none.
            writer.writerows([*row, ("Gold", "Silver", "")[number % 3]] for number, row in enumerate(rows))
    casemart("land", "files", "--max-rejects", "0.2", cwd=tmp_path)
    casemart("build", cwd=tmp_path)
    with duckdb.connect(str(home.current), read_only=True) as connection:
        found = connection.execute(
            """
            select metric, list(distinct segment_by), list(distinct segment) filter (segment_by in ('plan_tier', 'csm'))
            from marts.metric_values group by metric"""
        ).fetchall()
    by = {metric: set(segments) for metric, segments, _ in found}
    assert {metric for metric, segments in by.items() if "csm" in segments} == {
        metric for metric, segments in by.items() if "account_segment" in segments
    }
    assert {metric for metric, segments in by.items() if "plan_tier" in segments} == {
        metric for metric, segments in by.items() if "queue" in segments
    }
    assert len(by) > 100
    assert {value for _, _, values in found for value in values or ()} == {"Gold", "Silver", "(none)"}

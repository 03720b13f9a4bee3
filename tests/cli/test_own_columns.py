"""Columns of one's own: kept at landing, staged, and published by."""

from __future__ import annotations

from pathlib import Path

import pytest

from casemart.contract import contract_of
from casemart.errors import UsageError
from casemart.landing import land, unland
from casemart.warehouse import open_private
from casemart.workspace import Workspace

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

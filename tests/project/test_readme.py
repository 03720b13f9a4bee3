"""What the README shows is what there is."""

from __future__ import annotations

import csv
import re
import textwrap
from pathlib import Path

import yaml

from casemart.app import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN = README[: README.index("## Marts")]


def first_cells(title: str) -> list[str]:
    """The names in the first column of the tables below a heading."""
    section = README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.M)


def test_the_two_commands_stand_first() -> None:
    assert FIRST_SCREEN.index("make demo") < FIRST_SCREEN.index("make test")
    assert "make demo" in (ROOT / ".ci" / "run").read_text() and "make test" in (ROOT / ".ci" / "run").read_text()


def test_vars_and_defaults_are_those_of_the_project() -> None:
    text = (ROOT / "dbt_project.yml").read_text()
    variables = yaml.safe_load(text)["vars"]["casemart"]
    assert first_cells("Vars") == list(variables)
    for name, default in re.findall(r"^\| `(casemart_\w+)` \| `([^`]*)` \|", README, re.M):
        assert yaml.safe_load(default) == variables[name]


def test_marts_and_metrics_are_all_there() -> None:
    marts = {file.stem for file in (ROOT / "models" / "marts").rglob("*.sql")} | {"metric_catalog", "metric_targets"}
    metrics = {metric["metric"] for metric in csv.DictReader((ROOT / "seeds" / "metric_catalog.csv").open(encoding="utf-8"))}
    assert set(first_cells("Marts")) == marts | metrics


def test_the_sql_shown_is_the_sql_that_runs() -> None:
    shown = README.split("```sql\n", 1)[1].split("```", 1)[0]
    model = (ROOT / "models" / "facts" / "support" / "fct_first_contact_outcomes.sql").read_text()
    assert textwrap.indent(shown, " " * 8).rstrip() in model


def test_commands_exist() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups}
    shown = set(
        re.findall(
            r"casemart (?:--demo )?([a-z]+)\b", "\n".join(re.findall(r"```\n(.*?)```|`(casemart [^`]+)`", README, re.S)[0])
        )
    )
    shown |= set(re.findall(r"`casemart ([a-z]+)", README))
    assert shown and shown <= known

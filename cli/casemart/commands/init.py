"""`casemart init`."""

from __future__ import annotations

import json
import re
from typing import Any

import typer

from casemart.commands import call_of
from casemart.errors import UsageError
from casemart.workspace import SETTINGS_FILE, project_dir

HEAD = """\
# Settings of casemart for this folder. Everything here is commented out and shows the default; nothing after `=`: not set.
# A table called like a command sets its options: flag > CASEMART_<COMMAND>_<OPTION> > this file > default.

#[land]
#timezone = "Europe/Berlin"

[vars]
"""
GUARDS = """
# What stops the publishing of numbers that would change in a way that is seldom meant; `casemart build --accept` lets it pass.
[guards]
"""
SEEDS = """
# Files of your own in place of what casemart ships: targets, opening hours, promises… Copy the columns of the shipped seed.
[seeds]
#metric_targets = "metric_targets.csv"
#schedules = "schedules.csv"
#holidays = "holidays.csv"
#sla_targets = "sla_targets.csv"
"""


def init(context: typer.Context) -> None:
    """Write a casemart.toml that lists every policy and threshold with its default; this folder becomes a warehouse's home."""
    call = call_of(context)
    file = call.workspace.home / SETTINGS_FILE
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(HEAD + _policies() + SEEDS + GUARDS + _thresholds())
    except FileExistsError as error:
        raise UsageError(f"{file} is there already", "edit it, or move it away first") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "name a folder that is there: `--home`") from error
    typer.echo(file)
    call.say("next: land files with `casemart land FOLDER`, then `casemart build`")


def _policies() -> str:
    """The vars of dbt_project.yml with their comments, as TOML."""
    import yaml

    text = (project_dir() / "dbt_project.yml").read_text(encoding="utf-8")
    defaults: dict[str, Any] = yaml.safe_load(text)["vars"]["casemart"]
    block = text.partition("\nvars:\n  casemart:\n")[2]
    lines = []
    for line in block.splitlines():
        if line and not line.startswith("    "):
            break
        name = re.match(r"    (\w+):", line)
        lines.append(_setting(name[1], defaults[name[1]]) if name else line.strip())
    return "\n".join(lines).rstrip() + "\n"


def _thresholds() -> str:
    from casemart.guarding import THRESHOLDS

    return "".join(f"# {each.description}\n#{name} = {each.default:g}\n" for name, each in THRESHOLDS.items())


def _setting(name: str, value: Any) -> str:
    """TOML has no null: such a policy stands without a value. JSON writes the other values as TOML does, but for tables."""
    if isinstance(value, dict):
        return f"#{name} = {{{', '.join(f'{key} = {json.dumps(part)}' for key, part in value.items())}}}"
    return f"#{name} =" if value is None else f"#{name} = {json.dumps(value)}"

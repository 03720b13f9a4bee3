"""`casemart versions` and `casemart rollback`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from casemart.commands import call_of


class Shape(StrEnum):
    """How a listing is printed."""

    TABLE = "table"
    JSON = "json"


Format = Annotated[Shape, typer.Option("--format", "-f", help="How to print it.")]


def versions(context: typer.Context, shape: Format = Shape.TABLE) -> None:
    """List the published versions, the newest first."""
    from casemart import publishing

    rows = [
        {
            "version": each.name,
            "built_at": f"{each.built_at.isoformat()}Z" if each.built_at else None,
            "as_of": each.as_of.isoformat() if each.as_of else None,
            "casemart": each.casemart_version,
            "accepted": each.alarms,
            "is_current": each.is_current,
        }
        for each in publishing.versions(call_of(context).workspace)
    ]
    if shape is Shape.JSON:
        typer.echo(json.dumps(rows, indent=2))
    else:
        typer.echo(aligned([_shown(row) for row in rows]))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    from casemart.render import printable

    accepted = ", ".join(f"{alarm['guard']}:{printable(alarm['name'])}" for alarm in row["accepted"])
    return {**row, "accepted": accepted, "is_current": "current" if row["is_current"] else ""}


def rollback(
    context: typer.Context,
    version: Annotated[str | None, typer.Argument(help="Version to return to. Default: the one before the current.")] = None,
) -> None:
    """Make an earlier version the current one again."""
    from casemart import publishing

    call = call_of(context)
    typer.echo(publishing.rollback(call.workspace, version, say=call.say).name)


def aligned(rows: list[dict[str, Any]]) -> str:
    """Rows as text columns under their names; `is_current` and other flags read better without a name."""
    if not rows:
        return "nothing is published yet"
    header = {name: "" if name.startswith("is_") else name for name in rows[0]}
    lines = [[str("" if value is None else value) for value in row.values()] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines)

"""`casemart status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from casemart.commands import call_of
from casemart.commands.versions import Format, Shape, aligned
from casemart.errors import LockedError

if TYPE_CHECKING:
    from casemart.status import Load


def status(context: typer.Context, shape: Format = Shape.TABLE) -> None:
    """Show what has landed, what is published, and who is at work."""
    from casemart.render import printable
    from casemart.status import status as look

    found = look(call_of(context).workspace)
    current = found.current
    facts = {
        "home": found.home,
        "origin": found.origin,
        "current": current.name if current else None,
        "as_of": current.as_of.isoformat() if current and current.as_of else None,
        "is_ahead": found.is_ahead,
        "locked_by": found.locked_by,
        "accepted": current.alarms if current else [],
    }
    reach = [
        {
            "table": each.table,
            "rows": each.rows,
            "latest_event_on": each.latest_event_on.isoformat() if each.latest_event_on else None,
            "days_behind": each.days_behind,
            "usual_gap_days": each.usual_gap_days,
        }
        for each in found.freshness
    ]
    tables = [{"table": table.name, "rows": table.rows, "loads": table.loads} for table in found.raw_tables]
    if shape is Shape.JSON:
        loads = [_load(load) for load in found.loads]
        typer.echo(json.dumps({**facts, "raw_tables": tables, "freshness": reach, "loads": loads}, indent=2))
    else:
        ahead = "the warehouse holds what readers do not see yet: `casemart build`"
        typer.echo(f"home     {found.home}")
        typer.echo(f"origin   {found.origin or '-'}")
        typer.echo(f"current  {current.name if current else 'nothing is published yet'}")
        typer.echo(f"as of    {facts['as_of'] or '-'}")
        if found.is_ahead is not None:
            typer.echo(f"ahead    {ahead if found.is_ahead else 'no'}")
        for alarm in facts["accepted"]:
            typer.echo(f"accepted {alarm['guard']} {printable(alarm['name'])}: {printable(alarm['message'])}")
        if shown := [table for table in tables if table["rows"]]:
            typer.echo("\n" + aligned(shown))
        if shown := [row for row in reach if row["rows"]]:
            typer.echo("\npublished\n" + aligned(shown))
        if found.loads:
            typer.echo("\n" + aligned([{**_load(load), "files": _shortened(load.files)} for load in found.loads]))
    if found.locked_by:
        raise LockedError(f"the warehouse is held by {found.locked_by}", "what is published can be read all the same")


def _load(load: Load) -> dict[str, Any]:
    landed_at = f"{load.landed_at.isoformat(timespec='seconds')}Z" if load.landed_at else None
    return {"load": load.load, "table": load.table, "rows": load.rows, "landed_at": landed_at, "files": load.files}


def _shortened(files: list[str]) -> str:
    from casemart.render import printable

    return printable(files[0]) + (f" and {len(files) - 1} more" if len(files) > 1 else "")

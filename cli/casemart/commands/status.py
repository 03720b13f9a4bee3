"""`casemart status`."""

from __future__ import annotations

import json

import typer

from casemart.commands import call_of
from casemart.commands.versions import Format, Shape, aligned
from casemart.errors import LockedError


def status(context: typer.Context, shape: Format = Shape.TABLE) -> None:
    """Show what has landed, what is published, and who is at work."""
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
    }
    tables = [{"table": table.name, "rows": table.rows, "loads": table.loads} for table in found.raw_tables]
    if shape is Shape.JSON:
        typer.echo(json.dumps({**facts, "raw_tables": tables}, indent=2))
    else:
        ahead = "the warehouse holds what readers do not see yet: `casemart build`"
        typer.echo(f"home     {found.home}")
        typer.echo(f"origin   {found.origin or '-'}")
        typer.echo(f"current  {current.name if current else 'nothing is published yet'}")
        typer.echo(f"as of    {facts['as_of'] or '-'}")
        if found.is_ahead is not None:
            typer.echo(f"ahead    {ahead if found.is_ahead else 'no'}")
        if shown := [table for table in tables if table["rows"]]:
            typer.echo("\n" + aligned(shown))
    if found.locked_by:
        raise LockedError(f"the warehouse is held by {found.locked_by}", "what is published can be read all the same")

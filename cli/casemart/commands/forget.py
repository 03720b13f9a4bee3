"""`casemart forget`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from casemart.commands import call_of
from casemart.commands.versions import Format, Shape, aligned
from casemart.errors import CasemartError, UsageError


def forget(
    context: typer.Context,
    contact: Annotated[str, typer.Option("--contact", metavar="ID", help="Id of the person, as `contact_id` has it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    shape: Format = Shape.TABLE,
) -> None:
    """Take a person out of the warehouse and of every kept version for good, and prove that nothing is left."""
    from casemart import forget as forgetting
    from casemart.render import printable

    call = call_of(context)
    workspaces = forgetting.workspaces(call.workspace)
    if not yes:
        found = [each for workspace in workspaces for each in forgetting.find(workspace, contact) if not each.is_clean]
        rows = sum(each.rows for each in found)
        question = f"{rows:,} rows in {len(found)} files hold this contact. Forget the person for good?"
        try:
            is_wanted = typer.confirm(question, err=True)
        except typer.Abort as error:
            raise UsageError("nobody answered, nothing was changed", "`--yes` does not ask") from error
        if not is_wanted:
            raise UsageError("nothing was changed")
    reports = [forgetting.forget(workspace, contact, say=call.say) for workspace in workspaces]
    rows_of = [
        {
            "file": (workspace.home / outcome.name).relative_to(call.workspace.home).as_posix(),
            "rows_before": outcome.before.rows,
            "rows_after": outcome.after.rows,
            "is_clean": outcome.after.is_clean,
        }
        for workspace, report in zip(workspaces, reports, strict=True)
        for outcome in report.outcomes
    ]
    if shape is Shape.JSON:
        typer.echo(json.dumps(rows_of, indent=2))
    elif rows_of:
        typer.echo(aligned([{**row, "is_clean": "clean" if row["is_clean"] else "LEFT"} for row in rows_of]))
    else:
        typer.echo("nothing has landed and nothing is published here")
    if landed_from := [file for report in reports for file in report.landed_from]:
        call.say("these files held the contact; they are yours, and landing changed ones again brings the person back:")
        for file in landed_from:
            call.say(f"  {printable(file)}")
    if any(row["rows_before"] for row in rows_of):
        call.say("the numbers are as they were; `casemart build` counts anew, without what tied the person's records together")
    if left := [text for report in reports for text in report.left]:
        hint = "names of landed files are not changed: land them under another name; files of your own are yours to remove"
        raise CasemartError("the contact is still to be found:\n" + "\n".join(f"  {text}" for text in left), hint)

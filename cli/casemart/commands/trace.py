"""`casemart trace`: where the outcome of one entity comes from."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from casemart.commands import call_of

FORMATS = ("table", "json")

app = typer.Typer(help="Follow one case to the rule that decided it.", no_args_is_help=True)


@app.command("case")
def trace_case(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="ID", help="The case's id.")],
    form: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
) -> None:
    """Show what happened in a case, what counted, and why it is or is not resolved at first contact."""
    from casemart import export, render, trace
    from casemart.warehouse import open_published

    call = call_of(context)
    chosen = export.choose_format(form, None, FORMATS)
    with closing(open_published(call.workspace)) as connection:
        found = trace.trace_case(connection, case_id)
    with export.standard_output() as stream:
        if chosen == "json":
            stream.write(export.json_text(found.as_json(), indent="") + "\n")
        else:
            render.print_sheets(trace.sheets(found), stream)

"""`casemart show`: one metric or mart, for people and for pipes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from casemart.commands import call_of

FORMATS = ("table", "csv", "json")
# A table is for reading; whoever wants more rows asks for them.
TABLE_ROWS = 500

By = Annotated[str | None, typer.Option("--by", help="Segment: product, channel, ..., or `all`, the total.")]
Grain = Annotated[str | None, typer.Option("--grain", help="Period: month, quarter, year or week.")]
First = Annotated[str | None, typer.Option("--from", help="First day or month of the period starts, `2026-03-01` or `2026-03`.")]
Last = Annotated[str | None, typer.Option("--to", help="Last day or month of the period starts.")]
Where = Annotated[str | None, typer.Option("--where", help="Condition over the mart's columns: \"segment = 'phone'\".")]
Limit = Annotated[int | None, typer.Option("--limit", min=0, help="At most so many rows.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; its extension names the format.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]


def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="METRIC", help="A metric, or a mart or fact by its name.")],
    by: By = None,
    grain: Grain = None,
    first: First = None,
    last: Last = None,
    where: Where = None,
    limit: Limit = None,
    output: Output = None,
    form: Annotated[
        str | None, typer.Option("--format", "-f", help="table, csv or json. Default: a table, CSV in a pipe.")
    ] = None,
    force: Force = False,
) -> None:
    """Show a metric over time: the total by month, unless the options say otherwise."""
    from casemart import export, notes, reading, render
    from casemart.catalogue import load_catalogue
    from casemart.warehouse import open_published

    call = call_of(context)
    chosen = export.choose_format(form, output, FORMATS)
    selection = reading.select(by, grain, first, last, where, limit)
    with closing(open_published(call.workspace)) as connection:
        catalogue = load_catalogue(connection)
        table, metric = catalogue.table(name), catalogue.metrics.get(name)
        selection = reading.with_defaults(connection, table, selection)
        caption = render.caption(*reading.read_version(connection))
        wanted = replace(selection, limit=TABLE_ROWS + 1) if chosen == "table" and limit is None else selection
        if metric:
            answer = reading.read_metric(connection, catalogue, metric, wanted)
        else:
            answer = reading.read_table(connection, catalogue, table, wanted)
        with export.destination(output, force=force) as stream:
            if chosen == "table":
                sheet = render.sheet_of(render.title(name, metric, selection.by, selection.grain), caption, answer, selection.by)
                count = len(sheet.rows)
                if limit is None and sheet.cut(TABLE_ROWS):
                    call.say(f"note: the first {TABLE_ROWS} rows; more with `--limit`, all with `-f csv`")
                render.print_sheet(sheet, stream)
            else:
                count = export.FORMATS[chosen](answer, stream)
        if not count:
            call.say(notes.nothing_found(connection, table))
        elif metric and (note := notes.missing_evidence(connection, catalogue, metric, selection)):
            call.say(note)

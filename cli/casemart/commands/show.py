"""`casemart show`: one metric or mart, for people and for pipes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from casemart.commands import call_of, is_typed
from casemart.completion import complete_format, complete_grain, complete_name, complete_segment

# Tables are for reading; whoever wants more rows asks for them.
TABLES = ("table", "md")
TABLE_ROWS = 500

By = Annotated[
    str | None, typer.Option("--by", help="Segment: product, channel, ..., or `all`, the total.", autocompletion=complete_segment)
]
Grain = Annotated[
    str | None, typer.Option("--grain", help="Period: month, quarter, year or week.", autocompletion=complete_grain)
]
First = Annotated[str | None, typer.Option("--from", help="First day or month of the period starts, `2026-03-01` or `2026-03`.")]
Last = Annotated[str | None, typer.Option("--to", help="Last day or month of the period starts.")]
Where = Annotated[str | None, typer.Option("--where", help="Condition over the mart's columns: \"segment = 'phone'\".")]
Limit = Annotated[int | None, typer.Option("--limit", min=0, help="At most so many rows.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; its extension names the format.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
Excel = Annotated[
    bool, typer.Option("--excel", help="CSV and TSV that a spreadsheet program opens rightly, and in which no text is a formula.")
]


def show(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="METRIC", help="A metric, or a mart or fact by its name.", autocompletion=complete_name)
    ],
    by: By = None,
    grain: Grain = None,
    first: First = None,
    last: Last = None,
    where: Where = None,
    limit: Limit = None,
    output: Output = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, md, csv, tsv, json, ndjson, parquet, xlsx or arrow. Default: a table, CSV in a pipe.",
            autocompletion=complete_format,
        ),
    ] = None,
    excel: Excel = False,
    force: Force = False,
) -> None:
    """Show a metric over time: the total by month, unless the options say otherwise."""
    from casemart import export, notes, reading, render
    from casemart.catalogue import load_catalogue
    from casemart.warehouse import open_published

    call = call_of(context)
    known = ("table", *export.DATA, *export.COMPRESSED)
    chosen = export.choose_format(form, output, known, is_typed=is_typed(context, "form"))
    if excel:
        export.check_excel(chosen)
    selection = reading.select(by, grain, first, last, where, limit)
    with (
        export.destination(chosen, output, force=force) as place,
        open_published(call.workspace, folder_to_write=place.folder) as connection,
    ):
        catalogue = load_catalogue(connection)
        table, metric = catalogue.table(name), catalogue.metrics.get(name)
        selection = reading.with_defaults(connection, table, selection)
        caption = render.caption(*reading.read_version(connection))
        wanted = replace(selection, limit=TABLE_ROWS + 1) if chosen in TABLES and limit is None else selection
        if metric:
            answer = reading.read_metric(connection, catalogue, metric, wanted)
        else:
            answer = reading.read_table(connection, catalogue, table, wanted)
        if chosen in TABLES:
            sheet = render.sheet_of(render.title(name, metric, selection.by, selection.grain), caption, answer, selection.by)
            count = len(sheet.rows)
            if limit is None and sheet.cut(TABLE_ROWS):
                call.say(f"note: the first {TABLE_ROWS} rows; more with `--limit`, all with `-f csv`")
            with place.stream() as stream:
                (render.print_sheet if chosen == "table" else export.print_markdown)(sheet, stream)
        else:
            count = export.write(export.Source(name, answer, connection), place, is_excel=excel)
        if not count:
            call.say(notes.nothing_found(connection, table))
        elif metric and (note := notes.missing_evidence(connection, catalogue, metric, selection)):
            call.say(note)

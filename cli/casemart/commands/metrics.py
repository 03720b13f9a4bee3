"""`casemart metrics`: what is measured, and where it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from casemart.commands import call_of

FORMATS = ("table", "csv", "json")


def metrics(
    context: typer.Context,
    grain: Annotated[str | None, typer.Option("--grain", help="Period: month, quarter, year or week. Default: month.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", "-f", help="table, csv or json. Default: a table, CSV in a pipe.")
    ] = None,
) -> None:
    """List the metrics, headlines first, each with its latest complete period and the running one."""
    from casemart import export, notes, reading, render
    from casemart.catalogue import load_catalogue
    from casemart.overview import overview
    from casemart.warehouse import open_published

    call = call_of(context)
    chosen = export.choose_format(form, None, FORMATS)
    with open_published(call.workspace) as connection:
        catalogue = load_catalogue(connection)
        table = catalogue.table("metric_values")
        selection = reading.with_defaults(connection, table, reading.Selection(grain=grain))
        reading.check(connection, table, selection)
        caption = render.caption(*reading.read_version(connection))
        answer = reading.read_overview(connection, selection.grain or reading.GRAINS[0])
        with export.standard_output() as stream:
            if chosen == "table":
                render.print_sheets(overview(answer, caption), stream)
            else:
                export.FORMATS[chosen](answer, stream)
        found = (notes.missing_evidence(connection, catalogue, metric, selection) for metric in catalogue.metrics.values())
        # What a mart lacks is said once, not once for each of its metrics.
        for note in dict.fromkeys(found):
            if note:
                call.say(note)

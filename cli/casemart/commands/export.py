"""`casemart export`: whole marts, every column, exact."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from casemart.commands import call_of
from casemart.commands.show import By, First, Force, Grain, Last, Limit, Output, Where
from casemart.errors import UsageError

FORMATS = ("csv", "json")


def export(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="MART", help="A mart or fact, or a metric: then its mart.")] = None,
    by: By = None,
    grain: Grain = None,
    first: First = None,
    last: Last = None,
    where: Where = None,
    limit: Limit = None,
    output: Output = None,
    form: Annotated[str | None, typer.Option("--format", "-f", help="csv or json. Default: the extension's, else csv.")] = None,
    force: Force = False,
    is_all: Annotated[bool, typer.Option("--all", help="Every mart, each as a file in the folder that `-o` names.")] = False,
) -> None:
    """Write a mart with all its columns: every period and segment, unless the options narrow it."""
    from casemart import export as writing
    from casemart import notes, reading
    from casemart.catalogue import load_catalogue
    from casemart.warehouse import open_published

    call = call_of(context)
    selection = reading.select(by, grain, first, last, where, limit)
    if is_all and (name or selection != reading.Selection()):
        raise UsageError("--all takes no mart and no condition", "name one mart to narrow it")
    if is_all and output is None:
        raise UsageError("--all needs a folder", "`casemart export --all -o FOLDER`")
    if not is_all and name is None:
        raise UsageError("no mart is named", "`casemart metrics` lists the metrics; `--all -o FOLDER` writes every mart")
    chosen = writing.choose_format(form, None if is_all else output, FORMATS, default="csv")
    with closing(open_published(call.workspace)) as connection:
        catalogue = load_catalogue(connection)
        if is_all:
            files = writing.export_all(connection, catalogue, output, chosen, force=force)
            call.say(f"{len(files)} marts written to {output}")
            return
        table = catalogue.table(name)
        answer = reading.read_table(connection, catalogue, table, selection)
        with writing.destination(output, force=force) as stream:
            count = writing.FORMATS[chosen](answer, stream)
        if output:
            call.say(f"{count:,} rows written to {output}")
        if not count:
            call.say(notes.nothing_found(connection, table))

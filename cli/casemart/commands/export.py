"""`casemart export`: whole marts, every column, exact."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from casemart.commands import Call, call_of, is_typed
from casemart.commands.show import By, Excel, First, Force, Grain, Last, Limit, Output, Where
from casemart.completion import complete_data_format, complete_name
from casemart.errors import UsageError


def export(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="MART", help="A mart or fact, or a metric: then its mart.", autocompletion=complete_name),
    ] = None,
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
            help="csv, tsv, json, ndjson (or with .gz, .zst), parquet, xlsx, arrow, md. Default: the extension's, else csv.",
            autocompletion=complete_data_format,
        ),
    ] = None,
    excel: Excel = False,
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
    known = (*writing.DATA, *writing.COMPRESSED)
    chosen = writing.choose_format(form, None if is_all else output, known, "csv", is_typed=is_typed(context, "form"))
    if excel:
        writing.check_excel(chosen)
    if is_all:
        _export_all(call, output, chosen, force=force, excel=excel)
        return
    with (
        writing.destination(chosen, output, force=force) as place,
        open_published(call.workspace, folder_to_write=place.folder) as connection,
    ):
        catalogue = load_catalogue(connection)
        table = catalogue.table(name)
        answer = reading.read_table(connection, catalogue, table, selection)
        count = writing.write(writing.Source(table.name, answer, connection), place, is_excel=excel)
        note = None if count else notes.nothing_found(connection, table)
    if output:
        call.say(f"{count:,} rows written to {output}")
    if note:
        call.say(note)


def _export_all(call: Call, folder: Path, form: str, *, force: bool, excel: bool) -> None:
    from casemart import export as writing
    from casemart.catalogue import load_catalogue
    from casemart.warehouse import open_published

    with (
        writing.staged_folder(folder) as staging,
        open_published(call.workspace, folder_to_write=staging) as connection,
    ):
        catalogue = load_catalogue(connection)
        files = writing.export_all(connection, catalogue, folder, form, force=force, staging=staging, is_excel=excel)
    call.say(f"{len(files)} marts written to {folder}")

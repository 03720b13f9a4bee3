"""`casemart land` and `casemart unland`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casemart.commands import Call, call_of, path_of
from casemart.errors import UsageError

if TYPE_CHECKING:
    from casemart.landing import LandingResult
    from casemart.landing.content import Progress

COLUMNS = ("file", "table", "records", "landed", "duplicates", "superseded", "quarantined", "ignored")


def land(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files (.csv, .tsv, .ndjson, .jsonl, .parquet, each with .gz or .zst), quoted patterns, or folders of files"
            " called like tables.",
            parser=path_of,
            metavar="PATHS...",
        ),
    ],
    table: Annotated[str | None, typer.Option("--table", "-t", help="Table of files that are called otherwise.")] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="IANA zone of timestamps without an offset.")] = "UTC",
    date_format: Annotated[
        str | None,
        typer.Option(
            "--date-format",
            help="strptime format of dates that are not YYYY-MM-DD, for example %d/%m/%Y; with %H: of timestamps.",
        ),
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="Encoding of CSV and NDJSON.")] = "utf-8",
    delimiter: Annotated[
        str | None,
        typer.Option("--delimiter", help="Delimiter of the fields, a character or `tab`. Default: comma; tab in .tsv."),
    ] = None,
    max_rejects: Annotated[
        str, typer.Option("--max-rejects", help="Share of a file's records that may be refused, 0.01 or 1%.")
    ] = "0.01",
    replace: Annotated[bool, typer.Option("--replace", help="The files are the whole of their tables: other rows go.")] = False,
) -> None:
    """Land CSV, NDJSON and Parquet files in the warehouse: typed rows in raw, refused ones in quarantine."""
    from casemart import landing

    call = call_of(context)
    with progress(call) as (watch, say):
        result = landing.land(
            call.workspace,
            paths,
            table=table,
            timezone=timezone,
            date_format=date_format,
            encoding=encoding,
            delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter),
            max_rejects=share(max_rejects),
            replace=replace,
            say=say,
            watch=watch,
        )
    _print(result)
    if result.load_id is None:
        call.say("nothing to do: all files are landed already")
        return
    rows, files = sum(file.landed for file in result.files), len(result.files)
    call.say(
        f"load {result.load_id}: {rows:,} rows of {files:,} {'file' if files == 1 else 'files'}; "
        f"take it back with `casemart unland {result.load_id}`"
    )
    if result.quarantined:
        call.say(f"warning: {result.quarantined:,} rows are quarantined: `casemart quarantine show --load {result.load_id}`")


def unland(context: typer.Context, load: Annotated[int, typer.Argument(help="Number of the load.")]) -> None:
    """Withdraw a load: its rows go, those that it had replaced come back."""
    from casemart import landing

    call = call_of(context)
    for table, count in landing.unland(call.workspace, load, say=call.say).items():
        typer.echo(f"{table}: {count:,} rows withdrawn")


def share(text: str) -> float:
    """`0.01` or `1%` as 0.01. UsageError for what is no share, and for a bare `1`, which could mean either end."""
    number, percent = text.removesuffix("%"), text.endswith("%")
    try:
        value = float(number)
    except ValueError as error:
        raise UsageError(f"--max-rejects {text} is not a share", "for example 0.01 or 1%") from error
    if percent and 0 <= value <= 100:
        return value / 100
    if not percent and 0 <= value < 1:
        return value
    is_meant_as_percent = not percent and 1 <= value <= 100
    raise UsageError(
        f"--max-rejects {text} is no share between 0% and 100%",
        f"{value:g} percent are `{value:g}%` or `{value / 100:g}`" if is_meant_as_percent else "for example 0.01 or 1%",
    )


def _print(result: LandingResult) -> None:
    rows = [
        (
            file.file,
            file.table,
            file.records,
            file.landed,
            file.duplicates,
            file.superseded,
            file.quarantined,
            ", ".join(file.ignored_columns),
        )
        for file in result.files
    ]
    if rows:
        print_rows(COLUMNS, rows)


def print_rows(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows on stdout: a table on a terminal, CSV elsewhere."""
    if sys.stdout.isatty():
        from casemart.render import Sheet, print_sheet, printable

        texts = [[f"{value:,}" if isinstance(value, int) else printable(str(value)) for value in row] for row in rows]
        right = {index for index, value in enumerate(rows[0]) if isinstance(value, int)}
        print_sheet(Sheet("", list(headers), texts, right=right), sys.stdout)
        return
    from casemart.export import standard_output

    with standard_output() as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(headers)
        writer.writerows(rows)


@contextmanager
def progress(call: Call) -> Iterator[tuple[Callable[[str, Progress], None], Callable[[str], None]]]:
    """`watch`, which shows a bar on stderr for the file that is being read, on a terminal only; and the `say` for meanwhile."""
    if call.is_quiet or not sys.stderr.isatty():
        yield lambda _file, _progress: None, call.say
        return
    from rich.progress import BarColumn, DownloadColumn, TextColumn

    from casemart.progress import live_bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with live_bar(*columns) as (bar, say):
        task = bar.add_task("", total=None, visible=False)

        def watch(file: str, state: Progress) -> None:
            is_read = state.done_bytes >= state.total_bytes
            bar.update(task, description=file, total=state.total_bytes, completed=state.done_bytes, visible=not is_read)

        yield watch, say

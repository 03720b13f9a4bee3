"""`casemart quarantine`: the rows that landing refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casemart.commands import Call, call_of
from casemart.commands.land import print_rows, progress
from casemart.errors import UsageError

if TYPE_CHECKING:
    from casemart.warehouse import Connection

quarantine = typer.Typer(no_args_is_help=True, help="The rows that landing refused, and why.")

Load = Annotated[int | None, typer.Option("--load", help="Only rows of this load.")]
Table = Annotated[str | None, typer.Option("--table", "-t", help="Only rows of this table.")]


@quarantine.command("list")
def list_reasons(context: typer.Context) -> None:
    """Count the quarantined rows by load, table and reason."""
    from casemart.landing.quarantine import summary

    with _warehouse(call_of(context)) as connection:
        counts = summary(connection)
    if counts:
        print_rows(("load", "table", "reason", "rows"), counts)
    else:
        call_of(context).say("nothing is in quarantine")


@quarantine.command()
def show(
    context: typer.Context,
    load: Load = None,
    table: Table = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many rows.")] = 20,
) -> None:
    """Show quarantined rows: where they stand, why they were refused, what they say."""
    from casemart.landing.quarantine import rows

    call = call_of(context)
    _check_table(table)
    with _warehouse(call) as connection:
        found = list(rows(connection, load, table, limit + 1))
    if not found:
        call.say("no such row is in quarantine")
        return
    print_rows(
        ("load", "table", "file", "line", "reasons", "raw_text"),
        [(str(row.load_id), row.table, row.file, str(row.line), "; ".join(row.reasons), row.raw_text) for row in found[:limit]],
    )
    if len(found) > limit:
        call.say(f"there are more: `--limit {limit * 10}`, or all of them: `casemart quarantine export -o FILE.csv`")


@quarantine.command()
def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV file to write.")],
    load: Load = None,
    table: Table = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write the quarantined rows of one table as CSV, to correct them and land them again."""
    from casemart.export import new_file
    from casemart.landing.quarantine import export as write

    call = call_of(context)
    if output.suffix.lower() != ".csv":
        raise UsageError(f"{output} is not called .csv", "quarantined rows are written as CSV: `-o FILE.csv`")
    _check_table(table)
    with _warehouse(call) as connection, new_file(output, force=force) as stream:
        count = write(connection, stream, load, table)
    call.say(f"{output}: {count:,} rows; correct them, then `casemart land {output} --table …`")


@quarantine.command()
def replay(
    context: typer.Context,
    load: Load = None,
    table: Table = None,
    file: Annotated[
        str | None, typer.Option("--file", help="Only rows of this file, as it is listed, or its name alone.")
    ] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", help="IANA zone of timestamps, if not that of the load.")] = None,
    date_format: Annotated[
        str | None, typer.Option("--date-format", help="strptime format of dates, if not that of the load.")
    ] = None,
) -> None:
    """Type quarantined rows again by the contract of today: what passes lands, the rest stays with its new reasons."""
    from casemart.landing.replay import replay as again

    call = call_of(context)
    _check_table(table)
    with progress(call) as (watch, say):
        found = again(
            call.workspace,
            load_id=load,
            table=table,
            file=file,
            timezone=timezone,
            date_format=date_format,
            say=say,
            watch=watch,
        )
    rows = [
        (
            str(one.from_load),
            one.result.file,
            one.result.table,
            one.result.records,
            one.result.landed,
            one.result.duplicates,
            one.result.superseded,
            one.result.quarantined,
            str(one.load_id or ""),
        )
        for one in found
    ]
    print_rows(("from_load", "file", "table", "records", "landed", "duplicates", "superseded", "quarantined", "load"), rows)
    for number in dict.fromkeys(one.load_id for one in found if one.load_id):
        call.say(f"load {number} has what passed; take it back with `casemart unland {number}`")
    if left := sum(one.result.quarantined for one in found):
        call.say(f"warning: {left:,} rows stay in quarantine: `casemart quarantine list`")


@quarantine.command()
def purge(
    context: typer.Context,
    load: Load = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", min=0, help="Only rows of loads older than so many days.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove quarantined rows for good, those that a replay has landed included. The ledger keeps their number."""
    from casemart.landing.replay import purge as remove
    from casemart.landing.replay import waiting_loads

    call = call_of(context)
    with _warehouse(call) as connection:
        counts = waiting_loads(connection, load, older_than)
    if not counts:
        call.say("no such row is in quarantine")
        return
    loads = f"{'load' if len(counts) == 1 else 'loads'} {', '.join(map(str, counts))}"
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"{sum(counts.values()):,} rows of {loads} would be removed for good", "if that is meant: `--yes`")
        typer.confirm(f"Remove {sum(counts.values()):,} quarantined rows of {loads} for good?", abort=True, err=True)
    call.say(f"{remove(call.workspace, list(counts)):,} rows of {loads} removed")


def _check_table(name: str | None) -> None:
    """Refuses a table that no row can be quarantined from."""
    from casemart.catalogue import unknown
    from casemart.contract import load_contract

    tables = load_contract().tables
    if name is not None and name not in tables:
        raise unknown("table", name, tables)


@contextmanager
def _warehouse(call: Call) -> Iterator[Connection]:
    from casemart.warehouse import open_private

    connection = open_private(call.workspace, read_only=True)
    try:
        yield connection
    finally:
        connection.close()

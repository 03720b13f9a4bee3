"""`casemart build`."""

from __future__ import annotations

from typing import Annotated

import typer

from casemart.commands import call_of

Keep = Annotated[int, typer.Option("--keep", help="Versions that remain, the current one among them.")]

Accept = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        metavar="GUARD[:NAME]",
        help="Publish although this guard says no, e.g. volume or volume:raw.cases; the version keeps a note of it. Repeatable.",
    ),
]


def build(
    context: typer.Context,
    var: Annotated[
        list[str] | None,
        typer.Option("--var", metavar="NAME=VALUE", help="Set a policy for this build, e.g. fcr_settlement_days=14. Repeatable."),
    ] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Build incremental models anew.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build even if nothing has changed.")] = False,
    accept: Accept = None,
    keep: Keep = 5,
) -> None:
    """Build every metric, test it, and publish it: all or nothing."""
    from casemart import dbt, publishing
    from casemart.progress import node_progress

    call = call_of(context)
    variables = dbt.parse_variables(var or [])
    with node_progress(call.say, is_quiet=call.is_quiet) as (watch, say):
        version = publishing.build(
            call.workspace,
            variables=variables,
            full_refresh=full_refresh,
            force=force,
            accept=accept or (),
            keep=keep,
            say=say,
            watch=watch,
        )
    typer.echo(version.name)

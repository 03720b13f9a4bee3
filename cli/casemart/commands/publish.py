"""`casemart publish`."""

from __future__ import annotations

from typing import Annotated

import typer

from casemart.commands import call_of
from casemart.commands.build import Accept, Keep


def publish(
    context: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Publish again what is published.")] = False,
    accept: Accept = None,
    keep: Keep = 5,
) -> None:
    """Publish what a plain `dbt build` made, if all of it ran and passed."""
    from casemart import publishing

    call = call_of(context)
    typer.echo(publishing.publish(call.workspace, force=force, accept=accept or (), keep=keep, say=call.say).name)

"""The command line: parses, calls, prints. Modules that are slow to import are imported by the commands that need them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from casemart import __version__
from casemart.commands import Call
from casemart.errors import CasemartError, ExitCode
from casemart.workspace import Workspace, find_home

app = typer.Typer(
    name="casemart",
    help="Support and customer success metrics whose numbers can be traced to their rows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "CASEMART"},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"casemart {__version__}")
        raise typer.Exit()


@app.callback()
def main_callback(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", "-C", help="Folder of the warehouse. Default: the nearest folder with a casemart.toml, else this one."
        ),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Work on the demo data that `casemart demo` made.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes, only results and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Land files, build and publish metrics, read them."""
    workspace = Workspace(home.resolve() if home else find_home(Path.cwd()))
    context.default_map = {
        name: value for name, value in workspace.settings().items() if isinstance(value, dict) and name != "vars"
    }
    context.obj = Call(workspace.demo if demo else workspace, is_quiet=quiet)
    if debug:
        os.environ["CASEMART_DEBUG"] = "1"


def _register() -> None:
    """Each command module registers what it offers; importing one must stay cheap."""
    from casemart.commands.build import build
    from casemart.commands.demo import demo
    from casemart.commands.export import export
    from casemart.commands.init import init
    from casemart.commands.land import land, unland
    from casemart.commands.metrics import metrics
    from casemart.commands.publish import publish
    from casemart.commands.quarantine import quarantine
    from casemart.commands.show import show
    from casemart.commands.status import status
    from casemart.commands.trace import app as trace
    from casemart.commands.versions import rollback, versions

    for command in (demo, init, land, unland, build, publish, versions, rollback, status, metrics, show, export):
        app.command()(command)
    app.add_typer(quarantine, name="quarantine")
    app.add_typer(trace, name="trace")


_register()


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except CasemartError as error:
        if os.environ.get("CASEMART_DEBUG"):
            raise
        typer.echo(f"error: {error.message}", err=True)
        if error.hint:
            typer.echo(f"hint: {error.hint}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; leave without Python's complaint at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)


if __name__ == "__main__":
    main()

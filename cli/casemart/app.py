"""The command line: parses, calls, prints. Modules that are slow to import are imported by the commands that need them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from casemart import __version__, settings
from casemart.commands import Call
from casemart.errors import CasemartError, ExitCode, UsageError, remedy_of
from casemart.workspace import Workspace, find_home

app = typer.Typer(
    name="casemart",
    help="Support and customer success metrics whose numbers can be traced to their rows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
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
    # For `main`, which sees the error when the context is gone; `CASEMART_DEBUG=0` has come here as False.
    os.environ["CASEMART_DEBUG"] = "1" if debug else ""
    if home and home.exists() and not home.is_dir():
        raise UsageError(f"{home} is not a folder", "name the folder of the warehouse: `--home FOLDER`")
    workspace = Workspace(home.resolve() if home else find_home(Path.cwd()))
    context.default_map = settings.defaults(context.command, workspace.settings())
    context.obj = Call(workspace.demo if demo else workspace, is_quiet=quiet)


def _register() -> None:
    """Each command module registers what it offers; importing one must stay cheap."""
    from casemart.commands.build import build
    from casemart.commands.demo import demo
    from casemart.commands.export import export
    from casemart.commands.forget import forget
    from casemart.commands.init import init
    from casemart.commands.land import land, unland
    from casemart.commands.metrics import metrics
    from casemart.commands.publish import publish
    from casemart.commands.quarantine import quarantine
    from casemart.commands.show import show
    from casemart.commands.status import status
    from casemart.commands.trace import app as trace
    from casemart.commands.versions import rollback, versions

    for command in (demo, init, land, unland, build, publish, versions, rollback, status, forget, metrics, show, export):
        app.command()(command)
    app.add_typer(quarantine, name="quarantine")
    app.add_typer(trace, name="trace")


_register()


def main() -> None:
    """Entry point of the console script."""
    # Whatever is written, by this process or by those that it starts, is for its owner only.
    os.umask(0o077)
    try:
        code = _run()
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has seen enough.
        code = ExitCode.OK
        _abandon_output()
    except Exception as error:
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
            # What DuckDB makes of Ctrl-C while it works.
            sys.exit(ExitCode.INTERRUPTED)
        known = _expected(error)
        if known is None or os.environ.get("CASEMART_DEBUG"):
            raise
        typer.echo(f"error: {known.message}", err=True)
        if known.hint:
            typer.echo(f"hint: {known.hint}", err=True)
        code = known.exit_code
        try:
            sys.stdout.flush()
        except (OSError, AttributeError):
            _abandon_output()
    sys.exit(code)


def _run() -> int | str | None:
    """Runs the command that the arguments name, to the last byte of what it prints. Returns its exit code."""
    if sys.stdout is None:
        raise CasemartError("standard output is closed", "send it to a file, or to /dev/null")
    command = typer.main.get_command(app)
    settings.name_environment(command, "CASEMART")
    try:
        command()
    except SystemExit as stop:
        # Typer makes exit code 1 of a closed pipe.
        if isinstance(stop.__context__, BrokenPipeError):
            raise stop.__context__ from None
        sys.stdout.flush()
        return stop.code
    return ExitCode.OK


def _expected(error: Exception) -> CasemartError | None:
    """What to tell of an error that is not a mistake in this program; None for any other."""
    if isinstance(error, CasemartError):
        return error
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return CasemartError(f"{place}{error.strerror or error}", remedy_of(error))
    if isinstance(error, MemoryError):
        return CasemartError("there is not enough memory", remedy_of(error))
    duckdb = sys.modules.get("duckdb")
    if duckdb and isinstance(error, duckdb.Error):
        if isinstance(error, duckdb.OutOfMemoryException):
            return CasemartError("there is not enough memory for this question", "narrow it with `--where` or `--limit`")
        hint = "if a version is damaged: `casemart rollback`, or `casemart build --force`; `--debug` shows where it happened"
        return CasemartError(f"DuckDB: {error}", hint)
    return None


def _abandon_output() -> None:
    """What is left in stdout's buffer has nowhere to go; without this Python would complain at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()

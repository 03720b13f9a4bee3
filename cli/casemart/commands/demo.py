"""`casemart demo`."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casemart.commands import call_of, path_of
from casemart.errors import UsageError
from casemart.workspace import find_home

if TYPE_CHECKING:
    from casemart.demo.summary import Summary

DEMO_REJECTS = "5%"
DATA_REJECTS = "1%"


def demo(
    context: typer.Context,
    cases: Annotated[int, typer.Option("--cases", help="How many cases to make up.")] = 5000,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Show the files in this folder instead of made-up ones.", parser=path_of, metavar="PATH"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the marts as CSV. Default: out, with --data a folder in it.", parser=path_of, metavar="PATH"
        ),
    ] = None,
    max_rejects: Annotated[
        str | None,
        typer.Option("--max-rejects", help=f"Share of a file's records that may be refused. Default: {DATA_REJECTS}."),
    ] = None,
) -> None:
    """Make up the records of a help desk, or take your own files; land, build and publish them; show the headlines."""
    from casemart import guarding, notes, publishing, reading
    from casemart.catalogue import load_catalogue
    from casemart.commands.land import share
    from casemart.contract import contract_of
    from casemart.demo import run, summary
    from casemart.export import export_all
    from casemart.progress import node_progress
    from casemart.seeds import project_of
    from casemart.warehouse import open_published

    call = call_of(context)
    home = call.workspace
    if home.home.parts[-2:] == home.demo.home.parts[-2:]:
        raise UsageError("`casemart demo` takes no `--demo`", "leave it out: `casemart demo`")
    if data:
        data = data.expanduser()
        workspace, origin, variables = run.data_workspace(home, data), "user", home.settings().get("vars", {})
        project = project_of(home)
        folder = out or Path("out") / data.resolve().name
    else:
        workspace, origin, variables, project = home.demo, "demo", {}, None
        folder = out or Path("out")
    run.check_output(workspace, folder)
    if not data:
        run.set_targets(workspace)
    rejects = share(max_rejects or (DATA_REJECTS if data else DEMO_REJECTS))
    source = data or run.make_files(workspace, cases, call.say)
    run.land_alone(workspace, source, contract_of(home if data else workspace), max_rejects=rejects, origin=origin, say=call.say)
    with node_progress(call.say, is_quiet=call.is_quiet) as (watch, say):
        # Other files, or another number of cases, are other data: nothing to compare.
        accept = [guard.name for guard in guarding.GUARDS]
        publishing.build(workspace, variables=variables, accept=accept, say=say, watch=watch, project=project)
    with open_published(workspace) as connection:
        catalogue = load_catalogue(connection)
        run.note_output(workspace, folder)
        files = export_all(connection, catalogue, folder, "csv", force=True)
        found = summary.summarize(connection)
        selections = [
            (metric, reading.with_defaults(connection, catalogue.tables[metric.mart], reading.Selection()))
            for metric in catalogue.metrics.values()
        ]
        found_notes = [notes.missing_evidence(connection, catalogue, metric, selection) for metric, selection in selections]
        for note in dict.fromkeys(note for note in found_notes if note):
            call.say(note)
    place = _place(workspace.home) if data else [*_place(home.home), "--demo"]
    _print(found, workspace.current, folder, len(files), shlex.join([_program(), *place]))


def _print(found: Summary, published: Path, folder: Path, file_count: int, reading: str) -> None:
    from casemart.render import print_sheets

    print_sheets([found.states], sys.stdout)
    typer.echo(f"\nquarantined  {found.quarantined:,} rows, refused at landing: `{reading} quarantine list`")
    typer.echo(f"findings     {found.findings:,} rows of {found.finding_kinds} kinds: `{reading} export data_findings`")
    typer.echo(f"published    {published}")
    typer.echo(f"as CSV       {file_count} marts in {folder}{os.sep}")
    typer.echo("\nnext")
    typer.echo(f"  {reading} show first_contact_resolution --by product")
    if found.case_id:
        typer.echo(f"  {reading} trace case {shlex.quote(found.case_id)}")
    if found.account_id:
        typer.echo(f"  {reading} trace account {shlex.quote(found.account_id)}")
    typer.echo()
    print_sheets([found.headlines], sys.stdout)


def _program() -> str:
    """How this command was called, as short as it can be called again."""
    called = Path(sys.argv[0])
    on_path = shutil.which(called.name)
    return called.name if on_path and Path(on_path).samefile(called) else os.path.relpath(called)


def _place(home: Path) -> list[str]:
    """The option that names the warehouse, where it is not the one that a command finds from here."""
    return [] if home == find_home(Path.cwd()) else ["-C", os.path.relpath(home)]

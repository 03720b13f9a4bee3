"""Write, audit, publish: readers see a version only after every node of one invocation has passed, and then in one step."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import duckdb

from casemart import __version__, dbt
from casemart.auditing import BUILD_AGAIN, Frame, raw_counts, read_warehouse, write_version
from casemart.contract import load_contract
from casemart.dbt_results import Result, Run, read_run
from casemart.errors import CasemartError, UsageError, gist, remedy_of
from casemart.guarding import Watch, watch_of
from casemart.locking import hold_lock
from casemart.recovery import LEFT_OVER, Say
from casemart.seeds import project_of
from casemart.versions import (
    Version,
    current_version,
    last_sound,
    new_name,
    point_current_to,
    remove_old,
    rollback,
    sync_folder,
    versions,
)
from casemart.warehouse import Connection, open_private
from casemart.workspace import Workspace

__all__ = ["Version", "build", "current_version", "publish", "rollback", "versions"]

KEEP = 5
SAMPLE_ROWS = 5
PROJECT_FILES = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/data")
DISTRIBUTIONS = ("dbt-core", "dbt-duckdb", "duckdb")


def build(
    workspace: Workspace,
    *,
    variables: dict[str, Any] | None = None,
    full_refresh: bool = False,
    force: bool = False,
    accept: Iterable[str] = (),
    keep: int = KEEP,
    say: Say = lambda _text: None,
    watch: dbt.Watch | None = None,
    project: Path | None = None,
) -> Version:
    """Runs dbt and publishes, or returns the current version if nothing has changed since.

    `variables` win over `[vars]` of casemart.toml. `keep` versions remain. `accept` names guards, `GUARD` or `GUARD:NAME`, that
    stop nothing. Raises LockedError, UsageError, or CasemartError with what failed; then readers keep the version they have.
    """
    project = project or project_of(workspace)
    _check_keep(keep)
    watch_for = watch_of(workspace, accept)
    variables = dbt.checked_variables(project, {**workspace.settings().get("vars", {}), **(variables or {})})
    with hold_lock(workspace, "build", say) as lock:
        with open_private(workspace) as connection:
            fingerprint = fingerprint_of(connection, project, variables)
            is_empty = fingerprint is not None and not any(raw_counts(connection).values())
        current = current_version(workspace)
        if current and fingerprint and current.fingerprint == fingerprint and not (force or full_refresh):
            say(f"nothing to do: version {current.name} is up to date")
            return current
        if is_empty:
            say(f"warning: nothing has landed in {workspace.home}, so every mart will be empty: `casemart land PATH…` first")
        run = dbt.build(workspace, lock, project=project, variables=variables, full_refresh=full_refresh, say=say, watch=watch)
        if run.failed:
            raise _failure(workspace, run)
        return _publish(workspace, run, project, fingerprint, keep, watch_for, say)


def publish(
    workspace: Workspace,
    *,
    force: bool = False,
    accept: Iterable[str] = (),
    keep: int = KEEP,
    say: Say = lambda _text: None,
    project: Path | None = None,
) -> Version:
    """Publishes what a plain `dbt build` made, if it was the last invocation, whole, and nothing has landed since."""
    project = project or project_of(workspace)
    _check_keep(keep)
    watch_for = watch_of(workspace, accept)
    with hold_lock(workspace, "publish", say):
        if workspace.warehouse.with_name(f"{workspace.warehouse.name}.wal").exists():
            # The results may say more than the warehouse has kept.
            raise CasemartError("the last run did not close the warehouse, nothing was published", BUILD_AGAIN)
        with open_private(workspace, read_only=True) as connection:
            warehouse = read_warehouse(connection)
        targets = _targets(workspace, project, warehouse.invocation_id)
        run = _last_run(targets, warehouse.invocation_id)
        if run is None:
            raise CasemartError(
                f"the results of the last build are not in {' or '.join(map(str, targets))}, nothing was published; every later"
                " dbt command overwrites them, such as `dbt compile` or `dbt docs generate`",
                BUILD_AGAIN,
            )
        if reason := warehouse.why_stale(run):
            raise CasemartError(f"{reason}, nothing was published", BUILD_AGAIN)
        current = current_version(workspace)
        if current and current.invocation_id == run.invocation_id and not force:
            say(f"nothing to do: version {current.name} is up to date")
            return current
        return _publish(workspace, run, project, None, keep, watch_for, say)


def _targets(workspace: Workspace, project: Path, invocation_id: str | None) -> list[Path]:
    """The folders where dbt may have left the results of the last build."""
    # Elsewhere the results of a plain `dbt build` may be those of another warehouse.
    is_ours = invocation_id or workspace.home.resolve() == project.resolve()
    return [dbt.target_of(workspace), *([project / "target"] if is_ours else [])]


def _last_run(targets: list[Path], invocation_id: str | None) -> Run | None:
    """The run of that id; where none is recorded the latest one."""
    runs = [run for run in map(read_run, targets) if run and invocation_id in (None, run.invocation_id)]
    return max(runs, key=lambda run: run.started_at, default=None)


def _publish(
    workspace: Workspace, run: Run, project: Path, fingerprint: str | None, keep: int, watch_for: Watch, say: Say
) -> Version:
    if reason := run.why_not_publishable():
        raise CasemartError(f"not a whole build, nothing was published: {reason}", "build everything: `casemart build`")
    for result in run.warned:
        say(f"warning: {result.node}: {result.rows} rows")
    workspace.published.mkdir(mode=0o700, parents=True, exist_ok=True)
    previous = last_sound(workspace, say)
    name = new_name(workspace, fingerprint or run.invocation_id)
    contract = load_contract(project)
    variables = {**dbt.known_variables(project), **run.variables}
    info = {
        "version": name,
        "built_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "casemart_version": __version__,
        "dbt_version": run.dbt_version,
        "dbt_duckdb_version": version_of("dbt-duckdb"),
        "duckdb_version": version_of("duckdb"),
        "contract_version": contract.version,
        "fingerprint": fingerprint,
        "invocation_id": run.invocation_id,
        "variables": json.dumps(run.variables, sort_keys=True, default=str),
    }
    folder = workspace.published / f"{name}{LEFT_OVER}"
    folder.mkdir(mode=0o700)
    try:
        frame = Frame(contract, variables.get("casemart_timezone") or "UTC", previous.file if previous else None, watch_for)
        write_version(workspace, run, folder / "casemart.duckdb", info, frame, say)
        sync_folder(folder)
        folder.rename(workspace.published / name)
    except (duckdb.Error, OSError) as error:
        hint = remedy_of(error) or "look whether the current version can be read: `casemart versions`; or build again"
        raise CasemartError(f"the version could not be written, nothing was published: {gist(error)}", hint) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sync_folder(workspace.published)
    point_current_to(workspace, name)
    published = current_version(workspace)
    assert published is not None, "the link was swapped under the lock"
    say(f"published version {name}: {len(run.published)} tables" + (f", as of {published.as_of}" if published.as_of else ""))
    remove_old(workspace, keep, say)
    return published


def _check_keep(keep: int) -> None:
    if keep < 1:
        raise UsageError("--keep must be at least 1", "the current version is always kept")


def fingerprint_of(connection: Connection, project: Path, variables: dict[str, Any]) -> str | None:
    """What a build depends on, as hexadecimal digits. None where raw tables are elsewhere, as nobody tells when they change."""
    if {**dbt.known_variables(project), **variables}.get("casemart_raw"):
        return None
    state = {
        "ledger": read_warehouse(connection).ledger,
        "raw": raw_counts(connection),
        "variables": variables,
        "versions": [__version__, *map(version_of, DISTRIBUTIONS)],
    }
    digest = hashlib.sha256(json.dumps(state, sort_keys=True, default=str).encode())
    for file in sorted(_files(project)):
        digest.update(f"\0{file.relative_to(project).as_posix()}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(project: Path) -> list[Path]:
    paths = [project / name for name in PROJECT_FILES]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return [file for file in files if file.is_file() and not file.name.startswith(".")]


def _failure(workspace: Workspace, run: Run) -> CasemartError:
    """What failed, in dbt's own words; for a data test also some of the rows that it found."""
    raised = {dbt.compiler_error(result.message) for result in run.failed}
    if len(raised) == 1 and (message := raised.pop()):
        return CasemartError(message, "nothing was published")
    parts = [f"{len(run.failed)} of {len(run.nodes)} nodes failed, nothing was published"]
    for result in run.failed:
        if result.node.kind == "data test" and result.rows:
            parts.append(f"{result.node}: {result.rows} rows\n" + "\n".join(_sample(workspace, result)))
        else:
            parts.append(f"{result.node} ({result.node.path})\n{result.message}")
    text = "\n\n".join(parts)
    return CasemartError(text, remedy_of(text) or f"dbt's log is in {workspace.state / 'logs'}")


def _sample(workspace: Workspace, result: Result) -> list[str]:
    try:
        with open_private(workspace, read_only=True) as connection:
            cursor = connection.execute(f"select * from (\n{result.sql}\n) limit {SAMPLE_ROWS}")
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
    except (duckdb.Error, CasemartError):
        return [f"  {result.message}"]
    return ["  " + ", ".join(f"{name}: {value}" for name, value in zip(names, row, strict=True)) for row in rows]

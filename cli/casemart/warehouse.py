"""The only module that opens DuckDB: the private warehouse, and the published version that readers see."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from casemart.errors import CasemartError, LockedError, UsageError, gist, remedy_of
from casemart.recovery import spill_of
from casemart.workspace import Workspace

Connection = duckdb.DuckDBPyConnection

# Nothing is ever downloaded: a missing extension fails at once.
CONFIG: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
PATIENCE_SECONDS = 1.0
# What a reader takes of the memory, however large the version is: beyond it DuckDB sorts on the disk. Each thread needs
# its share: with more of them long texts do not fit.
READER_MEMORY, READER_THREADS = "512MB", 2
READ_BY_OLDER = "storage_version 'v1.4.0'"


def open_private(workspace: Workspace, read_only: bool = False) -> Connection:
    """The warehouse that landing and dbt write, in UTC. One process may write or many may read: else LockedError."""
    file = workspace.warehouse
    if "?" in str(file):
        # DuckDB takes what follows it for options, and puts its write-ahead log elsewhere.
        raise UsageError(f"the folder's path has a question mark: {workspace.home}", "use a folder without one")
    if read_only:
        _require(workspace)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = _in_utc(_patiently(file, lambda: duckdb.connect(str(file), read_only=read_only, config=CONFIG)))
    if not read_only and file.stat().st_mode & 0o077:
        # Made by a plain `dbt build`, say.
        file.chmod(0o600)
    return connection


def open_to_publish(workspace: Workspace, file: Path) -> Connection:
    """The warehouse, read-only, as `private`, and a new database in `file` as `published`, of a format that DuckDB 1.4 opens."""
    _require(workspace)
    connection = _in_memory(spill_of(workspace.state))
    try:
        private = f"attach {quoted(workspace.warehouse)} as private (read_only)"
        _patiently(workspace.warehouse, lambda: connection.execute(private))
        connection.execute(f"attach {quoted(file)} as published ({READ_BY_OLDER})")
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_rewrite(file: Path, fresh: Path, *, is_published: bool = False) -> Connection:
    """The database in `file` under the name of the file, and a new one in `fresh` as `fresh`. A published file is read-only;
    any other is held, its write-ahead log written into it, so that nobody changes it before `fresh` takes its place."""
    connection = _in_memory(fresh.with_name(f"{fresh.name}.tmp"))
    try:
        name = identifier(file.stem)
        attach = f"attach {quoted(file)} as {name}" + (" (read_only)" if is_published else "")
        _patiently(file, lambda: connection.execute(attach))
        if not is_published:
            connection.execute(f"checkpoint {name}")
        connection.execute(f"attach {quoted(fresh)} as fresh" + (f" ({READ_BY_OLDER})" if is_published else ""))
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def open_published(workspace: Workspace, *, folder_to_write: Path | None = None) -> Iterator[Connection]:
    """The current version: read-only, in UTC, its tables reachable as `marts.x`; nothing outside of it can be reached.

    The version stays the same for as long as the connection lives. `folder_to_write` is the one folder that `copy … to`
    may write into. What does not fit in the memory goes into a folder of the owner's, and away with the connection.
    """
    with _spill() as spilled, closing(_in_utc(duckdb.connect(":memory:", config=CONFIG))) as connection:
        _attach_current(connection, workspace)
        connection.execute("use casemart")
        connection.execute(f"set memory_limit = '{READER_MEMORY}'")
        (threads,) = connection.execute("select current_setting('threads')").fetchall()[0]
        connection.execute(f"set threads = {min(threads, READER_THREADS)}")
        connection.execute(f"set temp_directory = {quoted(spilled)}")
        if folder_to_write:
            connection.execute("set allowed_directories = [" + quoted(folder_to_write) + "]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def open_file(file: Path, *, read_only: bool) -> Connection:
    """Any other DuckDB file, or `:memory:`, in UTC."""
    return _in_utc(duckdb.connect(str(file), read_only=read_only, config=CONFIG))


def open_version(file: Path) -> Connection:
    """One version, read-only, in UTC. Attached, so that it does not matter how else this process has opened the file."""
    connection = _in_memory(spill_of(Workspace(file.absolute().parents[2]).state))
    try:
        connection.execute(f"attach {quoted(file)} as casemart (read_only)")
        connection.execute("use casemart")
    except BaseException:
        connection.close()
        raise
    return connection


def open_scratch() -> Connection:
    """An empty database in memory, in UTC."""
    return _in_utc(duckdb.connect(":memory:", config=CONFIG))


def quoted(text: object) -> str:
    """An SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(*parts: str) -> str:
    """A quoted SQL name, `"schema"."table"`."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _require(workspace: Workspace) -> None:
    if not workspace.warehouse.is_file():
        raise CasemartError(f"there is no warehouse in {workspace.home}", "land files first: `casemart land FOLDER`")


def _patiently(file: Path, action: Callable[[], Connection]) -> Connection:
    """Opens `file` by `action`, which may have to wait for another process that takes a short look at it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return action()
        except duckdb.Error as error:
            if "Could not set lock" not in str(error):
                raise CasemartError(f"{file} cannot be opened: {gist(error)}", remedy_of(error) or _way_out(file)) from error
            if time.monotonic() > deadline:
                # DuckDB says which process it is: often a plain `dbt build`, or a tool that should read what is published.
                holder = str(error).partition("held in ")[2].partition(". See")[0] or "another process"
                raise LockedError(f"{file} is held by {holder}", "wait until it has ended, or close it") from error
            time.sleep(0.05)


def _way_out(file: Path) -> str:
    """What to do about a warehouse that cannot be opened."""
    log = file.with_name(f"{file.name}.wal")
    if log.exists():
        # It holds whole transactions: the last landing, or the end of a build.
        return f"if a file is damaged: move {log.name} away, and land the last files again; else the warehouse, and land all"
    return "if the file is damaged: move it away, and land the files again, or put a copy back; what is published stays"


def _attach_current(connection: Connection, workspace: Workspace) -> None:
    """Attaches the real file, not the link: a swap in between changes nothing. A folder removed meanwhile: once more."""
    for is_last in (False, False, True):
        if not workspace.current.is_file():
            raise _nothing_published(workspace)
        file = workspace.current.resolve()
        try:
            connection.execute(f"attach {quoted(file)} as casemart (read_only)")
        except duckdb.Error as error:
            if is_last or file.is_file():
                raise CasemartError(
                    f"{file} cannot be read: {error}", "`casemart rollback`, or `casemart build --force`"
                ) from error
        else:
            return


def _nothing_published(workspace: Workspace) -> CasemartError:
    build = "`casemart build`" if workspace.warehouse.is_file() else "`casemart land FOLDER`, then `casemart build`"
    hint = f"build it: {build}"
    if workspace.demo.current.is_file():
        hint = f"add `--demo` in front of the command to read the demo, or build your own data: {build}"
    return CasemartError(f"nothing is published in {workspace.home}", hint)


def _in_memory(spill: Path) -> Connection:
    """A database in memory, in UTC. What does not fit goes into the folder `spill`; where that cannot be written, nowhere:
    DuckDB would otherwise leave rows in whatever folder the command is called from."""
    place = str(spill) if os.access(spill.parent, os.W_OK) else ""
    return _in_utc(duckdb.connect(":memory:", config={**CONFIG, "temp_directory": place}))


@contextmanager
def _spill() -> Iterator[str]:
    """A folder for one reader. Nothing where there is no room for one: reading goes on, in the memory alone."""
    with ExitStack() as stack:
        folder = ""
        with suppress(OSError):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casemart-", ignore_cleanup_errors=True))
        yield folder


def _in_utc(connection: Connection) -> Connection:
    connection.execute("set TimeZone = 'UTC'")
    return connection

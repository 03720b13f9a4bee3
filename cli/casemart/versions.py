"""The folder of published versions: one folder per version, and the link `current` that is swapped in one step."""

from __future__ import annotations

import difflib
import json
import os
import shutil
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from casemart.errors import CasemartError, UsageError, gist
from casemart.locking import hold_lock
from casemart.recovery import LEFT_OVER, Say
from casemart.workspace import Workspace

NAME_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Version:
    """A published version. What its file says of itself is None if the file cannot be read. `built_at` is UTC."""

    name: str
    folder: Path
    is_current: bool
    built_at: datetime | None = None
    as_of: date | None = None
    origin: str | None = None
    casemart_version: str | None = None
    fingerprint: str | None = None
    invocation_id: str | None = None
    ledger: str | None = None
    accepted: str | None = None

    @property
    def alarms(self) -> list[dict[str, str]]:
        """What guards said, and was accepted: `guard`, `name` and `message` of each."""
        return json.loads(self.accepted or "[]")

    @property
    def file(self) -> Path:
        return self.folder / "casemart.duckdb"


def versions(workspace: Workspace) -> list[Version]:
    """All versions, the newest first."""
    current = _current_name(workspace)
    return [_read(workspace.published / name, name == current) for name in reversed(_names(workspace))]


def current_version(workspace: Workspace) -> Version | None:
    name = _current_name(workspace)
    return _read(workspace.published / name, True) if name in _names(workspace) else None


def rollback(workspace: Workspace, version: str | None = None, *, say: Say = lambda _text: None) -> Version:
    """Makes `version`, else the one before the current, the current one."""
    if not _names(workspace):
        raise CasemartError(f"nothing is published in {workspace.home}", "build first: `casemart build`")
    with hold_lock(workspace, "rollback", say):
        names, current = _names(workspace), _current_name(workspace)
        if version is None:
            older = [name for name in names if current and name < current]
            if not older:
                raise CasemartError("there is no version before the current one", "`casemart versions` lists what is there")
            version = older[-1]
        elif version not in names:
            nearest = difflib.get_close_matches(version, names, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else "`casemart versions` lists what is there"
            raise UsageError(f"there is no version {version}", hint)
        if version != current:
            # Reading it first: a link to a broken file would take away what readers have.
            if damage := why_damaged(_read(workspace.published / version, False)):
                raise CasemartError(f"version {version} cannot be read: {damage}", "choose another one: `casemart versions`")
            point_current_to(workspace, version)
        say(f"current is version {version}" + (", as before" if version == current else f", was {current}"))
        return _read(workspace.published / version, True)


def last_sound(workspace: Workspace, say: Say) -> Version | None:
    """The version that readers have, or if that is damaged the newest sound one before it. None if there is none."""
    current = current_version(workspace)
    older = [version for version in versions(workspace) if current and version.name < current.name]
    for version in [current, *older] if current else []:
        damage = why_damaged(version)
        if damage is None:
            return version
        say(f"warning: version {version.name} is damaged, and nothing is compared with it: {damage}")
    return None


def why_damaged(version: Version) -> str | None:
    """What hinders reading every column of every table; None if nothing does. DuckDB checks each block that it reads."""
    import duckdb

    from casemart.warehouse import identifier, open_version

    if version.built_at is None:
        return "it does not say what it is"
    try:
        with open_version(version.file) as connection:
            query = "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
            for schema, table in connection.execute(query).fetchall():
                connection.execute(f"select max(hash(columns(*))) from {identifier(schema, table)}").fetchall()
    except (duckdb.Error, ValueError) as error:
        return gist(error)
    return None


def new_name(workspace: Workspace, token: str) -> str:
    """A name that sorts after every name so far, so that none is used twice."""
    moment = datetime.now(UTC).replace(microsecond=0)
    if names := _names(workspace):
        newest = datetime.strptime(names[-1].partition("-")[0], NAME_FORMAT).replace(tzinfo=UTC)
        moment = max(moment, newest + timedelta(seconds=1))
    return f"{moment.strftime(NAME_FORMAT)}-{token[:8]}"


def point_current_to(workspace: Workspace, name: str) -> None:
    """Swaps the link. Readers that hold the old version keep it, the next ones get `name`."""
    link = workspace.published / f"current{LEFT_OVER}"
    link.unlink(missing_ok=True)
    link.symlink_to(name, target_is_directory=True)
    try:
        link.replace(workspace.published / "current")
    except OSError as error:
        link.unlink()
        hint = "move it away: it should be a link that casemart makes"
        raise CasemartError(f"{workspace.published / 'current'} cannot be replaced: {error.strerror}", hint) from error
    sync_folder(workspace.published)


def remove_old(workspace: Workspace, keep: int, say: Say) -> None:
    """Removes all but the newest `keep` versions, never the current one."""
    for name in _names(workspace)[:-keep]:
        if name != _current_name(workspace):
            # Renamed first, so that a half removed version is never taken for a whole one.
            doomed = (workspace.published / name).rename(workspace.published / f"{name}{LEFT_OVER}")
            shutil.rmtree(doomed)
            say(f"removed version {name}, older than the {keep} that are kept")


def sync_folder(folder: Path) -> None:
    """Makes names in `folder` survive a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _names(workspace: Workspace) -> list[str]:
    """Names of the versions, the oldest first; whatever else lies in the folder is none."""
    return sorted(folder.name for folder in workspace.published.glob("*") if _is_name(folder.name) and folder.is_dir())


def _is_name(name: str) -> bool:
    stamp, dash, _token = name.partition("-")
    try:
        datetime.strptime(stamp, NAME_FORMAT)
    except ValueError:
        return False
    return bool(dash) and LEFT_OVER not in name


def _current_name(workspace: Workspace) -> str | None:
    link = workspace.published / "current"
    return link.readlink().name if link.is_symlink() else None


def _read(folder: Path, is_current: bool) -> Version:
    import duckdb

    from casemart.warehouse import open_version

    try:
        with open_version(folder / "casemart.duckdb") as connection:
            cursor = connection.execute("from marts.build_info")
            names = [column[0] for column in cursor.description]
            (row,) = cursor.fetchall()
    except (duckdb.Error, ValueError):
        return Version(folder.name, folder, is_current)
    # What an earlier casemart did not write is None, what a later one added is left out.
    known = {each.name for each in fields(Version)}
    return Version(
        folder.name, folder, is_current, **{name: value for name, value in zip(names, row, strict=True) if name in known}
    )

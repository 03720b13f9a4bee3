"""Forgets a person: in the warehouse and in every kept version, each written anew so that no byte is left, and looks again.

A file is replaced only by a whole one, so that a run that is killed leaves each file as it was or clean; the next run goes on.
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from casemart import persons
from casemart.contract import load_contract
from casemart.errors import CasemartError
from casemart.landing import ledger
from casemart.landing.transaction import transaction
from casemart.locking import hold_lock
from casemart.persons import Person, Table, tables_of
from casemart.recovery import FRESH, LEFT_OVER, Say
from casemart.versions import Version, point_current_to, sync_folder, versions
from casemart.warehouse import Connection, identifier, open_private, open_to_rewrite, open_version, quoted
from casemart.workspace import Workspace

OWN_BOOKS = {("landing", "loads"), ("landing", persons.FORGOTTEN), ("marts", "build_info")}


@dataclass(frozen=True)
class Found:
    """What one file holds: `rows` with the id, and by place (`schema.table.column`). `has_bytes`: the id stands in the bytes of
    the file, whether a row shows it or not; None where bytes prove nothing."""

    file: Path
    rows: int = 0
    places: dict[str, int] = field(default_factory=dict)
    has_bytes: bool | None = None

    @property
    def is_clean(self) -> bool:
        return not self.rows and not self.has_bytes


@dataclass(frozen=True)
class Outcome:
    """One file before and after. `name` is relative to the workspace's folder; a version has a new one after."""

    name: str
    before: Found
    after: Found


@dataclass(frozen=True)
class Report:
    """`landed_from` are the landed files that held the id, as the ledger names them."""

    outcomes: list[Outcome]
    landed_from: list[str]

    @property
    def left(self) -> list[str]:
        """What still holds the id."""
        dirty = [outcome for outcome in self.outcomes if not outcome.after.is_clean]
        return [
            f"{outcome.name}: {place}" + (f", {count} rows" if count else "")
            for outcome in dirty
            for place, count in (outcome.after.places or {"in its bytes": 0}).items()
        ]


def workspaces(workspace: Workspace) -> list[Workspace]:
    """The workspace, and those of `demo --data`, which hold files of the user as well."""
    folders = sorted((workspace.state / "data").glob("*"))
    return [workspace, *(Workspace(folder) for folder in folders if Workspace(folder).state.is_dir())]


def find(workspace: Workspace, contact: str) -> list[Found]:
    """Every file of casemart's own in the workspace, and what it holds of the contact; changes nothing."""
    who = persons.person(contact)
    if not workspace.state.is_dir():
        return []
    with hold_lock(workspace, "forget"):
        return _scan(workspace, who)


def forget(workspace: Workspace, contact: str, *, say: Say = lambda _text: None) -> Report:
    """Takes the contact out of every file that `find` names, and looks again."""
    who = persons.person(contact)
    if not workspace.state.is_dir():
        return Report([], [])
    with hold_lock(workspace, "forget", say):
        if workspace.warehouse.is_file():
            with open_private(workspace, read_only=True) as connection:
                who = persons.person(contact, persons.salt_of(connection, workspace.warehouse.stem))
        before = {found.file: found for found in _scan(workspace, who)}
        sources: list[str] = []
        renamed: dict[Path, Path] = {}
        try:
            if workspace.warehouse.is_file() and any(not found.is_clean for found in before.values()):
                sources = _rewrite_warehouse(workspace, who)
                say("wrote the warehouse anew")
            for version in reversed(versions(workspace)):
                if not before[version.file].is_clean:
                    renamed[version.file] = _rewrite_version(workspace, version, who)
                    say(f"wrote version {version.name} anew, as {renamed[version.file].parent.name}")
            for file, found in before.items():
                # dbt makes them anew; nothing else that lies there is ours to remove.
                if not found.is_clean and {"logs", "target"} & set(file.relative_to(workspace.home).parts):
                    file.unlink()
        except OSError as error:
            hint = "the files that were not written yet are as before; call it again when the cause is gone"
            raise CasemartError(f"{error.filename or workspace.home}: {error.strerror}", hint) from error
        after = {found.file: found for found in _scan(workspace, who)}
    outcomes = []
    for file, found in before.items():
        now = renamed.get(file, file)
        name = file.relative_to(workspace.home).as_posix()
        name += f" -> {now.parent.name}" if now != file else ""
        outcomes.append(Outcome(name, found, after.pop(now, Found(now))))
    outcomes += [Outcome(file.relative_to(workspace.home).as_posix(), Found(file), found) for file, found in after.items()]
    return Report(outcomes, sources)


def _scan(workspace: Workspace, who: Person) -> list[Found]:
    """The DuckDB files by SQL over every text column and by their bytes; other files, by their bytes, if they hold the id."""
    found = []
    if workspace.warehouse.is_file():
        with open_private(workspace, read_only=True) as connection:
            found.append(_look(connection, "warehouse", workspace.warehouse, who))
    for version in versions(workspace):
        if version.built_at is None:
            hint = f"it may hold the person: `casemart rollback` if it is the current one, then remove {version.folder}"
            raise CasemartError(f"version {version.name} cannot be read", hint)
        with open_version(version.file) as connection:
            found.append(_look(connection, "casemart", version.file, who))
    seen = {each.file for each in found}
    others = [file for file in _others(workspace) if file not in seen and who.is_distinct]
    return found + [Found(file, has_bytes=True) for file in others if _holds(file, who.bytes_pattern)]


def _others(workspace: Workspace) -> list[Path]:
    """Every file that casemart or dbt may have written here; workspaces within are looked at on their own."""
    inner = (workspace.demo.home, workspace.state / "data")
    folders = (workspace.warehouse.parent, workspace.published, workspace.state)
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink())
    current = workspace.published / "current"
    return [file for file in files if not any(file.is_relative_to(each) for each in (*inner, current))]


def _look(connection: Connection, catalog: str, file: Path, who: Person) -> Found:
    tables = tables_of(connection, catalog)
    rows, places = 0, {}
    for table in tables:
        counts = persons.found(connection, who, catalog, table, _naming_persons())
        rows += counts.pop("", 0)
        places |= {f"{table.schema}.{table.name}.{column}": count for column, count in counts.items()}
    if not who.is_distinct or who.is_number:
        return Found(file, rows, places)  # among the bytes of numbers any short row of digits is found
    has_bytes: bool | None = _holds(file, re.compile(re.escape(who.contact.encode())))
    if has_bytes and not rows and persons.is_part_of_other_values(connection, who, catalog, tables):
        has_bytes = None
    return Found(file, rows, places, has_bytes)


def _naming_persons() -> list[str]:
    tables = load_contract().tables.values()
    return [table.name for table in tables if any(table.column(name) for name in persons.PERSON_COLUMNS)]


def _holds(file: Path, pattern: re.Pattern[bytes]) -> bool:
    with file.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            return False
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return pattern.search(content) is not None


def _fresh(warehouse: Path) -> Path:
    return warehouse.with_name(f"{warehouse.stem}{FRESH}")


def _rewrite_warehouse(workspace: Workspace, who: Person) -> list[str]:
    """Puts a copy without the person in the warehouse's place. The landed files that held the id."""
    file, fresh = workspace.warehouse, _fresh(workspace.warehouse)
    with open_private(workspace) as connection:
        is_landed = any((table.schema, table.name) == ("landing", "loads") for table in tables_of(connection, file.stem))
    if is_landed:
        # Columns of the ledger that an earlier casemart did not have.
        with transaction(workspace) as connection:
            ledger.ensure_tables(connection, load_contract())
    try:
        with open_to_rewrite(file, fresh) as connection:
            tables = tables_of(connection, file.stem)
            sources = _sources(connection, who, file.stem, tables)
            copies = _copy(connection, who, file.stem, tables)
            if is_landed:
                refused = f"from {file.stem}.quarantine.rows where {persons.is_refused_of(who, _naming_persons())}"
                connection.execute(
                    f"""
                    update fresh.landing.loads as loads set purged = coalesce(loads.purged, 0) + gone.row_count
                    from (select load_id, table_name, file, count(*) as row_count {refused} group by all) as gone
                    where gone.load_id = loads.load_id and gone.table_name = loads.table_name and gone.file = loads.file"""
                )
            persons.remember(connection, "fresh", who)
            _finish(connection, fresh, file.stem, copies)
            # Under the lock of the old file, which nobody can have changed since it was read.
            fresh.replace(file)
            sync_folder(file.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return sources


def _rewrite_version(workspace: Workspace, version: Version, who: Person) -> Path:
    """Puts a version without the person in the version's place in the order; readers that hold the old one keep it."""
    base, _, count = version.name.partition("-r")  # before it a name has hexadecimal digits only
    name = f"{base}-r{int(count or 0) + 1}"
    folder = workspace.published / f"{name}{LEFT_OVER}"
    folder.mkdir(mode=0o700)
    fresh = folder / version.file.name
    try:
        with open_to_rewrite(version.file, fresh, is_published=True) as connection:
            catalog = version.file.stem
            copies = _copy(connection, who, catalog, tables_of(connection, catalog))
            # Without a fingerprint the next build does not take it for what it would make itself.
            connection.execute("update fresh.marts.build_info set version = ?, fingerprint = null", [name])
            _finish(connection, fresh, catalog, copies)
        sync_folder(folder)
        folder.rename(workspace.published / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sync_folder(workspace.published)
    if version.is_current:
        point_current_to(workspace, name)
    doomed = version.folder.rename(workspace.published / f"{version.name}{LEFT_OVER}")
    shutil.rmtree(doomed)
    return replace(version, name=name, folder=workspace.published / name).file


def _copy(connection: Connection, who: Person, catalog: str, tables: list[Table]) -> list[tuple[Table, str]]:
    """Copies everything from `catalog` to `fresh`, without the person; the query for each table."""
    connection.execute(f"copy from database {identifier(catalog)} to fresh (schema)")
    copies = []
    for table in tables:
        columns = ", ".join(persons.cleaned_columns(who, table, catalog, tables).values())
        query = f"select {columns} from {identifier(catalog)}.{table.sql}"
        if (table.schema, table.name) == persons.REFUSED:
            query += f" where not {persons.is_refused_of(who, _naming_persons())}"
        connection.execute(f"insert into fresh.{table.sql} {query}")
        copies.append((table, query))
    return copies


def _finish(connection: Connection, fresh: Path, catalog: str, copies: list[tuple[Table, str]]) -> None:
    """Leaves `fresh` whole and safe on the disk, and proves that it differs from `catalog` in nothing but the person."""
    connection.execute("checkpoint fresh")
    connection.execute("detach fresh")
    if fresh.with_name(fresh.name + ".wal").exists():
        raise CasemartError(f"{fresh.name} was not written to its end, nothing was changed", "call it again")
    connection.execute(f"attach {quoted(fresh)} as fresh (read_only)")
    for table, query in copies:
        if (table.schema, table.name) not in OWN_BOOKS:
            ours, theirs = (_sum(connection, table, source) for source in (query, f"from fresh.{table.sql}"))
            if ours != theirs:
                name = f"{catalog}: {table.schema}.{table.name}"
                raise CasemartError(f"{name}: the copy differs, nothing was changed", "check the disk, then call it again")
    fresh.chmod(0o600)
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())


def _sum(connection: Connection, table: Table, source: str) -> Any:
    names = ", ".join(f"c{number}" for number in range(len(table.columns)))
    return connection.execute(f"select count(*), sum(hash({names})) from ({source}) as rows({names})").fetchall()


def _sources(connection: Connection, who: Person, catalog: str, tables: list[Table]) -> list[str]:
    """The landed files whose rows, in force or not, or refused, hold the id."""
    queries = [
        f"select _file from {identifier(catalog)}.{table.sql} where trim({column}) = {who.literal}"
        for table in tables
        if "_file" in table.columns
        for column in table.person_columns
    ]
    queries += [
        f"select file from {identifier(catalog)}.{table.sql} where {persons.is_refused_of(who, _naming_persons())}"
        for table in tables
        if (table.schema, table.name) == persons.REFUSED
    ]
    if not queries:
        return []
    query = f"select distinct * from ({' union all '.join(queries)}) as files(file) where file is not null order by 1"
    return [file for (file,) in connection.execute(query).fetchall()]

"""Landing: files in, typed rows in `raw`, refused rows in `quarantine`, every record accounted for in the ledger."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from casemart.contract import Contract, Table, contract_of
from casemart.errors import CasemartError, UsageError
from casemart.landing import ledger, quarantine, upsert
from casemart.landing.content import Content, Limits, Progress, check_encoding
from casemart.landing.header import Header, match_header
from casemart.landing.json_lines import spool_lines
from casemart.landing.ledger import Entry, FileResult
from casemart.landing.parquet import spool_parquet
from casemart.landing.read import Spool, read_header, spool
from casemart.landing.sources import Source, find_sources
from casemart.landing.transaction import private_folder, transaction
from casemart.landing.typed import Spelling, check_spelling
from casemart.landing.withdraw import withdraw
from casemart.locking import hold_lock
from casemart.persons import forgotten_again
from casemart.warehouse import Connection
from casemart.workspace import Workspace

Say = Callable[[str], None]
Watch = Callable[[str, Progress], None]

__all__ = ["FileResult", "LandingResult", "land", "unland"]


@dataclass
class LandingResult:
    """What a call landed. `load_id` is None when there was nothing to do; `unchanged` are files that an earlier load has."""

    load_id: int | None = None
    files: list[FileResult] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)

    @property
    def quarantined(self) -> int:
        return sum(file.quarantined for file in self.files)


@dataclass(frozen=True)
class _Read:
    """A file that has been read into a spool."""

    source: Source
    content: Content
    header: Header
    spool: Spool
    entry: Entry


def land(
    workspace: Workspace,
    paths: Iterable[Path],
    *,
    table: str | None = None,
    timezone: str = "UTC",
    date_format: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    max_rejects: float = 0.01,
    replace: bool = False,
    origin: str = "user",
    contract: Contract | None = None,
    say: Say = lambda _text: None,
    watch: Watch = lambda _file, _progress: None,
    limits: Limits | None = None,
) -> LandingResult:
    """Lands files in one transaction: all of them, or nothing.

    `max_rejects` is the share of a file's records (0..1) that may be refused. `replace`: the files are the whole of their
    tables. `contract` is that of another workspace, where not this one's. `say` gets a line per file, `watch` how far a
    file has been read. UsageError for a wrong path, option or table, CasemartError for a file refused for its content,
    LockedError if somebody else works on the warehouse.
    """
    contract = contract or contract_of(workspace)
    if not 0 <= max_rejects <= 1:
        raise UsageError(f"--max-rejects is a share between 0 and 1 (or 0% and 100%), not {max_rejects}")
    if delimiter is not None and not re.fullmatch(r"[\t !#-/:-@[-^`{-~]", delimiter):
        raise UsageError(f"{delimiter!r} cannot be a delimiter", "one character such as ';' or tab")
    if origin != ("demo" if workspace.home.parts[-2:] == (".casemart", "demo") else "user"):
        raise UsageError(f"{origin} data do not belong in {workspace.home}", "leave `--demo` out to land your own files")
    spelling, codec = Spelling(timezone, date_format), check_encoding(encoding)
    options = _Options(contract, spelling, codec, max_rejects, replace, limits or Limits())
    sources = find_sources(paths, contract, table=table, delimiter=delimiter, say=say)
    for source in sources:
        # What a look at the header can refuse is refused before the first file is read.
        if source.format == "CSV":
            names = read_header(Content(source, options.encoding, options.limits))
            match_header(names, source, contract.tables[source.table])
    with hold_lock(workspace, "land", say), private_folder(workspace) as folder, transaction(workspace) as connection:
        check_spelling(connection, options.spelling)
        ledger.ensure_tables(connection, contract)
        ledger.check_origin(connection, origin)
        call = _Call(options, connection, folder, ledger.next_load(connection), say, watch)
        for name in contract.tables:
            own = [source for source in sources if source.table == name]
            if own:
                _land_table(call, contract.tables[name], own)
        for table, message in forgotten_again(connection, workspace.warehouse.stem) if call.files else []:
            say(f"warning: {table}: {message}; take them out again: `casemart forget --contact ID`")
        return LandingResult(call.load_id if call.files else None, call.files, call.unchanged)


def unland(workspace: Workspace, load_id: int, *, say: Say = lambda _text: None) -> dict[str, int]:
    """Withdraws a load: its rows go, those that it had replaced come back. Rows withdrawn per table."""
    with hold_lock(workspace, "unland", say):
        if not workspace.warehouse.is_file():
            raise CasemartError(f"there is no warehouse in {workspace.home}", "land files first: `casemart land FOLDER`")
        with transaction(workspace) as connection:
            contract = contract_of(workspace)
            ledger.ensure_tables(connection, contract)
            return withdraw(connection, contract, load_id)


@dataclass(frozen=True)
class _Options:
    """What the caller wants."""

    contract: Contract
    spelling: Spelling
    encoding: str
    max_rejects: float
    is_replace: bool
    limits: Limits


@dataclass
class _Call:
    """One call at work, and what it has done so far."""

    options: _Options
    connection: Connection
    folder: Path
    load_id: int
    say: Say
    watch: Watch
    files: list[FileResult] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)


def _land_table(call: _Call, table: Table, sources: list[Source]) -> None:
    """Lands all files of one table together, so that conflicts between them are found."""
    connection, is_replace = call.connection, call.options.is_replace
    wanted = _wanted(call, [_read(call, source, table, str(number)) for number, source in enumerate(sources)])
    if not wanted:
        return
    ledger.adopt_strangers(connection, table)
    upsert.create_staged(connection, table)
    for number, file in enumerate(wanted):
        upsert.stage(connection, table, file.spool, number, file.source.shown, call.options.spelling, file.header.positions)
    upsert.mark_doubled_keys(connection, table)
    upsert.match(connection, table)
    spools = [file.spool for file in wanted]
    found = upsert.results(connection, table, spools, [file.header.ignored for file in wanted])
    _check_rejects(call, found, spools)
    quarantine.store(connection, table, call.load_id, spools)
    gone = upsert.move(connection, table, call.load_id, replace=is_replace)
    # Rows that a snapshot leaves out give way to no row of its own: they stand with its first file.
    vanished = gone - sum(file.superseded for file in found)
    found[0] = replace(found[0], superseded=found[0].superseded + vanished)
    for file, counts in zip(wanted, found, strict=True):
        ledger.record(connection, call.load_id, file.entry, counts, file.header.names, file.content.content_bytes, is_replace)
        _report(call, counts, [column.name for column in table.columns if column.name not in file.header.names])
        file.spool.remove()
    ledger.recount(connection, table)
    call.files += found


def _read(call: _Call, source: Source, table: Table, name: str) -> _Read:
    options = call.options
    content = Content(source, options.encoding, options.limits)

    def progress() -> None:
        call.watch(source.shown, content.progress)

    try:
        if source.format == "NDJSON":
            target, header = spool_lines(content, call.folder, name, table, progress)
        elif source.format == "Parquet":
            target, header = spool_parquet(content, call.folder, name, table, progress)
        else:
            target = spool(content, call.folder, name, progress)
            header = match_header(target.header, source, table)
    except OSError as error:
        raise CasemartError(
            f"{source.shown} could not be copied to {call.folder}: {error.strerror}", "make room there"
        ) from error
    entry = Entry(table, content.sha256, _named(options, target, source), options.contract.version)
    return _Read(source, content, header, target, entry)


def _named(options: _Options, target: Spool, source: Source) -> str:
    """The options that have a say in what the content means, for the ledger and for a replay."""
    named: dict[str, object] = {"timezone": options.spelling.timezone, "date_format": options.spelling.date_format}
    if source.format == "CSV":
        return json.dumps(named | {"encoding": options.encoding, "delimiter": source.delimiter})
    if source.format == "NDJSON":
        return json.dumps(named | {"format": source.format, "encoding": options.encoding})
    return json.dumps(named | {"format": source.format, "natives": sorted(target.natives)})


def _wanted(call: _Call, read: list[_Read]) -> list[_Read]:
    """The files that would change something. A snapshot is landed as a whole or not at all."""
    before = [file.entry.landed_before(call.connection) for file in read]
    if call.options.is_replace and not ledger.is_snapshot(call.connection, [file.entry for file in read]):
        return read
    for file, load in zip(read, before, strict=True):
        if load is not None:
            call.unchanged[file.source.shown] = load
            call.say(f"{file.source.shown}: nothing to do, load {load} has the same content")
    return [file for file, load in zip(read, before, strict=True) if load is None]


def _check_rejects(call: _Call, found: list[FileResult], spools: list[Spool]) -> None:
    """Refuses the call if too large a share of any file is refused, with the commonest reasons."""
    limit = call.options.max_rejects
    parts = []
    worst = 0.0
    for number, (file, target) in enumerate(zip(found, spools, strict=True)):
        share = file.quarantined / file.records if file.records else 0.0
        if share > limit:
            worst = max(worst, share)
            counts = f"{file.quarantined:,} of {file.records:,} records are refused ({share:.2%}, limit {limit:.2%})"
            parts += [f"{file.file}: {counts}", *quarantine.commonest_reasons(call.connection, target, number)]
    if parts:
        allowance = f"--max-rejects {min(100, int(worst * 100) + 1)}%"
        raise CasemartError(
            "\n".join([*parts, "nothing was landed"]), f"correct the file, or quarantine these rows: `{allowance}`"
        )


def _report(call: _Call, file: FileResult, absent: list[str]) -> None:
    """`absent` are the columns of the table that the file does not have: one of them may have been meant."""
    call.say(f"{file.file} -> {file.table}: {file.records:,} records, {file.landed:,} landed, {file.quarantined:,} quarantined")
    if file.ignored_columns:
        near = {name: difflib.get_close_matches(name, absent, n=1, cutoff=0.75) for name in file.ignored_columns}
        names = [f"{name} (did you mean {found[0]}?)" if found else name for name, found in near.items()]
        call.say(f"warning: {file.file}: columns that {file.table} does not have are left out: {', '.join(names)}")

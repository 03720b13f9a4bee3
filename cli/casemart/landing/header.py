"""A file's header against the contract: by name, without regard to letter case or order."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass

from casemart.contract import Table
from casemart.errors import CasemartError
from casemart.landing.sources import Source
from casemart.render import printable

MOST_COLUMNS = 5_000
COLUMNS_SHOWN, CHARACTERS_SHOWN = 30, 1_000
OTHER_DELIMITERS = {";": "';'", "\t": "tab", "|": "'|'", ",": "','"}


@dataclass(frozen=True)
class Header:
    """`names` as in the file, in lower case; `positions` of the contract's columns; `ignored` are names that it does not know."""

    names: list[str]
    positions: dict[str, int]
    ignored: tuple[str, ...]


def match_header(names: list[str], source: Source, table: Table) -> Header:
    """CasemartError for a doubled or missing column, or a delimiter that is not the file's."""
    if len(names) > MOST_COLUMNS:
        what = f"{source.shown} has {len(names):,} columns, more than {MOST_COLUMNS:,}"
        raise CasemartError(what, f"leave out those that {table.name} does not have")
    lowered = [name.strip().lower() for name in names]
    _check_delimiter(names, source)
    doubled = {name for name, count in Counter(lowered).items() if name and count > 1}
    if doubled:
        raise CasemartError(f"{source.shown} has the column {printable(min(doubled))} twice", "rename or remove one of them")
    known = {column.name for column in table.columns}
    missing = [column.name for column in table.columns if column.is_required and column.name not in lowered]
    others = [name for name in lowered if name not in known]
    if missing:
        nearest = {name: difflib.get_close_matches(name, others, n=1) for name in missing}
        near = [f"rename `{printable(found[0])}` to `{name}`" for name, found in nearest.items() if found]
        raise CasemartError(
            f"{source.shown} has no column {', '.join(missing)}, which {table.name} requires",
            "; ".join(near) or f"its columns: {_listed(names)}",
        )
    positions = {name: lowered.index(name) for name in lowered if name in known}
    return Header(lowered, positions, tuple(printable(name) if name else "(no name)" for name in others))


def _listed(names: list[str]) -> str:
    shown = printable(", ".join(names[:COLUMNS_SHOWN]))
    shown = shown if len(shown) <= CHARACTERS_SHOWN else shown[: CHARACTERS_SHOWN - 1] + "…"
    return shown + (f" and {len(names) - COLUMNS_SHOWN:,} more" if len(names) > COLUMNS_SHOWN else "")


def _check_delimiter(names: list[str], source: Source) -> None:
    """One column whose name holds another delimiter means that the file has that one."""
    if source.format != "CSV" or len(names) != 1:
        return
    found = [delimiter for delimiter in OTHER_DELIMITERS if delimiter != source.delimiter and delimiter in names[0]]
    if found:
        name = OTHER_DELIMITERS[found[0]]
        raise CasemartError(f"{source.shown} seems to be separated by {name}", f"say so: `--delimiter {name}`")

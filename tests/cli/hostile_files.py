"""Malformed files, and how the landing of each must end: a table of cases that the tests run and the documentation prints.

What a case expects was written down from the rules of the contract, not from what the code does. `python
tests/cli/hostile_files.py` prints docs/hostile_input.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ACCEPTED, NORMALISED, QUARANTINED, REFUSED = "accepted", "normalised", "quarantined", "refused"
KEY = "§"  # stands for a prefix of ids that no other file has
CASES = "case_id,channel,opened_at,closed_at,status,product\n"
COSTS = "cost_id,cost_month,category,amount,currency\n"


@dataclass(frozen=True)
class Case:
    """One file, and how its landing ends.

    `text` is its content; where it is a function, that gets the prefix of the ids. `says` is part of the error, or of the
    reason of each refused row (`also`: of others among them). `finds` are columns of the last landed row, as text. `counts`:
    landed, duplicates, quarantined. Where `make` is set, it prepares a folder and returns the path to land. `others` are files
    that go into the same call, `before` is one that landed earlier.
    """

    what: str
    ends: str
    text: str | bytes | Callable[[str], bytes] = ""
    says: str = ""
    also: str = ""
    finds: Mapping[str, str | None] = field(default_factory=dict)
    counts: tuple[int, int, int] = (1, 0, 0)
    file: str = "cases.csv"
    encoding: str = "utf-8"
    options: tuple[str, ...] = ()
    code: int = 0
    is_name_kept: bool = False
    make: Callable[[Path], Any] | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    group: str = ""
    batch: int = 0

    @property
    def table(self) -> str:
        return re.match("[a-z]+(_[a-z]+s)?", self.file.lower()).group()  # type: ignore[union-attr]

    @property
    def is_alone(self) -> bool:
        """Whether it needs a call of its own."""
        return bool(self.options or self.make or self.others or self.before or self.ends == REFUSED)

    def content(self, key: str) -> bytes:
        text = self.text(key) if callable(self.text) else self.text
        return text if isinstance(text, bytes) else text.replace(KEY, key).encode(self.encoding)


def accepted(what: str, text: Any, landed: int = 1, **other: Any) -> Case:
    return Case(what, ACCEPTED, text, counts=other.pop("counts", (landed, 0, 0)), **other)


def normalised(what: str, text: Any, finds: Mapping[str, str | None], landed: int = 1, **other: Any) -> Case:
    return Case(what, NORMALISED, text, finds=finds, counts=other.pop("counts", (landed, 0, 0)), **other)


def quarantined(what: str, text: Any, says: str, counts: tuple[int, int, int] = (1, 0, 1), **other: Any) -> Case:
    """By default the file has one sound row, and one that is refused."""
    return Case(what, QUARANTINED, text, says, counts=counts, **other)


def refused(what: str, text: Any, says: str, code: int = 1, **other: Any) -> Case:
    return Case(what, REFUSED, text, says, counts=(0, 0, 0), code=code, **other)


def case(number: object, product: str = "", status: str = "open", at: str = "2026-01-05T10:00:00Z", closed: str = "") -> str:
    """A row under CASES."""
    return f"{KEY}{number},phone,{at},{closed},{status},{product}\n"


def cost(number: object, amount: str = "1", month: str = "2026-01-01", category: str = "other", currency: str = "USD") -> str:
    """A row under COSTS."""
    return f"{KEY}{number},{month},{category},{amount},{currency}\n"


def quote(value: str) -> str:
    """The value as a field of CSV."""
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value


def shown(value: str, most: int = 60) -> str:
    """The value in Markdown, what is invisible written out."""
    if not value:
        return "(nothing)"
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in value)
    text = (text if len(text) <= most else text[: most - 3] + "...").replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def all_cases() -> list[Case]:
    """Every case, with the group that it belongs to."""
    from hostile_formats import FORMATS
    from hostile_places import PLACES
    from hostile_rows import ROWS
    from hostile_text import TEXTS
    from hostile_values import VALUES

    batches = enumerate((TEXTS, VALUES, ROWS, PLACES, FORMATS))
    return [
        replace(one, group=group, batch=batch) for batch, groups in batches for group, cases in groups.items() for one in cases
    ]


INTRODUCTION = """# Hostile input

How landing ends for {files} malformed files, and what becomes of {attacks} attempts to misuse conditions, names, paths,
settings and variables. `tests/cli/test_hostile_files.py` and `tests/cli/test_attacks.py` run every line of these tables; this
page is printed by `python tests/cli/hostile_files.py`, and a test keeps the two equal.

- **accepted**: every row is in raw, as it stands in the file.
- **normalised**: every row is in raw, in another spelling of the same value.
- **quarantined**: the row named by the line is kept out with its reason, line and text; the sound rows of the file are landed.
- **refused**: nothing is landed. `error:` and `hint:` on stderr; exit code 1 for content, 2 for a path, option or table.

Whatever the end: no traceback, no call of more than 15 seconds, and records = landed + duplicates + quarantined, in what is
printed, in the ledger and in the tables.
"""


def document() -> str:
    """docs/hostile_input.md."""
    from hostile_attacks import ATTACKS

    cases = all_cases()
    attacks = sum(map(len, ATTACKS.values()))
    lines = [INTRODUCTION.format(files=len(cases), attacks=attacks)]
    for group in dict.fromkeys(one.group for one in cases):
        lines += [f"## {group}", "", "| file | ends | reason or error |", "|---|---|---|"]
        for one in cases:
            if one.group == group:
                ending = f"{one.ends}, exit {one.code}" if one.ends == REFUSED else one.ends
                lines.append(f"| {one.what} | {ending} | {shown(one.says, 100) if one.says else ''} |")
        lines.append("")
    lines += ["# Attacks", "", "None of them reads, writes, attaches or prints anything that it should not: a file outside keeps"]
    lines += ["its content to itself, the published version its bytes, and no file appears but the one that was asked for.", ""]
    for group, attempts in ATTACKS.items():
        lines += [f"## {group}", "", "| attempt | ends |", "|---|---|"]
        lines += [f"| {one.what} | {one.ending} |" for one in attempts]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(document(), end="")

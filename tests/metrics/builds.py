"""The worlds and policies of the builds that the tests of the metrics share."""

from __future__ import annotations

import fcntl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from harness import EVENT_AT, WAREHOUSE, Build, build, project_seeds
from oracle import Oracle
from scenarios import generate
from vocabulary import Policies, Tables
from worlds import Setting

MARTS = ("first_contact_resolution", "first_contact_outcomes", "first_contact_inhibitors")
GRAINS = ("week", "month", "quarter", "year")
COPIES = 42
# Thirty days before as-of a month ends (UTC), or it ended a day before that (New York): complete by the skin of its teeth.
UTC_AS_OF, NEW_YORK_AS_OF, LATER_AS_OF = date(2026, 3, 30), date(2026, 1, 31), date(2026, 3, 29)
FIRST_DAY = date(2025, 10, 1)  # both changes of New York's clocks lie between the first day and the later as-of
NEW_YORK = Policies("America/New_York", NEW_YORK_AS_OF, silence_days=5, transfer_counts_against=False, grains=GRAINS)


@dataclass(frozen=True)
class Judged:
    """The rows of one build and what the oracle says of them."""

    tables: Tables
    oracle: Oracle
    build: Build


def utc_worlds() -> Tables:
    setting = Setting(Policies(as_of=UTC_AS_OF, grains=GRAINS), FIRST_DAY)
    return generate(setting, seed=20260330, copies=COPIES, event_at=EVENT_AT, is_as_of_derived=True)


def new_york_worlds() -> Tables:
    """Worlds around the first as-of, and some that go on after it."""
    tables = generate(Setting(NEW_YORK, FIRST_DAY), seed=20260131, copies=COPIES, event_at=EVENT_AT, is_as_of_derived=False)
    later = Setting(replace(NEW_YORK, as_of=LATER_AS_OF), NEW_YORK_AS_OF - timedelta(days=45))
    for name, rows in generate(later, seed=20260329, copies=3, event_at=EVENT_AT, is_as_of_derived=False, prefix="later").items():
        tables[name] += rows
    return tables


def built(
    tables: Tables,
    policies: Policies,
    folder: Path,
    select: Sequence[str] = (),
    seeds: Mapping[str, str] | None = None,
    **env: str,
) -> Build:
    """The build of `tables` in `folder`. The first worker that needs it makes it, the others wait and share it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done"
        if not done.exists():
            build(tables, policies, folder, select, seeds, **env)
            done.touch()
    return Build(folder / WAREHOUSE)


def judged(tables: Tables, policies: Policies, folder: Path, select: Sequence[str] = (), **env: str) -> Judged:
    """Judges `tables` both ways."""
    done = built(tables, policies, folder, select, **env)
    return Judged(tables, Oracle(tables, project_seeds(), policies, EVENT_AT), done)

"""Other time zones, and a clock that is wrong or jumps: the data, their order and the way back stay the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial

from faulting import looking
from faulting.killing import Job
from faulting.outcome import Outcome, readers, state_of
from faulting.world import Home, World

ZONES = ("Pacific/Kiritimati", "America/St_Johns", "Mars/Olympus_Mons")
YEAR = 365 * 86400
JUMPS = (
    ("years ahead, then right", 10 * YEAR, 0),
    ("years behind, then right", -10 * YEAR, 0),
    ("ahead, then behind", YEAR, -YEAR),
)


def jobs(world: World, _seed: int, share: float) -> Iterator[Job]:
    """`share` of 1 is the whole programme."""
    yield from (partial(in_zone, world, zone) for zone in ZONES[: max(1, round(len(ZONES) * share))])
    yield from (partial(with_clock, world, *jump) for jump in JUMPS[: max(1, round(len(JUMPS) * share))])


def in_zone(world: World, zone: str) -> Outcome:
    outcome = Outcome("time zone of the system", "landed and built with another `TZ`", zone)
    with world.copy("old") as home, readers(world, home, outcome):
        home.environment["TZ"] = zone
        _land_and_build(world, home, outcome)
    return outcome


def with_clock(world: World, name: str, first: int, second: int) -> Outcome:
    """Landing and the first build with one clock, the second build with another; then back, and forward again."""
    outcome = Outcome("clock of the system", f"wrong, then another one ({tool()})", name)
    with world.copy("old") as home, readers(world, home, outcome):
        oldest = _current(home)
        _set(home, first)
        _land_and_build(world, home, outcome)
        middle = _current(home)
        _set(home, second)
        ended = home.run("publish", "--force")
        outcome.check(ended.code == 0, f"publish: {ended.stderr[-300:]}")
        newest = _current(home)
        outcome.check(oldest < middle < newest, f"versions do not sort: {oldest}, {middle}, {newest}")
        outcome.check(state_of(home).published == world.new_version, "published something else")
        for wanted in (middle, oldest):
            back = home.run("rollback")
            outcome.check(back.stdout.strip() == wanted == _current(home), f"rolled back to {_current(home)}, not {wanted}")
        outcome.check(looking.published(home.path)[2] == world.old_version, "the oldest version has changed")
        ahead = home.run("rollback", newest)
        outcome.check(ahead.code == 0 and _current(home) == newest, f"rollback {newest}: {ahead.stderr[-300:]}")
    return outcome


def _land_and_build(world: World, home: Home, outcome: Outcome) -> None:
    for arguments in (world.land(), ("build",)):
        ended = home.run(*arguments)
        outcome.check(ended.code == 0, f"{arguments[0]}: exit {ended.code}: {ended.stderr[-300:]}")
    state = state_of(home)
    outcome.check(state.landed == world.new_landed, f"landed {state.landed}")
    outcome.check(state.published == world.new_version, f"published {state.published}")
    outcome.check(not looking.left_overs(home.path), f"left over: {looking.left_overs(home.path)}")
    outcome.ended = "the same checksums"


def tool() -> str:
    """What turns the clock: `faketime`, where it is installed, for the whole process; else Python's clock only."""
    return "faketime" if shutil.which("faketime") else "Python's clock; DuckDB's stays right"


def _set(home: Home, seconds: int) -> None:
    home.prefix = ("faketime", "-f", f"{seconds:+d}") if shutil.which("faketime") and seconds else ()
    if not shutil.which("faketime"):
        home.environment["FAULTS_CLOCK"] = str(seconds)


def _current(home: Home) -> str:
    return (home.path / "published" / "current").readlink().name

"""Damage on the disk: to the write-ahead log, to blocks of the warehouse, to a published version, to casemart's small files."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import duckdb

from faulting import looking
from faulting.killing import Job
from faulting.outcome import Outcome, State, readers, state_of
from faulting.world import Home, World

HEADERS = 3 * 4096  # three blocks at the start of a DuckDB file, two of which are used in turn
AREA = "damage"


def jobs(world: World, seed: int, share: float) -> Iterator[Job]:
    """`share` of 1 is the whole programme."""
    chance = random.Random(seed)
    with_log = _home_with_log(world)
    size = _log(with_log).stat().st_size
    cuts = [0, 1, 20, *(int(size * chance.random()) for _ in range(round(8 * share)))]
    flips = [chance.randrange(size) for _ in range(round(10 * share))]
    yield partial(log_damaged, world, with_log, "left whole", "", lambda _file: None)
    yield partial(log_damaged, world, with_log, "deleted", "", Path.unlink)
    yield from (partial(log_damaged, world, with_log, "cut off", f"at {cut}", partial(_cut, cut=cut)) for cut in cuts)
    yield from (partial(log_damaged, world, with_log, "one byte changed", f"at {at}", partial(_flip, at=at)) for at in flips)

    def offsets(file: Path, most: int) -> list[int]:
        count = max(2, round(most * share))
        in_headers = [chance.randrange(HEADERS) for _ in range(max(1, count // 6))]
        return in_headers + [chance.randrange(HEADERS, file.stat().st_size) for _ in range(count - len(in_headers))]

    warehouse = world.template("built").path / "warehouse" / "warehouse.duckdb"
    for command, most in ((("publish",), 24), (("build", "--force"), 4)):
        yield from (partial(warehouse_damaged, world, command, at) for at in offsets(warehouse, most))
    version = (world.template("old").path / "published" / "current").resolve() / "casemart.duckdb"
    yield from (partial(version_damaged, world, at) for at in offsets(version, 12))
    yield from (partial(rolled_back_to_damage, world, at) for at in offsets(version, 12))
    for name in ("lock", "target/manifest.json", "target/run_results.json", "target/partial_parse.msgpack"):
        for damage in ("emptied", "cut in half", "filled with other bytes"):
            if share >= 0.5 or damage == "cut in half":
                yield partial(small_file_damaged, world, name, damage)


def _home_with_log(world: World) -> Home:
    """A workspace whose landing was killed between its commit and the end: the second load is in the log only."""
    home = Home(world.folder / "logged", world.project)
    shutil.copytree(world.template("old").path, home.path, symlinks=True)
    ended = home.run(*world.land(), **{"in": "casemart"}, kill="sql close")
    assert ended.code == -signal.SIGKILL, ended
    assert _log(home).is_file()
    return home


def _log(home: Home) -> Path:
    return home.path / "warehouse" / "warehouse.duckdb.wal"


def _flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0x55
    file.write_bytes(content)


def _cut(file: Path, cut: int) -> None:
    with file.open("r+b") as stream:
        stream.truncate(cut)


def log_damaged(world: World, logged: Home, what: str, where: str, damage: Callable[[Path], object]) -> Outcome:
    """The load is there or it is not; landing once more is clean; nothing of the damage is published."""
    outcome = Outcome(AREA, f"write-ahead log of the warehouse {what}", where)
    with world.copy(logged.folder.name) as home, readers(world, home, outcome):
        damage(_log(home))
        ended = home.run(*world.land())
        if ended.code:
            outcome.ended = "refused"
            outcome.said = ended.stderr
            outcome.check(not ended.problem, f"{ended.problem}: {ended.stderr[-400:]}")
            return outcome
        outcome.ended = "the load was there" if "nothing to do: all files" in ended.stderr else "the load was gone, landed again"
        outcome.check(state_of(home) == State(world.new_landed, world.old_version), f"state: {state_of(home)}")
        if what != "one byte changed":
            built = home.run("build")
            outcome.check(built.code == 0, f"build: {built.stderr[-300:]}")
            outcome.check(state_of(home) == State(world.new_landed, world.new_version), f"built: {state_of(home)}")
    return outcome


def warehouse_damaged(world: World, command: tuple[str, ...], at: int) -> Outcome:
    """Refused, or without effect on what is published."""
    outcome = Outcome(AREA, f"one byte of the warehouse changed before `{command[0]}`", f"at {at}")
    with world.copy("built") as home, readers(world, home, outcome):
        _flip(home.path / "warehouse" / "warehouse.duckdb", at)
        _refused_or_right(world, home, outcome, command)
    return outcome


def _refused_or_right(world: World, home: Home, outcome: Outcome, command: tuple[str, ...]) -> None:
    ended = home.run(*command)
    outcome.said = ended.stderr
    outcome.ended = "refused" if ended.code else "no effect"
    outcome.check(not ended.problem, f"{ended.problem}: {ended.stderr[-400:]}")
    published = looking.published(home.path)[2]
    wanted = world.old_version if ended.code else world.new_version
    outcome.check(published == wanted, f"exit {ended.code}, published {published}")


def version_damaged(world: World, at: int) -> Outcome:
    """Who reads gets an error or the right rows; the next build either replaces the version or says how to go on."""
    outcome = Outcome(AREA, "one byte of the current version changed", f"at {at}")
    with world.copy("built") as home:
        file = (home.path / "published" / "current").resolve() / "casemart.duckdb"
        _flip(file, at)
        try:
            seen = looking.published(home.path)[2]
            outcome.check(seen == world.old_version, f"readers saw {seen}")
            outcome.ended = "no effect"
        except duckdb.Error:
            outcome.ended = "an error for readers"
        for arguments in (("versions",), ("status",)):
            ended = home.run(*arguments)
            outcome.check(not ended.problem, f"{arguments[0]}: {ended.problem}: {ended.stderr[-300:]}")
        ended = home.run("publish")
        outcome.said = ended.stderr
        outcome.check(ended.code == 0, f"it cannot be replaced: exit {ended.code}: {ended.stderr[-400:]}")
        if ended.code == 0:
            outcome.check(looking.published(home.path)[2] == world.new_version, "published something else")
    return outcome


def rolled_back_to_damage(world: World, at: int) -> Outcome:
    """A damaged version does not become the current one."""
    outcome = Outcome(AREA, "one byte of an older version changed before `rollback`", f"at {at}")
    with world.copy("done") as home, readers(world, home, outcome):
        older = next(path for path in (home.path / "published").glob("2*") if path.name != world.second_name)
        _flip(older / "casemart.duckdb", at)
        ended = home.run("rollback")
        outcome.said = ended.stderr
        outcome.ended = "refused" if ended.code else "no effect"
        outcome.check(not ended.problem, f"{ended.problem}: {ended.stderr[-400:]}")
        wanted = world.new_version if ended.code else world.old_version
        outcome.check(looking.published(home.path)[2] == wanted, f"exit {ended.code}")
    return outcome


def small_file_damaged(world: World, name: str, damage: str) -> Outcome:
    """casemart's lock and dbt's notes: a build makes them anew, `publish` does not believe them."""
    outcome = Outcome(AREA, "lock file or notes of dbt damaged", f"{name} {damage}")
    with world.copy("built") as home, readers(world, home, outcome):
        file = home.path / ".casemart" / name
        content = file.read_bytes()
        file.write_bytes({"emptied": b"", "cut in half": content[: len(content) // 2]}.get(damage, b"\xa5" * 100))
        ended = home.run("publish")
        outcome.said = ended.stderr
        outcome.ended = "refused" if ended.code else "no effect"
        outcome.check(not ended.problem, f"publish: {ended.problem}: {ended.stderr[-300:]}")
        if name != "lock":
            ended = home.run("build")
            outcome.check(ended.code == 0, f"build: {ended.stderr[-400:]}")
        outcome.check(state_of(home) == State(world.new_landed, world.new_version), "not what an undisturbed run gives")
    return outcome

"""A full disk, files that may not grow, and too little memory, for landing, building and publishing."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from faulting.killing import Command, Job, measured
from faulting.outcome import Outcome, check_again, check_state, readers
from faulting.world import HERE, Home, World

DISK_MB = 96
FREE_KB = (0, 16, 128, 512, 1024, 2048, 4096, 8192, 16384)
GROWTH_KB = (0, 1, 64, 512, 2048, 4096)
ADDRESSES_MB = (500, 700, 900, 1100, 1400, 1800, 2400, 3200)
DATABASE_MEMORY = ("1MB", "4MB", "8MB", "16MB", "32MB", "64MB")


def jobs(world: World, _seed: int, share: float) -> Iterator[Job]:
    """`share` of 1 is the whole programme."""
    land = measured(world, "land", "old", *world.land())
    publish = measured(world, "publish", "built", "publish")
    build = measured(world, "build", "ready", "build")

    def some(values: tuple, most: int) -> tuple:
        step = max(1, round(len(values) / max(1, most * share)))
        return values[::step]

    for command, most in ((land, 9), (publish, 9), (build, 3)):
        if can_mount():
            yield from (partial(on_full_disk, world, command, free) for free in some(FREE_KB, most))
        yield from (partial(with_small_files, world, command, growth) for growth in some(GROWTH_KB, min(most, 6)))
        yield from (partial(with_few_addresses, world, command, megabytes) for megabytes in some(ADDRESSES_MB, min(most, 8)))
        yield from (partial(with_little_memory, world, command, limit) for limit in some(DATABASE_MEMORY, min(most, 6)))


def with_small_files(world: World, command: Command, kilobytes: int) -> Outcome:
    """No file may grow beyond the larger one of what the warehouse has and so many KB, as with a quota."""
    outcome = Outcome(f"{command.name}, no room", "files may not grow beyond a limit", f"{kilobytes} KB more than the warehouse")
    with world.copy(command.template) as home, readers(world, home, outcome):
        limit = (home.path / "warehouse" / "warehouse.duckdb").stat().st_size + 1024 * kilobytes
        _try(command, home, outcome, prefix=_limited("fsize", limit if kilobytes else 4096))
    return outcome


def with_few_addresses(world: World, command: Command, megabytes: int) -> Outcome:
    outcome = Outcome(f"{command.name}, no memory", "address space limited", f"{megabytes} MB")
    with world.copy(command.template) as home, readers(world, home, outcome):
        _try(command, home, outcome, prefix=_limited("as", megabytes << 20))
    return outcome


def with_little_memory(world: World, command: Command, limit: str) -> Outcome:
    outcome = Outcome(f"{command.name}, no memory", "memory of the database limited", limit)
    with world.copy(command.template) as home, readers(world, home, outcome):
        _try(command, home, outcome, **{"in": "dbt" if command.name == "build" else "casemart"}, memory=limit)
    return outcome


def on_full_disk(world: World, command: Command, free_kilobytes: int) -> Outcome:
    outcome = Outcome(f"{command.name}, no room", "disk full", f"{free_kilobytes} KB free")
    with small_disk() as disk, world.copy(command.template, disk) as home:
        ballast = disk / "ballast"
        with readers(world, home, outcome):
            with ballast.open("wb") as stream:
                space = os.statvfs(disk)
                stream.write(b"\xa5" * max(0, space.f_bavail * space.f_frsize - 1024 * free_kilobytes))
            _try(command, home, outcome, ballast=ballast)
    return outcome


def _try(
    command: Command, home: Home, outcome: Outcome, *, prefix: tuple[str, ...] = (), ballast: Path | None = None, **faults: str
) -> None:
    """The command under the limit, then once more without it."""
    ended = home.run(*command.arguments, prefix=prefix, **faults)
    outcome.ended = f"exit {ended.code}"
    if "cannot allocate memory for thread-local data" in ended.stderr:
        # The C library ends the process, which cannot say anything any more.
        outcome.ended = "ended by the C library"
    else:
        outcome.check(ended.code in (0, 1) and not ended.problem, f"{ended.problem}: {ended.stderr[-600:]}")
    outcome.said = ended.stderr
    if ballast:
        ballast.unlink()
    check_state(outcome, home, command.before, command.after)
    check_again(outcome, home, home.run(*command.arguments), command.after)
    outcome.said = ended.stderr


def _limited(kind: str, number: int) -> tuple[str, ...]:
    return (sys.executable, str(HERE / "limited.py"), f"{kind}={number}")


def can_mount() -> bool:
    """Whether this process may mount a disk of its own: as root, or in a namespace (see `faults.py`)."""
    return os.geteuid() == 0 and os.environ.get("CASEMART_FAULTS_NAMESPACE") == "1"


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of DISK_MB in memory, seen by this process and its children only."""
    folder = Path(tempfile.mkdtemp(prefix="casemart-disk-"))
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, f"size={DISK_MB}m,mode=0700".encode()):
            raise OSError(ctypes.get_errno(), "no tmpfs")
        try:
            yield folder
        finally:
            libc.umount2(bytes(folder), 2)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

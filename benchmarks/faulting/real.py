"""casemart's own project on demo data, killed in the middle of its build."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb

from faulting.killing import Job
from faulting.looking import checksum
from faulting.outcome import Outcome
from faulting.world import Home, World, kill


def jobs(world: World, seed: int, share: float) -> Iterator[Job]:
    """`share` of 1 is the whole programme."""
    home = Home(world.folder / "real", None)
    home.folder.mkdir()
    started = time.monotonic()
    home.must("demo", "--cases", "200")
    seconds = time.monotonic() - started
    chance = random.Random(seed)
    moments = [(chance.uniform(0.2, 0.6) * seconds, whom) for whom in ("both", "dbt")[: max(1, round(2 * share))]]
    # One after the other: all of them take the same warehouse.
    yield partial(in_build, home, moments[0])
    if len(moments) > 1:
        yield partial(in_build, Home(home.folder, None, _copied(home)), moments[1])


def _copied(home: Home) -> Path:
    path = home.folder / "second"
    shutil.copytree(home.path, path, symlinks=True)
    return path


def in_build(home: Home, moment: tuple[float, str]) -> Outcome:
    seconds, whom = moment
    who = "casemart and dbt" if whom == "both" else "dbt alone"
    outcome = Outcome("build of the whole project killed", f"{who}, at a random moment", f"after {seconds:.0f} s")
    demo = Home(home.folder, None, home.path / ".casemart" / "demo")
    before = _published(demo)
    running = home.start("--demo", "build", "--force")
    time.sleep(seconds)
    dbt = demo.dbt_pid()
    for pid in [running.process.pid, dbt] if whom == "both" else [dbt]:
        kill(pid)
    ended = running.wait()
    demo.wait_for_dbt(dbt)
    outcome.ended = "undone" if ended.code else "ended before"
    outcome.check(whom == "both" or not ended.problem, ended.problem)
    outcome.check(_published(demo) == before, "what is published has changed")
    again = home.run("--demo", "build", "--force")
    outcome.said = again.stderr
    outcome.check(again.code == 0, f"the next build: {again.stderr[-400:]}")
    outcome.check(_published(demo) == before, "the next build published something else")
    return outcome


def _published(demo: Home) -> str:
    file = (demo.path / "published" / "current").resolve() / "casemart.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        return checksum(connection)

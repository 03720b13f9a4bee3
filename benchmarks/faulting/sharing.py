"""Two that want the warehouse at once: one works, the other is told who."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial

from faulting.killing import Command, Job, measured
from faulting.outcome import Outcome, check_again, readers, state_of
from faulting.world import Home, Running, World


def jobs(world: World, _seed: int, share: float) -> Iterator[Job]:
    """`share` of 1 is the whole programme."""
    land = measured(world, "land", "old", *world.land())
    publish = measured(world, "publish", "built", "publish")
    build = measured(world, "build", "ready", "build")
    others = (world.land(), ("build",), ("publish",), ("unland", "1"), ("rollback",), ("status",))
    for command in (land, publish, build):
        yield partial(held_up, world, command, others if share >= 0.5 else others[:2])
    for command, times in ((land, 6), (publish, 6), (build, 2)):
        yield from (partial(together, world, command) for _ in range(max(1, round(times * share))))


def held_up(world: World, command: Command, others: tuple[tuple[str, ...], ...]) -> Outcome:
    """The first one is stopped in the middle of its work; everybody else must be sent away until it goes on."""
    outcome = Outcome(f"{command.name} and others at once", "the first one held up while it works", "")
    with world.copy(command.template) as home, readers(world, home, outcome):
        first = home.start(*command.arguments)
        _wait_for_lock(home, first)
        time.sleep(0.1)
        os.kill(first.process.pid, signal.SIGSTOP)
        try:
            for arguments in others:
                second = home.run(*arguments)
                is_told = second.code == 3 and f"`casemart {command.name}` (pid {first.process.pid}" in second.stderr
                outcome.check(is_told, f"{arguments[0]}: exit {second.code}: {second.stderr[-300:]}")
        finally:
            os.kill(first.process.pid, signal.SIGCONT)
        ended = first.wait()
        outcome.ended = f"exit 0, {len(others)} times exit 3"
        outcome.check(ended.code == 0, f"the first one: exit {ended.code}: {ended.stderr[-300:]}")
        outcome.check(state_of(home) == command.after, "the state is not that of one undisturbed run")
        check_again(outcome, home, home.run(*command.arguments), command.after)
    return outcome


def together(world: World, command: Command) -> Outcome:
    """Two of the same, started at the same moment."""
    outcome = Outcome(f"{command.name} and others at once", "two started together", "")
    with world.copy(command.template) as home, readers(world, home, outcome):
        ended = [running.wait() for running in [home.start(*command.arguments) for _ in range(2)]]
        codes = sorted(each.code for each in ended)
        outcome.ended = f"exit {codes[0]} and {codes[1]}"
        # Where the first one is quick, the second one has waited for it, and has nothing to do.
        outcome.check(codes in ([0, 3], [0, 0]), " / ".join(each.stderr[-300:] for each in ended))
        for each in ended:
            outcome.check(not each.problem, each.problem)
        outcome.check(state_of(home) == command.after, "the state is not that of one undisturbed run")
        check_again(outcome, home, home.run(*command.arguments), command.after)
    return outcome


def _wait_for_lock(home: Home, running: Running) -> None:
    lock = home.path / ".casemart" / "lock"
    while running.process.poll() is None and f'"pid": {running.process.pid},' not in lock.read_text():
        time.sleep(0.005)

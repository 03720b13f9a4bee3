"""`kill -9` of landing, building and publishing: at what they do to files and tables, at what dbt logs, and at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from faulting.outcome import Outcome, State, check_again, check_state, readers, state_of
from faulting.world import PATIENCE_SECONDS, Home, Running, World, kill

CUT_OFF = "was cut off"
Job = Callable[[], Outcome]


@dataclass(frozen=True)
class Command:
    """Something to kill: what it starts from, and what it makes of that if nobody disturbs it."""

    name: str
    template: str
    arguments: tuple[str, ...]
    before: State
    after: State
    seconds: float
    events: tuple[str, ...]
    is_repeatable: bool = True


def measured(world: World, name: str, template: str, *arguments: str, is_repeatable: bool = True) -> Command:
    """Runs the command once, undisturbed."""
    with world.copy(template) as home:
        before = state_of(home)
        trace = home.folder / "trace"
        started = time.monotonic()
        home.must(*arguments, **{"in": "casemart"}, trace=str(trace))
        seconds = time.monotonic() - started
        events = tuple(line.partition(" ")[2] for line in trace.read_text().splitlines())
        return Command(name, template, arguments, before, state_of(home), seconds, events, is_repeatable)


def jobs(world: World, seed: int, share: float) -> Iterator[Job]:
    """`share` of 1 is the whole programme."""
    chance = random.Random(seed)
    land = measured(world, "land", "old", *world.land())
    publish = measured(world, "publish", "built", "publish", "--keep", "1")
    unland = measured(world, "unland", "ready", "unland", "2", is_repeatable=False)
    rollback = measured(world, "rollback", "done", "rollback")
    build = measured(world, "build", "ready", "build")

    def some(most: int) -> int:
        return max(1, round(most * share))

    for command, files, tables, moments in ((land, 16, 10, 8), (publish, 16, 8, 5), (unland, 2, 6, 2), (rollback, 5, 1, 0)):
        yield from (partial(at_event, world, command, number) for number in _points(command, chance, some(files), some(tables)))
        yield from (
            partial(at_moment, world, command, chance.uniform(0.3, 1) * command.seconds) for _ in range(round(moments * share))
        )
    # What a build does before dbt starts; what comes after it is what publishing does.
    start = next(index for index, event in enumerate(build.events) if event.startswith("subprocess.Popen"))
    yield from (partial(at_event, world, build, start + step) for step in (1, 2))
    for whom, times in (("casemart", 2), ("dbt", 3), ("both", 4)):
        for _ in range(some(times)):
            yield partial(in_build, world, build, whom, chance.uniform(0, 0.7) * build.seconds, None)
    marks = ("builds.last_invocation", "fct_cases__dbt_tmp", "marts.totals", "assert_no_case_is_lost", "Finished running")
    for mark, whom in zip(marks, ("dbt", "both", "casemart", "both", "dbt"), strict=True):
        yield partial(in_build, world, build, whom, 0.0, mark)


def _points(command: Command, chance: random.Random, files: int, tables: int) -> list[int]:
    """Numbers of events: changes of files, statements drawn at random, and the two around the commit."""
    numbers = range(1, len(command.events) + 1)
    of_tables = [number for number in numbers if command.events[number - 1].startswith("sql ")]
    of_files = sorted(set(numbers) - set(of_tables))
    commits = [number for number in of_tables if command.events[number - 1] in ("sql commit", "sql close")]
    chosen = chance.sample(of_files, min(files, len(of_files))) + chance.sample(of_tables, min(tables, len(of_tables)))
    return sorted({*chosen, *commits})


def at_event(world: World, command: Command, number: int) -> Outcome:
    event = command.events[number - 1]
    is_table = event.startswith("sql ")
    outcome = Outcome(f"{command.name} killed", "before a statement" if is_table else "before a change of a file", event)
    with world.copy(command.template) as home, readers(world, home, outcome):
        ended = home.run(*command.arguments, **{"in": "casemart"}, kill=str(number))
        outcome.check(ended.code == -signal.SIGKILL, f"it was not killed: exit {ended.code}")
        _look_and_go_on(world, command, home, outcome, is_held=number > _lock_event(command))
    return outcome


def at_moment(world: World, command: Command, seconds: float) -> Outcome:
    outcome = Outcome(f"{command.name} killed", "at a random moment", f"after {seconds:.2f} s")
    with world.copy(command.template) as home, readers(world, home, outcome):
        running = home.start(*command.arguments)
        time.sleep(seconds)
        kill(running.process.pid)
        ended = running.wait()
        outcome.ended = "" if ended.code else "ended before"
        _look_and_go_on(world, command, home, outcome)
    return outcome


def in_build(world: World, command: Command, whom: str, seconds: float, mark: str | None) -> Outcome:
    """Kills `casemart`, the `dbt` that it started, or both: after some seconds, or when dbt logs `mark`."""
    who = {"casemart": "casemart alone", "dbt": "dbt alone", "both": "casemart and dbt"}[whom]
    moment = "at a line of dbt's log" if mark else "at a random moment"
    outcome = Outcome("build killed", f"{who}, {moment}", mark or f"after {seconds:.2f} s")
    with world.copy(command.template) as home, readers(world, home, outcome):
        running = home.start(*command.arguments)
        dbt = _wait(home, running, seconds, mark)
        # dbt first: its parent would have time to see it die.
        for pid in {"casemart": [running.process.pid], "dbt": [dbt], "both": [running.process.pid, dbt]}[whom]:
            kill(pid)
        ended = running.wait()
        if whom == "dbt":
            outcome.check(not ended.problem, ended.problem)
            outcome.ended = f"exit {ended.code}"
        if whom == "casemart" and dbt:
            _second_comer(home, outcome, dbt)
        home.wait_for_dbt(dbt)
        _look_and_go_on(world, command, home, outcome)
    return outcome


def _wait(home: Home, running: Running, seconds: float, mark: str | None) -> int | None:
    """The dbt process, if there is one at the wanted moment."""
    log = home.path / ".casemart" / "logs" / "dbt.log"
    size = log.stat().st_size if log.is_file() else 0
    while home.dbt_pid() is None and running.process.poll() is None:
        time.sleep(0.002)
    deadline = time.monotonic() + (seconds or PATIENCE_SECONDS)
    while time.monotonic() < deadline and running.process.poll() is None:
        if mark and log.is_file():
            with log.open("rb") as stream:
                stream.seek(size)
                if mark.encode() in stream.read():
                    break
        time.sleep(0.002)
    return home.dbt_pid()


def _second_comer(home: Home, outcome: Outcome, dbt: int) -> None:
    """Nobody else gets the warehouse while dbt still writes it."""
    os.kill(dbt, signal.SIGSTOP)
    try:
        second = home.run("build")
    finally:
        os.kill(dbt, signal.SIGCONT)
    outcome.ended = f"a second build meanwhile: exit {second.code}"
    outcome.check(second.code == 3 and f"dbt (pid {dbt})" in second.stderr, f"the second comer: {second.stderr[-300:]}")


def _look_and_go_on(world: World, command: Command, home: Home, outcome: Outcome, is_held: bool = False) -> None:
    check_state(outcome, home, command.before, command.after)
    if not command.is_repeatable and state_of(home) == command.after:
        ended = home.run("publish")
        outcome.said = ended.stderr
        outcome.check(not ended.problem, ended.problem)
    else:
        again = command.arguments if command.name != "rollback" else ("rollback", _older(world, home))
        check_again(outcome, home, home.run(*again), command.after)
    if is_held:
        outcome.check(CUT_OFF in outcome.said, f"the next run did not say that the one before was cut off: {outcome.said}")


def _older(world: World, home: Home) -> str:
    names = sorted(path.name for path in (home.path / "published").iterdir() if path.name[0].isdigit())
    return next(name for name in names if name != world.second_name)


def _lock_event(command: Command) -> int:
    return next(index for index, event in enumerate(command.events, start=1) if event.startswith("fcntl.flock"))

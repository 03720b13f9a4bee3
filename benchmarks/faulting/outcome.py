"""What became of one fault, and of the runs after it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from faulting import looking
from faulting.world import TOKEN, Ended, Home, World

BENCHMARKS = Path(__file__).resolve().parents[1]


@dataclass
class Outcome:
    """One fault. `fault` is the row of the table that it belongs to, `point` where or how much, `ended` how it ended,
    `said` what the next run said of it. Whatever is not as it should be is a problem."""

    area: str
    fault: str
    point: str
    ended: str = ""
    said: str = ""
    queries: int = 0
    problems: list[str] = field(default_factory=list)

    def check(self, is_right: bool, problem: str) -> None:
        if not is_right:
            self.problems.append(problem)


@contextmanager
def readers(world: World, home: Home, outcome: Outcome) -> Iterator[None]:
    """Readers at work in a process of their own; they may see the old version and the new one, and nothing else."""
    name, _, value = TOKEN.partition("=")
    process = subprocess.Popen(
        [sys.executable, "-m", "faulting.reader", str(home.path)],
        cwd=BENCHMARKS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", name: value},
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline() != "ready\n":
            raise SystemExit(f"error: no reader: {process.communicate()[1]}")
        yield
    finally:
        stdout, stderr = process.communicate()
    seen = json.loads(stdout) if stdout else {"queries": 0, "mixed": 0, "errors": [stderr[-500:]], "versions": {}}
    outcome.queries += seen["queries"]
    outcome.check(not seen["errors"], f"{len(seen['errors'])} errors of readers, first: {(seen['errors'] or [''])[0]}")
    outcome.check(seen["mixed"] == 0, f"{seen['mixed']} mixed answers")
    strange = set(seen["versions"].values()) - {world.old_version, world.new_version}
    outcome.check(not strange, f"readers saw neither the old nor the new version: {strange}")


@dataclass(frozen=True)
class State:
    """Checksums of what has landed and of what is published."""

    landed: str
    published: str


def state_of(home: Home) -> State:
    return State(looking.landed(home.path), looking.published(home.path)[2])


def check_state(outcome: Outcome, home: Home, before: State, after: State) -> None:
    """After a fault: landed all or nothing, published all or nothing."""
    found = state_of(home)
    parts = []
    for name in ("landed", "published"):
        old, new, now = (getattr(state, name) for state in (before, after, found))
        if now not in (old, new):
            outcome.problems.append(f"{name} is neither as before nor as after: {now}")
        elif old != new:
            parts.append("undone" if now == old else "done")
    outcome.ended = ", ".join(dict.fromkeys(filter(None, [outcome.ended, *parts])))


def check_again(outcome: Outcome, home: Home, ended: Ended, after: State) -> None:
    """The next run: it works, its result is that of an undisturbed one, and nothing is left of the broken one."""
    outcome.said = ended.stderr
    outcome.check(ended.code == 0, f"the next run: exit {ended.code}: {ended.stderr[-500:]}")
    if ended.code == 0:
        found = state_of(home)
        outcome.check(found.landed == after.landed, f"the next run landed {found.landed}, not {after.landed}")
        outcome.check(found.published == after.published, f"the next run published {found.published}, not {after.published}")
    left = looking.left_overs(home.path)
    outcome.check(not left, f"left over: {left}")

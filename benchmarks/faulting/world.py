"""The small world that faults are done to: files to land, a project that builds in seconds, and what an undisturbed run gives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from faulting import looking

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CASEMART = str(Path(sys.executable).with_name("casemart"))
TOKEN = f"CASEMART_FAULTS={os.getpid()}"  # in the environment of every process that this run starts
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Ended:
    """A command that has ended. `code` is negative where a signal ended it."""

    code: int
    stdout: str
    stderr: str

    @property
    def problem(self) -> str:
        """What is wrong with how it failed: nothing if it says what and what to do."""
        if self.code < 0:
            return f"died of signal {-self.code}"
        if "Traceback (most recent call last)" in self.stderr:
            return "traceback: " + self.stderr.strip().splitlines()[-1]
        if self.code == 0:
            return ""
        missing = [word for word in ("error: ", "hint: ") if not any(line.startswith(word) for line in self.stderr.splitlines())]
        return f"exit {self.code} without {' and '.join(missing)}" if missing else ""


@dataclass
class Running:
    """A command at work, and where it writes."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    def said(self) -> str:
        return self.stderr.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> Ended:
        try:
            code = self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return Ended(self.process.wait(), "", "error: it did not end")
        return Ended(code, self.stdout.read_text(encoding="utf-8", errors="replace"), self.said())


@dataclass
class Home:
    """One workspace, and a folder for what commands print, which is not in it."""

    folder: Path
    project: Path | None
    path: Path = Path()
    runs: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.path == Path():
            self.path = self.folder / "home"

    def start(self, *arguments: str, prefix: tuple[str, ...] = (), **faults: str) -> Running:
        """Starts `casemart`, in a process group of its own, with the faults that child/sitecustomize.py knows."""
        self.runs += 1
        out, err = (self.folder / f"{self.runs}.{name}" for name in ("out", "err"))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "DBT_", "PYTHON"))}
        name, _, value = TOKEN.partition("=")
        environment = {
            **inherited,
            **self.environment,
            name: value,
            "PYTHONPATH": str(HERE / "child"),
            "FAULTS_HOME": str(self.path),
            **({"FAULTS_PROJECT": str(self.project)} if self.project else {}),
            **{f"FAULTS_{key.upper()}": text for key, text in faults.items()},
        }
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [*self.prefix, *prefix, CASEMART, "-C", str(self.path), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=environment,
                cwd=self.folder,
                start_new_session=True,
            )
        return Running(process, out, err)

    def run(self, *arguments: str, prefix: tuple[str, ...] = (), **faults: str) -> Ended:
        return self.start(*arguments, prefix=prefix, **faults).wait()

    def must(self, *arguments: str, **faults: str) -> Ended:
        """The same, of a command that is part of the preparation."""
        ended = self.run(*arguments, **faults)
        if ended.code:
            raise SystemExit(f"error: casemart {' '.join(arguments)}: exit {ended.code}\n{ended.stderr}")
        return ended

    def dbt_pid(self) -> int | None:
        """The dbt process of the build that runs, None where there is none of ours."""
        try:
            holder = json.loads((self.path / ".casemart" / "lock").read_text())
        except (OSError, ValueError):
            return None
        pid = holder.get("child_pid")
        return pid if pid and is_ours(pid) else None

    def wait_for_dbt(self, pid: int | None) -> None:
        """Until a dbt whose parent is gone has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        # A process that dies has no environment any more, but still its files, until its last thread is gone.
        while pid and not states_of_threads(pid) <= {"Z", "X"} and time.monotonic() < deadline:
            time.sleep(0.02)


def is_ours(pid: int) -> bool:
    """Whether this run has started the process, and it still lives."""
    try:
        return TOKEN.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def states_of_threads(pid: int) -> set[str]:
    """The letters of /proc for the threads of a process; none where there is no such process."""
    states = set()
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                states.add((task / "stat").read_text().rpartition(")")[2].split()[0])
    return states


def end_all() -> None:
    """Ends what this run has started and not ended."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and is_ours(int(entry.name)):
            kill(int(entry.name))


def kill(pid: int | None) -> None:
    if pid and is_ours(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return


@dataclass
class World:
    """`first` and `second` are the files of two loads.

    Templates: `old` has the first load built and published; `ready` also has the second one landed; `built` also has it
    built by dbt, not yet published; `done` also has that published. References: checksums of what is published and of what
    has landed, before and after.
    """

    folder: Path
    project: Path
    first: Path
    second: Path
    old_version: str = ""
    new_version: str = ""
    old_landed: str = ""
    new_landed: str = ""
    second_name: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def land(self) -> tuple[str, ...]:
        return ("land", str(self.second), "--max-rejects", "5%")

    def template(self, name: str) -> Home:
        return Home(self.folder / name, self.project)

    @contextmanager
    def copy(self, template: str, folder: Path | None = None) -> Iterator[Home]:
        """A workspace of the fault's own (in `folder`, if that is given), gone afterwards."""
        place = self.folder / f"copy-{next(self.numbers)}"
        place.mkdir()
        path = (folder or place) / "home"
        try:
            shutil.copytree(self.template(template).path, path, symlinks=True)
            yield Home(place, self.project, path)
        finally:
            shutil.rmtree(path, ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)


def make_world(folder: Path) -> World:
    project = folder / "project"
    shutil.copytree(HERE / "project", project)
    shutil.copy(ROOT / "profiles.yml", project)
    shutil.copy(ROOT / "macros" / "record_invocation.sql", project / "macros")
    world = World(folder, project, folder / "first", folder / "second")
    write_files(world.first, cases=range(20_000), interactions=range(30_000), word="first")
    # Half of the cases are new, half replace older ones.
    write_files(world.second, cases=range(10_000, 30_000), interactions=range(30_000, 60_000), word="second", with_faults=True)
    old = world.template("old")
    old.path.mkdir(parents=True)
    old.must("land", str(world.first))
    old.must("build")
    world.old_version, world.old_landed = looking.published(old.path)[2], looking.landed(old.path)
    shutil.copytree(old.folder, folder / "ready", symlinks=True)
    ready = world.template("ready")
    ready.must(*world.land())
    world.new_landed = looking.landed(ready.path)
    shutil.copytree(ready.folder, folder / "built", symlinks=True)
    built = world.template("built")
    # dbt has ended, and nothing of the new version has been written yet.
    ended = built.run("build", **{"in": "casemart"}, kill="os.mkdir ~/published/")
    assert ended.code == -signal.SIGKILL, ended
    shutil.copytree(built.folder, folder / "done", symlinks=True)
    done = world.template("done")
    world.second_name = done.must("publish").stdout.strip()
    world.new_version = looking.published(done.path)[2]
    assert world.old_version != world.new_version, "the second load changes what is published"
    return world


def write_files(folder: Path, *, cases: range, interactions: range, word: str, with_faults: bool = False) -> None:
    """A load: cases as CSV and interactions as NDJSON; with rows to quarantine, duplicates and conflicts, if wanted."""
    folder.mkdir()
    lines = ["case_id,channel,opened_at,amount"]
    lines += [f"C{n},{('phone', 'mail', 'chat')[n % 3]},{_moment(n)},{n % 97}" for n in cases]
    objects = [
        json.dumps({"interaction_id": f"I{n}", "case_id": f"C{n % 25_000}", "occurred_at": _moment(n), "note": f"{word} {n}"})
        for n in interactions
    ]
    if with_faults:
        lines += [f"C9{n},fax,{_moment(n)},1" for n in range(100)]
        lines += [f"C8{n},mail,yesterday,1" for n in range(100)]
        lines += [*lines[1:51], *(f"{line}9" for line in lines[101:151])]
        objects += [json.dumps({"interaction_id": f"J{n}", "case_id": "C1", "occurred_at": None}) for n in range(100)]
        objects += objects[:50]
    (folder / "cases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "interactions.ndjson").write_text("\n".join(objects) + "\n", encoding="utf-8")


def _moment(number: int) -> str:
    day, minute = divmod(number, 1000)
    return f"2026-{1 + day // 28 % 12:02}-{1 + day % 28:02}T{minute // 60:02}:{minute % 60:02}:00Z"

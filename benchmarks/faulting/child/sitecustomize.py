"""Put on PYTHONPATH of a `casemart` under test: notes what it does to files and tables, and kills it at one of these events.

FAULTS_IN        `casemart` or `dbt`: the process that the rest is meant for
FAULTS_PROJECT   dbt project to take in the place of casemart's own
FAULTS_HOME      only what happens to paths below this folder counts as an event
FAULTS_TRACE     file that gets a line per event
FAULTS_KILL      number of the event right before which the process kills itself (SIGKILL), or a part of its line
FAULTS_MEMORY    memory limit of every DuckDB database that the process opens
FAULTS_CLOCK     seconds to add to the clock of Python
"""

import os
import signal
import sys
from itertools import count

CHANGES = ("os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.chmod", "fcntl.flock", "subprocess.Popen")
FLAGS_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def which() -> str:
    names = [os.path.basename(argument) for argument in sys.orig_argv[1:]]  # noqa: PTH119
    if "casemart" in names[:2]:
        return "casemart"
    return "dbt" if any("dbt.cli.main" in argument for argument in sys.orig_argv) else ""


class Events:
    """Counts the events, and ends the process at the one that was ordered."""

    def __init__(self) -> None:
        self.home = os.environ.get("FAULTS_HOME", "/nowhere")
        self.wanted = os.environ.get("FAULTS_KILL", "")
        path = os.environ.get("FAULTS_TRACE")
        # Unbuffered, so that the last event before a kill is there.
        self.trace = open(path, "a", buffering=1) if path else None  # noqa: SIM115, PTH123
        self.numbers = count(1)
        self.is_busy = False

    def add(self, kind: str, detail: str) -> None:
        number = next(self.numbers)
        line = f"{kind} {detail}".replace(self.home, "~")
        if self.trace:
            self.trace.write(f"{number} {line}\n")
        if self.wanted and (str(number) == self.wanted or (not self.wanted.isdigit() and self.wanted in line)):
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, arguments: tuple) -> None:
        if self.is_busy or event not in (*CHANGES, "open"):
            return
        self.is_busy = True
        try:
            paths = [text for text in map(str, arguments) if text.startswith(self.home)]
            if event == "open":
                is_write = isinstance(arguments[2], int) and arguments[2] & FLAGS_TO_WRITE
                if is_write and paths and ".casemart/logs" not in paths[0] and "target/" not in paths[0]:
                    self.add(event, paths[0])
            elif paths or event in ("fcntl.flock", "subprocess.Popen"):
                self.add(event, " ".join(paths))
        finally:
            self.is_busy = False


def watch_files(events: Events) -> None:
    sync = os.fsync

    def fsync(fd: int) -> None:
        events.add("os.fsync", "")
        sync(fd)

    os.fsync = fsync
    sys.addaudithook(events.hear)


def watch_tables(events: Events) -> None:
    import duckdb

    kind = duckdb.DuckDBPyConnection

    def watched(name: str) -> None:
        original = getattr(kind, name)

        def method(self, *arguments, **options):
            statement = " ".join(str(arguments[0]).split())[:60] if arguments else ""
            events.add("sql", f"{name} {statement}".strip())
            return original(self, *arguments, **options)

        setattr(kind, name, method)

    for name in ("execute", "begin", "commit", "close"):
        watched(name)


def limit_memory(limit: str) -> None:
    import duckdb

    connect = duckdb.connect

    def limited(*arguments, config=None, **options):
        return connect(*arguments, config={**(config or {}), "memory_limit": limit}, **options)

    duckdb.connect = limited


def shift_clock(seconds: float) -> None:
    import datetime
    import time

    now = time.time
    time.time = lambda: now() + seconds

    class Shifted(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + datetime.timedelta(seconds=seconds)

        @classmethod
        def utcnow(cls):
            return cls.now(datetime.UTC).replace(tzinfo=None)

    datetime.datetime = Shifted


def main() -> None:
    here = which()
    if here == "casemart" and (project := os.environ.get("FAULTS_PROJECT")):
        from pathlib import Path

        from casemart import workspace

        workspace.project_dir = lambda: Path(project)
    if here and (seconds := os.environ.get("FAULTS_CLOCK")):
        shift_clock(float(seconds))
    if here and here == os.environ.get("FAULTS_IN"):
        if os.environ.get("FAULTS_TRACE") or os.environ.get("FAULTS_KILL"):
            events = Events()
            watch_files(events)
            watch_tables(events)
        if limit := os.environ.get("FAULTS_MEMORY"):
            limit_memory(limit)


main()

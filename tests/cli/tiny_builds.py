"""A project of five models that builds in seconds, and readers that never stop looking at what is published."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from casemart import publishing
from casemart.locking import holder_of
from casemart.warehouse import open_published
from casemart.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
BUSY = "busy_rows=100000000"  # the last model would take days
QUESTION = "select version, (select sum(amount)::bigint from marts.case_counts) from marts.build_info"


def amount(offset: int) -> int:
    """Sum of all amounts in a build with that offset: 3 channels, cases 0..999."""
    return 3 * (499500 + 1000 * offset)


def copy_project(folder: Path) -> Path:
    project = folder / "project"
    shutil.copytree(FIXTURES / "tiny_project", project)
    shutil.copy(ROOT / "profiles.yml", project)
    # What casemart's own project runs at the start of every invocation.
    shutil.copy(ROOT / "macros" / "record_invocation.sql", project / "macros")
    return project


@dataclass
class Tiny:
    """A workspace of the tiny project. Every process that it starts is ended with it."""

    project: Path
    home: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.home)

    def run(self, action: str, *arguments: str, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        """`publishing.build` or `.publish` in a process of its own, to its end."""
        process = self.start(action, *arguments, **env)
        stdout, stderr = process.communicate(timeout=120)
        assert process.returncode == code, f"exit {process.returncode}\n{stdout}\n{stderr}"
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self, action: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(FIXTURES / "drive.py"), str(self.project), str(self.home), action, *arguments],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def start_until_busy(self) -> subprocess.Popen[str]:
        """A build whose new facts and marts are in the warehouse, and whose last model never ends."""
        process = self.start("build", BUSY, "offset=9")
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            if "started busy" in line:
                return process
        raise AssertionError("".join(seen))

    def dbt(self, *arguments: str) -> None:
        """What a person types in the project's folder: plain dbt, without casemart."""
        subprocess.run(
            [sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()", *arguments],
            cwd=self.project,
            env={**os.environ, "CASEMART_WAREHOUSE": str(self.workspace.warehouse)},
            check=True,
            capture_output=True,
            timeout=120,
        )

    def read(self) -> tuple[str, int]:
        """Version and amount that a reader sees now."""
        with open_published(self.workspace) as connection:
            return connection.execute(QUESTION).fetchall()[0]

    def publish_again(self, keep: int = 5) -> publishing.Version:
        """Another version with the same rows, without dbt."""
        return publishing.publish(self.workspace, force=True, keep=keep, project=self.project)

    def dbt_pid(self) -> int:
        """The dbt process of the build that runs."""
        holder = holder_of(self.workspace)
        assert holder is not None
        assert holder.child_pid is not None
        return holder.child_pid

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


@contextmanager
def readers(tiny: Tiny) -> Iterator[set[tuple[str, int]]]:
    """Reads all the time, in three ways: casemart's own, a BI tool's, and a connection that was open before.

    Yields the answers seen so far; any error, and any change under the held connection, fails the test.
    """
    seen: set[tuple[str, int]] = set()
    errors: list[BaseException] = []
    is_over = threading.Event()
    first = tiny.read()

    def look() -> None:
        with open_published(tiny.workspace) as held:
            while not is_over.is_set():
                seen.add(tiny.read())
                with duckdb.connect(str(tiny.workspace.current), read_only=True) as tool:
                    seen.add(tool.execute(QUESTION).fetchall()[0])
                assert held.execute(QUESTION).fetchall()[0] == first
                time.sleep(0.1)

    def guarded() -> None:
        try:
            look()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    try:
        yield seen
        # One more look after the last change.
        last = tiny.read()
        deadline = time.monotonic() + 10
        while last not in seen and not errors and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        is_over.set()
        thread.join()
    assert not errors, errors
    assert last in seen

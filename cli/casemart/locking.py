"""The one lock of a workspace: land, replay, build, publish and rollback share it, and dbt holds it with its parent."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from casemart.errors import CasemartError, LockedError
from casemart.recovery import Say, is_alive, remove_left_overs
from casemart.workspace import Workspace

LENGTH = 500  # bytes of the lock file
PATIENCE_SECONDS = 1.0  # longer than a look by `holder_of`, much shorter than any work


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. `child_pid` is the dbt process that holds it too. `since` is ISO 8601, UTC."""

    pid: int
    command: str
    since: str
    child_pid: int | None = None

    def __str__(self) -> str:
        if self.child_pid and not is_alive(self.pid) and is_alive(self.child_pid):
            return f"dbt (pid {self.child_pid}), left by a killed `casemart {self.command}` of {self.since}"
        return self.described

    @property
    def described(self) -> str:
        return f"`casemart {self.command}` (pid {self.pid}, since {self.since})"


class Lock:
    """A lock that is held. `fd` is for `pass_fds` of a child that must hold it as well."""

    def __init__(self, fd: int, holder: Holder) -> None:
        self.fd = fd
        self.holder = holder
        self.write(holder)

    def name_child(self, pid: int) -> None:
        """Tells a second comer which process still works if this one is killed."""
        self.write(Holder(self.holder.pid, self.holder.command, self.holder.since, pid))

    def write(self, holder: Holder | None) -> None:
        """Names who holds the lock, or that nobody does. One write of a fixed length, so that nobody reads half of a name."""
        text = json.dumps(asdict(holder)) if holder else ""
        try:
            os.pwrite(self.fd, text.ljust(LENGTH).encode(), 0)
        except OSError:
            # A full disk. The lock itself needs no room, only the name is missing.
            return


@contextmanager
def hold_lock(workspace: Workspace, command: str, say: Say | None = None) -> Iterator[Lock]:
    """Holds the workspace for `command`, or raises LockedError that names who does.

    Who can `say` something tells of a run before that was cut off, and clears away what it left. Who only looks (None) leaves
    that to the next one.
    """
    fd = _open(workspace)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _try(fd, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise LockedError(
                    f"the warehouse is held by {_read(fd) or 'another process'}", "wait until it has ended, then try again"
                )
            time.sleep(0.05)
        # A run that ends, well or not, takes its name out.
        cut_off = _read(fd)
        lock = Lock(fd, Holder(os.getpid(), command, datetime.now(UTC).isoformat(timespec="seconds")))
        try:
            if say:
                if cut_off:
                    say(f"the run before, {cut_off.described}, was cut off: only what it had finished counts")
                    cut_off = None
                remove_left_overs(workspace, say)
            yield lock
        finally:
            lock.write(cut_off)
    finally:
        # Closing gives the lock back only when no child holds it any more; LOCK_UN would take it from the child.
        os.close(fd)


def holder_of(workspace: Workspace) -> Holder | None:
    """Who holds the lock now, None if nobody."""
    if not workspace.lock.is_file():
        return None
    fd = os.open(workspace.lock, os.O_RDONLY)
    try:
        return None if _try(fd, fcntl.LOCK_SH) else _read(fd) or Holder(0, "unknown", "?")
    finally:
        os.close(fd)


def _open(workspace: Workspace) -> int:
    try:
        workspace.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(workspace.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CasemartError(
            f"{workspace.lock} cannot be written: {error.strerror}", "choose another folder with `--home`"
        ) from error


def _try(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(fd: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(fd, LENGTH, 0)))
    except (ValueError, TypeError):
        return None

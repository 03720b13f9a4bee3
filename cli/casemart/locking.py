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
from casemart.workspace import Workspace

PATIENCE_SECONDS = 1.0  # longer than a look by `holder_of`, much shorter than any work


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. `child_pid` is the dbt process that holds it too. `since` is ISO 8601, UTC."""

    pid: int
    command: str
    since: str
    child_pid: int | None = None

    def __str__(self) -> str:
        if self.child_pid and not _is_alive(self.pid) and _is_alive(self.child_pid):
            return f"dbt (pid {self.child_pid}), left by a killed `casemart {self.command}` of {self.since}"
        return f"`casemart {self.command}` (pid {self.pid}, since {self.since})"


class Lock:
    """A lock that is held. `fd` is for `pass_fds` of a child that must hold it as well."""

    def __init__(self, fd: int, holder: Holder) -> None:
        self.fd = fd
        self.holder = holder
        self._write(holder)

    def name_child(self, pid: int) -> None:
        """Tells a second comer which process still works if this one is killed."""
        self._write(Holder(self.holder.pid, self.holder.command, self.holder.since, pid))

    def _write(self, holder: Holder) -> None:
        # One write of a fixed length, so that nobody reads half of a name.
        os.pwrite(self.fd, json.dumps(asdict(holder)).ljust(500).encode(), 0)


@contextmanager
def hold_lock(workspace: Workspace, command: str) -> Iterator[Lock]:
    """Holds the workspace for `command`, or raises LockedError that names who does."""
    fd = _open(workspace)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _try(fd, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise LockedError(
                    f"the warehouse is held by {_read(fd) or 'another process'}", "wait until it has ended, then try again"
                )
            time.sleep(0.05)
        yield Lock(fd, Holder(os.getpid(), command, datetime.now(UTC).isoformat(timespec="seconds")))
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
        return Holder(**json.loads(os.pread(fd, 500, 0)))
    except (ValueError, TypeError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

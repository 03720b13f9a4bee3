"""The one lock: a second comer is told who holds it, and a killed parent does not free what its dbt still writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_builds import Tiny

from casemart.errors import LockedError
from casemart.locking import hold_lock, holder_of
from casemart.workspace import Workspace


def test_holder_is_named_and_frees_the_lock_at_its_end(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    program = f"""
from pathlib import Path
from casemart.locking import hold_lock
from casemart.workspace import Workspace
with hold_lock(Workspace(Path({str(tmp_path)!r})), "land"):
    print("held", flush=True)
    input()
"""
    assert holder_of(workspace) is None
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=rf"`casemart land` \(pid {other.pid}, since 20"), hold_lock(workspace, "build"):
            pytest.fail("two processes hold the lock")
        holder = holder_of(workspace)
        assert holder is not None
        assert holder.pid == other.pid
        other.communicate("\n")
    assert holder_of(workspace) is None
    with hold_lock(workspace, "build"):
        assert holder_of(workspace) is not None
    assert workspace.lock.stat().st_mode & 0o077 == 0


def test_lock_outlives_an_exception(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(ValueError, match="broken"), hold_lock(workspace, "land"):
        raise ValueError("broken")
    assert holder_of(workspace) is None


def test_child_of_a_killed_parent_keeps_the_lock(tiny: Tiny, casemart) -> None:
    before = tiny.read()
    parent = tiny.start_until_busy()
    child = tiny.dbt_pid()
    parent.kill()
    parent.wait()
    try:
        os.kill(child, 0)
        left = rf"dbt \(pid {child}\), left by a killed `casemart build`"
        with pytest.raises(LockedError, match=left), hold_lock(tiny.workspace, "land"):
            pytest.fail("dbt still writes")
        told = casemart("status", "-f", "json", cwd=tiny.home, code=3)
        assert f"dbt (pid {child})" in json.loads(told.stdout)["locked_by"]
        assert "error: the warehouse is held by dbt" in told.stderr
        assert tiny.read() == before
    finally:
        os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while holder_of(tiny.workspace) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert holder_of(tiny.workspace) is None
    assert tiny.read() == before

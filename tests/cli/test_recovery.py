"""After a run that was cut off, and with damage on the disk: what the next one says, clears away, refuses and publishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from land_kit import case, write_cases
from tiny_builds import FIXTURES, Tiny

from casemart import publishing
from casemart.errors import CasemartError
from casemart.locking import hold_lock
from casemart.recovery import remove_left_overs, spill_of
from casemart.versions import current_version
from casemart.warehouse import open_private
from casemart.workspace import Workspace
from faulting.looking import landed, left_overs
from faulting.world import Home


def break_a_table(file: Path) -> None:
    """Damages the tables, and neither the headers nor what the version says of itself."""
    content = bytearray(file.read_bytes())
    # The first block of 256 KB behind the three headers holds the first table, facts.
    place = 3 * 4096 + 1000
    content[place] ^= 0xFF
    file.write_bytes(content)


def test_landing_killed_at_its_commit_and_the_next_one(tmp_path: Path) -> None:
    home = Home(tmp_path, None)
    home.path.mkdir()
    assert home.run("land", str(write_cases(tmp_path / "cases.csv", case(1)))).code == 0
    before = landed(home.path)
    file = write_cases(tmp_path / "cases.csv", case(1, status="closed"), case(2))
    killed = home.run("land", str(file), **{"in": "casemart"}, kill="sql commit")
    assert killed.code == -signal.SIGKILL
    assert landed(home.path) == before
    assert left_overs(home.path) != []
    # Who only looks leaves the note to the next one.
    assert "cut off" not in home.run("status").stderr
    again = home.run("land", str(file))
    assert again.code == 0
    assert "the run before, `casemart land` (pid " in again.stderr
    assert "removed landing-" in again.stderr
    assert "cut off" not in home.run("land", str(file)).stderr
    assert left_overs(home.path) == []


def test_left_overs_are_removed_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    spilled = [spill_of(workspace.state), workspace.warehouse.with_name("warehouse.duckdb.tmp")]
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for folder in spilled:
        folder.mkdir(parents=True)
        (folder / f"duckdb_temp_{gone.pid}_0_storage_DEFAULT-0.tmp").write_bytes(b"rows")
    mine = spilled[1] / f"duckdb_temp_{os.getpid()}_0_owner"
    mine.write_bytes(b"")
    copies = [workspace.warehouse.with_name(name) for name in ("warehouse.new", "warehouse.new.wal")]
    for copy in copies:
        copy.write_bytes(b"half")
    said: list[str] = []
    remove_left_overs(workspace, said.append)
    assert not spilled[0].exists()
    assert list(spilled[1].iterdir()) == [mine]
    assert not any(copy.exists() for copy in copies)
    assert "removed warehouse.new, left by a run that did not end" in said


def test_lock_needs_no_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with hold_lock(Workspace(tmp_path), "land"):
        pass


def test_damaged_version_is_neither_rolled_back_to_nor_compared_with(tiny: Tiny) -> None:
    first = tiny.read()[0]
    second = tiny.publish_again().name
    break_a_table(tiny.workspace.published / first / "casemart.duckdb")
    with pytest.raises(CasemartError, match=f"version {first} cannot be read"):
        publishing.rollback(tiny.workspace, first)
    assert tiny.read()[0] == second
    break_a_table(tiny.workspace.published / second / "casemart.duckdb")
    said: list[str] = []
    third = publishing.publish(tiny.workspace, force=True, project=tiny.project, say=said.append)
    assert f"warning: version {second} is damaged" in "\n".join(said)
    assert f"warning: version {first} is damaged" in "\n".join(said)
    assert tiny.read() == (third.name, 3 * 499500)


def test_warehouse_that_was_not_closed_is_not_published(tiny: Tiny) -> None:
    before = tiny.read()
    program = f"""
import os, signal, duckdb
connection = duckdb.connect({str(tiny.workspace.warehouse)!r})
connection.execute("update facts.fct_cases set amount = 0")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    with pytest.raises(CasemartError, match="did not close the warehouse"):
        tiny.publish_again()
    assert tiny.read() == before
    log = tiny.workspace.warehouse.with_name("warehouse.duckdb.wal")
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0xFF
    log.write_bytes(content)
    with pytest.raises(CasemartError, match="cannot be opened") as caught:
        open_private(tiny.workspace)
    assert "move warehouse.duckdb.wal away" in str(caught.value.hint)


def test_full_disk_is_told_with_a_way_out(tiny: Tiny) -> None:
    before = tiny.read()
    arguments = [str(FIXTURES / "drive.py"), str(tiny.project), str(tiny.home), "publish", "--force"]
    program = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000)); sys.argv = sys.argv[1:]; "
    program += "runpy.run_path(sys.argv[0], run_name='__main__')"
    failed = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert failed.returncode == 1, failed.stderr
    assert "nothing was published" in failed.stderr
    assert "hint: make room on the disk" in failed.stderr
    assert tiny.read() == before
    assert current_version(tiny.workspace) is not None

"""What a run that was cut off leaves behind, and how the next one clears it away. Only for who holds the lock."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from casemart.workspace import Workspace

LEFT_OVER = ".tmp"  # in the name of a folder that is being written or removed
LANDING = "landing-"  # begins the name of the folder that a landing reads into
FRESH = ".new"  # the warehouse while it is written anew

Say = Callable[[str], None]


def remove_left_overs(workspace: Workspace, say: Say) -> None:
    """Removes halves of versions, files that were being landed, copies of the warehouse, and what DuckDB had spilled."""
    for path in _left_overs(workspace):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        say(f"removed {path.name}, left by a run that did not end")
    for folder in (spill_of(workspace.state), workspace.warehouse.with_name(f"{workspace.warehouse.name}.tmp")):
        _remove_spilled(folder)


def spill_of(state: Path) -> Path:
    """The folder for what databases in memory spill to the disk; DuckDB makes it and tidies it up."""
    return state / "spill"


def is_alive(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _left_overs(workspace: Workspace) -> Iterator[Path]:
    yield from sorted(workspace.published.glob(f"*{LEFT_OVER}*"))
    yield from sorted(workspace.state.glob(f"{LANDING}*"))
    # With its write-ahead log.
    yield from sorted(workspace.warehouse.parent.glob(f"{workspace.warehouse.stem}{FRESH}*"))


def _remove_spilled(folder: Path) -> None:
    """Files of processes that are gone: a plain `dbt build`, which holds no lock, may still need its own."""
    for file in folder.glob("duckdb_temp_*"):
        owner = re.match(r"duckdb_temp_(\d+)_", file.name)
        if owner and not is_alive(int(owner[1])):
            file.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()

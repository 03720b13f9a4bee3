"""Files into a warehouse that holds nothing else: the demo's own, or those in a folder of the user's."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from casemart import __version__
from casemart.contract import Contract
from casemart.demo.generate import check_cases, generate, scripts
from casemart.errors import UsageError
from casemart.landing import land
from casemart.landing.sources import find_sources
from casemart.locking import hold_lock
from casemart.workspace import SETTINGS_FILE, Workspace

Say = Callable[[str], None]


def data_workspace(workspace: Workspace, folder: Path) -> Workspace:
    """The workspace for the files of `folder`: its name, and a hash of where it is."""
    folder = folder.resolve()
    name = re.sub(r"[^\w.-]", "_", folder.name) or "data"
    return Workspace(workspace.state / "data" / f"{name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}")


def make_files(workspace: Workspace, cases: int, say: Say) -> Path:
    """The folder with the demo's files of `cases` cases; what was made for the same number is not made again."""
    check_cases(cases)
    folder = workspace.home / "files"
    made = _digest(str(cases), *scripts())
    if _done(workspace).get("made") != made:
        say(f"making {cases:,} cases in {folder}")
        with hold_lock(workspace, "demo", say):
            generate(folder, cases)
            _note(workspace, made=made)
    return folder


def set_targets(workspace: Workspace) -> None:
    """The demo's help desk has targets, so that gaps and the scorecard show; to others none is suggested."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "metric_targets.csv": (Path(__file__).parent / "seeds" / "metric_targets.csv").read_text(encoding="utf-8"),
        SETTINGS_FILE: '[seeds]\nmetric_targets = "metric_targets.csv"\n',
    }.items():
        (workspace.home / name).write_text(text, encoding="utf-8")


def land_alone(workspace: Workspace, folder: Path, contract: Contract, *, max_rejects: float, origin: str, say: Say) -> None:
    """Lands the files of `folder`. When they have changed since the last call the warehouse starts anew, so that its numbers are
    those of these files alone; versions published before stay for their readers."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", "name the folder that holds your files, called like tables: cases.csv")
    landed = _content(folder, contract)
    if _done(workspace).get("landed") == landed and workspace.warehouse.is_file():
        return
    with hold_lock(workspace, "demo", say):
        _note(workspace, landed=None)
        shutil.rmtree(workspace.warehouse.parent, ignore_errors=True)
    land(workspace, [folder], origin=origin, max_rejects=max_rejects, contract=contract, say=say)
    _note(workspace, landed=landed)


def check_output(workspace: Workspace, folder: Path) -> None:
    """UsageError if `folder` has files that no earlier call for this workspace wrote: they are not to be overwritten."""
    is_own = str(folder.resolve()) in _done(workspace).get("outputs", [])
    if folder.is_dir() and not is_own and any(not path.is_dir() for path in folder.iterdir()):
        raise UsageError(
            f"{folder} has files that `casemart demo` did not write", "choose another folder, `--out FOLDER`, or remove this one"
        )


def note_output(workspace: Workspace, folder: Path) -> None:
    """Notes that the files in `folder` are this workspace's, to be overwritten by the next call."""
    outputs = {*_done(workspace).get("outputs", []), str(folder.resolve())}
    _note(workspace, outputs=sorted(outputs))


def _content(folder: Path, contract: Contract) -> str:
    """What would land: the files, their bytes and the contract."""
    digest = hashlib.sha256(f"{__version__} {contract}".encode())
    for source in find_sources([folder], contract, table=None, delimiter=None, say=lambda _text: None):
        digest.update(f"\0{source.path.name}\0{source.path.stat().st_size}\0".encode())
        with source.path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _notes(workspace: Workspace) -> Path:
    return workspace.home / "demo.json"


def _done(workspace: Workspace) -> dict[str, Any]:
    """What an earlier call has done."""
    try:
        done = json.loads(_notes(workspace).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return done if isinstance(done, dict) else {}


def _note(workspace: Workspace, **done: str | list[str] | None) -> None:
    _notes(workspace).write_text(json.dumps({**_done(workspace), **done}), encoding="utf-8")

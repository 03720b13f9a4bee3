"""What `make demo` needs on a machine that has nothing but Python and make: the lock, bootstrap.py and the Makefile."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from casemart.workspace import project_dir

LOCK = project_dir() / "requirements.lock"


def test_the_lock_names_no_place() -> None:
    """No registry, no host, no path of the machine that compiled it: only names, versions, markers and hashes."""
    line = re.compile(r"[a-z0-9-]+(\[[a-z,-]+\])?==[^\s/:]+( ; [^/:]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [text for text in LOCK.read_text(encoding="utf-8").splitlines() if not line.fullmatch(text)] == []


def test_the_lock_fits_the_project() -> None:
    """Everything that pyproject.toml asks for is locked, in a version that it allows."""
    locked = [Requirement(text.removesuffix("\\")) for text in LOCK.read_text(encoding="utf-8").splitlines() if "==" in text]
    versions = {canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==") for requirement in locked}
    project = tomllib.loads((project_dir() / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    asked = [Requirement(text) for text in sum(extras.values(), project["project"]["dependencies"])]
    asked = [one for one in asked if one.name != "casemart"] + [Requirement(text) for text in project["build-system"]["requires"]]
    assert len(asked) > 10
    assert [str(one) for one in asked if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))] == []


@pytest.mark.parametrize(
    ("version", "message", "hint"),
    [
        ((3, 9, 0), "Python 3.9 is too old: casemart needs 3.11 or newer", "apt install python3.11"),
        ((3, 12, 0), "Python 3.12 cannot make an environment", "apt install python3.12-venv"),
    ],
)
def test_a_python_that_will_not_do_gets_a_hint(tmp_path: Path, version: tuple[int, ...], message: str, hint: str) -> None:
    """Run as if under that version, which cannot be asked for its modules, with no other Python on the path."""
    for name in ("bootstrap.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(project_dir() / name, tmp_path)
    script = f"import sys, runpy; sys.version_info = {version}; sys.executable = '/nowhere'"
    result = subprocess.run(
        [sys.executable, "-c", f"{script}; runpy.run_path('bootstrap.py', run_name='__main__')"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert f"error: {message}" in result.stderr
    assert hint in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_make_hands_the_folder_over_whole() -> None:
    """A name with blanks stays one argument; without DATA there is none."""
    assert ' demo --data "my files"' in _dry_run("demo", "DATA=my files")
    assert "--data" not in _dry_run("demo")


def _dry_run(*arguments: str) -> str:
    command = ["make", "--dry-run", *arguments]
    return subprocess.run(command, cwd=project_dir(), capture_output=True, text=True, check=True).stdout

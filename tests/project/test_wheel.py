"""The wheel works where there is no checkout, and writes nothing into the place where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from casemart import __version__
from casemart.workspace import project_dir


def _run(*command: object, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "PYTHON"))}
    result = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; everything else it sees as it is installed here, so that nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=project_dir())
    (wheel,) = folder.glob("casemart-*.whl")
    _run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    _run(folder / "venv/bin/python", "-m", "pip", "install", "--no-index", "--no-deps", wheel, cwd=folder)
    # A plain path: the editable installation of this checkout, itself a .pth file there, is not followed.
    (_packages(folder / "venv") / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv"


def _packages(environment: Path) -> Path:
    (packages,) = (environment / "lib").glob("python*/site-packages")
    return packages


def _files(environment: Path) -> dict[str, bytes]:
    folder = _packages(environment) / "casemart"
    paths = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_the_wheel_holds_the_project(environment: Path) -> None:
    checkout = project_dir()
    kinds = ("models", "macros", "seeds", "tests/data")
    sources = [path for kind in kinds for path in (checkout / kind).rglob("*") if path.is_file()]
    sources += [checkout / "dbt_project.yml", checkout / "profiles.yml"]
    expected = {f"project/{path.relative_to(checkout)}": path.read_bytes() for path in sources if path.name != ".gitkeep"}
    found = {name: content for name, content in _files(environment).items() if name.startswith("project/")}
    assert found == expected


def test_it_runs_from_any_folder_and_leaves_its_own_alone(environment: Path, tmp_path: Path) -> None:
    casemart = environment / "bin" / "casemart"
    before = _files(environment)
    assert _run(casemart, "--version", cwd=tmp_path) == f"casemart {__version__}\n"
    where = "import casemart; print(casemart.__file__)"
    assert _run(environment / "bin/python", "-c", where, cwd=tmp_path).startswith(str(environment))
    printed = _run(casemart, "--quiet", "demo", "--cases", "300", cwd=tmp_path)
    assert f"published    {tmp_path}" in printed
    assert "First contact resolution" in _run(casemart, "--demo", "show", "first_contact_resolution", "-f", "table", cwd=tmp_path)
    assert _files(environment) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".casemart", "out"]

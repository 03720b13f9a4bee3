"""What all tests share: the real command in a process of its own, on a folder of the test's own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def casemart() -> Run:
    """Runs the installed console script: `casemart("land", folder, cwd=home)`; `code` is the exit code that is expected."""
    script = Path(sys.executable).with_name("casemart")

    def run(
        *arguments: object, cwd: Path, code: int | None = 0, timeout: float = 300, **env: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CASEMART_")}
        result = subprocess.run(
            [str(script), *map(str, arguments)],
            cwd=cwd,
            env={**inherited, "NO_COLOR": "1", **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if code is not None:
            assert result.returncode == code, f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result

    return run


@pytest.fixture(scope="session")
def demo(casemart: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one `casemart demo` for all tests and workers, with what it printed in demo.txt. Read its published version;
    tests that open its private warehouse, or run it again, stand in the xdist group `demo`."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home.mkdir(exist_ok=True)
        if not (home / "demo.txt").exists():
            printed = casemart("demo", cwd=home).stdout
            (home / "demo.txt").write_text(printed, encoding="utf-8")
    return home

"""What all tests share: the real command in a process of its own, on a folder of the test's own."""

from __future__ import annotations

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

    def run(*arguments: object, cwd: Path, code: int | None = 0, timeout: float = 300, **env: str) -> subprocess.CompletedProcess[str]:
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

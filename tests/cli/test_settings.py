"""Options from casemart.toml and the environment, and how the command line ends when something around it is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_builds import Tiny

SCRIPT = str(Path(sys.executable).with_name("casemart"))


def test_options_are_set_by_their_long_names(tiny: Tiny, casemart) -> None:
    def is_json(**env: str) -> bool:
        return casemart("versions", cwd=tiny.home, **env).stdout.startswith("[")

    assert not is_json()
    assert is_json(CASEMART_VERSIONS_FORMAT="json")
    (tiny.home / "casemart.toml").write_text('[versions]\nformat = "json"\n[vars]\n')
    assert is_json()
    assert not is_json(CASEMART_VERSIONS_FORMAT="table"), "the environment wins over the file"
    assert not casemart("versions", "-f", "table", cwd=tiny.home, CASEMART_VERSIONS_FORMAT="json").stdout.startswith("[")
    assert not is_json(CASEMART_VERSIONS_FORMAT="table", CASEMART_VERSION="1", CASEMART_DEMO="0")


@pytest.mark.parametrize(
    ("text", "arguments", "refusal"),
    [
        ("[show]\nfrom = 2026-03-01\nto = 'tomorrow'", ("show", "x"), "tomorrow"),
        ("[show]\nfrom = 'yesterday'", ("show", "x"), "yesterday"),
        ("[export]\nall = true", ("export",), "--all needs a folder"),
        ("[land]\nmax_rejects = 'much'", ("land", "."), "--max-rejects much is not a share"),
        ("[land]\nmax-rejects = 'much'", ("land", "."), "--max-rejects much is not a share"),
        ("[build]\nvar = 'nothing=1'", ("build",), "unknown variable: nothing"),
        ("[trace.case]\nformat = 'csv'", ("trace", "case", "C1"), "csv"),
        ("[quarantine.show]\nlimit = 0", ("quarantine", "show"), "--limit"),
        ("[quarantine]\nshow = 1", ("status",), "`quarantine.show` is not a table"),
        ("[show]\nform = 'json'", ("status",), "unknown `form` in [show]\nhint: did you mean `format`?"),
        ("[show]\nname = 'x'", ("status",), "unknown `name` in [show]"),
        ("[shw]\nby = 'all'", ("status",), "unknown table [shw]\nhint: did you mean `show`?"),
        ("[show.by]\nx = 1", ("status",), "`by` in [show] is not one value"),
        ("quiet = true", ("status",), "`quiet` is not a table"),
        ("vars = 3", ("build",), "`vars` is not a table"),
        ("[show", ("status",), "cannot be read"),
    ],
)
def test_wrong_settings_are_refused(casemart, tmp_path: Path, text: str, arguments: tuple[str, ...], refusal: str) -> None:
    (tmp_path / "casemart.toml").write_text(text + "\n")
    refused = casemart(*arguments, cwd=tmp_path, code=2)
    assert refusal in refused.stderr
    assert "Traceback" not in refused.stderr


def test_home_is_a_folder(casemart, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file is not a folder" in casemart("-C", "file", "status", cwd=tmp_path, code=2).stderr


def test_traceback_is_for_those_who_ask(casemart, tmp_path: Path) -> None:
    for value, is_shown in (("0", False), ("false", False), ("", False), ("1", True)):
        failed = casemart("show", "x", cwd=tmp_path, code=1, CASEMART_DEBUG=value)
        assert ("Traceback" in failed.stderr) is is_shown
    assert "Traceback" in casemart("--debug", "show", "x", cwd=tmp_path, code=1).stderr


@pytest.mark.parametrize("arguments", ["--help", "versions", "init"])
def test_output_that_goes_nowhere(tmp_path: Path, arguments: str) -> None:
    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    call = f"'{SCRIPT}' {arguments}"
    # The reader is gone before the first byte is written.
    piped = run(f"(sleep 0.3; {call}) | true; exit ${{PIPESTATUS[0]}}")
    assert (piped.returncode, piped.stderr.count("rror")) == (0, 0), piped.stderr
    (tmp_path / "casemart.toml").unlink(missing_ok=True)
    full = run(f"{call} > /dev/full")
    assert full.returncode == 1
    assert full.stderr.startswith("error: No space left on device\nhint: ")
    (tmp_path / "casemart.toml").unlink(missing_ok=True)
    closed = run(f"{call} >&-")
    assert closed.returncode == 1
    assert closed.stderr.startswith("error: standard output is closed\n")

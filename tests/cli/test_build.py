"""`casemart build`: what it runs, when it runs nothing, and what it says when something is wrong."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tiny_builds import Tiny, amount, copy_project

from casemart.dbt import compiler_error
from casemart.locking import holder_of
from casemart.warehouse import open_published


def test_unchanged_input_starts_no_dbt(tiny: Tiny) -> None:
    version, _ = tiny.read()
    nothing = tiny.run("build")
    assert nothing.stderr == f"nothing to do: version {version} is up to date\n"
    assert nothing.stdout == f"{version}\n"
    (tiny.project / "seeds" / "channels.csv").write_text("channel\nphone\nmail\n")
    changed = tiny.run("build")
    assert "ok fct_cases" in changed.stderr
    assert tiny.read()[0] > version


def test_variables_come_from_the_file_and_the_call(tiny: Tiny, tmp_path: Path) -> None:
    (tiny.home / "casemart.toml").write_text("[vars]\nas_of = 2026-02-28\ncasemart_offset = 1\n")
    files = {path: path.stat().st_mtime_ns for path in tiny.project.rglob("*")}
    # Nothing of the shell may change what is built, or where dbt writes.
    tiny.run("build", "offset=3", TZ="Pacific/Kiritimati", DBT_TARGET_PATH=str(tmp_path / "elsewhere"), DBT_EMPTY="true")
    assert tiny.read()[1] == amount(3)
    with open_published(tiny.workspace) as connection:
        ((as_of, built_at, variables),) = connection.execute("select as_of, built_at, variables from marts.build_info").fetchall()
    assert str(as_of) == "2026-02-28"
    assert abs(datetime.now(UTC).replace(tzinfo=None) - built_at) < timedelta(minutes=5)
    assert json.loads(variables) == {"casemart_as_of": "2026-02-28", "casemart_offset": 3}
    assert {path: path.stat().st_mtime_ns for path in tiny.project.rglob("*")} == files, "the project may be in site-packages"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("assignment", "hint"),
    [
        ("fcr_setlement_days=3", "did you mean `casemart_fcr_settlement_days`?"),
        ("fcr_settlement_days", "for example `--var"),
        ("as_of=2026-13-45", "quote it"),
    ],
)
def test_wrong_variables_are_refused(casemart, tmp_path: Path, assignment: str, hint: str) -> None:
    refused = casemart("build", "--var", assignment, cwd=tmp_path, code=2)
    assert f"hint: {hint}" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_our_own_compiler_error_is_the_error(tmp_path: Path) -> None:
    tiny = Tiny(copy_project(tmp_path), tmp_path / "home")
    failed = tiny.run("build", "as_of=null", code=1)
    assert "error: casemart_as_of is neither set nor found\n" in failed.stderr
    assert not tiny.workspace.published.exists()


def test_errors_of_dbt_are_shown_in_full(tiny: Tiny) -> None:
    before = tiny.read()
    (tiny.project / "models" / "marts" / "busy.sql").write_text("select chanel from {{ ref('case_counts') }}")
    failed = tiny.run("build", code=1)
    assert "1 of 10 nodes failed, nothing was published" in failed.stderr
    assert 'Referenced column "chanel" not found' in failed.stderr
    (tiny.project / "models" / "marts" / "busy.sql").write_text("select 1 from {{ ref('nothing') }}")
    unparsed = tiny.run("build", code=1)
    assert "depends on a node named 'nothing' which was not found" in unparsed.stderr
    assert tiny.read() == before


def test_interrupt_reaches_dbt(tiny: Tiny) -> None:
    before = tiny.read()
    process = tiny.start_until_busy()
    child = tiny.dbt_pid()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted: dbt is stopping" in stderr
    assert "Traceback" not in stderr
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert holder_of(tiny.workspace) is None
    assert tiny.read() == before


def test_compiler_error_is_freed_of_its_frame() -> None:
    text = "Compilation Error in model m (models/m.sql)\n  no rate\n  for EUR\n  \n  > in macro check (macros/x.sql)"
    assert compiler_error(text) == "no rate\nfor EUR"
    assert compiler_error("Runtime Error in model m\n  Binder Error") is None

"""dbt's unit tests: the definitions on rows of their own. `casemart build` leaves them out: no data can change their outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_definitions_hold_on_the_rows_of_the_unit_tests(tmp_path: Path) -> None:
    def dbt(*arguments: str) -> str:
        command = [sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()", *arguments]
        folders = ["--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", tmp_path / "target", "--log-path", tmp_path]
        env = {**os.environ, "CASEMART_WAREHOUSE": str(tmp_path / "units.duckdb")}
        done = subprocess.run([*command, *folders], capture_output=True, text=True, env=env, check=False)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr
        return done.stdout

    # They read the columns of what their models read, so that is built first, though without rows.
    dbt("build", "--empty", "--exclude-resource-type", "test")
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    run = [result for result in results if result["unique_id"].startswith("unit_test.")]
    written = sum(len(yaml.safe_load(file.read_text())["unit_tests"]) for file in (ROOT / "models").rglob("unit_tests/*.yml"))
    assert len(run) == written > 0

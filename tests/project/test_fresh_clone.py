"""`dbt build` typed in a fresh clone, without data and without casemart's commands: unit tests included.

`casemart build` leaves the unit tests out: no data can change their outcome.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import yaml

from casemart.contract import load_contract

ROOT = Path(__file__).parents[2]
PARTS = ["dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/data", "warehouse/.gitkeep"]


def test_plain_dbt_build_passes_its_unit_tests_and_gives_empty_marts(tmp_path: Path) -> None:
    for part in PARTS:
        target = tmp_path / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, target)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "DBT_"))}
    dbt = [sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()"]
    built = subprocess.run([*dbt, "build"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-5000:] + built.stderr
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    run = [result for result in results if result["unique_id"].startswith("unit_test.")]
    written = sum(len(yaml.safe_load(file.read_text())["unit_tests"]) for file in (ROOT / "models").rglob("unit_tests/*.yml"))
    assert len(run) == written > 0
    with duckdb.connect(str(tmp_path / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        raw = connection.sql("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
        assert {name for (name,) in raw} == set(load_contract(ROOT).tables)
        marts = [
            "first_contact_resolution",
            "first_contact_outcomes",
            "first_contact_inhibitors",
            "metric_values",
            "data_findings",
        ]
        assert [connection.sql(f"select count(*) from marts.{mart}").fetchall() for mart in marts] == [[(0,)]] * len(marts)
        assert connection.sql("select as_of from dimensions.dim_as_of").fetchall() == [(None,)]

    # Rows, but not one event, and no `casemart_as_of`: better to stop than to guess.
    with duckdb.connect(str(tmp_path / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("insert into raw.accounts (account_id) values ('A-1')")
    stopped = subprocess.run(
        [*dbt, "run", "-s", "+dim_as_of"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert stopped.returncode == 1
    assert "casemart_as_of is neither set nor found" in stopped.stdout

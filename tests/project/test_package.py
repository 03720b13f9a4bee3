"""casemart as a package in somebody else's project: their tables, their schemas, their hooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
FILES = {
    "dbt_project.yml": """
name: shop
profile: shop
flags: {send_anonymous_usage_stats: false}
vars: {casemart: {casemart_raw: {cases: "ref:shop.our_cases", interactions: "main.our_interactions"}}}
""",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 2}}}",
    "packages.yml": f"packages: [{{local: '{ROOT.as_posix()}'}}]",
    # Some columns of the contract are missing, and codes are in capitals.
    "models/our_cases.sql": """
select 'C1' as case_id, 'Email' as channel, timestamp '2026-01-01 10:00:00' as opened_at, 'OPEN' as status
""",
}


def test_it_is_a_good_guest(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("""
            create table our_interactions as
            select 'I1' as interaction_id, 'C1' as case_id, timestamp '2026-01-01 11:00:00' as occurred_at,
                'outbound' as direction, 'message' as kind, 'X' as agent_id""")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "DBT_"))}
    for command in (["deps"], ["build", "--resource-type", "seed", "--resource-type", "model"]):
        dbt = [sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()", *command]
        done = subprocess.run(dbt, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as connection:
        cases = connection.execute("select case_id, channel, fcr_status from main_facts.fct_cases").fetchall()
        assert cases == [("C1", "email", "awaiting_first_contact")]
        schemas = {name for (name,) in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        ours = {f"main_{name}" for name in ("seeds", "dimensions", "facts", "private", "marts")}
        assert schemas == {"main"} | ours, "no raw tables, no hooks of ours"

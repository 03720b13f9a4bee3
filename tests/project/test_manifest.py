"""The rooms hold: layers, two-argument refs, descriptions, contracts, one home for each rule. Checked on dbt's own manifest."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from casemart.catalogue import SCHEMAS
from casemart.contract import load_contract

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "models").rglob("*.sql"))

# What a model may read, by its folder. Marts never read each other's insides; the scorecard unions them.
MAY_READ = {
    "staging": {"raw"},
    "dimensions": {"staging", "dimensions", "seeds"},
    "facts": {"staging", "dimensions", "facts", "seeds"},
    "marts": {"dimensions", "facts", "seeds"},
}
# What is measured of other measures reads them as they are published.
EXCEPTIONS = {
    **{name: {"marts"} for name in ("mart_values", "metric_values", "support_excellence_metrics", "support_excellence")},
    **{name: {"marts"} for name in ("deflection_savings", "knowledge_return")},
    "data_findings": {"staging"},
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("parse")
    subprocess.run(
        [
            *(sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()", "parse"),
            *("--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", folder, "--log-path", folder),
        ],
        check=True,
        capture_output=True,
        env={**os.environ, "CASEMART_WAREHOUSE": str(folder / "warehouse.duckdb")},
    )
    return json.loads((folder / "manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def room(node: dict[str, Any]) -> str:
    if node["resource_type"] == "source":
        return node["source_name"]
    return "seeds" if node["resource_type"] == "seed" else node["fqn"][1]


def test_models_read_only_the_rooms_before_them(manifest: dict[str, Any], models: dict[str, dict[str, Any]]) -> None:
    everything = manifest["nodes"] | manifest["sources"]
    wrong = [
        (name, everything[parent]["name"])
        for name, node in models.items()
        for parent in node["depends_on"]["nodes"]
        if room(everything[parent]) not in MAY_READ[room(node)] | EXCEPTIONS.get(name, set())
    ]
    assert not wrong


@pytest.mark.parametrize(
    "file", sorted([*MODELS, *(ROOT / "tests" / "data").glob("*.sql"), *(ROOT / "macros").rglob("*.sql")]), ids=str
)
def test_every_ref_names_the_package(file: Path) -> None:
    refs = re.findall(r"\bref\(([^)]*)\)", file.read_text())
    assert all(ref.replace('"', "'").startswith("'casemart',") or ref == "*parts" for ref in refs)


def test_models_hold_no_control_blocks() -> None:
    assert [file.name for file in MODELS if "{%" in file.read_text()] == []


def test_what_not_every_engine_has_stands_in_portable_sql_only() -> None:
    words = re.compile(
        r"^\s*qualify\b|group by all|\) filter \(|\basof join\b|\* exclude|generate_series|\bat time zone\b", re.I | re.M
    )
    files = [*MODELS, *(ROOT / "macros").rglob("*.sql"), *(ROOT / "tests" / "data").glob("*.sql")]
    assert [file.name for file in files if file.name != "portable.sql" and words.search(file.read_text())] == []


def test_descriptions_begin_with_the_grain_and_leave_no_column_out(models: dict[str, dict[str, Any]]) -> None:
    for name, node in models.items():
        assert node["description"].startswith("One row"), name
        undescribed = [column for column, spec in node["columns"].items() if not spec["description"].endswith(".")]
        assert node["columns"] and not undescribed, (name, undescribed)


def test_contracts_are_enforced_and_grains_tested(manifest: dict[str, Any], models: dict[str, dict[str, Any]]) -> None:
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_grain"
        for parent in node["depends_on"]["nodes"]
    }
    for name, node in models.items():
        if room(node) != "staging":
            assert node["config"]["contract"]["enforced"], name
            assert node["unique_id"] in tested or name == "dim_as_of", f"{name}: no grain test"
            kinds = {constraint["type"] for column in node["columns"].values() for constraint in column["constraints"]}
            assert kinds <= {"not_null"}, name


def test_catalogue_names_columns_of_its_marts(models: dict[str, dict[str, Any]]) -> None:
    catalogue = list(csv.DictReader((ROOT / "seeds" / "metric_catalog.csv").open(encoding="utf-8")))
    assert catalogue
    for metric in catalogue:
        columns = models[metric["mart"]]["columns"]
        assert metric["value_column"] == metric["metric"]
        parts = [metric["numerator_column"], metric["denominator_column"]]
        # Amounts have no denominator; medians, correlations and weighted means have neither part.
        is_difference = metric["metric"].endswith("_gap")
        assert all(parts) or is_difference or metric["unit"] not in ("rate", "ratio"), metric["metric"]
        assert not any(column and column not in columns for column in parts), metric["metric"]
        assert {f"{metric['metric']}_target", f"{metric['metric']}_gap"} <= set(columns)


def test_no_mart_has_a_metric_that_the_catalogue_does_not_know(models: dict[str, dict[str, Any]]) -> None:
    catalogue = {metric["metric"] for metric in csv.DictReader((ROOT / "seeds" / "metric_catalog.csv").open(encoding="utf-8"))}
    metrics = {
        column.removesuffix("_target")
        for node in models.values()
        if room(node) == "marts"
        for column in node["columns"]
        if column.endswith("_target")
    }
    assert metrics == catalogue


def test_marts_need_the_raw_tables_that_the_seed_says(manifest: dict[str, Any], models: dict[str, dict[str, Any]]) -> None:
    rows = list(csv.DictReader((ROOT / "seeds" / "mart_inputs.csv").open(encoding="utf-8")))
    catalogue = csv.DictReader((ROOT / "seeds" / "metric_catalog.csv").open(encoding="utf-8"))
    assert {row["mart"] for row in rows} == {metric["mart"] for metric in catalogue}
    parents = manifest["parent_map"]
    for mart in {row["mart"] for row in rows}:
        reached, waiting = set(), [models[mart]["unique_id"]]
        while waiting:
            node = waiting.pop()
            reached.add(node)
            waiting += [parent for parent in parents.get(node, ()) if parent not in reached]
        tables = {node.rpartition(".")[2] for node in reached if node.startswith("source.")}
        assert {row["table_name"] for row in rows if row["mart"] == mart} <= tables, mart


def test_private_facts_are_published_nowhere(manifest: dict[str, Any], models: dict[str, dict[str, Any]]) -> None:
    private = {name: node for name, node in models.items() if node["schema"] == "private"}
    assert set(private) == {"fct_employee_answers", "fct_employee_satisfaction"}
    assert all(node["config"]["meta"]["private"] for node in private.values())
    assert set(private) == {name for name, node in models.items() if node["config"]["meta"].get("private")}
    assert "private" not in SCHEMAS  # from casemart.catalogue import SCHEMAS
    ids = {node["unique_id"] for node in private.values()}
    readers = {name for name, node in models.items() if ids & set(node["depends_on"]["nodes"])}
    assert readers == {"fct_employee_satisfaction", "employee_satisfaction", "employee_satisfaction_correlation"}
    answers = private["fct_employee_answers"]["columns"]
    assert not {"agent_id", "contact_id", "case_id", "session_id", "invitation_id", "answer"} & set(answers)
    assert not any(
        ids & set(node["depends_on"]["nodes"])
        for node in (*manifest["exposures"].values(), *manifest["semantic_models"].values())
    )


def test_as_of_reads_every_event_of_the_contract() -> None:
    sql = (ROOT / "models" / "dimensions" / "dim_as_of.sql").read_text()
    read = set(re.findall(r"select (\w+) as happened_at from \{\{ ref\('casemart', 'stg_(\w+)'\) \}\}", sql))
    counted = set(re.findall(r"count\(\*\) as row_count from \{\{ ref\('casemart', 'stg_(\w+)'\) \}\}", sql))
    tables = load_contract(ROOT).tables
    assert read == {(event, table.name) for table in tables.values() for event in table.event_at}
    assert counted == {table.name for table in tables.values() if not table.event_at}


def test_each_raw_table_is_staged_and_checked(models: dict[str, dict[str, Any]]) -> None:
    staged = {name.removeprefix("stg_") for name, node in models.items() if room(node) == "staging"}
    assert staged == set(load_contract(ROOT).tables)
    specs = yaml.safe_load((ROOT / "models" / "staging" / "_staging.yml").read_text())["models"]
    (source,) = yaml.safe_load((ROOT / "models" / "raw" / "_raw.yml").read_text())["sources"]
    raw = {table["name"]: [(column["name"], column["description"]) for column in table["columns"]] for table in source["tables"]}
    for spec in specs:
        tables = [test[kind]["arguments"]["table"] for test in spec["data_tests"] for kind in test]
        table = spec["name"].removeprefix("stg_")
        assert tables == [table] * 2
        # What a column means is said in the contract.
        assert [(column["name"], column["description"]) for column in spec["columns"]] == raw[table], table


def test_every_policy_is_published(manifest: dict[str, Any]) -> None:
    variables = set(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["casemart"]) - {"casemart_raw"}
    described = re.findall(r"'(casemart_\w+)':", manifest["macros"]["macro.casemart.policy_descriptions"]["macro_sql"])
    assert set(described) == variables


def test_nothing_names_a_registry_or_a_path_of_this_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    hosts = re.compile(r"pypi|pythonhosted|registry\.npmjs|deb\.debian|--index-url|--extra-index-url|--find-links", re.I)
    this_file = Path(__file__).name
    named = [name for name in tracked if Path(name).name != this_file and hosts.search((ROOT / name).read_text(errors="ignore"))]
    assert named == []

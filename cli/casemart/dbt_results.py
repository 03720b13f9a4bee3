"""What a dbt invocation did, from the manifest.json and run_results.json that it left: which nodes ran, and how they ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

PASSED = {"success", "pass", "warn"}
KINDS = {"model": "model", "seed": "seed", "snapshot": "snapshot", "test": "data test", "unit_test": "unit test"}
# Flags with which everything passes on a part of the rows, or on none.
PARTIAL_FLAGS = ("empty", "sample")


@dataclass(frozen=True)
class Node:
    """Something that `dbt build` runs. `on` names the models that a test looks at."""

    unique_id: str
    kind: str
    name: str
    path: str
    on: tuple[str, ...] = ()
    schema: str = ""
    table: str = ""
    is_published: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" on {', '.join(self.on)}" if self.on else "")


@dataclass(frozen=True)
class Result:
    """How a node ended. `rows` is the number of rows that a data test returned, `sql` what it ran."""

    node: Node
    status: str
    message: str = ""
    rows: int | None = None
    sql: str | None = None


@dataclass(frozen=True)
class Run:
    """One invocation. `nodes` is every enabled node of the project, whether it ran or not. `started_at` is UTC."""

    invocation_id: str
    started_at: datetime
    dbt_version: str
    variables: dict[str, Any]
    partial_flags: tuple[str, ...]
    nodes: tuple[Node, ...]
    results: dict[str, Result]

    @property
    def failed(self) -> list[Result]:
        return [result for result in self.results.values() if result.status not in PASSED | {"skipped"}]

    @property
    def warned(self) -> list[Result]:
        return [result for result in self.results.values() if result.status == "warn"]

    @property
    def not_run(self) -> list[Node]:
        return [
            node
            for node in self.nodes
            if node.kind != "unit test"
            and (node.unique_id not in self.results or self.results[node.unique_id].status == "skipped")
        ]

    @property
    def published(self) -> list[Node]:
        """The models and seeds that readers get, as tables, in the order of their names."""
        return sorted((node for node in self.nodes if node.is_published), key=lambda node: (node.schema, node.table))

    def why_not_publishable(self) -> str | None:
        """None only if every enabled node ran in this one invocation, on all rows, and passed. Unit tests read no data."""
        if self.failed:
            return f"{len(self.failed)} of {len(self.nodes)} nodes failed, first {self.failed[0].node}"
        if self.not_run:
            return f"{len(self.not_run)} of {len(self.nodes)} nodes did not run, first {self.not_run[0]}"
        if self.partial_flags:
            return f"it ran with --{self.partial_flags[0]}"
        return None


def read_run(target: Path) -> Run | None:
    """The last invocation that finished in `target`, None if there is none or its two files are not of one invocation."""
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        run_results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    invocation_id = run_results["metadata"]["invocation_id"]
    if manifest["metadata"].get("invocation_id") != invocation_id:
        return None
    raw_nodes = {**manifest["nodes"], **manifest["unit_tests"]}
    nodes = {unique_id: _node(raw, raw_nodes) for unique_id, raw in raw_nodes.items() if _runs(raw)}
    return Run(
        invocation_id=invocation_id,
        started_at=datetime.fromisoformat(run_results["metadata"]["invocation_started_at"]).replace(tzinfo=None),
        dbt_version=run_results["metadata"]["dbt_version"],
        variables=run_results["args"].get("vars") or {},
        partial_flags=tuple(flag for flag in PARTIAL_FLAGS if run_results["args"].get(flag)),
        nodes=tuple(nodes.values()),
        results={
            raw["unique_id"]: Result(
                node=nodes[raw["unique_id"]],
                status=raw["status"],
                message=raw["message"] or "",
                rows=raw["failures"],
                sql=raw.get("compiled_code"),
            )
            for raw in run_results["results"]
            if raw["unique_id"] in nodes
        },
    )


def _runs(raw: dict[str, Any]) -> bool:
    return raw["resource_type"] in KINDS and raw["config"].get("materialized") != "ephemeral"


def _node(raw: dict[str, Any], raw_nodes: dict[str, Any]) -> Node:
    config = raw["config"]
    is_table = raw["resource_type"] == "seed" or (
        raw["resource_type"] == "model" and config["materialized"] in ("table", "incremental")
    )
    is_test = raw["resource_type"] in ("test", "unit_test")
    return Node(
        unique_id=raw["unique_id"],
        kind=KINDS[raw["resource_type"]],
        name=raw["name"],
        path=raw["original_file_path"],
        on=tuple(raw_nodes[each]["name"] for each in raw["depends_on"]["nodes"] if each in raw_nodes) if is_test else (),
        schema=raw.get("schema", ""),
        table=raw.get("alias", ""),
        is_published=is_table and not (config.get("meta") or {}).get("private"),
    )

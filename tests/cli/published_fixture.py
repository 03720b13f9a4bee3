"""A small published version, written by hand: what the reading commands read, without a build.

Tables that the project models have the columns that the project's contracts say.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from casemart.app import main
from casemart.workspace import Workspace, project_dir

VERSION = "20260611T080000Z"
AS_OF = "2026-06-10"
MODELLED = {
    "dimensions": ["dim_as_of", "dim_accounts"],
    "facts": [
        *("fct_cases", "fct_interactions", "fct_case_events", "fct_survey_responses", "fct_first_contact_evidence"),
        *("fct_self_help_sessions", "fct_self_help_answers", "fct_entitled_periods"),
        *("fct_contract_dates", "fct_contract_terms", "fct_contract_links", "fct_contract_renewals", "fct_contract_coverage"),
        *("fct_contract_commitments", "fct_contract_charges", "fct_account_months", "fct_recurring_revenue"),
        *("fct_recurring_value_changes", "fct_recurring_product_changes"),
    ],
    "marts": ["first_contact_resolution", "first_contact_outcomes", "metric_values", "build_policies", "data_findings"],
}
HOSTILE = "\x1b[31mred\x07[bold]x[/bold]\u202e\nnew"

# month, is_complete, channel: resolved, not resolved, pending
MONTHS = {
    "2026-03-01": ("2026-03-31", True, {"phone": (61, 30, 9), "O'Hara": (5, 3, 2)}),
    "2026-04-01": ("2026-04-30", True, {"phone": (50, 40, 10), "O'Hara": (4, 4, 2)}),
    "2026-05-01": ("2026-05-31", False, {"phone": (30, 20, 50)}),
    "2026-06-01": ("2026-06-30", False, {"phone": (1, 0, 3)}),
}
QUARTERS = {"2026-01-01": ("2026-03-31", True, {"phone": (61, 30, 9), "O'Hara": (5, 3, 2)})}


@dataclass(frozen=True)
class Result:
    returncode: int
    stdout: str
    stderr: str


class InProcess:
    """The command's entry point without a process of its own: `run("show", "x", cwd=home, code=2)`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capfd = monkeypatch, capfd
        for name in [name for name in os.environ if name.startswith("CASEMART_")]:
            monkeypatch.delenv(name)

    def __call__(self, *arguments: object, cwd: Path, code: int = 0) -> Result:
        self._monkeypatch.chdir(cwd)
        self._monkeypatch.setattr(sys, "argv", ["casemart", *map(str, arguments)])
        self._capfd.readouterr()
        try:
            main()
            returned = 0
        except SystemExit as end:
            returned = int(end.code or 0)
        result = Result(returned, *self._capfd.readouterr())
        assert result.returncode == code, result
        return result


def publish(home: Path, *, has_acknowledgements: bool = True) -> Path:
    """Publishes the version in `home`. Without acknowledgements every resolved case is pending."""
    workspace = Workspace(home)
    folder = workspace.published / VERSION
    folder.mkdir(parents=True)
    (workspace.published / "current").symlink_to(VERSION)
    with duckdb.connect(str(folder / "casemart.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        _create(connection)
        _fill_marts(connection, has_acknowledgements)
        _fill_case(connection, has_acknowledgements)
    return home


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    models = project_dir() / "models"
    for schema, tables in MODELLED.items():
        connection.execute(f"create schema {schema}")
        for table in tables:
            (file,) = models.glob(f"**/{table}.yml")
            (model,) = (model for model in yaml.safe_load(file.read_text())["models"] if model["name"] == table)
            columns = [(column["name"], column["data_type"]) for column in model["columns"]]
            types = ", ".join(f'"{name}" {"double" if "double" in kind else kind}' for name, kind in columns)
            connection.execute(f"create table {schema}.{table} ({types})")
    header = (project_dir() / "seeds" / "metric_catalog.csv").read_text().splitlines()[0].split(",")
    booleans = {"is_headline", "is_additive_over_time", "is_additive_over_segments"}
    columns = ", ".join(f"{name} {'boolean' if name in booleans else 'varchar'}" for name in header)
    connection.execute(f"create table marts.metric_catalog ({columns})")
    connection.execute(
        "create table marts.build_info as select ? as version, timestamp '2026-06-11 08:00:00' as built_at, ?::date as as_of",
        [VERSION, AS_OF],
    )
    connection.execute(
        "create table marts.recurring_revenue (period_grain varchar, period_start date, period_end date, segment_by varchar,"
        " segment varchar, closing decimal(18, 2), closing_target double, closing_gap double, is_complete boolean)"
    )
    connection.execute("insert into dimensions.dim_as_of (as_of) values (?)", [AS_OF])


def _fill_marts(connection: duckdb.DuckDBPyConnection, has_acknowledgements: bool) -> None:
    support = {"family": "support", "mart": "first_contact_resolution", "unit": "rate", "definition_version": "3"}
    strict, upper = "first_contact_resolution", "first_contact_resolution_upper"
    counted = {"denominator_column": "first_contact_cases", **support}
    closing = {"value_column": "closing", "mart": "recurring_revenue", "unit": "money", "definition_version": "1"}
    catalogue = [
        {"metric": upper, "label": "Upper", "value_column": upper, "numerator_column": "resolved_or_pending", **counted},
        {"metric": strict, "label": "First contact", "value_column": strict, "numerator_column": "resolved", **counted},
        {"metric": "recurring_revenue", "label": "Recurring revenue", "family": "revenue", **closing},
    ]
    definition = {"definition": "Share of cases that the customer acknowledges"}
    insert(
        connection, "marts.metric_catalog", ({**row, **definition, "is_headline": row["metric"] == strict} for row in catalogue)
    )
    for grain, periods in (("month", MONTHS), ("quarter", QUARTERS)):
        for start, (end, is_complete, channels) in periods.items():
            total = tuple(map(sum, zip(*channels.values(), strict=True)))
            rows = [("all", "all", total), *(("channel", name, counts) for name, counts in channels.items())]
            for segment_by, segment, (resolved, not_resolved, pending) in rows:
                if not has_acknowledgements:
                    resolved, pending = 0, resolved + pending
                cases = resolved + not_resolved + pending
                period = {"period_grain": grain, "period_start": start, "period_end": end, "is_complete": is_complete}
                row = {**period, "segment_by": segment_by, "segment": segment}
                values = {strict: (resolved, resolved / cases), upper: (resolved + pending, (resolved + pending) / cases)}
                insert(
                    connection,
                    "marts.first_contact_resolution",
                    [
                        {
                            **row,
                            **{
                                "resolved": resolved,
                                "not_resolved": not_resolved,
                                "pending": pending,
                                "first_contact_cases": cases,
                            },
                            **{"resolved_or_pending": resolved + pending, "excluded": 7, "awaiting_first_contact": 2},
                            **{"cases": cases + 7, strict: resolved / cases, upper: (resolved + pending) / cases},
                            **{f"{strict}_target": 0.7, f"{strict}_gap": 0.7 - resolved / cases, "no_repeat_undetermined": 1},
                        }
                    ],
                )
                insert(
                    connection,
                    "marts.metric_values",
                    (
                        {
                            **row,
                            **{"metric": metric, "unit": "rate", "numerator": count, "denominator": cases, "value": value},
                            **({"target": 0.7, "gap": 0.7 - value} if metric == strict else {}),
                            "definition_version": 3,
                        }
                        for metric, (count, value) in values.items()
                    ),
                )
    outcome = {
        "period_grain": "month",
        "period_start": "2026-03-01",
        "period_end": "2026-03-31",
        "segment_by": "all",
        "segment": "all",
    }
    reasons = {"verified": ("resolved", 66), "denied": ("not_resolved", 33), "unverified": ("pending", 11)}
    rows = [{**outcome, "fcr_status": status, "fcr_reason": reason, "cases": n} for reason, (status, n) in reasons.items()]
    insert(connection, "marts.first_contact_outcomes", rows)
    running = {"period_grain": "month", "period_start": "2026-06-01", "period_end": "2026-06-30", "is_complete": False}
    total = {**running, "segment_by": "all", "segment": "all"}
    insert(connection, "marts.recurring_revenue", [{**total, "closing": "1234567.10"}])
    insert(connection, "marts.metric_values", [{**total, "metric": "recurring_revenue", "unit": "money", "value": 1234567.1}])
    policies = {"fcr_settlement_days": "30", "fcr_transfer_counts_against": "true", "fcr_silence_confirms_days": None}
    rows = ({"policy": f"casemart_{name}", "value": value, "description": "what it means"} for name, value in policies.items())
    insert(connection, "marts.build_policies", rows)
    insert(
        connection,
        "marts.data_findings",
        [
            {
                "finding": "orphan",
                "table_name": "interactions",
                "description": 'a "quoted", text',
                "row_count": 3,
                "sample": HOSTILE,
            }
        ],
    )


def _fill_case(connection: duckdb.DuckDBPyConnection, has_acknowledgements: bool) -> None:
    """C-1001: reply by a robot, note, triage, transfer, answer, confirmation, courtesy, a late reopening. C-1002 still waits."""
    case = {"channel": "email", "delivery_model": "electronic", "opened_at": "2026-04-01 09:00:00", "is_counted": True}
    first = {
        "initial_interaction_id": "I-5",
        "initial_interaction_at": "2026-04-01 12:00:00",
        "initial_interaction_on": "2026-04-01",
    }
    status = {"fcr_status": "pending", "fcr_reason": "unverified", "fcr_on": "2026-04-01"}
    if has_acknowledgements:
        status |= {"fcr_status": "resolved", "fcr_reason": "verified", "deciding_id": "X-1", "deciding_at": "2026-04-03 08:00:00"}
        status |= {"acknowledgement": "verified", "acknowledgement_id": "X-1", "acknowledged_at": "2026-04-03 08:00:00"}
    insert(
        connection,
        "facts.fct_cases",
        [
            {
                "case_id": "C-1001",
                "topic": HOSTILE,
                **case,
                **first,
                **status,
                "late_evidence": 1,
                "is_first_contact_resolved": True,
            },
            {"case_id": "C-1002", **case, "fcr_status": "awaiting_first_contact"},
            {"case_id": "c[bold]\x1b", **case, "is_counted": False, "fcr_status": "excluded", "fcr_reason": "spam"},
        ],
    )
    shared = {"case_id": "C-1001", "tie_order": 4}
    outbound = {**shared, "direction": "outbound", "kind": "message", "is_agent_interaction": True}
    insert(
        connection,
        "facts.fct_interactions",
        (
            {"interaction_id": id_, "occurred_at": at, "occurred_on": at[:10], "qualification": qualification, **row}
            for id_, at, qualification, row in [
                ("I-1", "2026-04-01 09:00:00", "no_agent", {**shared, "direction": "inbound", "kind": "message"}),
                ("I-2", "2026-04-01 09:01:00", "automatic_reply", {**shared, "direction": "outbound", "kind": "automatic_reply"}),
                ("I-3", "2026-04-01 10:00:00", "internal", {**shared, "direction": "internal", "kind": "internal_note"}),
                ("I-4", "2026-04-01 11:00:00", "agent_not_qualified", {**outbound, "agent_id": "A-1"}),
                (
                    "I-5",
                    "2026-04-01 12:00:00",
                    "qualifies",
                    {**outbound, "agent_id": "A-2", "response_kind": "recommended_answer"},
                ),
                # The same id as the confirmation: only the kind tells which of the two decided.
                ("X-1", "2026-04-05 08:00:00", "qualifies", {**outbound, "agent_id": "A-2"}),
            ]
        ),
    )
    events: list[tuple[str, str, str, int]] = [
        ("E-1", "2026-04-01 12:00:00", "transferred", 1),
        *([("X-1", "2026-04-03 08:00:00", "resolution_confirmed", 3)] if has_acknowledgements else []),
        ("E-3", "2026-05-02 08:00:00", "reopened", 5),
    ]
    insert(
        connection,
        "facts.fct_case_events",
        (
            {
                "event_id": id_,
                "case_id": "C-1001",
                "occurred_at": at,
                "occurred_on": at[:10],
                "event_type": kind,
                "tie_order": order,
            }
            for id_, at, kind, order in events
        ),
    )
    answers = {**shared, "question": "issue_resolved", "survey_type": "post_case", "tie_order": 3}
    insert(
        connection,
        "facts.fct_survey_responses",
        [
            {
                "response_id": "R-1",
                "responded_at": "2026-04-04 08:00:00",
                "responded_on": "2026-04-04",
                "is_yes": False,
                **answers,
            },
            {
                "response_id": "R-2",
                "responded_at": "2026-04-06 08:00:00",
                "responded_on": "2026-04-06",
                "is_yes": True,
                **answers,
            },
        ],
    )
    evidence: list[tuple[str, str, str, int, dict[str, bool]]] = [
        *([("X-1", "resolution_confirmed", "2026-04-03 08:00:00", 3, {})] if has_acknowledgements else []),
        ("R-1", "survey_no", "2026-04-04 08:00:00", 3, {"is_superseded": True}),
        ("X-1", "further_contact", "2026-04-05 08:00:00", 4, {}),
        ("R-2", "survey_yes", "2026-04-06 08:00:00", 3, {}),
        ("E-3", "reopened", "2026-05-02 08:00:00", 5, {"is_late": True}),
    ]
    insert(
        connection,
        "facts.fct_first_contact_evidence",
        (
            {
                "case_id": "C-1001",
                "evidence_id": id_,
                "evidence": evidence,
                "occurred_at": at,
                "occurred_on": at[:10],
                "tie_order": order,
                **flags,
            }
            for id_, evidence, at, order, flags in evidence
        ),
    )

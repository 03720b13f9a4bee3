"""First contact resolution: the models against an independent implementation, on generated cases around every edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from boundaries import Boundaries, expected_edges, table
from builds import NEW_YORK, Judged
from counting import count_periods
from harness import (
    EVENT_AT,
    Difference,
    compare,
    compare_cases,
    compare_closings,
    compare_mart,
    compare_outcomes,
    project_seeds,
    report,
)
from oracle import Oracle
from vocabulary import Policies, Row, Tables

LEAST_HITS = 30
BUILDS = [
    "utc",
    "new_york",
]
REASONS = {
    "awaiting_first_contact": {None},
    "excluded": {"not_assisted", "unknown_channel", "spam", "test", "unheard_of", "duplicate", "no_contact", "closed_undated"},
    "not_resolved": {
        "triage_only",
        "message_left",
        "denied",
        "information_request",
        "transferred",
        "escalated",
        "further_contact",
        "reopened",
    },
    "resolved": {"verified", "no_further_action", "survey"},
    "pending": {"unverified"},
}
NINE = datetime(2026, 3, 2, 9)
ANSWER = ("message", "recommended_answer")


def judge(*moments: tuple[str, object]) -> tuple[str, str | None, str | None]:
    """Status, reason and initial interaction of an email case; moments are an hour apart, two days before a reopening."""
    tables: Tables = {name: [] for name in ("case_events", "interactions", "survey_responses")}
    tables["agents"] = [{"agent_id": "expert", "is_qualified": True}, {"agent_id": "triage", "is_qualified": False}]
    case: Row = {"case_id": "c", "channel": "email", "opened_at": NINE, "status": "open"}
    at = NINE
    for number, (kind, detail) in enumerate(moments):
        at += timedelta(days=2) if kind == "reopened" else timedelta(hours=1)
        common = {"case_id": "c", "occurred_at": at}
        if kind in ("message", "automatic_reply", "internal_note"):
            agent = "triage" if kind == "internal_note" else "expert"
            direction = "internal" if kind == "internal_note" else "outbound"
            row = {"agent_id": agent, "direction": direction, "kind": kind, "response_kind": detail}
            tables["interactions"].append({"interaction_id": f"i{number}", **common, **row})
        elif kind == "survey":
            row = {"question": "issue_resolved", "survey_type": "post_case", "answer": detail}
            tables["survey_responses"].append({"response_id": f"s{number}", "case_id": "c", "responded_at": at, **row})
        else:
            tables["case_events"].append({"event_id": f"e{number}", "event_type": kind, **common})
            case["status"] = {"closed": "closed", "reopened": "open"}.get(kind, case["status"])
    oracle = Oracle({**tables, "cases": [case]}, project_seeds(), Policies(), EVENT_AT)
    judged = oracle.cases["c"]
    return judged.status, judged.reason, (judged.initial or {}).get("interaction_id")


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        pytest.param([ANSWER, ("resolution_confirmed", None)], ("resolved", "verified", "i0"), id="a"),
        pytest.param(
            [("message", "information_request"), ANSWER, ("resolution_confirmed", None)],
            ("not_resolved", "information_request", "i0"),
            id="b",
        ),
        pytest.param([ANSWER, ("closed", None)], ("pending", "unverified", "i0"), id="c"),
        pytest.param([ANSWER, ("resolution_confirmed", None), ("reopened", None)], ("not_resolved", "reopened", "i0"), id="d"),
        pytest.param(
            [("automatic_reply", None), ("internal_note", None), ANSWER, ("resolution_confirmed", None)],
            ("resolved", "verified", "i2"),
            id="e",
        ),
        pytest.param([ANSWER, ANSWER, ("resolution_confirmed", None)], ("not_resolved", "further_contact", "i0"), id="f"),
        pytest.param([ANSWER, ("resolution_confirmed", None), ("message", "other")], ("resolved", "verified", "i0"), id="g"),
        pytest.param([ANSWER, ("survey", "yes"), ("message", "other"), ("closed", None)], ("resolved", "survey", "i0"), id="h"),
    ],
)
def test_worked_examples(moments: list[tuple[str, object]], expected: tuple[str, str, str]) -> None:
    assert judge(*moments) == expected


@pytest.mark.parametrize("name", BUILDS)
def test_models_agree_with_the_oracle(name: str, request: pytest.FixtureRequest) -> None:
    judged: Judged = request.getfixturevalue(name)
    differences = compare(judged.oracle, judged.build)
    assert not differences, report(differences, judged.tables)


@pytest.mark.parametrize("name", BUILDS)
def test_worlds_lie_on_every_edge(name: str, request: pytest.FixtureRequest) -> None:
    oracle = request.getfixturevalue(name).oracle
    hits = Boundaries(oracle).count()
    print(table(hits))
    edges = expected_edges(oracle.policies, is_as_of_derived=oracle.policies.as_of is None)
    edges["complete period"] = (0, 1) if name == "utc" else (-1,)
    missed = {(edge, side): hits[edge, side] for edge, sides in edges.items() for side in sides if hits[edge, side] < LEAST_HITS}
    assert not missed, f"too few cases on {missed}\n{table(hits)}"


@pytest.mark.parametrize("name", BUILDS)
def test_worlds_have_every_status_and_reason(name: str, request: pytest.FixtureRequest) -> None:
    cases = request.getfixturevalue(name).oracle.cases.values()
    expected = {(status, reason) for status, reasons in REASONS.items() for reason in reasons}
    if name == "new_york":
        expected.add(("resolved", "silence"))
        if not NEW_YORK.transfer_counts_against:
            expected.remove(("not_resolved", "transferred"))
    assert {(case.status, case.reason) for case in cases} == expected
    assert {case.no_repeat_state for case in cases} == {None, "resolved", "not_resolved", "pending", "repeated", "undetermined"}
    assert any(case.late_evidence for case in cases)


def test_comparison_reports_one_wrong_value(utc: Judged) -> None:
    counted = count_periods(utc.oracle)
    checks: list[tuple[str, str, object, Callable[[list[Row]], list[Difference]]]] = [
        ("facts.fct_cases", "fcr_status", "tampered", lambda rows: compare_cases(utc.oracle, rows)),
        ("facts.fct_cases", "late_evidence", -1, lambda rows: compare_cases(utc.oracle, rows)),
        ("facts.fct_case_closings", "is_one_touch", None, lambda rows: compare_closings(utc.oracle, rows)),
        ("marts.first_contact_resolution", "resolved", -1, lambda rows: compare_mart(utc.oracle, rows, counted)),
        (
            "marts.first_contact_resolution",
            "first_contact_resolution",
            1e-8 + 1,
            lambda rows: compare_mart(utc.oracle, rows, counted),
        ),
        ("marts.first_contact_outcomes", "cases", -1, lambda rows: compare_outcomes(rows, counted)),
    ]
    for relation, column, value, check in checks:
        rows = utc.build.rows(relation)
        victim = next(row for row in rows if row[column] is not None)
        honest = len(check(rows))
        victim[column] = value
        found = check(rows)
        assert len(found) > honest, f"{relation}.{column}"
        rows.remove(victim)
        assert len(check(rows)) > honest, f"a missing row of {relation}"
        assert report(found, utc.tables)

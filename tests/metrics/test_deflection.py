"""Deflection: the models against an independent implementation, on generated sessions around every edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from boundaries import table
from builds import GRAINS
from deflection_boundaries import SITUATIONS, DeflectionBoundaries, expected_edges
from deflection_counting import CHAIN, METRICS, SEGMENTS, count_sessions
from deflection_harness import (
    LATER_AS_OF,
    NEW_YORK,
    SELECT,
    Deflected,
    compare,
    compare_entitled_periods,
    compare_mart,
    compare_openings,
    compare_sessions,
    compare_values,
    deflected,
    disturbed,
    is_near,
    new_york_worlds,
    report,
    utc_worlds,
)
from deflection_oracle import QUESTIONS, DeflectionOracle
from harness import EVENT_AT, Difference, period_of, project_seeds
from vocabulary import Period, Policies, Row, Tables

LEAST_HITS = 20
NINE = datetime(2026, 3, 2, 9)
BUILDS = ["utc", "new_york", "new_york_later"]


@pytest.fixture(scope="module")
def utc(folder: Path) -> Deflected:
    """Default policies, as-of left to the data; with all that the long table needs."""
    select = (*SELECT, "+metric_values")
    return deflected(utc_worlds(), Policies(grains=GRAINS), folder / "deflection_utc", select)


@pytest.fixture(scope="module")
def new_york(folder: Path) -> Deflected:
    """Another zone, a shorter window and settlement; rows shuffled, with noise, on a machine in a third zone."""
    return deflected(disturbed(new_york_worlds(), seed=1), NEW_YORK, folder / "deflection_new_york", TZ="Pacific/Auckland")


@pytest.fixture(scope="module")
def new_york_later(folder: Path) -> Deflected:
    """The same rows and policies with a later as-of."""
    policies = replace(NEW_YORK, as_of=LATER_AS_OF)
    return deflected(disturbed(new_york_worlds(), seed=1), policies, folder / "deflection_new_york_later")


def judge(sessions: list[str], cases: int = 0) -> Row:
    """The row of March: per session the answers in their order (y, n or -), `*` for an observed case, `?` for no account."""
    names = ("accounts", "agents", "cases", "contracts", "self_help_events", "survey_responses", "survey_invitations")
    tables: Tables = {name: [] for name in names}
    contract = {"contract_id": "k", "account_id": "a", "starts_on": date(2026, 1, 1), "is_support_entitled": True}
    tables["contracts"].append(contract)
    for number, answers in enumerate(sessions):
        event = {"event_id": f"e{number}", "session_id": f"s{number}", "occurred_at": NINE, "channel": "portal"}
        account = None if "?" in answers else "a"
        tables["self_help_events"].append({**event, "account_id": account, "contact_id": f"p{number}"})
        for question, answer in zip(QUESTIONS, answers, strict=False):
            if answer in "yn":
                row = {"response_id": f"r{number}", "survey_type": "self_help", "session_id": f"s{number}", "answer": answer}
                tables["survey_responses"].append({**row, "question": question, "responded_at": NINE})
        if "*" in answers:
            tables["cases"].append({"case_id": f"c{number}", "contact_id": f"p{number}", "opened_at": NINE})
    tables["cases"] += [
        {"case_id": f"d{number}", "account_id": "a", "contact_id": "q", "opened_at": NINE} for number in range(cases)
    ]
    for case in tables["cases"]:
        case |= {"channel": "phone", "status": "open"}
    policies = Policies(as_of=date(2026, 4, 30))
    rows = count_sessions(DeflectionOracle(tables, project_seeds(), policies, EVENT_AT))
    return rows[Period("month", date(2026, 3, 1), date(2026, 3, 31), "all", "all")]


@pytest.mark.parametrize(
    ("sessions", "cases", "expected"),
    [
        # 20 sessions, 10 answered, 8 found, 6 of 8 intended, third answers 3, 2 of them no: 20 x 0.8 x 0.75 x 2/3 = 8
        pytest.param(
            ["yyn", "yyn", "yyy", "yy", "yy", "yy", "yn", "yn", "n", "n", *["---"] * 10],
            12,
            {
                **{"success_rate": 0.8, "success_rate_ci_low": 0.490162471536642, "success_rate_ci_high": 0.943317822752509},
                **{"intent_rate": 0.75, "no_further_action_rate": 2 / 3, "deflected_cases": 8, "deflected_cases_floor": 2},
                **{"deflected_cases_ceiling": 15, "deflection_rate": 0.4, "deflection_demand": 20, "deflection_per_session": 0.4},
            },
            id="chain",
        ),
        pytest.param(["yyn*", "yyn", "yy*"], 0, {"no_further_action_rate": 1 / 3, "deflected_cases": 1, "observed_sessions": 2}),
        pytest.param(
            ["yyn", "---*", "---*"], 0, {"success_rate": 1, "deflected_cases": 1, "deflected_cases_ceiling": 1}, id="cap"
        ),
        pytest.param(
            ["-yn", "---"], 3, {"success_rate": None, "deflected_cases": None, "deflected_cases_ceiling": 2}, id="silence"
        ),
        pytest.param(
            ["n", "nyn"], 3, {"intent_rate": None, "deflected_cases": 0, "deflected_cases_ci_low": 0, "deflection_rate": 0}
        ),
        pytest.param(["yn", "yn"], 0, {"intent_rate": 0, "deflected_cases": 0, "deflection_rate": None}, id="nobody intended"),
        pytest.param(["yy", "yy"], 3, {"no_further_action_rate": None, "deflected_cases": None, "deflected_cases_ceiling": 2}),
        pytest.param(["yyn?", "yyn", "n?"], 0, {"unknown_sessions": 2, "success_rate": 1, "deflected_cases": 1}, id="unknown"),
    ],
)
def test_worked_examples(sessions: list[str], cases: int, expected: dict[str, float | None]) -> None:
    row = judge(sessions, cases)
    assert {name: row[name] for name in expected} == {
        name: value if value is None else pytest.approx(value) for name, value in expected.items()
    }


@pytest.mark.parametrize("name", BUILDS)
def test_models_agree_with_the_oracle(name: str, request: pytest.FixtureRequest) -> None:
    done: Deflected = request.getfixturevalue(name)
    differences = compare(done)
    assert not differences, report(differences, done.oracle)


def test_long_table_agrees_with_the_oracle(utc: Deflected) -> None:
    differences = compare_values(utc.mart, utc.build.rows("marts.metric_values"))
    assert not differences, report(differences, utc.oracle)


@pytest.mark.parametrize("name", ["utc", "new_york"])
def test_worlds_lie_on_every_edge_and_in_every_situation(name: str, request: pytest.FixtureRequest) -> None:
    done: Deflected = request.getfixturevalue(name)
    boundaries = DeflectionBoundaries(done.oracle)
    hits, situations = boundaries.count(), boundaries.situations(done.mart)
    lines = [table(hits), *(f"{each:<60} {situations[each]:>6}" for each in SITUATIONS)]
    print("\n".join(lines))
    edges = expected_edges(is_as_of_derived=done.oracle.policies.as_of is None, has_clock_changes=name == "new_york")
    edges["complete period"] = (0, 1) if name == "utc" else (-1,)
    longest = timedelta(days=max(done.oracle.policies.contact_window_days, done.oracle.policies.survey_settlement_days))
    hits.update(("complete period", (period.end + longest - done.oracle.as_of).days) for period in done.mart)
    missed = {(edge, side): hits[edge, side] for edge, sides in edges.items() for side in sides if hits[edge, side] < LEAST_HITS}
    missed |= {(each, 0): situations[each] for each in SITUATIONS if situations[each] < LEAST_HITS}
    assert not missed, "\n".join([f"too few on {missed}", *lines])


def test_invariants(utc: Deflected) -> None:
    for row in utc.build.rows("marts.deflection"):
        key = period_of(row)
        for metric in (*CHAIN, "deflected_cases", "deflection_rate", "deflection_per_session"):
            if row[metric] is not None:
                assert row[f"{metric}_ci_low"] <= row[metric] <= row[f"{metric}_ci_high"], (metric, key)
                assert row[metric] <= 1 or metric == "deflected_cases", (metric, key)
        if row["deflected_cases"] is not None:
            assert row["deflected_cases_floor"] <= row["deflected_cases"] <= row["deflected_cases_ceiling"], key
    parts = ("not_entitled_sessions", "unknown_sessions", "entitled_sessions")
    assert all(sum(row[part] for part in parts) == row["sessions"] for row in utc.build.rows("marts.deflection"))


def test_order_and_noise_change_no_rate(new_york: Deflected) -> None:
    oracle = DeflectionOracle(new_york_worlds(), project_seeds(), NEW_YORK, EVENT_AT)
    before, after = count_sessions(oracle), {period_of(row): row for row in new_york.build.rows("marts.deflection")}
    assert before.keys() <= after.keys()
    changed = [
        Difference(metric, period, row[metric], after[period][metric])
        for period, row in before.items()
        for metric in METRICS
        if not is_near(row[metric], after[period][metric])
    ]
    assert not changed, "\n".join(map(str, changed[:5]))
    assert all(after[period][metric] is None for period in after.keys() - before.keys() for metric in CHAIN)
    total = Period("year", date(2025, 1, 1), date(2025, 12, 31), "all", "all")
    assert after[total]["sessions"] > before[total]["sessions"] + 100


def test_later_as_of_changes_no_complete_period(new_york: Deflected, new_york_later: Deflected) -> None:
    before, after = ({period_of(row): row for row in each.build.rows("marts.deflection")} for each in (new_york, new_york_later))
    complete = [period for period, row in before.items() if row["is_complete"]]
    assert {period.segment_by for period in complete} == {"all", *SEGMENTS}
    changed = [
        Difference("row", period, before[period], after.get(period)) for period in complete if before[period] != after.get(period)
    ]
    settled = new_york.oracle.as_of - timedelta(days=NEW_YORK.survey_settlement_days)
    changed += [
        Difference("new row", period, None, after[period]) for period in after.keys() - before.keys() if period.end <= settled
    ]
    assert not changed, "\n".join(map(str, changed[:5]))


def test_comparison_reports_one_wrong_value(utc: Deflected) -> None:
    checks: list[tuple[str, Callable[[list[Row]], list[Difference]], dict[str, object]]] = [
        (
            "facts.fct_self_help_sessions",
            lambda rows: compare_sessions(utc.oracle, rows),
            {"deflection_state": "?", "late_answers": -1},
        ),
        ("facts.fct_case_openings", lambda rows: compare_openings(utc.oracle, rows), {"is_account_entitled": None}),
        (
            "facts.fct_entitled_periods",
            lambda rows: compare_entitled_periods(utc.oracle, rows),
            {"entitled_from_on": date(2026, 3, 29)},
        ),
        (
            "marts.deflection",
            lambda rows: compare_mart(utc.mart, rows),
            {"sessions": -1, "deflected_cases": -1e-8, "success_rate_target": 1},
        ),
    ]
    for relation, check, wrong in checks:
        rows = utc.build.rows(relation)
        honest = len(check(rows))
        for column, value in wrong.items():
            victim, others = rows[len(rows) // 2], rows[: len(rows) // 2] + rows[len(rows) // 2 + 1 :]
            found = check([*others, {**victim, column: value}])
            assert len(found) > honest, f"{relation}.{column}"
            assert report(found, utc.oracle)
        assert len(check(rows[1:])) > honest, f"a missing row of {relation}"

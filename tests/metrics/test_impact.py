"""Experience impact and availability: the models against independent implementations, on worlds around every edge."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from availability_oracle import AvailabilityOracle
from boundaries import table
from contract_judging import report_contracts
from contract_oracle import ContractOracle
from harness import Difference
from impact_boundaries import (
    BOTH,
    IMPACT_EDGES,
    OUTAGE_EDGES,
    OUTAGE_SITUATIONS,
    SITUATIONS,
    ImpactBoundaries,
    outage_hits,
    outage_situations,
)
from impact_builds import (
    AS_OF,
    LATER_AS_OF,
    SETTING,
    Impacts,
    compare,
    impacts,
    judged,
)
from impact_marts import count_impacts, expected_impact, has_run_out, katz
from vocabulary import Period, Policies, Row

LEAST_HITS = 5


@pytest.fixture(scope="module")
def done(folder: Path) -> Impacts:
    return impacts(folder / "impact")


@pytest.mark.parametrize(
    ("counts", "ratio", "low", "high", "is_adjusted"),
    [
        pytest.param((36, 40, 18, 30), 1.5, 1.100, 2.045, False, id="regular"),
        pytest.param((6, 20, 0, 15), None, 0.601, 163.2, True, id="nobody of the reference"),
        pytest.param((0, 20, 5, 15), 0.0, 0.0, None, True, id="nobody of the exposed"),
        pytest.param((0, 2, 0, 3), None, 0.0, None, True, id="nobody at all"),
        pytest.param((3, 3, 2, 2), 1.0, None, None, True, id="all of both"),
        pytest.param((3, 3, 1, 2), 2.0, None, None, False, id="all of the exposed"),
        pytest.param((1, 2, 0, 0), None, None, None, None, id="no reference"),
    ],
)
def test_katz(
    counts: tuple[int, int, int, int], ratio: float | None, low: float | None, high: float | None, is_adjusted: bool | None
) -> None:
    found = katz(*counts)
    assert (found[""], found["_is_adjusted"]) == (ratio, is_adjusted)
    for name, expected in (("_ci_low", low), ("_ci_high", high)):
        assert expected is None or found[name] == pytest.approx(expected, abs=0.05 if expected > 9 else 0.0005)
    if ratio is not None:
        assert found["_ci_low"] <= ratio <= found["_ci_high"]


def test_availability_worked_out() -> None:
    """Two customers of a product in April: everyone for an hour, one of them for an hour and a half that overlaps it."""
    first = {"starts_on": date(2025, 1, 1), "ends_on": None, "product": "x", "is_support_entitled": True}
    contracts = [{"contract_id": account, "account_id": account, **first} for account in "ab"]
    ten, half_past, eleven, noon = (datetime(2025, 4, 9, *clock) for clock in ((10, 0), (10, 30), (11, 0), (12, 0)))
    outages: list[Row] = [
        {"product": "x", "started_at": ten, "ended_at": eleven},
        {"product": "x", "account_id": "a", "started_at": half_past, "ended_at": noon},
        {"product": "x", "started_at": ten, "ended_at": noon, "is_planned": True},
    ]
    policies = Policies(as_of=date(2025, 4, 30))
    oracle = AvailabilityOracle({"outages": outages}, ContractOracle({"contracts": contracts}, policies, {}))
    row = oracle.mart[Period("month", date(2025, 4, 1), date(2025, 4, 30), "all", "all")]
    assert (row["unplanned_minutes"], row["planned_minutes"], row["covered_minutes"]) == (180, 60, 86_400)
    assert row["availability_time_rate"] == pytest.approx(1 - 180 / 86_400)
    assert (row["uninterrupted_accounts"], row["covered_accounts"], row["longest_interruption_minutes"]) == (0, 2, 120)


def test_models_agree_with_the_oracles(done: Impacts) -> None:
    differences = [each for relation in done.expected for each in compare(done, relation, done.build.rows(relation))]
    assert not differences, report_contracts(differences, done.oracle.tables)


def test_worlds_lie_on_every_edge_and_in_every_situation(done: Impacts) -> None:
    boundaries = ImpactBoundaries(done.oracle)
    hits = boundaries.count() + outage_hits(done.availability)
    situations = boundaries.situations(done.mart) + outage_situations(done.availability)
    lines = [table(hits), *(f"{each:<60} {situations[each]:>6}" for each in (*SITUATIONS, *OUTAGE_SITUATIONS))]
    print("\n".join(lines))
    missed = {
        (edge, side): hits[edge, side]
        for edge in (*IMPACT_EDGES, *OUTAGE_EDGES)
        for side in BOTH
        if hits[edge, side] < LEAST_HITS
    }
    everyone = "scope: everyone"  # a few of them interrupt all
    least = {each: 2 if each == everyone else LEAST_HITS for each in (*SITUATIONS, *OUTAGE_SITUATIONS)}
    missed |= {(each, 0): situations[each] for each, number in least.items() if situations[each] < number}
    assert not missed, "\n".join([f"too few on {missed}", *lines])
    edges = {(period.end - AS_OF).days for period in done.mart if has_run_out(done.oracle, period)}
    assert max(edges) == -SETTING.window_days - done.oracle.policies.settlement_days


def test_later_as_of_changes_no_complete_period(done: Impacts) -> None:
    later = judged(LATER_AS_OF)
    mart, changed, complete = count_impacts(later), [], 0
    for period, row in done.mart.items():
        if has_run_out(done.oracle, period) and row.is_settled:
            complete += 1
            before, after = expected_impact(done.oracle, period, row), expected_impact(later, period, mart[period])
            changed += [Difference(name, period, value, after[name]) for name, value in before.items() if value != after[name]]
    available = AvailabilityOracle(later.tables, later.contracts).mart
    for period, expected in done.availability.mart.items():
        if expected["is_complete"] and expected != available.get(period):
            changed.append(Difference("availability", period, expected, available.get(period)))
    assert complete > 50
    assert not changed, report_contracts(changed, done.oracle.tables)


def test_comparison_reports_one_wrong_value(done: Impacts) -> None:
    checks: dict[str, dict[str, object]] = {
        "facts.fct_account_experience": {"renewal_state": "?"},
        "marts.experience_impact": {"community_impact_purchase_reference": -1},
        "marts.experience_outcomes": {"happened_so_far_accounts": -1},
        "facts.fct_outages": {"outage_scope": "?"},
        "facts.fct_availability": {"planned_seconds": -1},
        "facts.fct_account_availability": {"is_uninterrupted": None},
        "marts.availability": {"availability_time_rate": -1e-8},
    }
    assert checks.keys() == done.expected.keys()
    for relation, wrong in checks.items():
        rows = done.build.rows(relation)
        found = compare(done, relation, [*rows[2:], {**rows[1], **wrong}])
        assert sorted(each.what for each in found) == sorted([f"{relation} row", *(f"{relation}.{name}" for name in wrong)])

"""Customer success and support demand: the oracle on examples worked out by hand, and the models against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import success_marts
from contract_boundaries import table
from contract_judging import report_contracts, world_of
from harness import EVENT_AT, project_dir, project_seeds
from success_boundaries import SuccessBoundaries, expected_edges, expected_situations
from success_builds import MARTS, Judged, compare, compare_fact, compare_mart, expected_facts, health_versions, history, judged
from success_demand import DemandOracle
from success_oracle import SuccessOracle
from vocabulary import Period, Policies, Row, Tables

LEAST_HITS, LEAST_STATES = 1, 3
YEAR, JUNE = Period("year", date(2026, 1, 1), date(2026, 12, 31), "all", "all"), date(2026, 6, 30)
Built = Callable[[str], Judged]


@pytest.fixture(scope="session")
def success(folder: Path) -> Built:
    """One of the builds by its name, with what the oracle says of its rows."""
    return cache(lambda name: judged(name, folder))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def oracle(as_of: date, **tables: list[Row]) -> SuccessOracle:
    given: Tables = {name: [] for name in ("accounts", "agents", "cases", "contracts")} | tables
    return SuccessOracle(given, project_seeds(), health_versions(project_dir()), Policies(as_of=as_of), EVENT_AT)


def contract(account: str, starts_on: date, **given: object) -> Row:
    return {"contract_id": f"k-{account}", "account_id": account, "starts_on": starts_on, "is_support_entitled": True, **given}


def milestone(account: str, stage: str, due: str | None, reached: str | None, is_guided: bool | None = None) -> Row:
    dates = {"due_on": day(due) if due else None, "reached_on": day(reached) if reached else None}
    ids = {"milestone_id": f"{account} {stage} {due} {reached}", "account_id": account}
    return {**ids, "stage": stage, **dates, "has_formal_guidance": is_guided}


@pytest.mark.parametrize(("reached", "is_third_in_time"), [("06-13", True), ("06-14", False)])
def test_onboarding_worked_out(reached: str, is_third_in_time: bool) -> None:
    """The example of the definition: the third is guided on the last day of the window, or a day too late."""
    starts = {"a": "03-01", "b": "03-10", "c": "03-15", "d": "05-05"}
    steps = [("a", "03-20", True), ("b", "03-20", False), ("c", reached, True), ("d", "05-06", True)]
    given = oracle(
        JUNE,
        contracts=[contract(account, day(start)) for account, start in starts.items()],
        milestones=[milestone(account, "onboarding", None, on, is_guided) for account, on, is_guided in steps],
    )
    mart = success_marts.onboarding(given)
    march, may = (
        mart[Period("month", *given.calendar.period(day(start), "month"), "all", "all")] for start in ("03-01", "05-05")
    )
    assert march["onboarding_rate"] == pytest.approx((1 + is_third_in_time) / 3)
    assert march["is_complete"]
    assert (may["onboarding_rate"], may["onboarded_so_far"], may["is_complete"]) == (None, 1, False)


def test_milestones_and_health_worked_out() -> None:
    """A has reached three of three, B one of two. C: 4 of 5, committed, 120 now against 100: 93.33 at a coverage of 0.75."""
    reached = [("a", "03-01"), ("a", "04-01"), ("a", "05-01"), ("b", "03-01"), ("b", None)]
    stages = [milestone(account, "adoption", f"0{number + 2}-01", on) for number, (account, on) in enumerate(reached)]
    stages += [milestone("c", "success", f"02-0{number + 1}", "02-09" if number < 4 else None) for number in range(5)]
    charge = {"contract_id": "k-c", "billing_period": "month", "currency": "usd"}
    given = oracle(
        JUNE,
        contracts=[contract(account, date(2025, 1, 1)) for account in "abc"],
        milestones=stages,
        contract_charges=[
            {"charge_id": "1", "starts_on": date(2025, 1, 1), "ends_on": day("01-31"), "amount": Decimal(100), **charge},
            {"charge_id": "2", "starts_on": day("02-01"), "ends_on": None, "amount": Decimal(120), **charge},
        ],
    )
    row = success_marts.milestones(given)[YEAR]
    assert (row["adoption_rate"], row["adoption_rate_accounts"], row["success_rate_milestones"]) == (0.8, 0.5, 0.8)
    health = next(row for row in given.health if row["account_id"] == "c" and row["stock_on"] == JUNE)
    assert (float(health["score"]), health["weight_coverage"], health["band"]) == (pytest.approx(93.3333333333), 0.75, "healthy")


def test_engagement_quality_worked_out() -> None:
    outcomes = ["positive"] * 4 + ["neutral", "negative"] + [None] * 4
    rows = [
        {"engagement_id": str(n), "account_id": "a", "occurred_at": datetime(2026, 3, 2), "outcome": o}
        for n, o in enumerate(outcomes)
    ]
    row = success_marts.engagement_quality(oracle(JUNE, engagements=rows))[YEAR]
    assert [row[f"engagement_quality{end}"] for end in ("", "_known", "_upper")] == pytest.approx([0.4, 2 / 3, 0.8])


def test_support_demand_worked_out() -> None:
    """Base 200, 150 covered; 40 assisted, 50 self-help only, 10 other; 60 needed help, 24 did not ask; 90 cases."""
    at, names = datetime(2026, 6, 2), [f"a{number:03}" for number in range(200)]
    said = [(name, question, answer) for n, name in enumerate(["x"] * 60) for question, answer in
            (("needed_help", "yes"), ("contacted_support", "no" if n < 24 else "yes"))]  # fmt: skip
    given = oracle(
        JUNE,
        accounts=[{"account_id": name} for name in names],
        contracts=[contract(name, date(2025, 1, 1)) for name in names[:150]],
        cases=[
            {"case_id": str(n), "account_id": names[n % 40], "channel": "phone", "opened_at": at, "status": "open"}
            for n in range(90)
        ],
        self_help_events=[
            {"event_id": name, "session_id": name, "occurred_at": at, "channel": "portal", "account_id": name}
            for name in names[30:90]
        ],
        engagements=[{"engagement_id": name, "account_id": name, "occurred_at": at} for name in names[80:100]],
        survey_responses=[
            {
                "response_id": f"{n // 2}",
                "question": question,
                "survey_type": "relationship",
                "responded_at": at,
                "answer": answer,
            }
            for n, (_, question, answer) in enumerate(said)
        ],
    )
    row = success_marts.support_demand(DemandOracle(given))[YEAR]
    rates = [row[f"{name}_rate"] for name in ("installed_base_covered", "assisted", "self_help_only", "silent", "unmet_need")]
    assert rates == pytest.approx([0.75, 0.2, 0.25, 0.5, 0.4])
    projected = [row[f"projected_demand{end}"] for end in ("", "_ci_low", "_ci_high")]
    assert projected == pytest.approx([150, 126, 190], abs=0.5)
    assert row["projected_growth"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["utc", "new_york"])
def test_models_agree_with_the_oracle(name: str, success: Built) -> None:
    done = success(name)
    differences = compare(done)
    worlds = {world_of(difference.key) for difference in differences[:40]} - {None}
    told = [history(world, done.tables) for world in sorted(filter(None, worlds))[:3]]
    assert not differences, "\n".join([report_contracts(differences, done.tables), *told])


@pytest.mark.parametrize("name", ["utc", "new_york"])
def test_worlds_lie_on_every_edge_and_in_every_state(name: str, success: Built) -> None:
    done = success(name)
    boundaries = SuccessBoundaries(done)
    hits, situations = boundaries.count(), boundaries.situations()
    more = {"utc": ["health: band watch"], "new_york": ["health: band middling", "health: band None"]}[name]
    told = "\n".join([table(hits), *(f"{each:<60} {number:>6}" for each, number in sorted(situations.items()))])
    print(told)
    missed: dict[object, int] = {hit: hits[hit] for hit in expected_edges(done) if hits[hit] < LEAST_HITS}
    missed |= {each: situations[each] for each in [*expected_situations(), *more] if situations[each] < LEAST_STATES}
    assert not missed, f"too few on {missed}\n{told}"
    assert hits["stock: first contact of all", 0] == 1


def test_periods_end_just_in_time_to_be_complete(success: Built) -> None:
    """Weeks of which the window ends on the as-of day, months that end on it."""
    done, utc = success("new_york"), success("utc")
    policies = done.oracle.policies
    for name, days in (("onboarding", policies.onboarding_window_days), ("engagement_quality", policies.survey_settlement_days)):
        last = {
            row["is_complete"]
            for period, row in done.marts[name].items()
            if period.end + timedelta(days=days) == done.oracle.as_of
        }
        assert last == {True}, name
    for name in ("milestones", "account_health", "support_demand"):  # incomplete where somebody is undetermined
        assert {row["is_complete"] for period, row in utc.marts[name].items() if period.end == utc.oracle.as_of} == {
            True,
            False,
        }, name


def test_classes_and_outcomes_sum_to_the_total(success: Built) -> None:
    build = success("utc").build
    for row in build.rows("marts.support_demand"):
        parts = ("assisted", "self_help_only", "other_only", "silent")
        assert sum(row[f"{part}_accounts"] for part in parts) == row["classed_accounts"] <= row["installed_base_accounts"]
    for row in build.rows("marts.engagement_quality"):
        assert sum(row[f"{part}_engagements"] for part in ("positive", "neutral", "negative", "unknown")) == row["engagements"]
    assert all(0 <= row["score"] <= 100 for row in build.rows("facts.fct_account_health") if row["score"] is not None)


def test_comparison_reports_one_wrong_value(success: Built) -> None:
    done = success("new_york")
    for name, (keys, expected) in expected_facts(done).items():
        rows = done.build.rows(f"facts.{name}")
        for column in next(iter(expected.values())):
            victim = {**rows[7], column: "tampered"}
            found = compare_fact(name, keys, expected, [*rows[:7], victim, *rows[8:]]) if column == "region" else [None]
            assert len(found) == 1, f"{name}.{column}"
        assert len(compare_fact(name, keys, expected, rows[1:])) == 1, f"a missing row of {name}"
    for name in MARTS:
        rows = done.build.rows(f"marts.{name}")
        column = next(column for column in rows[5] if column.endswith("_accounts") or column in ("new_customers", "engagements"))
        assert len(compare_mart(name, done.marts[name], [*rows[1:5], {**rows[5], column: -1}, *rows[6:]])) == 2, name

"""Contacts offered to queues and contacts handled: the models against an independent implementation, around every edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from boundaries import table
from contacts_boundaries import SITUATIONS, ContactBoundaries, expected_edges, situations
from contacts_oracle import ContactsOracle, quantile, thresholds_of
from deflection_boundaries import days
from harness import EVENT_AT, Build, project_seeds
from vocabulary import Period, Row
from voice_builds import LATER_AS_OF, NEW_YORK, POLICIES, build_of, contacts_of, lines_of, seed_text, targets_of, worlds
from voice_comparison import compare, compare_mart, contacts_expected, report
from voice_oracle import VoicePolicies

BUILDS = ["utc", "new_york"]
LEAST_HITS = 3
NOON = datetime(2026, 3, 2, 12)
MARCH = Period("month", date(2026, 3, 1), date(2026, 3, 31), "all", "all")
POLICY = VoicePolicies(as_of=date(2026, 4, 30))


@pytest.fixture(scope="module")
def oracles() -> dict[str, ContactsOracle]:
    return {name: contacts_of(name, POLICIES[name]) for name in BUILDS}


@pytest.fixture(scope="module")
def builds(folder: Path) -> dict[str, Build]:
    return {name: build_of(name, folder) for name in BUILDS}


@pytest.mark.parametrize("name", BUILDS)
def test_models_agree_with_the_oracle(name: str, oracles: dict[str, ContactsOracle], builds: dict[str, Build]) -> None:
    differences = [
        difference
        for relation, expected in contacts_expected(oracles[name]).items()
        for difference in compare(relation, expected, builds[name].rows(relation), targets_of(name))
    ]
    assert not differences, report(differences, worlds(name))


@pytest.mark.parametrize("name", BUILDS)
def test_worlds_reach_every_state_and_edge(name: str, oracles: dict[str, ContactsOracle]) -> None:
    """Agreement says nothing where there is nothing to agree on."""
    oracle = oracles[name]
    hits, found = ContactBoundaries(oracle).count(), situations(oracle)
    mart = oracle.service_level()
    hits.update(("complete", side) for period in mart for side in days(period.end, oracle.as_of))
    found.update(
        f"ended, {'complete' if row['is_complete'] else 'waiting'}" for period, row in mart.items() if period.end <= oracle.as_of
    )
    edges = expected_edges(is_as_of_derived=name == "utc") | {"complete": (0,) if name == "new_york" else (-1, 1)}
    missed = {(edge, side): hits[edge, side] for edge, sides in edges.items() for side in sides if hits[edge, side] < LEAST_HITS}
    scarce = {each: found[each] for each in (*SITUATIONS, "ended, complete", "ended, waiting") if not found[each]}
    assert not missed, f"too few on {missed}\n{table(hits)}"
    assert not scarce, f"never: {scarce}\n{found}"


def test_later_as_of_changes_no_complete_period(builds: dict[str, Build]) -> None:
    """What is published as complete is what the definitions say of a later as-of day, too."""
    later = contacts_of("new_york", replace(NEW_YORK, as_of=LATER_AS_OF))
    for name, mart in (("service_level", later.service_level()), ("handle_time", later.handle_time())):
        complete = {
            Period(*(row[column] for column in ("period_grain", "period_start", "period_end", "segment_by", "segment"))): row
            for row in builds["new_york"].rows(f"marts.{name}")
            if row["is_complete"]
        }
        beside = {"first_contact_resolution", "is_first_contact_resolution_complete"}  # with a completeness of its own
        known = {
            period: {column: value for column, value in row.items() if column not in beside}
            for period, row in mart.items()
            if period in complete
        }
        rows = [{column: value for column, value in row.items() if column not in beside} for row in complete.values()]
        changed = compare_mart(name, known, rows, targets_of("new_york"))
        assert complete, name
        assert not changed, "\n".join(map(str, changed[:5]))


def offered(waits: list[float], end: str) -> list[Row]:
    return [
        {
            **{"attempt_id": f"{end}{number}", "channel": "phone", "offered_at": NOON},
            end: NOON + timedelta(seconds=wait),
        }
        for number, wait in enumerate(waits)
    ]


def judged(**tables: list[Row]) -> ContactsOracle:
    empty: dict[str, list[Row]] = {name: [] for name in ("cases", "agents", "accounts")}
    thresholds = thresholds_of(lines_of(seed_text("service_thresholds")))
    return ContactsOracle({**empty, **tables}, project_seeds(), POLICY, EVENT_AT, thresholds)


def test_worked_example_of_service_levels() -> None:
    """Answered 1000, of them 860 within the threshold; abandoned 60: 20 within it, of them 10 short; 40 after it."""
    rows = offered([20] * 860 + [20.4] * 140, "answered_at") + offered([5] * 10 + [5.4] * 10 + [21] * 40, "abandoned_at")
    row = judged(contact_attempts=rows).service_level()[MARCH]
    expected = {
        "service_level": 860 / 1040,
        "service_level_answered_only": 0.86,
        "service_level_offered": 860 / 1060,
        "service_level_abandons_as_met": 880 / 1060,
        "service_level_short_abandons_as_met": 870 / 1060,
        "abandonment_rate": 60 / 1060,
        "average_speed_of_answer": 20,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert [quantile(list(range(count)), 9, 10) for count in (0, 1, 2, 11, 12)] == pytest.approx([None, 0, 0.9, 9, 9.9])


def test_worked_example_of_handle_time() -> None:
    """Talk 180, hold 60 and wrap 90 minutes over 30 calls: 11 minutes."""
    case = {"case_id": "c", "channel": "phone", "opened_at": NOON, "status": "open"}
    call = {"case_id": "c", "occurred_at": NOON, "direction": "inbound", "kind": "live_conversation", "agent_id": "a"}
    times = {"talk_seconds": 360, "hold_seconds": 120, "wrap_seconds": 180}
    calls = [{"interaction_id": f"i{number}", **call, **times} for number in range(30)]
    row = judged(cases=[case], interactions=calls).handle_time()[MARCH]
    assert (row["average_handle_time"], row["handled_hours"], row["handle_time_coverage"]) == pytest.approx((660, 5.5, 1))
    without = judged(cases=[case], interactions=[*calls[:10], *({**each, "talk_seconds": None} for each in calls[10:])])
    row = without.handle_time()[MARCH]
    assert (row["average_handle_time"], row["handled_hours"], row["handle_time_coverage"]) == pytest.approx((660, 5.5, 1 / 3))

"""Service times: the models against an independent implementation, on generated cases around every edge and change of clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from harness import EVENT_AT, Difference, project_seeds
from service_time_boundaries import EDGES, SIDES, SITUATIONS, ServiceBoundaries, complete_edges
from service_time_harness import (
    NEW_YORK,
    UTC,
    Served,
    compare,
    compare_clocks,
    compare_hours,
    compare_mart,
    compare_resolutions,
    compare_responses,
    compare_services,
    report,
    served,
)
from service_time_hours import DAY, Hours
from service_time_oracle import ServiceOracle, ServicePolicies
from service_time_seeds import HOLIDAYS, SCHEDULE, TARGET, lines
from vocabulary import Row, Tables

LEAST_HITS = 1
BUILDS = ["utc", "new_york"]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# A text such as "Fri 16:30" is a moment of the week of Monday 4 March 2024, "+" of the next one.
MONDAY = datetime(2024, 3, 4)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@pytest.fixture(scope="module")
def utc(folder: Path) -> Served:
    """Windows of 30 days, days of UTC."""
    return served(UTC, 20260430, folder / "service_time_utc")


@pytest.fixture(scope="module")
def new_york(folder: Path) -> Served:
    """Days of New York, another window, horizon and default schedule, on a machine in a third zone."""
    return served(NEW_YORK, 20260308, folder / "service_time_new_york", TZ="Pacific/Auckland")


def hours(zone: str, *shifts: str, holidays: Iterable[str] = ()) -> Hours:
    """One schedule `s` in a zone; a shift is weekdays, opening and closing such as `12345 09:00 17:00`."""
    found = []
    for shift in shifts:
        weekdays, opens, closes = shift.split()
        found += [f"s {weekday} {opens} {closes} {zone}" for weekday in weekdays]
    off = [{"schedule": "", "holiday_on": day, "name": ""} for day in holidays]
    return Hours(lines(SCHEDULE, "\n".join(found)), off, "UTC", ())


def moment(text: str) -> datetime:
    weekday, clock = text.lstrip("+").split()
    at = MONDAY + WEEKDAYS.index(weekday) * DAY + (7 * DAY if text[0] == "+" else timedelta())
    return datetime.combine(at.date(), datetime.strptime(clock, "%H:%M").time())


@pytest.mark.parametrize(
    ("shift", "start", "target", "due"),
    [
        ("12345 09:00 17:00", "Fri 16:30", 1, "+Mon 09:30"),
        ("12345 09:00 17:00", "Thu 15:00", 4, "Fri 11:00"),
        ("12345 09:00 17:00", "Tue 11:00", 8, "Wed 11:00"),
        ("12345 09:00 17:00", "Fri 17:00", 8, "+Mon 17:00"),
        ("12345 08:00 17:00", "Fri 16:00", 4, "+Mon 11:00"),
        ("12345 09:00 17:00", "Sun 12:00", 0, "Sun 12:00"),
    ],
)
def test_known_dues(shift: str, start: str, target: int, due: str) -> None:
    assert hours("UTC", shift).due("s", moment(start), target * HOUR, [], MONDAY + 30 * DAY) == moment(due)


@pytest.mark.parametrize(
    ("opening", "start", "end", "expected"),
    [
        (hours("UTC", "12345 08:00 17:00"), "2024-03-08 20:49", "2024-03-11 09:44", 104 * MINUTE),
        (hours("America/New_York", "1234567 00:00 24:00"), "2024-03-09 17:00", "2024-03-10 16:00", 23 * HOUR),
        (hours("America/New_York", "1234567 00:00 24:00"), "2024-11-02 16:00", "2024-11-03 17:00", 25 * HOUR),
        (hours("America/New_York", "6 22:00 06:00"), "2024-03-09 00:00", "2024-03-11 00:00", 7 * HOUR),
        (hours("America/New_York", "6 22:00 06:00"), "2024-11-02 00:00", "2024-11-05 00:00", 9 * HOUR),
        (
            hours("Europe/Berlin", "12345 09:00 17:00", holidays=["2024-12-25", "2024-12-26"]),
            "2024-12-24 15:00",
            "2024-12-27 09:00",
            2 * HOUR,
        ),
        (hours("UTC", "1 09:00 12:00", "1 11:00 17:00"), "2024-03-04 00:00", "2024-03-05 00:00", 8 * HOUR),
        (hours("UTC", "12 22:00 06:00", holidays=["2024-03-05"]), "2024-03-04 00:00", "2024-03-07 00:00", 8 * HOUR),
        (hours("America/New_York", "7 02:30 03:00"), "2024-03-10 00:00", "2024-03-11 00:00", timedelta()),
        (hours("America/New_York", "7 01:30 03:00"), "2024-11-03 00:00", "2024-11-04 00:00", 90 * MINUTE),
    ],
)
def test_known_business_times(opening: Hours, start: str, end: str, expected: timedelta) -> None:
    assert opening.open_time("s", datetime.fromisoformat(start), datetime.fromisoformat(end)) == expected


def judge(opening: Hours, targets: str, opened_at: datetime, *events: tuple[str, datetime]) -> ServiceOracle:
    """One case that was answered at once, with these events."""
    case = {"case_id": "c", "channel": "phone", "schedule": "s", "priority": None, "opened_at": opened_at, "status": "open"}
    touch = {"interaction_id": "i", "case_id": "c", "occurred_at": opened_at, "direction": "inbound", "kind": "live_conversation"}
    rows = [{"event_id": kind, "case_id": "c", "event_type": kind, "occurred_at": at} for kind, at in events]
    tables: Tables = {"cases": [case], "interactions": [touch | {"agent_id": "g"}], "case_events": rows}
    policies = ServicePolicies(as_of=date(2026, 5, 31))
    return ServiceOracle(tables, project_seeds(), opening, lines(TARGET, targets), policies, EVENT_AT)


def test_worked_example_of_resolution() -> None:
    days = [("resolved", datetime(2026, 3, 2, 9)), ("reopened", datetime(2026, 3, 10))]
    days += [("closed", datetime(2026, 3, 12, 9)), ("reopened", datetime(2026, 4, 20))]
    service = judge(hours("UTC", "1234567 00:00 24:00"), "", datetime(2026, 3, 1, 9), *days).services["c"]
    assert (service.resolved_at, service.resolution_time) == (datetime(2026, 3, 12, 9), 15_840 * MINUTE)
    assert service.reopening_state == "late"


@pytest.mark.parametrize(("solved", "state", "used"), [("Mon 15:30", "attained", 210), ("Mon 16:30", "breached", 270)])
def test_worked_example_of_a_clock(solved: str, state: str, used: int) -> None:
    events = [("pending_customer", moment("Mon 11:00")), ("resumed", moment("Mon 13:00")), ("resolved", moment(solved))]
    oracle = judge(hours("UTC", "12345 09:00 17:00"), "resolution - - 240 true true", moment("Mon 10:00"), *events)
    clock = oracle.clocks["c", "resolution"]
    assert (clock.due_at, clock.state, oracle.used(clock)) == (moment("Mon 16:00"), state, used * MINUTE)


@pytest.mark.parametrize("name", BUILDS)
def test_models_agree_with_the_oracle(name: str, request: pytest.FixtureRequest) -> None:
    done: Served = request.getfixturevalue(name)
    differences = compare(done)
    assert not differences, report(differences, done.tables)


@pytest.mark.parametrize("name", BUILDS)
def test_worlds_lie_on_every_edge_and_in_every_situation(name: str, request: pytest.FixtureRequest) -> None:
    done: Served = request.getfixturevalue(name)
    boundaries = ServiceBoundaries(done.oracle)
    hits, situations, holidays = boundaries.count(), boundaries.situations(), boundaries.holidays()
    hits.update(complete_edges(done.marts, done.oracle))
    missed: list[object] = [(edge, side, hits[edge, side]) for edge in EDGES for side in SIDES if hits[edge, side] < LEAST_HITS]
    # Santiago's clocks change after New York's as-of.
    expected = set(SITUATIONS) - ({"clocks change: santiago"} if name == "new_york" else set())
    missed += [(each, situations[each]) for each in expected if situations[each] < LEAST_HITS]
    last = done.oracle.as_of - 3 * DAY
    missed += [each for each in HOLIDAYS if each[0] != "unknown" and date.fromisoformat(each[1]) < last and not holidays[each]]
    missed += [mart for mart in done.marts if not hits[f"complete {mart}", 0]]
    assert not missed, missed


@pytest.mark.parametrize("name", BUILDS)
def test_invariants(name: str, request: pytest.FixtureRequest) -> None:
    done: Served = request.getfixturevalue(name)
    for row in done.build.rows("facts.fct_case_service"):
        for what in ("first_response", "resolution"):
            calendar, business = row[f"{what}_seconds"], row[f"{what}_business_seconds"]
            assert business is None or 0 <= business <= calendar, row
            assert row["schedule"] != "always_open" or business == calendar, row
        assert row["customer_wait_seconds"] is None or 0 <= row["customer_wait_seconds"] <= row["resolution_seconds"], row
    for row in done.build.rows("facts.fct_sla_clocks"):
        if row["due_at"] is not None and not row["pauses_on_customer"]:
            assert row["seconds_to_due"] == row["target_minutes"] * 60, row
    for row in done.build.rows("marts.sla_attainment"):
        assert row["judged_clocks"] == row["attained_clocks"] + row["breached_clocks"], row


def test_comparison_reports_one_wrong_value(new_york: Served) -> None:
    oracle = new_york.oracle
    first = oracle.calendar.utc(oracle.as_of - 100 * DAY)
    checks: list[tuple[str, Callable[[list[Row]], Iterable[Difference]], dict[str, object]]] = [
        (
            "dimensions.dim_open_intervals",
            lambda rows: compare_hours(oracle.hours, first, oracle.end, rows),
            {"open_seconds": 1, "open_seconds_before": -1, "close_at": oracle.end - 50 * DAY},
        ),
        (
            "facts.fct_case_service",
            lambda rows: compare_services(oracle, rows),
            {"resolution_state": "?", "first_response_seconds": -1, "is_reopened": "?"},
        ),
        ("facts.fct_case_responses", lambda rows: compare_responses(oracle, rows), {"team": "?", "first_response_seconds": -1}),
        (
            "facts.fct_case_resolutions",
            lambda rows: compare_resolutions(oracle, rows),
            {"shift": "?", "resolution_minutes": -1.0},
        ),
        (
            "facts.fct_sla_clocks",
            lambda rows: compare_clocks(oracle, rows),
            {"sla_state": "?", "due_at": first, "used_seconds": -1},
        ),
    ]
    values = {
        "response_time": {"waiting_cases": -1, "first_response_minutes_p90": -1e-8, "first_response_minutes_target": 1.0},
        "resolution_time": {"reopened_cases": -1, "reopen_rate": -1e-8, "resolution_minutes_gap": -1.0},
        "sla_attainment": {"paused_clocks": -1, "sla_attainment": -1e-8, "is_complete": None},
    }
    for mart, wrong in values.items():
        checks.append((f"marts.{mart}", lambda rows, mart=mart: compare_mart(mart, new_york.marts[mart], rows), wrong))
    for relation, check, wrong in checks:
        rows = new_york.build.rows(relation)
        honest = len(list(check(rows)))
        middle = len(rows) // 2
        for column, value in wrong.items():
            assert column in rows[middle], column
            found = list(check([*rows[:middle], {**rows[middle], column: value}, *rows[middle + 1 :]]))
            assert len(found) > honest, f"{relation}.{column}"
            assert report(found, new_york.tables)
        assert len(list(check(rows[1:]))) > honest, f"a missing row of {relation}"

"""The situations that worlds of service times are made of: each puts one case on, just before or just after one edge."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

from service_time_hours import DAY, Hours, first_moment
from service_time_promises import (
    beyond_horizon,
    changed_at_start,
    due_at_end_of_as_of,
    due_at_end_of_period,
    pause_at_end_of_as_of,
    pause_over_end_of_period,
    pause_over_opening,
    pause_ties,
    pause_when_target_runs_out,
    resolution_at_due,
    resolution_at_due_after_pauses,
    response_at_due,
    stop_in_pause,
    target_version,
    withdrawn,
    without_schedule,
)
from service_time_seeds import HOLIDAYS
from service_time_worlds import NIGHTS, SECOND, UNKNOWN, VERSION_DAYS, Desk
from vocabulary import Row, Tables
from worlds import SIDES, Setting

Scenario = Callable[[Desk, int], None]
MOMENTS = ("resolved", "resolution_confirmed", "no_further_action", "closed")
ZONES = {
    "new_york_nights": "America/New_York",
    "new_york_saturdays": "America/New_York",
    "new_york_gap": "America/New_York",
    "berlin": "Europe/Berlin",
    "versions": "Europe/Berlin",
    "sydney_split": "Australia/Sydney",
    "lord_howe": "Australia/Lord_Howe",
    "havana": "America/Havana",
    "santiago": "America/Santiago",
    "cairo": "Africa/Cairo",
    "auckland": "Pacific/Auckland",
}


# Opening hours


def spell(world: Desk, schedule: str, begin: datetime, ends: datetime) -> None:
    """A case whose response, resolution and customer wait cover a stretch of time."""
    case = world.opened(begin, schedule)
    world.respond(case, ends)
    if world.rng.random() < 0.7:
        world.event(case, "pending_customer", begin + (ends - begin) * world.rng.choice([0, 0.4]))
        world.sign(case, ends - world.rng.choice([0, 1800]) * SECOND)
    world.solve(case, max(ends, ends + world.rng.choice([0, 7200, 90_000]) * SECOND), world.rng.choice(["resolved", "closed"]))


def edge_of_hours(world: Desk, side: int) -> None:
    schedule, day = world.schedule(), world.day()
    begin = world.edge(schedule, day) + side * SECOND
    end = world.edge(schedule, day + world.rng.choice([0, 1, 1, 4]) * DAY) + world.rng.choice(SIDES) * SECOND
    spell(world, schedule, begin, max(begin, end))


def around(world: Desk, schedule: str, at: datetime, side: int) -> None:
    """A case that lasts from an edge of opening hours before a moment to one after it, or near to them."""
    edges = [edge for piece in world.hours.pieces(schedule, at - 4 * DAY, at + 4 * DAY) for edge in piece]
    begin = world.rng.choice([edge for edge in edges if edge <= at][-4:] or [at - DAY])
    end = world.rng.choice([edge for edge in edges if edge > at][:4] or [at + DAY])
    spell(world, schedule, begin + side * SECOND, max(begin + SECOND, end + world.rng.choice([-1, 0, 1, 3600]) * SECOND))


def clock_change(schedule: str) -> Scenario:
    """Over the night, the midnight or the hours at which clocks change in the schedule's zone."""

    def scenario(world: Desk, side: int) -> None:
        day = world.clock_change(ZONES[schedule])
        around(world, schedule, first_moment(ZONES[schedule], day) + timedelta(hours=world.rng.choice([0, 1, 2, 3])), side)

    return scenario


def over_holiday(named: str, text: str) -> Scenario:
    def scenario(world: Desk, side: int) -> None:
        noon = datetime.fromisoformat(f"{text} 12:00:00")
        schedule = named or world.schedule()
        if world.hours.is_known(schedule):
            around(world, schedule, noon + timedelta(hours=world.rng.choice([-12, 0, 8])), side)
        else:
            spell(world, UNKNOWN, noon, noon + DAY)

    return scenario


def over_version(world: Desk, side: int) -> None:
    day = date.fromisoformat(world.rng.choice(VERSION_DAYS))
    schedule = "moved" if day == date(2025, 12, 3) else "versions"
    begin = world.edge(schedule, day - world.rng.choice([1, 2, 3]) * DAY) + side * SECOND
    spell(world, schedule, begin, max(begin, world.edge(schedule, day + DAY)))


# First response


def response_before_opening(world: Desk, side: int) -> None:
    schedule, opened = world.schedule(), world.at(world.day())
    case = world.opened(opened, schedule)
    world.respond(case, opened + side * world.rng.choice([1, 1, 86_400]) * SECOND)
    world.respond(case, opened + timedelta(hours=5))


def response_candidates(world: Desk, side: int) -> None:
    """What is no response, before one that is; two responses at one instant by agents of different teams."""
    case, _, due = world.promise("first_response")
    for shape in (
        {"response_kind": "acknowledgement"},
        {"kind": "automatic_reply"},
        {"direction": "internal", "kind": "live_conversation"},
        {"direction": "inbound", "kind": "message"},
        {"agent": None},
    ):
        if world.rng.random() < 0.5:
            world.touch(case, case["opened_at"] + SECOND, **{"agent": "qualified", **shape})
    at = due + side * SECOND
    for agent in world.rng.sample(["qualified", "second", "triage", "moved", "gone", "unknown"], world.rng.choice([0, 1, 2])):
        world.respond(case, at, agent)


def waiting(world: Desk, side: int) -> None:
    """Closings, reopenings and responses at the end of a period, one of the first of which is sometimes at as-of."""
    first = world.calendar.period(world.day(), world.rng.choice(["week", "month"]))[1] + DAY
    edge = min(world.midnight(first), world.end) + side * SECOND
    opened = edge - world.rng.choice([0, 1, 30_000, 1_000_000]) * SECOND
    case = world.opened(opened, world.schedule())
    last = edge
    for kind in world.rng.choice([["closed"], ["closed", "reopened"], ["closed", "reopened", "closed"], ["reopened"], []]):
        last = last + world.rng.choice([0, 0, 1, 86_400, 1_000_000]) * SECOND
        world.event(case, kind, last)
    world.change(case, "queue", edge)
    if world.rng.random() < 0.3:
        world.respond(case, world.rng.choice([edge, last, last + 8 * DAY]))


# Resolution and reopening


def reopened_after(kind: str) -> Scenario:
    """Reopened on the last day of the window after a resolution moment, by days or by the second of the last midnight."""

    def scenario(world: Desk, side: int) -> None:
        rng, window = world.rng, world.policies.reopen_window_days
        case = world.opened(world.at(world.day(settled=0.9)), world.schedule())
        at = world.after(case["opened_at"], rng.choice([0, 1, 6]))
        world.respond(case, case["opened_at"])
        world.solve(case, at, kind)
        day = world.calendar.day(at) + window * DAY
        last = world.midnight(day + DAY) + side * SECOND if rng.random() < 0.5 else world.at(day + side * DAY)
        reopened = rng.choice([last, last, last, at + side * SECOND])
        world.event(case, "reopened", reopened)
        if rng.random() < 0.6:
            world.solve(case, reopened + timedelta(hours=rng.choice([-1, 0, 5, 300])))
        if rng.random() < 0.3:
            world.event(case, "reopened", world.after(reopened, rng.choice([1, window, window + 1])))

    return scenario


def settled(world: Desk, side: int) -> None:
    """A resolution moment whose window runs out on as-of, the day before, or the day after."""
    day = world.setting.as_of - (world.policies.reopen_window_days + side) * DAY
    at = world.at(day)
    case = world.opened(at - timedelta(hours=world.rng.choice([0, 3, 100])), world.schedule())
    if world.rng.random() < 0.8:
        world.respond(case, case["opened_at"])
    world.solve(case, at, world.rng.choice(MOMENTS))
    if world.rng.random() < 0.5:
        world.event(case, "reopened", world.after(at, world.rng.choice([1, world.policies.reopen_window_days])))


def without_contact(world: Desk, side: int) -> None:
    """Closed without contact long after a resolution, or with one at the very closing."""
    rng, window = world.rng, world.policies.reopen_window_days
    case = world.opened(world.at(world.day(settled=1)), world.schedule())
    at = world.after(case["opened_at"], rng.choice([0, 1]))
    if rng.random() < 0.6:
        world.event(case, rng.choice(MOMENTS[:3]), at)
        at = world.at(world.calendar.day(at) + (window + side) * DAY)
    world.close(case, at, rng.choice(["event", "column", "both"]))
    if rng.random() < 0.5:
        world.respond(case, at + side * SECOND)
    if rng.random() < 0.3:
        world.event(case, "reopened", world.after(at, rng.choice([0, 1, 9])))
        world.solve(case, world.after(at, rng.choice([1, 9, 12])))


def closed_undated(world: Desk, side: int) -> None:
    """Status closed without a date, or with one that as-of does not know yet."""
    case, _, due = world.promise("first_response")
    case["status"] = "closed"
    if world.rng.random() < 0.5:
        world.respond(case, due + side * SECOND)
    what = world.rng.choice(["nothing", "nothing", "resolved", "undone", "later"])
    if what in ("resolved", "undone"):
        world.event(case, "resolved", due)
    if what == "undone":
        world.event(case, "reopened", due + DAY)
    if what == "later":
        world.event(case, "closed", world.end + max(0, side) * SECOND)


def before_opening(world: Desk, side: int) -> None:
    case = world.opened(world.at(world.day()), world.schedule())
    if world.rng.random() < 0.5:
        world.respond(case, case["opened_at"] - SECOND)
    for kind in world.rng.choice([[], [], ["closed"], ["reopened"], ["closed", "reopened"]]):
        world.event(case, kind, case["opened_at"] - timedelta(days=world.rng.choice([0, 1, 9]), seconds=1))
    world.solve(case, case["opened_at"] + side * SECOND, world.rng.choice(MOMENTS[:3]))


def team_of(world: Desk, side: int) -> None:
    """The initial agent comes after triage: on the day of due or resolution, on the last day of the window, or a day later."""
    rng, window = world.rng, world.policies.reopen_window_days
    case, _, due = world.promise("resolution")
    if rng.random() < 0.7:
        world.touch(case, case["opened_at"], rng.choice(["triage", "unknown"]), response_kind="other")
    day = world.calendar.day(due) + rng.choice([0, 0, window]) * DAY
    edge = world.midnight(day + DAY) + side * SECOND
    world.initial(case, max(edge, case["opened_at"]), rng.choice(["qualified", "moved", "second"]))
    if rng.random() < 0.7:
        world.event(case, "resolved", due)


def as_of_edge(what: str) -> Scenario:
    """A row at the end of as-of: what is at or after that midnight is absent."""

    def scenario(world: Desk, side: int) -> None:
        edge = world.end + side * SECOND
        opened = edge if what == "opening" else edge - timedelta(days=world.rng.choice([0, 1, 9]), hours=1)
        case = world.opened(opened, world.schedule(), priority=world.rng.choice(["urgent", "normal"]))
        if what == "response":
            world.respond(case, edge)
        elif what == "column":
            world.close(case, edge, "column")
        elif what != "opening":
            if what == "reopened":
                world.close(case, edge - timedelta(minutes=30), "event")
            if world.rng.random() < 0.7:
                world.respond(case, opened)
            world.event(case, what, edge)

    return scenario


def not_counted(world: Desk, side: int) -> None:
    odd = world.rng.choice([{"exclusion_code": "spam"}, {"duplicate_of_case_id": "elsewhere"}, {"channel": "chatbot"}])
    case = world.opened(world.at(world.day()), world.schedule(), **odd)
    world.respond(case, case["opened_at"] + side * SECOND)
    world.solve(case, world.after(case["opened_at"], 1))


def crowd(world: Desk, side: int) -> None:
    """Many rows at few instants, so that ties and orders of every sort come up."""
    rng, schedule = world.rng, world.schedule()
    opened = world.begin(schedule)
    case = world.opened(opened, schedule if rng.random() < 0.9 else None)
    window = world.policies.reopen_window_days
    due = world.due(case, schedule, "resolution") or opened
    instants = [opened, opened + SECOND, due, due + side * SECOND, world.after(opened, 1), world.edge(schedule, world.day())]
    instants += [max(opened, due) + timedelta(hours=7), world.after(opened, window), world.after(opened, window + 1)]
    kinds = [*MOMENTS, "reopened", "reopened", "pending_customer", "pending_customer", "resumed", "transferred", "escalated"]
    for _ in range(rng.randrange(1, 8)):
        world.event(case, rng.choice(kinds), rng.choice(instants))
    for _ in range(rng.randrange(4)):
        rng.choice([world.respond, world.respond, world.sign, world.no_sign])(case, rng.choice(instants))
    if rng.random() < 0.3:
        world.change(case, rng.choice(["queue", "priority", "product"]), rng.choice(instants))


def nothing(world: Desk, side: int) -> None:
    """Opened around the turn of a day and left alone."""
    world.opened(world.midnight(world.day()) + side * SECOND, world.rng.choice([*NIGHTS, None, "weekdays"]))


def scenarios() -> dict[str, Scenario]:
    plain: tuple[Scenario, ...] = (
        *(response_at_due, resolution_at_due, resolution_at_due_after_pauses, pause_when_target_runs_out, pause_ties),
        *(stop_in_pause, pause_over_opening, pause_at_end_of_as_of, pause_over_end_of_period, due_at_end_of_as_of),
        *(due_at_end_of_period, withdrawn, without_schedule, beyond_horizon, target_version, changed_at_start, edge_of_hours),
        *(over_version, response_before_opening, response_candidates, waiting, settled),
        *(without_contact, closed_undated, before_opening, team_of, not_counted, crowd, nothing),
    )
    found: dict[str, Scenario] = {each.__name__: each for each in plain}
    found |= {f"reopened after {kind}": reopened_after(kind) for kind in MOMENTS}
    found |= {f"clocks change: {schedule}": clock_change(schedule) for schedule in ZONES}
    found |= {f"holiday of {schedule} on {day}": over_holiday(schedule, day) for schedule, day in HOLIDAYS}
    edges = ("opening", "response", "column", "resolved", "closed", "reopened", "pending_customer")
    return found | {f"as-of and {what}": as_of_edge(what) for what in edges}


OFTEN = {
    **{"over_version": 3, "edge_of_hours": 2, "crowd": 4, "without_schedule": 5},
    **{"withdrawn": 2, "beyond_horizon": 2, "settled": 3, "closed_undated": 2, "waiting": 6, "without_contact": 3},
    **{"pause_when_target_runs_out": 4, "stop_in_pause": 2, "pause_over_opening": 2, "changed_at_start": 2},
    **{f"reopened after {kind}": 3 for kind in MOMENTS},
    **{f"clocks change: {schedule}": 0.8 for schedule in ZONES},
    **{f"holiday of {schedule} on {day}": 0.4 for schedule, day in HOLIDAYS},
}


def generate(setting: Setting, hours: Hours, seed: int, copies: int) -> Tables:
    """All worlds of one build: every scenario on every side `copies` times, some more often, mixed, about four to a world."""
    rng = random.Random(seed)
    tasks = [
        (scenario, side)
        for name, scenario in scenarios().items()
        for side in SIDES
        for _ in range(round(copies * OFTEN.get(name, 1)))
    ]
    rng.shuffle(tasks)
    tables: dict[str, list[Row]] = defaultdict(list)
    number = 0
    while tasks:
        world = Desk(f"w{number:04}", setting, rng, tables, hours)
        for scenario, side in (tasks.pop() for _ in range(min(len(tasks), rng.randrange(2, 7)))):
            scenario(world, side)
        number += 1
    for name in ("interactions", "case_events", "case_field_changes"):
        rng.shuffle(tables[name])
    return tables

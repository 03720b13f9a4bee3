"""Situations around promises: pauses, due, targets and schedules that fall on, just before and just after one edge."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from service_time_hours import DAY
from service_time_oracle import INSTANT
from service_time_worlds import ENDING, SECOND, TARGET_DAYS, Desk
from worlds import SIDES


def response_at_due(world: Desk, side: int) -> None:
    case, _, due = world.promise("first_response")
    world.respond(case, due + side * world.rng.choice([SECOND, INSTANT]))


def resolution_at_due(world: Desk, side: int) -> None:
    case, _, due = world.promise("resolution")
    world.respond(case, case["opened_at"])
    world.solve(case, due + side * world.rng.choice([SECOND, INSTANT]))


def resolution_at_due_after_pauses(world: Desk, side: int) -> None:
    """One to three pauses before due, each of which moves it."""
    case, schedule, due = world.promise("resolution", pauses=True)
    pauses: list[tuple[datetime, datetime]] = []
    for _ in range(world.rng.choice([1, 1, 2, 3])):
        start = max([case["opened_at"], *(end for _, end in pauses)])
        if start >= due:
            break
        at = start + (due - start) * world.rng.choice([0, 0.25, 0.5, 1])
        at = min(due, at.replace(microsecond=0)) if at.replace(microsecond=0) > start else start
        end = at + timedelta(seconds=world.rng.choice([1, 600, 40_000, 200_000]))
        pauses.append((at, end))
        world.event(case, "pending_customer", at)
        world.sign(case, end)
        if world.rng.random() < 0.4:
            world.no_sign(case, at + (end - at) / 2)
        later = world.due(case, schedule, "resolution", pauses)
        if later is None:
            return
        due = later
    world.respond(case, case["opened_at"] + SECOND)
    world.solve(case, due + side * SECOND)


def pause_when_target_runs_out(world: Desk, side: int) -> None:
    case, _, due = world.promise("resolution", pauses=True)
    world.event(case, "pending_customer", due + side * SECOND)
    if world.rng.random() < 0.6:
        world.sign(case, due + 3 * SECOND)
    if world.rng.random() < 0.5:
        world.solve(case, due + world.rng.choice([2, 3, 4, 90_000]) * SECOND)


def pause_ties(world: Desk, side: int) -> None:
    """Signs at, before and after the instant of a question, and a question at the end of a pause."""
    case, _, due = world.promise("resolution", pauses=True)
    at = case["opened_at"] + (due - case["opened_at"]) / 3
    world.event(case, "pending_customer", at)
    world.sign(case, at + side * SECOND)
    if world.rng.random() < 0.6:
        world.event(case, "pending_customer", at + world.rng.choice([0, 1, 2]) * SECOND)
    world.no_sign(case, at + SECOND)
    if world.rng.random() < 0.7:
        world.sign(case, at + world.rng.choice([2, 3000, 90_000]) * SECOND)
    world.solve(case, at + world.rng.choice([1, 2, 5000, 400_000]) * SECOND)


def stop_in_pause(world: Desk, side: int) -> None:
    """A clock that stops in a pause, at its very beginning or at its end; what comes later moves nothing."""
    case, _, due = world.promise("resolution", pauses=True)
    at = case["opened_at"] + (due - case["opened_at"]) / 2
    end = at + timedelta(hours=world.rng.choice([1, 30]))
    world.event(case, "pending_customer", at)
    if world.rng.random() < 0.5:
        world.sign(case, end)
    world.respond(case, case["opened_at"])
    world.solve(case, world.rng.choice([at, end]) + side * SECOND)
    world.event(case, "pending_customer", end + timedelta(hours=1))


def pause_over_opening(world: Desk, side: int) -> None:
    case, _, due = world.promise("resolution", pauses=True)
    world.event(case, "pending_customer", case["opened_at"] - timedelta(hours=2))
    world.sign(case, case["opened_at"] + side * world.rng.choice([1, 3600]) * SECOND)
    world.solve(case, due + world.rng.choice([0, 3600]) * SECOND)


def pause_at_end_of_as_of(world: Desk, side: int) -> None:
    last = world.setting.as_of - world.rng.choice([0, 0, 1, 3]) * DAY
    case, _, _ = world.promise("resolution", pauses=True, day=last)
    what = world.rng.choice(["begins", "ends", "stopped"])
    edge = world.end + side * SECOND
    at = edge if what == "begins" else min(world.end - SECOND, case["opened_at"] + timedelta(minutes=world.rng.choice([1, 200])))
    world.event(case, "pending_customer", at)
    if what == "ends":
        world.sign(case, edge)
    elif what == "stopped":
        world.solve(case, edge)


def pause_over_end_of_period(world: Desk, side: int) -> None:
    """A pause that begins or ends at the end of a week or month."""
    first = world.calendar.period(world.day(), world.rng.choice(["week", "month"]))[1] + DAY
    case, _, _ = world.promise("resolution", pauses=True, day=first - world.rng.choice([1, 2, 3]) * DAY)
    edge = world.midnight(first) + side * SECOND
    begin, end = world.rng.choice([(edge, edge + 2 * DAY), (case["opened_at"], edge)])
    world.event(case, "pending_customer", max(begin, case["opened_at"]))
    if world.rng.random() < 0.5:
        world.solve(case, end)
    else:
        world.sign(case, max(end, case["opened_at"]) + SECOND * (begin == edge))


def due_at_end_of_as_of(world: Desk, side: int) -> None:
    """Always open, so that due is as far behind the opening as the target says."""
    metric, minutes, priority = world.rng.choice(
        [("first_response", 45, "urgent"), ("first_response", 120.5, "normal"), ("resolution", 480, "urgent")]
    )
    opened = world.end - timedelta(minutes=minutes) + side * SECOND
    case = world.opened(opened, world.rng.choice(["always_open", "emergency"]), priority=priority)
    if world.rng.random() < 0.5:
        at = opened + timedelta(minutes=minutes / 2)
        world.respond(case, at) if metric == "first_response" else world.solve(case, at)


def due_at_end_of_period(world: Desk, side: int) -> None:
    first = world.calendar.period(world.day(), world.rng.choice(["week", "month"]))[1] + DAY
    case = world.opened(
        world.midnight(first) - timedelta(minutes=480) + side * SECOND,
        "emergency",
        priority="urgent",
        queue=world.rng.choice("ab"),
    )
    world.change(case, world.rng.choice(["queue", "product"]), world.midnight(first) + world.rng.choice(SIDES) * SECOND)
    world.respond(case, world.midnight(first + world.rng.choice([0, 1]) * DAY) - world.rng.choice([0, 1, 3600]) * SECOND)
    if world.rng.random() < 0.6:
        world.solve(case, world.midnight(first) + timedelta(days=world.rng.choice([0, 0, 1, 6, 40]), seconds=side))


def withdrawn(world: Desk, side: int) -> None:
    """Closed at due without any agent interaction, or with one at the closing."""
    case, _, due = world.promise(world.rng.choice(["first_response", "resolution"]))
    at = max(case["opened_at"], due + side * SECOND)
    world.close(case, at, world.rng.choice(["event", "column", "both"]))
    if world.rng.random() < 0.4:
        world.respond(case, at + world.rng.choice([-1, 0, 1, 1]) * SECOND)


def without_schedule(world: Desk, side: int) -> None:
    """Schedules that end, are never open, begin at the end of the horizon or are not known."""
    schedule = world.rng.choice(ENDING)
    if schedule in ("ended", "nights_ended"):
        opened = world.midnight(date(2025, 12, 14)) + timedelta(hours=world.rng.randrange(24))
    else:
        opened = world.at(world.rng.choice([world.setting.as_of, world.day()]))
    case = world.opened(opened, schedule, priority=world.rng.choice(["urgent", "urgent", "low", "high", None]))
    if world.rng.random() < 0.3:
        world.event(case, "pending_customer", opened + SECOND)
    if world.rng.random() < 0.5:
        world.respond(case, opened + timedelta(hours=world.rng.choice([-1, 1]), seconds=side))
    if world.rng.random() < 0.5:
        world.solve(case, opened + timedelta(hours=world.rng.choice([1, 3, 700])))


def beyond_horizon(world: Desk, side: int) -> None:
    """Promises so long that due lies beyond the horizon, within it, or before as-of."""
    span = (world.setting.as_of - world.setting.first_day).days
    opened = world.midnight(world.setting.first_day + world.rng.randrange(span) * DAY)
    case = world.opened(opened, world.rng.choice(["always_open", "emergency", "weekdays", "auckland"]), priority="slow")
    if world.rng.random() < 0.6:
        world.event(case, "pending_customer", opened + timedelta(days=1))
        world.sign(case, opened + timedelta(days=2, seconds=side))
    if world.rng.random() < 0.6:
        world.respond(case, opened + timedelta(days=world.rng.choice([0, 70, 90])))
        world.solve(case, opened + timedelta(days=world.rng.choice([0, 1, 70, 90])))


def target_version(world: Desk, side: int) -> None:
    """Opened at the local midnight at which another promise begins or ends."""
    day = date.fromisoformat(world.rng.choice(TARGET_DAYS))
    opened = world.midnight(day) + side * SECOND
    schedule = world.rng.choice(["berlin", "always_open", "weekdays"])
    case = world.opened(opened, schedule, priority=world.rng.choice(["urgent", "normal", "high", None]))
    due = world.due(case, schedule, "first_response")
    if due is not None:
        world.respond(case, due + world.rng.choice(SIDES) * SECOND)


def changed_at_start(world: Desk, side: int) -> None:
    """Priority or schedule change at the opening: the value at that instant holds."""
    case, schedule, due = world.promise(world.rng.choice(["first_response", "resolution"]))
    at = case["opened_at"] + side * SECOND
    world.changed(case, "priority", at, world.rng.choice(["URGENT", "low", None]), world.rng.choice(["urgent", "High", None]))
    if world.rng.random() < 0.5:
        world.changed(case, "schedule", at, world.schedule(), world.rng.choice([world.schedule(), schedule, None]))
    world.respond(case, due - world.rng.choice([0, 60, 3600]) * SECOND)

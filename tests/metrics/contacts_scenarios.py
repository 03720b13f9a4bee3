"""Contacts offered to queues and contacts that agents handled, around every edge of their definitions.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

from vocabulary import Calendar, Row, Tables
from voice_oracle import VoicePolicies
from voice_worlds import DAY, SECOND, Voices
from worlds import SIDES, Setting, drop_after

Scenario = Callable[[Voices, int], None]
MOMENT, HALF = timedelta(seconds=0.4), timedelta(seconds=0.5)
# Channel, queue, threshold, short abandon, first day, first day no more: the same queue before, between and after; a threshold
# of nothing; one that only a queue has; one that has ended.
THRESHOLDS = (
    ("phone", "", 20, 5, "", "2025-12-10"),
    ("phone", "", 30, 8, "2025-12-10", ""),
    ("phone", "first", 45, 10, "2025-11-12", "2025-12-22"),
    ("chat", "", 60, 10, "", ""),
    ("chat", "second", 0, 0, "", ""),
    ("email", "third", 120, 0, "", ""),
    ("social", "", 90, 100, "", "2025-12-01"),
)
CHANGES = (date(2025, 11, 12), date(2025, 12, 1), date(2025, 12, 10), date(2025, 12, 22))


def threshold_lines() -> str:
    names = "channel,queue,threshold_seconds,short_abandon_seconds,valid_from,valid_to"
    return "\n".join([names, *(",".join(map(str, line)) for line in THRESHOLDS)]) + "\n"


def attempt(world: Voices, at: datetime, **given: object) -> Row:
    rng = world.rng
    row: Row = {"channel": rng.choice(["phone", "phone", "chat", "email", "social"])}
    row["queue"] = rng.choice(["first", "second", "third", None])
    row |= {"case_id": rng.choice(["elsewhere", None]), "agent_id": rng.choice([world.agents["qualified"], None])}
    return world.add("contact_attempts", attempt_id=world.new_id("t"), offered_at=at, **{**row, **given})


def end(world: Voices) -> str:
    return world.rng.choice(["answered_at", "abandoned_at"])


def some_moment(world: Voices) -> datetime:
    return world.at(world.some_day()) + world.rng.choice([timedelta(), MOMENT])


def in_time(world: Voices, side: int) -> None:
    """Waits a moment, half a second or a second around every threshold, of queues that have it and of others."""
    for seconds in (0, 5, 8, 10, 20, 20, 30, 45, 60, 60, 90, 100, 120):
        step = world.rng.choice([SECOND, MOMENT, HALF])
        wait = max(timedelta(seconds=seconds) + side * step, timedelta())
        at = world.at(world.some_day()) + (HALF if step == HALF else world.rng.choice([timedelta(), MOMENT]))
        known = {"channel": "chat" if seconds in (10, 60) else "phone"} if world.rng.random() < 0.5 else {}
        attempt(world, at, **known, **{end(world): at + wait})


def change_of_threshold(world: Voices, side: int) -> None:
    """Offers around the midnights on which thresholds change."""
    at = world.around(world.rng.choice(CHANGES), side)
    for seconds in (6, 9, 20, 25, 30, 45, 46):
        attempt(world, at, channel="phone", **{end(world): at + seconds * SECOND})


def both_ends(world: Voices, side: int) -> None:
    """Answered around the moment at which it was abandoned."""
    at = some_moment(world)
    ended = at + timedelta(seconds=world.rng.choice([0, 4, 20, 60]) + 1)
    attempt(world, at, answered_at=ended, abandoned_at=ended + side * world.rng.choice([SECOND, MOMENT]))


def before_the_offer(world: Voices, side: int) -> None:
    """One of the ends, or both, around the moment of the offer."""
    at = some_moment(world)
    names = world.rng.choice([["answered_at"], ["abandoned_at"], ["answered_at", "abandoned_at"]])
    other = {"answered_at": at + 9 * SECOND, "abandoned_at": at + 5 * SECOND} if world.rng.random() < 0.5 else {}
    attempt(world, at, **other | {name: at + side * world.rng.choice([SECOND, MOMENT]) for name in names})


def end_of_settlement(world: Voices, side: int) -> None:
    """An end around the midnight that ends the settlement; the other one may be late."""
    policies = world.setting.policies
    assert isinstance(policies, VoicePolicies)
    day = world.some_day()
    at = world.around(day, world.rng.choice([0, 3600, 86399]))
    ended = world.around(day + (policies.contact_settlement_days + 1) * DAY, side)
    name = end(world)
    other = {"answered_at": "abandoned_at", "abandoned_at": "answered_at"}[name]
    late = {other: ended + world.rng.choice([SECOND, DAY])} if world.rng.random() < 0.4 else {}
    attempt(world, at, **{name: ended}, **late)


def still_waiting(world: Voices, side: int) -> None:
    """Offers without an end whose settlement runs out around the as-of day."""
    policies = world.setting.policies
    assert isinstance(policies, VoicePolicies)
    day = world.setting.as_of + (side - policies.contact_settlement_days) * DAY
    attempt(world, world.at(day))
    attempt(world, world.at(world.some_day()))
    attempt(world, world.at(day), **{end(world): world.around(world.setting.as_of + DAY, 1)})


def as_of_edge(world: Voices, side: int) -> None:
    """An offer, an end, a contact and its end around the end of the as-of day."""
    last = world.around(world.setting.as_of + DAY, side)
    attempt(world, last)
    attempt(world, last - timedelta(hours=2), answered_at=last)
    attempt(world, last - timedelta(hours=2), abandoned_at=last, answered_at=last + SECOND)
    case = world.case(last - DAY)
    conversation(world, case, last - timedelta(hours=1), ended_at=last)
    conversation(world, case, last, talk_seconds=7)
    conversation(world, world.case(last), last - DAY, talk_seconds=9)


def period_edge(world: Voices, side: int) -> None:
    """Offers and contacts around the first midnight of a week or a month."""
    start = world.calendar.period(world.some_day(), world.rng.choice(["week", "month"]))[0]
    at = world.around(start, side)
    attempt(world, at, **{end(world): at + 30 * SECOND})
    conversation(world, world.case(at - DAY), at, talk_seconds=100)


def clock_change(world: Voices, side: int) -> None:
    """Offers and contacts at the ends of a day that does not have 24 hours."""
    day = world.rng.choice(world.clock_changes())
    at = world.around(day + DAY, side)
    attempt(world, at, **{end(world): at + 21 * SECOND})
    attempt(world, world.around(day, side), answered_at=world.noon(day))
    conversation(world, world.case(at - DAY), at, ended_at=at + timedelta(hours=2))


def quantiles(world: Voices, number: int) -> None:
    """A queue in which so many are answered, after waits that differ: a quantile of none, of one, between two, and at one."""
    day = world.setting.first_day + 20 * DAY
    for place in range(number):
        at = world.noon(day) + place * SECOND
        attempt(world, at, channel="video", queue=f"of {number}", answered_at=at + (3 + place**2) * SECOND)
    attempt(world, world.noon(day), channel="video", queue=f"of {number}", abandoned_at=world.noon(day) + 9 * SECOND)


# Handled contacts


def conversation(world: Voices, case: Row, at: datetime, **given: object) -> Row:
    row: Row = {"kind": "live_conversation", "direction": world.rng.choice(["inbound", "outbound"]), "response_kind": None}
    row |= {"talk_seconds": None, "hold_seconds": world.rng.choice([None, 11]), "wrap_seconds": world.rng.choice([None, 7])}
    touched = world.touch(case, at, world.rng.choice(["qualified", "second", "triage", "moved"]), **{**row, **given})
    if "ended_at" not in given:
        touched["ended_at"] = None
    touched["channel"] = world.rng.choice(["phone", "chat", None])
    return touched


def kinds(world: Voices, side: int) -> None:
    """Every kind, direction and response: which of them is handled; without an agent none is."""
    rng = world.rng
    case = world.case(world.at(world.some_day()))
    for kind in ("live_conversation", "message", "voicemail", "automatic_reply", "internal_note"):
        for direction in ("inbound", "outbound", "internal"):
            response = rng.choice([None, "acknowledgement", "recommended_answer", "information_request", "other"])
            agent = rng.choice(["qualified", "triage", "unknown", None])
            at = case["opened_at"] + rng.choice([0, 1, 4]) * DAY + side * SECOND
            row = world.touch(case, at, agent, kind=kind, direction=direction, response_kind=response)
            row["channel"] = rng.choice(["phone", "email", None])


def times(world: Voices, side: int) -> None:
    """All that can be known of a contact's time: of conversations and of messages, with ends around their beginning."""
    rng = world.rng
    case = world.case(world.at(world.some_day()))
    for talk in (None, None, 0, 30):
        at = case["opened_at"] + rng.randrange(50) * MOMENT
        hold, wrap = rng.choice([None, 0, 240]), rng.choice([None, 0, 60])
        ended_at = rng.choice([None, at + side * SECOND, at + timedelta(seconds=rng.choice([100.4, 99.9, 3600]))])
        shape: Row = {} if rng.random() < 0.7 else {"kind": "message", "direction": "outbound"}
        given = {"talk_seconds": talk, "hold_seconds": hold, "wrap_seconds": wrap, "ended_at": ended_at}
        conversation(world, case, at, **given, **shape)


def before_the_opening(world: Voices, side: int) -> None:
    """A contact around the midnight that begins the day of its case's opening."""
    day = world.some_day()
    opened_at = world.around(day, 0) + world.rng.choice([timedelta(), SECOND, timedelta(hours=8)])
    case = world.case(opened_at, account_id=world.account)
    world.change(case, world.rng.choice(["product", "queue", "priority"]), opened_at + world.rng.choice([-1, 0, 1]) * SECOND)
    conversation(world, case, world.around(day, side), talk_seconds=50)
    conversation(world, case, opened_at + side * SECOND, talk_seconds=60)


def attributes(world: Voices, side: int) -> None:
    """A field changes around the contact; an agent or an account changes around its day."""
    at = world.at(world.some_day())
    case = world.case(at - 2 * DAY, account_id=world.account)
    for name in ("product", "queue", "priority"):
        world.change(case, name, at + side * SECOND)
    conversation(world, case, at, talk_seconds=40)
    for table, column, who in (("agents", "agent_id", world.agents["moved"]), ("accounts", "account_id", world.account)):
        rows = [row for row in world.tables[table] if row[column] == who]
        edge = world.rng.choice([row[name] for row in rows for name in ("valid_from", "valid_to") if row[name]])
        touched = conversation(world, case, world.around(edge, side), talk_seconds=41)
        touched["agent_id"] = world.agents["moved"]


def uncounted(world: Voices, side: int) -> None:
    """Cases that do not count, or are unknown, have no handled contacts; one closed without qualified contact has."""
    rng, at = world.rng, world.at(world.some_day())
    shapes: list[Row] = [{"exclusion_code": "spam"}, {"duplicate_of_case_id": "elsewhere"}, {"channel": "chatbot"}]
    case = world.case(at, **(rng.choice(shapes) if side else {}))
    conversation(world, case, at + SECOND, talk_seconds=30)
    conversation(world, {"case_id": "elsewhere"}, at, talk_seconds=31)
    if rng.random() < 0.5:
        world.close(case, at + timedelta(hours=1))


def scenarios() -> dict[str, Scenario]:
    found: tuple[Scenario, ...] = (
        *(in_time, change_of_threshold, both_ends, before_the_offer, end_of_settlement, still_waiting, as_of_edge, period_edge),
        *(clock_change, kinds, times, before_the_opening, attributes, uncounted),
    )
    return {each.__name__: each for each in found}


OFTEN = {"in_time": 2, "both_ends": 2, "before_the_offer": 2, "end_of_settlement": 2, "times": 2}


def generate(
    setting: Setting,
    seed: int,
    copies: int,
    event_at: dict[str, tuple[str, ...]],
    *,
    is_as_of_derived: bool,
    prefix: str = "",
    with_cells: bool = True,
) -> Tables:
    """All worlds of one build: every scenario on every side `copies` times, some more often, mixed, about four to a world.

    With cells: and weeks of one channel with just so many waits.
    """
    rng = random.Random(seed)
    tasks = [
        (scenario, side) for name, scenario in scenarios().items() for side in SIDES for _ in range(copies * OFTEN.get(name, 1))
    ]
    rng.shuffle(tasks)
    tables: Tables = defaultdict(list)
    number = 0
    while tasks:
        world = Voices(f"{prefix}k{number:04}", setting, rng, tables)
        for scenario, side in (tasks.pop() for _ in range(min(len(tasks), rng.randrange(2, 7)))):
            scenario(world, side)
        number += 1
    if with_cells:
        world = Voices(f"{prefix}k-waits", setting, rng, tables)
        for number in range(11):
            quantiles(world, number)
    if is_as_of_derived:
        drop_after(tables, Calendar(setting.policies.timezone).utc(setting.as_of + DAY), event_at)
    return tables

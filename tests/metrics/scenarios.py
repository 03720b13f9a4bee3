"""The situations that worlds are made of: each puts one case on, just before or just after one edge of the definition."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from vocabulary import Row, Tables
from worlds import ACKNOWLEDGEMENTS, AGAINST, KINDS, SIDES, Setting, World, drop_after

Scenario = Callable[[World, int], None]
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
OTHER_EXCLUSIONS = ("spam", "test", "unheard_of", "duplicate")


def begun(world: World, *, settled: float = 0.8, **given: object) -> tuple[Row, datetime]:
    """A case with an initial interaction, and the instant of it."""
    met_at = world.at(world.day(settled=settled))
    case = world.case(met_at - timedelta(seconds=world.rng.choice([0, 1, 600, 90_000])), **given)
    world.initial(case, met_at, world.rng.choice(["qualified"] * 4 + ["moved", "overlapping", "gone"]))
    return case, met_at


def maybe_acknowledged(world: World, case: Row, met_at: datetime, likely: float = 0.5) -> None:
    if world.rng.random() < likely:
        world.evidence(case, world.rng.choice(ACKNOWLEDGEMENTS), world.after(met_at, world.rng.choice([0, 1, 3, 30])))


def settlement(kind: str) -> Scenario:
    def scenario(world: World, side: int) -> None:
        case, met_at = begun(world)
        days = world.setting.policies.settlement_days + side
        if kind == "closed":
            world.close(case, world.after(met_at, days), "event")
            return
        if kind in ("reopened", "no"):
            maybe_acknowledged(world, case, met_at)
        world.evidence(case, kind, world.after(met_at, days))
        if kind in ("transferred", "escalated", "further_contact") and world.rng.random() < 0.3:
            world.evidence(case, "resolution_confirmed", world.after(met_at, days + world.rng.choice([0, 1])))
        world.noise(case)

    return scenario


def instant_of_initial(kind: str) -> Scenario:
    def scenario(world: World, side: int) -> None:
        case, met_at = begun(world)
        at = met_at + side * SECOND
        if kind == "inbound":
            world.touch(case, at, None, direction="inbound", kind=world.rng.choice(["message", "voicemail"]), response_kind=None)
            world.close(case, world.after(met_at, 2))
            return
        if kind in ("product", "queue", "priority"):
            world.change(case, kind, at)
            maybe_acknowledged(world, case, met_at)
            return
        world.evidence(case, kind, at)
        if kind in AGAINST:
            maybe_acknowledged(world, case, met_at)
        world.noise(case)

    return scenario


def instant_of_acknowledgement(kind: str) -> Scenario:
    def scenario(world: World, side: int) -> None:
        case, met_at = begun(world)
        at = world.after(met_at + 5 * SECOND, world.rng.choice([0, 1, 12]))
        world.evidence(case, world.rng.choice(ACKNOWLEDGEMENTS), at)
        world.evidence(case, kind, at + side * SECOND)
        world.noise(case)

    return scenario


def instant_of_closing(is_qualified: bool) -> Scenario:
    def scenario(world: World, side: int) -> None:
        closed_at = world.at(world.day())
        case = world.case(closed_at - timedelta(hours=world.rng.choice([1, 30])))
        at = closed_at + side * SECOND
        if is_qualified:
            world.initial(case, at)
        else:
            world.touch(case, at, world.rng.choice(["triage", "unknown", "qualified"]), response_kind="other")
        if world.rng.random() < 0.3:
            world.touch(case, closed_at - 600 * SECOND, world.rng.choice(["triage", "unknown"]))
        if world.rng.random() < 0.3:
            world.initial(case, closed_at + 2 * DAY)
        world.close(case, closed_at)
        maybe_acknowledged(world, case, at, 0.3)

    return scenario


def agent_validity(is_start: bool) -> Scenario:
    def scenario(world: World, side: int) -> None:
        day = world.day()
        at = world.midnight(day) + side * SECOND
        agent, is_swapped = world.new_id("g"), world.rng.random() < 0.5
        world.agent_row(agent, True, *((day, None) if is_start else (None, day)))
        if is_swapped:
            world.agent_row(agent, world.rng.random() < 0.3, *((None, day) if is_start else (day, None)))
        case = world.case(at - timedelta(hours=2))
        world.initial(case, at, agent)
        maybe_acknowledged(world, case, at)
        if world.rng.random() < 0.5:
            world.close(case, world.after(at, 1))

    return scenario


def account_validity(is_start: bool) -> Scenario:
    def scenario(world: World, side: int) -> None:
        day, account = world.day(), world.new_id("a")
        at = world.midnight(day) + side * SECOND
        world.account_row(account, *((day, None) if is_start else (None, day)))
        if world.rng.random() < 0.5:
            world.account_row(account, *((day - 9 * DAY, day) if is_start else (day - 9 * DAY, None)))
        case = world.case(at - timedelta(hours=2), account_id=account)
        world.initial(case, at)
        maybe_acknowledged(world, case, at)

    return scenario


def period_edge(grain: str, what: str) -> Scenario:
    def scenario(world: World, side: int) -> None:
        last = world.setting.as_of - 32 * DAY if what == "initial" else world.setting.as_of - DAY
        starts = {world.calendar.period(world.setting.first_day + n * DAY, grain)[0] for n in range(365)}
        start = world.rng.choice(sorted(day for day in starts if world.setting.first_day < day <= last))
        at = world.midnight(start) + side * SECOND
        if what == "initial":
            case = world.case(at - timedelta(hours=world.rng.choice([0, 5, 50])))
            world.initial(case, at)
            maybe_acknowledged(world, case, at)
        elif what == "closing":
            case = world.case(at - timedelta(hours=5))
            for _ in range(world.rng.choice([0, 1, 1, 2])):
                world.touch(case, at - timedelta(hours=1), world.rng.choice(["qualified", "triage"]))
            world.close(case, at)
        else:
            case = world.case(at)
            if world.rng.random() < 0.6:
                world.touch(case, world.after(at, 1), "triage")
            if world.rng.random() < 0.6:
                world.initial(case, world.after(at, world.rng.choice([1, 8, 40])))
            if world.rng.random() < 0.3:
                case["exclusion_code"] = "spam"

    return scenario


def as_of_edge(what: str) -> Scenario:
    def scenario(world: World, side: int) -> None:
        at = world.midnight(world.setting.as_of + DAY) + side * SECOND
        rng = world.rng
        if what == "opening":
            case = world.case(at)
            if rng.random() < 0.5:
                world.initial(case, at)
            return
        case = world.case(at - timedelta(days=rng.choice([1, 3, 20]), hours=1))
        if what == "initial":
            world.initial(case, at)
        elif what in ("closed", "closed_at"):
            world.touch(case, at - timedelta(hours=1), rng.choice(["triage", "qualified"]))
            world.close(case, at, "event" if what == "closed" else "column")
        elif what == "change":
            world.initial(case, at - timedelta(hours=3))
            world.change(case, rng.choice(["product", "queue", "priority"]), at)
        else:
            world.initial(case, world.after(case["opened_at"], 0))
            world.evidence(case, what, at)

    return scenario


def silence_days(world: World, side: int) -> None:
    """An inbound message a day before, on and after the last silent day."""
    case, met_at = begun(world)
    at = world.after(met_at, (world.setting.policies.silence_days or 5) + side)
    agent, shape = world.rng.choice(
        [(None, "message"), (None, "voicemail"), ("qualified", "live_conversation"), (None, "automatic_reply")]
    )
    world.touch(case, at, agent, direction="inbound", kind=shape, response_kind=None)
    world.close(case, world.after(met_at, world.rng.choice([0, 1, 9])))


def silence_end(world: World, side: int) -> None:
    """The last silent day is the day before as-of, as-of itself, or the day after."""
    day = world.setting.as_of - DAY * ((world.setting.policies.silence_days or 5) - side)
    case = world.case(world.at(day))
    world.initial(case, world.after(case["opened_at"], 0))
    world.close(case, world.after(case["opened_at"], world.rng.choice([0, 1])))


def resolved_with_contact(world: World, met_at: datetime, acknowledged_at: datetime) -> Row:
    """A resolved case of a contact, or of an account, of its own."""
    known = world.rng.choice(["contact", "account", "both", "neither"])
    ids = {
        "account_id": world.new_id("a") if known != "contact" else None,
        "contact_id": world.new_id("p") if known in ("contact", "both") else None,
    }
    if known == "neither":
        ids["account_id"] = None
    case = world.case(met_at, **ids)
    world.initial(case, met_at)
    world.evidence(case, world.rng.choice(ACKNOWLEDGEMENTS), acknowledged_at)
    return case


def follow_up(world: World, case: Row, at: datetime) -> Row:
    """Another case that is, or is nearly, about the same thing from the same person."""
    rng = world.rng
    same = {name: case.get(name) for name in ("account_id", "contact_id", "product")}
    change = rng.choice([{}, {}, {}, {"contact_id": None}, {"contact_id": world.new_id("p")}, {"account_id": world.new_id("a")}])
    odd = rng.choice(
        [{}, {}, {}, {}, {"product": "other"}, {"exclusion_code": "spam"}, {"duplicate_of_case_id": case["case_id"]}]
    )
    return world.case(at, **{**same, **change, **odd, **rng.choice([{}] * 6 + [{"channel": "chatbot"}])})


def repeat_days(world: World, side: int) -> None:
    """A repeat opened a day before, on and after the last day of the window."""
    met_at = world.at(world.day())
    acknowledged_at = world.after(met_at, world.rng.choice([0, 2, 30]))
    case = resolved_with_contact(world, met_at, acknowledged_at)
    follow_up(world, case, world.after(acknowledged_at, world.setting.policies.repeat_window_days + side))


def repeat_instant(world: World, side: int) -> None:
    """A repeat opened a second before, at and after the initial interaction."""
    met_at = world.at(world.day())
    case = resolved_with_contact(world, met_at, world.after(met_at, 1))
    case["opened_at"] = met_at - timedelta(minutes=9)
    follow_up(world, case, met_at + side * SECOND)


def repeat_running(world: World, side: int) -> None:
    """The window ends the day before as-of, on it, or the day after; sometimes a repeat is there already."""
    day = world.setting.as_of - DAY * (world.setting.policies.repeat_window_days - side)
    acknowledged_at = world.at(day)
    case = resolved_with_contact(world, acknowledged_at - timedelta(hours=26), acknowledged_at)
    if world.rng.random() < 0.25:
        follow_up(world, case, world.after(acknowledged_at, 1))


def plain(world: World, side: int) -> None:
    """Every status and reason that needs no edge."""
    rng, opened = world.rng, world.at(world.day(settled=0.5))
    case, met_at = world.case(opened), world.after(opened, 1)
    what = rng.randrange(12)
    if what == 0:
        case["exclusion_code"] = rng.choice(OTHER_EXCLUSIONS)
    elif what == 1:
        case["duplicate_of_case_id"] = rng.choice(["elsewhere", case["case_id"]])
    elif what == 2:
        case["channel"] = rng.choice(["chatbot", "community", "pigeon"])
    elif what == 3:
        case["status"] = "closed"
        met_at = opened - DAY if rng.random() < 0.2 else met_at
    elif what == 4:
        world.close(case, met_at)
    elif what == 5:
        world.touch(case, met_at, rng.choice(["triage", "unknown", "gone"]))
        world.close(case, world.after(met_at, 1))
    elif what == 6:
        case["delivery_model"] = rng.choice(["call_back", "direct"])
        world.touch(case, met_at, "qualified", kind=rng.choice(["message", "voicemail"]))
        world.close(case, world.after(met_at, 1))
    elif what == 7:
        case["delivery_model"] = rng.choice(["electronic", "front_line_triage"])
        world.touch(case, met_at, response_kind="information_request")
        world.evidence(case, rng.choice(KINDS), world.after(met_at, 1))
    elif what == 8:
        case["delivery_model"] = rng.choice(["electronic", "front_line_triage"])
        world.touch(case, met_at, response_kind=rng.choice(["other", None]), kind=rng.choice(["message", "voicemail"]))
    if what in (0, 1, 2, 3) and rng.random() < 0.6:
        world.initial(case, met_at)
        if what != 3 or rng.random() < 0.5:
            maybe_acknowledged(world, case, met_at)
    elif what == 9:
        world.touch(case, met_at, "triage")
    elif what == 10:
        world.initial(case, met_at)
        maybe_acknowledged(world, case, met_at, 1.0)
        world.close(case, world.after(met_at, 3))
    world.noise(case, quiet=side < 0)


def late_contact(world: World, side: int) -> None:
    """First, or first qualified, contact long after the opening, where a case of a finished period must not move any more."""
    rng = world.rng
    case = world.case(
        world.at(world.day()), **rng.choice([{}, {"exclusion_code": "spam"}, {"channel": "chatbot"}, {"status": "closed"}])
    )
    if rng.random() < 0.7:
        world.touch(case, world.after(case["opened_at"], rng.choice([0, 2, 20])), rng.choice(["triage", "moved", "unknown"]))
    if rng.random() < 0.3:
        world.close(case, world.after(case["opened_at"], 25))
    world.initial(
        case, world.after(case["opened_at"], 30 + side + rng.choice([0, 0, 10, 30])), rng.choice(["qualified", "second"])
    )
    maybe_acknowledged(world, case, world.after(case["opened_at"], 70))


def crowd(world: World, side: int) -> None:
    """Many rows at few instants, so that ties and orders of every sort come up."""
    rng, (case, met_at) = world.rng, begun(world)
    instants = [
        met_at,
        met_at,
        met_at + SECOND,
        met_at + SECOND,
        world.after(met_at, 1),
        world.after(met_at, 31),
        met_at - SECOND,
    ]
    for _ in range(rng.randrange(2, 7)):
        world.evidence(case, rng.choice([*KINDS, "transferred", "further_contact"]), rng.choice(instants))
    if rng.random() < 0.3:
        world.initial(case, rng.choice(instants))
    if rng.random() < 0.4:
        world.close(case, max(rng.choice(instants), case["opened_at"]))
    world.noise(case, quiet=side < 0)


def scenarios() -> dict[str, Scenario]:
    found: dict[str, Scenario] = {f"settlement of {kind}": settlement(kind) for kind in (*KINDS, "closed")}
    near_initial = (*KINDS, "inbound", "product", "queue", "priority")
    found |= {f"{kind} at the initial interaction": instant_of_initial(kind) for kind in near_initial}
    found |= {
        f"{k} at the acknowledgement": instant_of_acknowledgement(k) for k in ("transferred", "escalated", "further_contact")
    }
    found |= {f"closing, {is_qualified}": instant_of_closing(is_qualified) for is_qualified in (True, False)}
    found |= {f"agent, {is_start}": agent_validity(is_start) for is_start in (True, False)}
    found |= {f"account, {is_start}": account_validity(is_start) for is_start in (True, False)}
    found |= {
        f"{grain} of {what}": period_edge(grain, what)
        for grain in ("week", "month")
        for what in ("initial", "closing", "opening")
    }
    found |= {f"as-of and {w}": as_of_edge(w) for w in ("opening", "initial", "closed", "closed_at", "change", *KINDS)}
    found |= {f.__name__: f for f in (silence_days, silence_end, repeat_days, repeat_instant, repeat_running)}
    return found


def generate(
    setting: Setting, seed: int, copies: int, event_at: dict[str, tuple[str, ...]], *, is_as_of_derived: bool, prefix: str = "w"
) -> Tables:
    """All worlds of one build: every scenario on every side `copies` times, mixed, about four to a world."""
    rng = random.Random(seed)
    tasks = [(scenario, side) for scenario in scenarios().values() for side in SIDES for _ in range(copies)]
    tasks += [
        (scenario, side) for scenario in (repeat_days, repeat_instant, silence_days) for side in SIDES for _ in range(3 * copies)
    ]
    tasks += [(plain, rng.choice(SIDES)) for _ in range(12 * copies)] + [(crowd, rng.choice(SIDES)) for _ in range(16 * copies)]
    tasks += [(late_contact, side) for side in SIDES for _ in range(3 * copies)]
    rng.shuffle(tasks)
    tables: Tables = defaultdict(list)
    number = 0
    while tasks:
        world = World(f"{prefix}{number:04}", setting, rng, tables)
        for scenario, side in (tasks.pop() for _ in range(min(len(tasks), rng.randrange(2, 7)))):
            scenario(world, side)
        number += 1
    if is_as_of_derived:
        calendar_end = World("end", setting, rng, tables).midnight(setting.as_of + DAY)
        drop_after(tables, calendar_end, event_at)
    return tables

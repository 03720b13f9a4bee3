"""The situations that worlds of self-help are made of: each puts one session or case on, just before or just after one edge."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from deflection_oracle import ATTRIBUTES, DAY, QUESTIONS
from deflection_worlds import PRODUCTS, SECOND, Visits
from vocabulary import Row, Tables
from worlds import SIDES, Setting, drop_after

Scenario = Callable[[Visits, int], None]
RENEWALS = ("renewal", "renewal signed", "renewal of another account", "renewal row")
COVERAGE = ("starts_on", "signed_on", "ends_on", "cancelled_on", *RENEWALS)


def satisfied(world: Visits, **given: object) -> Row:
    """A session of an entitled customer who found the answer and would have asked; the third answer is mostly missing."""
    session = world.session(world.at(world.day()), world.customer(), **given)
    world.replies(session, True, True, world.rng.choice([None, None, False, True]))
    return session


def case_at_first_moment(world: Visits, side: int) -> None:
    session = satisfied(world)
    world.matching_case(session, session["at"] + side * SECOND)


def case_within_session(world: Visits, side: int) -> None:
    """Before the session, during it, or after its last event: the first moment counts."""
    session = satisfied(world)
    world.event(session["session_id"], session["at"] + timedelta(hours=6))
    world.matching_case(session, session["at"] + timedelta(hours=(-1, 3, 9)[side + 1]))


def case_on_last_day(world: Visits, side: int) -> None:
    session = satisfied(world)
    world.matching_case(session, world.after(session["at"], world.setting.policies.contact_window_days + side))


def case_at_last_midnight(world: Visits, side: int) -> None:
    session = satisfied(world)
    end = world.midnight(session["on"] + DAY * (world.setting.policies.contact_window_days + 1))
    world.matching_case(session, end + side * SECOND)


def case_today(world: Visits, side: int) -> None:
    """On the session's own day, but at any hour: also before it."""
    session = satisfied(world)
    world.matching_case(session, world.at(session["on"]) + side * SECOND)


def candidates(world: Visits, side: int) -> None:
    """A case that is, nearly is, or is not the visitor's about the same thing; sometimes it is not counted."""
    rng, account = world.rng, world.customer()
    ours, others = [account, account, None], [account, account, None, world.new_id("a")]
    contact, product = world.new_id("p"), rng.choice(PRODUCTS)
    session = world.session(
        world.at(world.day()), rng.choice([account] * 5 + [None]), contact_id=rng.choice([contact, None]), product=product
    )
    world.replies(session, True, True, rng.choice([None, False, True]))
    for _ in range(rng.choice([1, 1, 1, 2])):
        odd = rng.choice([{}] * 4 + [{"exclusion_code": "spam"}, {"duplicate_of_case_id": "elsewhere"}, {"channel": "chatbot"}])
        mine = {"account_id": rng.choice(ours if side else others), "contact_id": rng.choice([contact, world.new_id("p"), None])}
        case = world.case(world.after(session["at"], rng.randrange(3)), **mine, product=rng.choice([product, *PRODUCTS]), **odd)
        if case["product"] is not None and rng.random() < 0.4:  # the product as landed counts, whatever it was or became
            world.change(case, "product", case["opened_at"] + side * SECOND)


def repeated(world: Visits, side: int) -> None:
    """Several sessions before one case, and several cases, some at one instant, after one session."""
    rng, contact = world.rng, world.new_id("p")
    first = satisfied(world, contact_id=contact)
    account, sessions = first["account_id"], [first]
    for days in rng.sample(range(4), 2):
        session = world.session(world.after(first["at"], days), account, contact_id=rng.choice([contact, None]), product=None)
        world.some_replies(session, 0.9)
        sessions.append(session)
    at = world.after(first["at"], rng.choice([1, 2, 3]))
    for moment in (at, at, at + SECOND)[: 2 + side]:
        world.matching_case(rng.choice(sessions), moment)


def answer_on_last_day(question: str) -> Scenario:
    def scenario(world: Visits, side: int) -> None:
        session = answered_but(world, question)
        days = world.setting.policies.survey_settlement_days + side
        world.reply(session, question, world.after(session["at"], days), world.rng.random() < 0.5)

    return scenario


def answer_at_last_midnight(question: str) -> Scenario:
    def scenario(world: Visits, side: int) -> None:
        session = answered_but(world, question)
        end = world.midnight(session["on"] + DAY * (world.setting.policies.survey_settlement_days + 1))
        world.reply(session, question, end + side * SECOND, world.rng.random() < 0.5)

    return scenario


def answered_but(world: Visits, question: str) -> Row:
    """A session whose other answers are favourable; the one to come may be there already."""
    rng = world.rng
    session = world.session(world.at(world.day()), world.customer())
    favourable = zip(QUESTIONS, (True, True, False), strict=True)
    world.replies(session, *(rng.choice([None, True, False]) if each == question else good for each, good in favourable))
    return session


def answer_changed(question: str) -> Scenario:
    """Two answers a second apart, or at one instant, where the id decides."""

    def scenario(world: Visits, side: int) -> None:
        rng = world.rng
        session = answered_but(world, question)
        at, is_yes = world.after(session["at"], rng.choice([5, 6])), rng.random() < 0.5
        world.reply(session, question, at, is_yes)
        world.reply(session, question, at + side * SECOND, not is_yes)
        if rng.random() < 0.3:
            odd = rng.choice([{"is_yes": None}, {"is_yes": is_yes, "survey_type": "relationship"}])
            world.reply(session, question, at + 2 * SECOND, **odd)

    return scenario


def stray_answers(world: Visits, side: int) -> None:
    """Answers of another survey, to another question, of no session, and before the session."""
    rng, session = world.rng, world.session(world.at(world.day()), world.customer())
    world.some_replies(session)
    at = world.after(session["at"], 1)
    world.reply(session, rng.choice(QUESTIONS), at, True, survey_type=rng.choice(["post_case", "relationship"]))
    world.reply(session, "useful", at, side > 0)
    world.reply({**session, "session_id": "nowhere"}, "found_answer", at, True)
    world.reply(session, rng.choice(QUESTIONS), session["at"] - timedelta(minutes=3), side < 0)


def late_event(world: Visits, side: int) -> None:
    """An event around the last settled day that says something else of everything."""
    at_midnight = world.rng.random() < 0.5
    session = satisfied(world)
    last = session["on"] + DAY * world.setting.policies.survey_settlement_days
    at = world.midnight(last + DAY) + side * SECOND if at_midnight else world.at(last + side * DAY)
    told = {"account_id": world.customer(is_covered=False), "contact_id": world.new_id("p"), "product": "phone", "topic": "late"}
    names = world.rng.sample(sorted(told), world.rng.randrange(5))
    world.event(session["session_id"], at, process="late", **{name: told[name] for name in names})
    world.matching_case(session, world.after(session["at"], 2))


def tied_events(world: Visits, side: int) -> None:
    """Events a second apart or at one instant, each with a word of its own; some keep silent."""
    rng, session = world.rng, satisfied(world)
    at = session["at"] + timedelta(days=3)
    for moment in (at, at + side * SECOND):
        told = {name: rng.choice([None, f"{name} {rng.randrange(9)}"]) for name in ATTRIBUTES if name != "account_id"}
        account = rng.choice([None, world.customer(is_covered=rng.random() < 0.5)])
        world.event(session["session_id"], moment, account_id=account, **told)


def as_of_edge(what: str) -> Scenario:
    def scenario(world: Visits, side: int) -> None:
        rng, at = world.rng, world.midnight(world.setting.as_of + DAY) + side * SECOND
        if what == "session":
            session = world.session(at, world.customer())
            world.some_replies(session)
            return
        session = world.session(at - timedelta(days=rng.choice([1, 2, 4]), hours=1), world.customer())
        world.replies(session, True, True)
        if what == "case":
            world.matching_case(session, at)
        elif what == "event":
            account = world.customer(is_covered=False)
            world.event(session["session_id"], at, account_id=account, topic="late", product="phone")
        else:
            world.reply(session, rng.choice(QUESTIONS), at, False)

    return scenario


def coverage(kind: str) -> Scenario:
    """Sessions and cases the day before, on and after the day on which entitlement begins or ends."""

    def scenario(world: Visits, side: int) -> None:
        day, account = world.covered_day(), world.customer(is_covered=False)
        covered(world, account, kind, day)
        at = world.at(day + side * DAY, world.clock())
        session = world.session(at, account)
        world.some_replies(session, 0.9)
        world.case(world.at(day + side * DAY, world.clock()), account_id=account)

    return scenario


def covered(world: Visits, account: str, kind: str, day: date) -> None:
    """Contracts whose edge lies on `day`, and others that do not move it."""
    rng = world.rng
    before, after = day - DAY * rng.choice([2, 30, 365]), day + DAY * rng.choice([2, 30, 365])
    end = rng.choice([after, None])
    if kind == "starts_on":
        world.contract(account, day, end, signed_on=rng.choice([None, before, day]))
    elif kind == "signed_on":
        world.contract(account, before, end, signed_on=day)
    elif kind == "ends_on":
        cancelled = rng.choice([None, None, after, day + DAY])
        old = world.contract(account, before, day, cancelled_on=cancelled)
        follow(world, account, old, day)
    elif kind == "cancelled_on":
        world.contract(account, before, end, cancelled_on=day)
    else:
        old = world.contract(account, before, rng.choice([day, after, end]))
        owner = account if kind != "renewal of another account" else world.customer(is_covered=False)
        signed = {"signed_on": day} if kind == "renewal signed" else {}
        starts_on = day - DAY * rng.randrange(400) if signed else day
        new = world.contract(owner, starts_on, after + 200 * DAY, is_support_entitled=rng.random() < 0.3, **signed)
        if kind == "renewal row" or rng.random() < 0.9:
            world.renews(new, old)
        if kind == "renewal row" and rng.random() < 0.5:  # split: the later of two early renewals
            later = world.contract(account, day + DAY, None, is_support_entitled=rng.random() < 0.3)
            world.renews(later, old)


def follow(world: Visits, account: str, old: Row, ends_on: date) -> None:
    """After the end: nothing, a renewal after a gap that does not entitle, one without a gap, or one without support."""
    shape = world.rng.choice(["nothing", "gap", "gap", "gap", "next day", "no support"])
    if shape != "nothing":
        starts_on = ends_on + DAY * (world.rng.choice([2, 3, 20, 80]) if shape == "gap" else 1)
        given = {"is_support_entitled": shape != "no support", "product": world.rng.choice([old["product"], "suite"])}
        new = world.contract(account, starts_on, None, **given)
        if world.rng.random() < 0.5:
            world.renews(new, old)


def odd_contracts(world: Visits, side: int) -> None:
    """Overlaps, contracts without support, never in force, not yet known, and renewals that are none; a session among them."""
    rng, account, day = world.rng, world.customer(is_covered=False), world.covered_day()
    as_of, shape = world.setting.as_of, rng.randrange(8)
    old = world.contract(account, day - 50 * DAY, day, is_support_entitled=shape != 0)
    if shape == 1:  # overlapping, one ends
        world.contract(account, day - 20 * DAY, day + 20 * DAY, is_support_entitled=rng.random() < 0.7)
    elif shape == 2:  # signed after its end, or cancelled before it starts
        odd = rng.choice([{"signed_on": day + 9 * DAY}, {"cancelled_on": day - 4 * DAY}, {"cancelled_on": day - 9 * DAY}])
        new = world.contract(account, day - 4 * DAY, day + 8 * DAY, **odd)
        world.renews(new, old)
    elif shape == 3:  # a link to a contract that starts on the same day, or later, or to itself
        new = world.contract(account, day - (50 - side) * DAY, day + 30 * DAY, is_support_entitled=rng.random() < 0.5)
        world.renews(*rng.choice([(new, old), (old, new), (new, new)]))
    elif shape == 4:  # known, or starting, around as-of
        odd = rng.choice([{"signed_on": as_of + side * DAY}, {"cancelled_on": as_of + side * DAY}, {}])
        old["ends_on"] = None
        starts_on = day - 10 * DAY if odd else as_of + side * DAY
        new = world.contract(account, starts_on, None, is_support_entitled=rng.random() < 0.5, **odd)
        world.renews(new, old)
        day = as_of
    elif shape == 5:  # a renewal that comes later than the grace, or points nowhere
        new = world.contract(account, day + 200 * DAY, None, renews_contract_id=rng.choice([old["contract_id"], "nowhere"]))
    elif shape == 6:  # a chain of early renewals
        new = world.contract(account, day - 20 * DAY, day + 20 * DAY, is_support_entitled=False)
        last = world.contract(account, day + side * DAY, None)
        world.renews(new, old)
        world.renews(last, new)
    session = world.session(world.at(min(day + rng.choice([-30, -5, -1, 0, 0, 1, 5]) * DAY, as_of)), account)
    world.some_replies(session, 0.9)
    world.case(world.at(min(day + rng.choice([-1, 0, 1]) * DAY, as_of)), account_id=account)


def account_validity(world: Visits, side: int) -> None:
    day, account = world.covered_day(), world.new_id("a")
    world.account_row(account, None, day)
    if world.rng.random() < 0.7:
        world.account_row(account, day, None)
    world.contract(account, world.setting.first_day)
    at = world.midnight(day) + side * SECOND
    world.some_replies(world.session(at, account))
    world.case(at, account_id=account)


def period_edge(grain: str) -> Scenario:
    def scenario(world: Visits, side: int) -> None:
        days = [world.setting.first_day + n * DAY for n in range((world.setting.as_of - world.setting.first_day).days)]
        starts = {world.calendar.period(day, grain)[0] for day in days}
        start = world.rng.choice(sorted(day for day in starts if day > world.setting.first_day))
        at, account = world.midnight(start) + side * SECOND, world.customer()
        world.some_replies(world.session(at, account))
        world.case(at, account_id=account)

    return scenario


def clock_change(world: Visits, side: int) -> None:
    """A session around the night on which a clock changes, and a case or an answer that many days later."""
    day = world.rng.choice(world.clock_changes())
    session = world.session(world.at(day + side * DAY), world.customer())
    world.replies(session, True, True)
    window = world.setting.policies.contact_window_days + world.rng.choice([0, 1])
    world.matching_case(session, world.after(session["at"], window))


def cell(shape: str) -> Scenario:
    """Sessions on one day and one topic of their own, so that a row of the mart is about them alone."""

    def scenario(world: Visits, side: int) -> None:
        rng, topic, day = world.rng, world.new_id("t"), world.day(settled=0.95)
        account = world.customer(is_covered=shape != "nobody entitled")
        answers: dict[str, tuple[bool | None, ...]] = {
            "nobody answered": (None, rng.choice([None, True]), rng.choice([None, False])),
            "nobody found": (False, rng.choice([None, True]), None),
            "intent never answered": (True, None, rng.choice([None, False])),
            "nobody intended": (True, False, rng.choice([None, False])),
            "third never answered": (True, True, None),
        }
        for number in range(3 + side):
            session = world.session(world.at(day), account, topic=topic, contact_id=world.new_id("p"), product=None)
            if number == 0 or shape != "capped":
                world.replies(session, *answers.get(shape, (True, True, False)))
            else:  # silent, and yet seen to ask: the answers of the others speak for this one too
                world.case(world.after(session["at"], rng.randrange(4)), contact_id=session["contact_id"])

    return scenario


def mixed(world: Visits, side: int) -> None:
    """What needs no edge: every answer, with or without an account, entitled or not, with or without a case."""
    rng = world.rng
    account = rng.choice([None, world.customer(is_covered=False), *(world.customer() for _ in range(4))])
    session = world.session(world.at(world.day(settled=0.6)), account)
    world.some_replies(session)
    if rng.random() < 0.25:
        world.matching_case(session, world.after(session["at"], rng.choice([side + 1, 4, 9, 11])))


def crowd(world: Visits, side: int) -> None:
    """Many rows at few instants, so that ties and orders of every sort come up."""
    rng, account, contact = world.rng, world.customer(), world.new_id("p")
    at = world.at(world.day())
    late = world.after(at, world.setting.policies.survey_settlement_days + side)
    instants = [at, at, at + SECOND, at + SECOND, world.after(at, 3), late, late]
    session = world.session(at, account, contact_id=contact)
    for _ in range(rng.randrange(1, 5)):
        names = rng.sample(ATTRIBUTES, rng.randrange(4))
        told = {name: account if name == "account_id" else f"{name} {rng.randrange(3)}" for name in names}
        world.event(session["session_id"], rng.choice(instants), **told)
    for _ in range(rng.randrange(2, 9)):
        world.reply(session, rng.choice(QUESTIONS), rng.choice(instants), rng.random() < 0.7)
    for _ in range(rng.randrange(3)):
        world.case(rng.choice(instants), account_id=account, contact_id=rng.choice([contact, None]))


def scenarios() -> dict[str, Scenario]:
    plain = (
        *(case_at_first_moment, case_within_session, case_on_last_day, case_at_last_midnight, case_today, candidates, repeated),
        *(stray_answers, late_event, tied_events, odd_contracts, account_validity, clock_change, mixed, crowd),
    )
    found: dict[str, Scenario] = {each.__name__: each for each in plain}
    for question in QUESTIONS:
        found[f"{question} on the last day"] = answer_on_last_day(question)
        found[f"{question} at the last midnight"] = answer_at_last_midnight(question)
        found[f"{question} changed"] = answer_changed(question)
    found |= {f"as-of and {what}": as_of_edge(what) for what in ("session", "case", "event", "answer")}
    found |= {f"coverage: {kind}": coverage(kind) for kind in COVERAGE}
    found |= {f"edge of a {grain}": period_edge(grain) for grain in ("week", "month")}
    shapes = ("capped", "nobody answered", "nobody found", "intent never answered", "nobody intended", "third never answered")
    return found | {f"cell: {shape}": cell(shape) for shape in (*shapes, "nobody entitled", "all deflected")}


OFTEN = {
    "candidates": 7,
    "account_validity": 2,
    "repeated": 2,
    "odd_contracts": 5,
    "mixed": 6,
    "crowd": 4,
    "late_event": 2,
    "coverage: ends_on": 2,
}


def generate(
    setting: Setting, seed: int, copies: int, event_at: dict[str, tuple[str, ...]], *, is_as_of_derived: bool, prefix: str = "w"
) -> Tables:
    """All worlds of one build: every scenario on every side `copies` times, some more often, mixed, about four to a world."""
    rng = random.Random(seed)
    tasks = [
        (scenario, side) for name, scenario in scenarios().items() for side in SIDES for _ in range(copies * OFTEN.get(name, 1))
    ]
    rng.shuffle(tasks)
    tables: Tables = defaultdict(list)
    number = 0
    while tasks:
        world = Visits(f"{prefix}{number:04}", setting, rng, tables)
        for scenario, side in (tasks.pop() for _ in range(min(len(tasks), rng.randrange(2, 7)))):
            scenario(world, side)
        number += 1
    if is_as_of_derived:
        drop_after(tables, Visits("end", setting, rng, tables).midnight(setting.as_of + DAY), event_at)
    return tables

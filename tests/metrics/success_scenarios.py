"""The situations that worlds of customer success are made of: each puts something on, just before or just after one edge."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import contract_scenarios
from contract_calendar import DAY, add_months, month_end, month_start
from contract_scenarios import tidy
from contract_worlds import exchange_rates
from success_demand_scenarios import account_at_stock, before_opening, classes, heard_at_edge, late_sign_in, needs, not_heard
from success_worlds import CONTACTS, OUTCOMES, SECOND, Scenario, SuccessSetting, SuccessWorld, alone
from vocabulary import Calendar, Tables
from worlds import drop_after

SIDES = (-1, 0, 1)
CENT = Decimal("0.01")


def window(world: SuccessWorld) -> timedelta:
    return timedelta(days=world.policies.onboarding_window_days)


# Onboarding


def guided_on_last_day(world: SuccessWorld, side: int) -> None:
    rng = world.rng
    contract = world.customer(signed_on=None)
    if rng.random() < 0.5:
        contract["signed_on"] = contract["starts_on"] + rng.choice([-20, -1, 3]) * DAY
    guidance = rng.choice([True, True, None])
    world.milestone(
        "onboarding",
        rng.choice([None, world.day()]),
        contract["starts_on"] + window(world) + side * DAY,
        has_formal_guidance=guidance,
    )
    if guidance and rng.random() < 0.2:
        contract["cancelled_on"] = contract["starts_on"] + 20 * DAY


def guided_when_known(world: SuccessWorld, side: int) -> None:
    """Around the day from which the first contract is known: a signature before the start, after it, or none."""
    contract = world.customer()
    signed_on = contract["starts_on"] + world.rng.choice([-30, -1, 0, 10]) * DAY
    contract["signed_on"] = world.rng.choice([None, signed_on, signed_on])
    known_on = contract["signed_on"] or contract["starts_on"]
    world.milestone("onboarding", None, known_on + side * DAY, has_formal_guidance=world.rng.choice([True, True, None]))


def window_at_as_of(world: SuccessWorld, side: int) -> None:
    start = world.as_of - window(world) + side * DAY
    world.customer(start)
    if world.rng.random() < 0.7:
        world.milestone(
            "onboarding", None, start + world.rng.choice([-5, 0, 10]) * DAY, has_formal_guidance=world.rng.choice([True, False])
        )
    if world.rng.random() < 0.3:
        world.milestone("onboarding", None, world.as_of, has_formal_guidance=True)


def guided_at_as_of(world: SuccessWorld, side: int) -> None:
    world.customer(world.as_of - world.rng.choice([1, 5]) * DAY)
    world.milestone("onboarding", None, world.as_of + side * DAY, has_formal_guidance=True)


def guidance(world: SuccessWorld, _side: int) -> None:
    """Several onboarding milestones in time, with, without, or of unknown guidance, and others."""
    contract, rng = world.customer(), world.rng
    for _ in range(rng.randrange(1, 5)):
        reached = contract["starts_on"] + rng.randrange(-3, world.policies.onboarding_window_days + 4) * DAY
        world.milestone(
            "onboarding", None, rng.choice([reached, reached, None]), has_formal_guidance=rng.choice([True, False, False, None])
        )
    world.milestone(rng.choice(["adoption", "success"]), None, contract["starts_on"], has_formal_guidance=True)


def first_contract(world: SuccessWorld, side: int) -> None:
    """Contracts that begin on one day or a day apart, and earlier ones that never covered a day or were not known yet."""
    rng, start = world.rng, world.day(latest=world.as_of - timedelta(days=120))
    world.contract(start, None, signed_on=rng.choice([None, start - 9 * DAY]), product="router")
    earlier = start - rng.choice([0, 5, 40]) * DAY
    world.contract(earlier, earlier + 400 * DAY, signed_on=max(earlier, start + side * DAY), product="modem")
    world.contract(start - 50 * DAY, start - 20 * DAY, signed_on=start - 19 * DAY + min(side, 0) * DAY, product="phone")
    if rng.random() < 0.5:
        world.contract(start - 60 * DAY, None, cancelled_on=start - 60 * DAY + max(side, 0) * DAY, signed_on=None)
    for day in (earlier, start):
        world.milestone("onboarding", None, day + window(world) + rng.choice([-1, 0, 1]) * DAY, has_formal_guidance=True)


def begins_at_as_of(world: SuccessWorld, side: int) -> None:
    world.customer(world.as_of + side * DAY, signed_on=world.as_of - world.rng.choice([0, 20]) * DAY)
    world.milestone("onboarding", None, world.as_of - DAY, has_formal_guidance=True)


def begins_at_edge(world: SuccessWorld, side: int) -> None:
    """The first covered day at the edge of a week or month, or of the account's attributes; the account goes soon or stays."""
    rng, day = world.rng, month_end(world.day()) + DAY
    if rng.random() < 0.4:
        day -= day.weekday() * DAY
    for row in world.tables["accounts"]:
        if row["account_id"] == world.account and rng.random() < 0.5:
            row["valid_from" if row["valid_from"] else "valid_to"] = day
    world.customer(day + side * DAY)
    if rng.random() < 0.6:
        world.milestone("onboarding", None, day + 5 * DAY, has_formal_guidance=rng.choice([True, False]))


# Milestones


def due_at_stock(world: SuccessWorld, side: int) -> None:
    stock_on, rng = world.stock_day(), world.rng
    world.customer(stock_on - rng.choice([40, 300]) * DAY)
    due = stock_on + side * DAY
    for stage in rng.choice([("adoption",), ("success", "adoption")]):
        world.milestone(stage, due, rng.choice([None, due - 40 * DAY, due, due + 5 * DAY]))


def reached_at_stock(world: SuccessWorld, side: int) -> None:
    stock_on, rng = world.stock_day(), world.rng
    world.customer(stock_on - rng.choice([40, 300]) * DAY)
    world.milestone(rng.choice(["adoption", "success"]), stock_on - rng.choice([0, 3, 70]) * DAY, stock_on + side * DAY)
    world.milestone("adoption", rng.choice([None, stock_on]), stock_on + side * DAY)


def covered_at_stock(world: SuccessWorld, side: int) -> None:
    """The first or last covered day lies around a stock day; there is a late renewal, a grace that runs, or nothing."""
    stock_on, rng = world.stock_day(), world.rng
    day = stock_on + side * DAY
    start, end = (day, None) if rng.random() < 0.5 else (day - rng.choice([25, 200]) * DAY, day)
    contract = world.contract(start, end, signed_on=None, is_support_entitled=rng.random() < 0.7)
    if end is not None and rng.random() < 0.4:
        world.renewal(contract, end + rng.choice([1, 9, world.setting.grace_days + 1]) * DAY, is_linked=False)
    for stage in ("adoption", "success"):
        world.milestone(stage, day - rng.choice([0, 1, 10]) * DAY, rng.choice([None, day]))
    world.milestone("adoption", None, rng.choice([None, day - DAY]))


def awaiting(world: SuccessWorld, side: int) -> None:
    """A grace that runs, or ran out, at as-of; now and then beside another contract, or with one that was worth something."""
    end, rng = world.as_of - world.rng.choice([world.grace - side * DAY, 5 * DAY, 40 * DAY]), world.rng
    world.contract(
        end - rng.choice([90, 420]) * DAY, end, product="modem", cancelled_on=rng.choice([None, None, None, end + 3 * DAY])
    )
    if rng.random() < 0.5:
        world.customer(end - 400 * DAY, is_charged=rng.random() < 0.5)
    for stage in ("adoption", "success", "success"):
        world.milestone(stage, rng.choice([None, end - 30 * DAY, end]), rng.choice([None, end - 2 * DAY]))
    world.heard(rng.choice(CONTACTS), world.at(world.as_of - rng.randrange(60) * DAY))


def milestone_map(world: SuccessWorld, side: int) -> None:
    """Many milestones of several products: all reached, all but one, or any."""
    stock_on, rng = world.stock_day(), world.rng
    world.customer(stock_on - 200 * DAY)
    for number in range(rng.randrange(2, 7)):
        due = stock_on - rng.randrange(90) * DAY
        reached = due + rng.randrange(-20, 20) * DAY if number or side == 0 else None
        if side == 1 and rng.random() < 0.5:
            reached = None
        world.milestone(rng.choice(["adoption", "success"]), due, reached, product=rng.choice(["router", "modem", "phone", None]))


def changed_at_stock(world: SuccessWorld, side: int) -> None:
    """Attributes that change around a stock day, under contract and not."""
    stock_on, rng = world.stock_day(), world.rng
    account = world.new_id("a")
    world.account_row(None, stock_on + side * DAY, account)
    world.account_row(stock_on + side * DAY, None, account)
    if rng.random() < 0.8:
        world.customer(stock_on - 100 * DAY, account_id=account)
    world.milestone("adoption", stock_on, rng.choice([None, stock_on]), account)
    world.heard(rng.choice(CONTACTS), world.at(stock_on + side * DAY), account)


def milestone_without_contract(world: SuccessWorld, _side: int) -> None:
    world.milestone("adoption", world.day(), world.day())
    world.milestone("onboarding", None, world.day(), has_formal_guidance=True)


# Engagements


def engaged_at_edge(world: SuccessWorld, side: int) -> None:
    """At the last midnight of as-of, at the edge of a week or month, and at a change of agent or account."""
    agent_rows = [row["valid_from"] for row in world.tables["agents"] if row["agent_id"] == world.agent and row["valid_from"]]
    account_rows = [
        row["valid_from"] for row in world.tables["accounts"] if row["account_id"] == world.account and row["valid_from"]
    ]
    weekday = world.day()
    edges = [world.as_of + DAY, month_end(world.day()) + DAY, weekday - weekday.weekday() * DAY, *agent_rows, *account_rows]
    for edge in edges:
        world.engagement(world.midnight(edge) + side * SECOND)


def closed_at_edge(world: SuccessWorld, side: int) -> None:
    rng, weekday = world.rng, world.day()
    for edge in (world.as_of + DAY, month_end(world.day()) + DAY, weekday - weekday.weekday() * DAY):
        case = world.handled(world.midnight(edge) + side * SECOND, account=rng.choice([None, None, "stranger"]))
        if rng.random() < 0.6:
            world.rated(case, case["opened_at"] + timedelta(days=rng.randrange(12)))


def answered_on_last_day(world: SuccessWorld, side: int) -> None:
    closed_on, days = world.day(), world.policies.survey_settlement_days
    case = world.handled(world.at(closed_on))
    last = closed_on + timedelta(days=days)
    if world.rng.random() < 0.5:
        world.rated(case, world.midnight(last + DAY) + side * SECOND)
    else:
        world.rated(case, world.at(last + side * DAY))
    if world.rng.random() < 0.3:
        world.rated(case, world.at(closed_on), invitation_id=world.invitation(world.at(closed_on)))


def met_at_closing(world: SuccessWorld, side: int) -> None:
    """The only agent interaction around the closing; or something that is none."""
    rng, opened_at = world.rng, world.at(world.day())
    case, closed_at = world.case(opened_at), opened_at + timedelta(hours=5)
    odd = rng.choice(
        [{}] * 6 + [{"agent_id": None}, {"response_kind": "acknowledgement"}, {"direction": "internal"}, {"direction": "inbound"}]
    )
    world.touch(
        case, closed_at + side * SECOND, **{**rng.choice([{}, {"kind": "live_conversation"}, {"kind": "voicemail"}]), **odd}
    )
    world.close(case, closed_at)
    if rng.random() < 0.5:
        world.rated(case, closed_at + timedelta(days=1))


def closed_before_as_of(world: SuccessWorld, side: int) -> None:
    closed_on = world.as_of - timedelta(days=world.policies.survey_settlement_days) + side * DAY
    case = world.handled(world.at(closed_on))
    if world.rng.random() < 0.7:
        world.rated(case, world.at(closed_on + world.rng.choice([0, 3]) * DAY))


def answered_again(world: SuccessWorld, side: int) -> None:
    """Several answers about a case: to one invitation on one day or two, to others, by other people, at one instant."""
    rng, closed_on = world.rng, world.day(latest=world.as_of - timedelta(days=70))
    case = world.handled(world.at(closed_on))
    at = world.at(closed_on + 2 * DAY)
    subjects = [{"contact_id": world.new_id("q")}, {"invitation_id": world.invitation(at, case_id=case["case_id"])}]
    subjects.append({"contact_id": None})
    for _ in range(rng.randrange(2, 5)):
        later = rng.choice([timedelta(), side * SECOND, timedelta(hours=1), timedelta(days=1)])
        world.rated(case, at + later, **rng.choice(subjects))
    if rng.random() < 0.4:
        world.answer("overall_satisfaction", at, "relationship", case_id=case["case_id"], score=1)
        world.answer("effort_ease", at + SECOND, "post_case", case_id=case["case_id"], score=7)


def every_score(world: SuccessWorld, side: int) -> None:
    rng, closed_on = world.rng, world.day(latest=world.as_of - timedelta(days=50))
    for low, high in ((1, 5), (1, 7), (0, 10), (0, 4)):
        case = world.handled(world.at(closed_on))
        edge = low + (high - low) * rng.choice([1, 3]) / 4
        score = min(high, max(low, round(edge) + side))
        world.rated(case, world.at(closed_on), score, scale_min=low, scale_max=high, case_id=case["case_id"])


def odd_cases(world: SuccessWorld, _side: int) -> None:
    """Excluded cases, reopened ones, open ones; an answer with no score; one about a case that does not count."""
    rng, closed_at = world.rng, world.at(world.day())
    excluded = rng.choice([{"exclusion_code": "spam"}, {"duplicate_of_case_id": "x"}, {"channel": "chatbot"}, {}])
    case = world.handled(closed_at, **excluded)
    world.write(case, closed_at)
    world.rated(case, closed_at, **rng.choice([{}, {"score": None}]))
    if rng.random() < 0.6:
        world.event(case, "reopened", closed_at + timedelta(days=1))
        world.event(case, "closed", closed_at + timedelta(days=rng.choice([2, 40])))
    world.rated({"case_id": "nobody", "opened_at": closed_at}, closed_at)
    world.answer("unheard_of", closed_at, account_id=world.account, score=3)
    world.touch(world.case(closed_at), closed_at + timedelta(hours=1))


# Health


def scored(world: SuccessWorld, side: int) -> None:
    """Milestones, commitment and value that put the score on, or near to, the edge of a band or of the coverage."""
    stock_on, rng = world.stock_day(add_months(world.first_day, 13)), world.rng
    start = month_start(add_months(stock_on, -14))
    end = rng.choice([None, stock_on + 100 * DAY])
    contract = world.contract(start, end, signed_on=None, is_charged=False)
    for stage in rng.choice([("adoption", "success"), ("adoption",), ("success",), ()]):
        due = rng.choice([1, 2, 3, 4])
        reached = rng.randrange(due + 1)
        for number in range(due):
            world.milestone(stage, start, start if number < reached else None)
    if rng.random() < 0.7:
        dates = {
            "billing_period": "month",
            "currency": world.setting.reporting_currency.lower(),
            "product": None,
            "quantity": None,
        }
        base = rng.choice([Decimal(300), Decimal(100), Decimal(1)])
        now = base * rng.choice([0, 1, 1, 2, 3]) / rng.choice([1, 3, 4])
        now = base + side * CENT if rng.random() < 0.3 else now
        changed = month_start(stock_on)
        world.charge(contract, starts_on=start, ends_on=changed - DAY, amount=base, **dates)
        world.charge(contract, starts_on=changed, ends_on=None, amount=now.quantize(Decimal("1e-4")), **dates)


def value_of_a_year(world: SuccessWorld, side: int) -> None:
    """A contract that begins or ends around the stock day of twelve months before, with the value of another beside it or not."""
    stock_on, rng = world.month_edge(add_months(world.first_day, 13)), world.rng
    base_on = month_end(add_months(month_start(stock_on), -12))
    world.contract(base_on + side * DAY, None, signed_on=None)
    if rng.random() < 0.5:
        world.contract(base_on - 60 * DAY, rng.choice([base_on + side * DAY, None]), signed_on=None, product="modem")


def heard_for_days(kind: str) -> Scenario:
    def scenario(world: SuccessWorld, side: int) -> None:
        """The only contact of long lies on the first of the days that count as not silent, or beside it."""
        stock_on = world.stock_day()
        first = stock_on - (world.policies.health_silence_days - 1) * DAY
        world.customer(stock_on - (world.policies.health_silence_days + 30) * DAY)
        at = world.midnight(first) + min(side, 0) * SECOND if world.rng.random() < 0.5 else world.at(first + side * DAY)
        world.heard(kind, at)

    return scenario


def old_enough(world: SuccessWorld, side: int) -> None:
    stock_on, rng = world.stock_day(), world.rng
    first = stock_on - (world.policies.health_silence_days + rng.choice([0, 0, -1])) * DAY + side * DAY
    contract = world.customer(first)
    if rng.random() < 0.3:
        contract["starts_on"], contract["signed_on"] = first - 20 * DAY, first
    if rng.random() < 0.3:
        world.heard(rng.choice(CONTACTS), world.at(stock_on - rng.randrange(30) * DAY))


def plain() -> tuple[Scenario, ...]:
    return (
        *(guided_on_last_day, guided_when_known, window_at_as_of, guided_at_as_of, guidance, first_contract, begins_at_as_of),
        *(begins_at_edge, due_at_stock, reached_at_stock, covered_at_stock, awaiting, milestone_map, changed_at_stock),
        *(milestone_without_contract, engaged_at_edge, closed_at_edge, answered_on_last_day, met_at_closing),
        *(closed_before_as_of, answered_again, every_score, odd_cases, scored, value_of_a_year, old_enough, account_at_stock),
        *(classes, not_heard, before_opening, late_sign_in, needs),
        *(heard_for_days(kind) for kind in CONTACTS),
        *(heard_at_edge(kind, is_as_of=is_as_of) for kind in CONTACTS for is_as_of in (True, False)),
    )


def contracted(world: SuccessWorld, scenario: contract_scenarios.Scenario, side: int) -> None:
    """A world of the contracts' own edges, with milestones, contacts and engagements somewhere in it."""
    rng = world.rng
    scenario(world, side)
    for _ in range(rng.randrange(4)):
        world.milestone(
            rng.choice(["onboarding", "adoption", "success"]), rng.choice([None, world.day()]), rng.choice([None, world.day()])
        )
    for _ in range(rng.randrange(3)):
        world.heard(rng.choice(CONTACTS), world.at(world.day(latest=world.as_of)))
    world.engagement(world.at(world.day(latest=world.as_of)), outcome=rng.choice(OUTCOMES))


OFTEN: dict[Scenario, int] = {
    **dict.fromkeys((account_at_stock, met_at_closing, scored, reached_at_stock), 8),
    **dict.fromkeys((due_at_stock, answered_on_last_day, not_heard, engaged_at_edge), 5),
    **dict.fromkeys((before_opening, needs, awaiting, covered_at_stock, late_sign_in), 3),
    **dict.fromkeys((closed_at_edge, value_of_a_year, begins_at_edge, guided_when_known, closed_before_as_of), 2),
}


def generate_success(setting: SuccessSetting, seed: int, copies: int, event_at: dict[str, tuple[str, ...]]) -> Tables:
    """`copies` worlds of every scenario on each side of its edge, one of those of the contracts; each has its own luck."""
    tables: Tables = defaultdict(list)
    tables["exchange_rates"] = exchange_rates(setting, random.Random(seed))
    tasks = [(scenario, copy) for scenario in plain() for copy in range(copies * OFTEN.get(scenario, 1))]
    for number, (scenario, copy) in enumerate(tasks):
        for side in SIDES:
            name = f"w{number}.{side + 1}.{copy}"
            scenario(SuccessWorld(name, setting, random.Random(f"{seed} {name}"), tables), side)
    for number, (contract_scenario, _) in enumerate(contract_scenarios.SCENARIOS):
        for side in SIDES:
            name = f"wk{number}.{side + 1}"
            contracted(SuccessWorld(name, setting, random.Random(f"{seed} {name}"), tables), contract_scenario, side)
    tidy(tables)
    alone(setting, tables)
    if setting.policies.as_of is None:
        end = Calendar(setting.policies.timezone).utc(setting.as_ofs[0] + DAY)
        drop_after(tables, end, event_at)
        tables["cases"].append({"case_id": "last", "channel": "email", "opened_at": end - SECOND, "status": "open"})
    return tables

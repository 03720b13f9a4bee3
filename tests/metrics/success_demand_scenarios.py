"""The situations of support demand: contacts, accounts and answers on, just before and just after an edge."""

from __future__ import annotations

from datetime import timedelta

from contract_calendar import DAY, month_end, month_start
from success_worlds import CONTACTS, SECOND, Scenario, SuccessWorld


def heard_at_edge(kind: str, *, is_as_of: bool) -> Scenario:
    def scenario(world: SuccessWorld, side: int) -> None:
        rng = world.rng
        edge = (world.as_of if is_as_of else month_end(world.day())) + DAY
        if rng.random() < 0.7:
            world.customer(edge - 200 * DAY, ends_on=rng.choice([None, edge - DAY, edge]))
        world.heard(kind, world.midnight(edge) + side * SECOND)

    return scenario


def account_at_stock(world: SuccessWorld, side: int) -> None:
    """When the account's rows begin and end to hold, and the account was created, around a stock day."""
    stock_on, rng, account = world.stock_day(), world.rng, world.new_id("a")
    day, kind = stock_on + side * DAY, rng.choice(["created", "from", "to", "gap", "moved"])
    if kind == "created":
        world.account_row(None, None, account)["created_on"] = day
    elif kind == "from":
        world.account_row(day, None, account)
    elif kind == "to":
        world.account_row(None, day, account)
    elif kind == "gap":
        world.account_row(None, stock_on - 9 * DAY, account)
        world.account_row(day, None, account)
    else:
        world.account_row(None, None, account)
        world.account_row(stock_on - 5 * DAY, None, account)["created_on"] = day
    if rng.random() < 0.4:
        world.customer(stock_on - 40 * DAY, account_id=account)
    world.heard(rng.choice(CONTACTS), world.at(stock_on - rng.randrange(3) * DAY), account)


def classes(world: SuccessWorld, _side: int) -> None:
    """Any contacts in a month, of an account with or without a contract."""
    rng, month = world.rng, month_start(world.day())
    if rng.random() < 0.5:
        world.customer(month - 150 * DAY, is_support_entitled=rng.random() < 0.6)
    for kind in rng.sample(CONTACTS, rng.choice([0, 1, 1, 2, 3])):
        for _ in range(rng.choice([1, 1, 2])):
            world.heard(kind, world.at(month + rng.randrange(27) * DAY))


def not_heard(world: SuccessWorld, _side: int) -> None:
    """What is no hearing: what support sends, notes, employees' posts and answers; and contacts of nobody."""
    rng, at = world.rng, world.at(world.day())
    case = world.case(
        world.midnight(world.first_day + rng.randrange(60) * DAY),
        **rng.choice([{}, {"exclusion_code": "test"}, {"account_id": None}, {"account_id": None}]),
    )
    world.touch(case, at)
    world.write(case, at, kind="automatic_reply")
    world.write(case, at, direction=rng.choice(["internal", "outbound"]))
    if case.get("exclusion_code") or case["account_id"] is None:
        world.write(case, at)
    for role in ("moderator", "employee", "customer", "champion"):
        account = world.account if role in ("moderator", "employee") else None
        ids = {"post_id": world.new_id("p"), "thread_id": "t", "account_id": account, "community": "forum", "is_hosted": False}
        world.add("community_posts", posted_at=at, author_role=role, **ids)
    world.answer("overall_satisfaction", at, "employee", account_id=world.account, score=3)
    world.invitation(at)
    world.add("contact_attempts", attempt_id=world.new_id("x"), channel="phone", offered_at=at, abandoned_at=at)
    world.add("outages", outage_id=world.new_id("o"), account_id=world.account, started_at=at)


def before_opening(world: SuccessWorld, side: int) -> None:
    """An inbound message around the opening of its case, often the day before, over the end of a month."""
    opened_at = world.midnight(world.month_edge() + DAY) + world.rng.choice([0, 0, 3600]) * SECOND
    case = world.case(min(opened_at, world.midnight(world.as_of) + SECOND))
    world.write(case, case["opened_at"] + side * world.rng.choice([SECOND, DAY]))


def late_sign_in(world: SuccessWorld, side: int) -> None:
    """A session around midnight whose visitor is known at once, later that day, on a later day, as another, or never."""
    rng, edge = world.rng, world.midnight(world.month_edge() + DAY)
    session, other = world.new_id("s"), world.new_id("a")
    world.account_row(None, None, other)
    world.page(session, edge - rng.choice([1, 60, 90_000]) * SECOND, rng.choice([None, None, world.account]))
    for _ in range(rng.randrange(1, 4)):
        world.page(session, edge + rng.choice([side, side, 60, 90_000]) * SECOND, rng.choice([world.account, other, None]))


def needs(world: SuccessWorld, side: int) -> None:
    """Answers to the two questions in one response or two, at the edge of a month or not, once or again."""
    rng = world.rng
    at = world.midnight(month_end(world.day()) + DAY) + side * SECOND if rng.random() < 0.4 else world.at(world.day())
    for _ in range(rng.choice([1, 2, 4])):
        response = world.new_id("r")
        given = {"account_id": world.account} if rng.random() < 0.7 else {"invitation_id": world.invitation(at)}
        for question in rng.choice([("needed_help", "contacted_support")] * 3 + [("needed_help",), ("contacted_support",)]):
            spelling = rng.choice([{"answer": rng.choice(["yes", "no"])}, {"score": rng.choice([0, 1])}])
            world.answer(question, at, response_id=response, **given, **spelling)
            if rng.random() < 0.15:
                later = at + rng.choice([timedelta(hours=1), timedelta(days=1)])
                world.answer(question, later, response_id=world.new_id("r"), **given, answer=rng.choice(["yes", "no"]))
        if rng.random() < 0.3:
            world.customer(world.first_day) if rng.random() < 0.5 else world.case(at)

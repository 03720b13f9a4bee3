"""The situations of outages: each begins or ends on, just before or just after an edge of coverage, month, as-of or another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from contract_calendar import DAY, month_end, month_start
from impact_worlds import SECOND, ImpactWorld

Scenario = Callable[[ImpactWorld, int], None]
HALF = timedelta(milliseconds=500)
LENGTHS = (timedelta(seconds=1), timedelta(minutes=30), timedelta(hours=5), timedelta(days=3))


def customer(world: ImpactWorld, start: date, end: date | None, **given: object) -> str:
    """A contract on a product of the world's own; the name of the product."""
    product = world.new_id("q")
    world.contract(start, end, **{"product": product, "signed_on": None, "is_charged": False, **given})
    return product


def named(world: ImpactWorld, product: str | None) -> dict[str, object]:
    """One of the ways in which an outage names an account and product of the world."""
    ways: list[dict[str, object]] = [{"account_id": world.account}]
    if product is not None:
        ways += [{"account_id": world.account, "product": product}, {"product": product}]
    return world.rng.choice(ways)


def some_day(world: ImpactWorld) -> date:
    span = (world.as_of - world.setting.first_day).days
    return world.setting.first_day + world.rng.randrange(40, span - 40) * DAY


def coverage_edge(world: ImpactWorld, side: int) -> None:
    """An outage begins or ends around the first or the last covered midnight."""
    rng, day = world.rng, some_day(world)
    how, length = rng.choice(["start", "start", "signed", "end", "cancelled", "renewed"]), rng.choice(LENGTHS)
    if how in ("start", "signed"):
        dates = {"signed_on": day} if how == "signed" else {}
        product = customer(world, day - 30 * DAY if dates else day, day + 60 * DAY, **dates)
        edge = world.midnight(day)
    else:
        odd = {"cancelled_on": day + DAY} if how == "cancelled" else {}
        product = customer(world, day - 60 * DAY, day if not odd else None, **odd)
        edge = world.midnight(day + DAY)
        if how == "renewed":  # at once, or after a gap that is not covered
            world.contract(day + rng.choice([1, 2, 9]) * DAY, None, product=product, is_charged=False, signed_on=None)
    edge += side * SECOND
    start, end = rng.choice([(edge - length, edge), (edge, edge + length), (edge - length, edge + length)])
    world.outage(start, end, **named(world, product))


def month_edge(world: ImpactWorld, side: int) -> None:
    """An outage begins or ends around a local midnight between two months, or goes on over several."""
    rng, day = world.rng, month_start(some_day(world))
    product = customer(world, day - 70 * DAY, rng.choice([None, day + 45 * DAY]))
    edge, length = world.midnight(day) + side * SECOND, rng.choice([*LENGTHS, timedelta(days=40)])
    start, end = rng.choice([(edge - length, edge), (edge, edge + length), (edge - length, edge + length)])
    world.outage(start, end, **named(world, product))


def touching(world: ImpactWorld, side: int) -> None:
    """Two outages with a second between them, none, or an overlap of one; planned or not."""
    rng, day = world.rng, some_day(world)
    product = customer(world, day - 50 * DAY, None)
    at, length = world.at(day), rng.choice(LENGTHS)
    world.outage(at, at + length, **named(world, product))
    world.outage(at + length + side * SECOND, at + 2 * length + side * SECOND, **named(world, product))


def nested(world: ImpactWorld, side: int) -> None:
    """An outage inside another, the same once more, or one that reaches beyond it; planned or not."""
    rng, day = world.rng, some_day(world)
    product = customer(world, day - 50 * DAY, None)
    start, length = world.at(day), rng.choice(LENGTHS[1:])
    world.outage(start, start + length, **named(world, product))
    world.outage(start + rng.choice([0, 60]) * SECOND, start + length + side * SECOND, **named(world, product))
    if rng.random() < 0.3:
        world.outage(start, start + length, is_planned=True, **named(world, product))


def instant(world: ImpactWorld, side: int) -> None:
    """Outages of no second, or of parts of one: begin and end are cut to the second."""
    rng, day = world.rng, some_day(world)
    product = customer(world, day - 50 * DAY, None)
    at = world.at(day)
    end = {-1: at, 0: at + HALF, 1: at + SECOND}[side]
    begin = at + rng.choice([0, 0.25 if end > at else 0]) * HALF
    world.outage(begin, max(begin, end), is_planned=rng.choice([False, None]), **named(world, product))


def as_of_edge(world: ImpactWorld, side: int) -> None:
    """An outage begins or ends around the end of as-of, or has no end at all."""
    rng = world.rng
    product = customer(world, world.as_of - 100 * DAY, rng.choice([None, world.as_of + side * DAY, world.as_of - 3 * DAY]))
    edge = world.midnight(world.as_of + DAY) + side * SECOND
    length = rng.choice(LENGTHS)
    start, end = rng.choice([(edge, None), (edge, edge + length), (edge - length, edge), (edge - length, None)])
    world.outage(start, end, **named(world, product))


def scope(world: ImpactWorld, side: int) -> None:
    """Several pairs, of which an outage names some, all, or none that is covered."""
    rng, day = world.rng, some_day(world)
    product, other = customer(world, day - 50 * DAY, None), customer(world, day - 20 * DAY, day + side * DAY)
    world.contract(day - 9 * DAY, None, product=None, is_charged=False, signed_on=None)
    account = world.account
    world.account = world.new_id("a")
    world.contract(day - 90 * DAY, rng.choice([day, None]), product=product, is_charged=False, signed_on=None)
    at, length = world.at(day), rng.choice(LENGTHS)
    names = [{"account_id": account}, {"product": product}, {"product": other}, {"account_id": account, "product": other}]
    names += [
        {"account_id": world.account, "product": other},
        {"product": "nothing"},
        {"account_id": "nobody", "product": product},
    ]
    world.outage(at, at + length, **rng.choice(names))


def overlapping_contracts(world: ImpactWorld, side: int) -> None:
    """Two contracts on one product that overlap, touch or leave a day out: each day is covered once."""
    rng, day = world.rng, some_day(world)
    product = customer(world, day - 40 * DAY, day, is_support_entitled=False)
    world.contract(day + DAY + side * DAY, rng.choice([None, day + 30 * DAY]), product=product, is_charged=False, signed_on=None)
    start = world.midnight(day) - rng.choice([0, 1]) * SECOND
    world.outage(start, start + rng.choice([timedelta(days=1), timedelta(days=5)]), **named(world, product))


def clock_change(world: ImpactWorld, side: int) -> None:
    """An outage in the night in which a clock changes, of accounts covered just then."""
    days = [world.setting.first_day + n * DAY for n in range((world.as_of - world.setting.first_day).days)]
    changes = [day for day in days if world.midnight(day + DAY) - world.midnight(day) != DAY] or days
    day = world.rng.choice(changes) + side * DAY
    product = customer(world, day - world.rng.choice([0, 20]) * DAY, day + world.rng.choice([0, 20]) * DAY)
    start: datetime = world.midnight(day)
    world.outage(start, world.midnight(day + DAY), **named(world, product))


def moving_account(world: ImpactWorld, side: int) -> None:
    """An account that changes its segment around the end of a month within a quarter, covered before, after, or on both sides."""
    rng, day = world.rng, month_end(some_day(world)) + side * DAY
    world.account = world.new_id("a")
    for row in (world.account_row(None, day), world.account_row(day, None)):
        row["size_band"] = f"band of {world.new_id('b')}"
    product = customer(world, day - 50 * DAY, rng.choice([None, day, day + 20 * DAY]))
    if rng.random() < 0.5:
        customer(world, day - 50 * DAY, rng.choice([None, day - 20 * DAY]))
    at = world.at(day - rng.choice([10, -5]) * DAY)
    world.outage(at, at + LENGTHS[1], **named(world, product))


def everywhere(world: ImpactWorld) -> None:
    """A few outages that name nothing, in months of their own; and the first contract of all, which begins within a month."""
    customer(world, (world.setting.first_day - 1000 * DAY).replace(day=9), None)
    day = month_start(world.setting.as_ofs[0] - 150 * DAY)
    for days, is_planned in ((5, False), (40, True)):
        at = world.at(day + days * DAY)
        world.outage(at, at + LENGTHS[2], is_planned=is_planned)


AVAILABILITY: tuple[tuple[Scenario, int], ...] = (
    *((coverage_edge, 14), (month_edge, 6), (touching, 4), (nested, 3), (instant, 3), (as_of_edge, 13), (scope, 4)),
    *((overlapping_contracts, 2), (clock_change, 2), (moving_account, 2)),
)

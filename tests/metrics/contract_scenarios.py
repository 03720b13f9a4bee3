"""The situations that worlds of contracts are made of: each puts a contract on, just before or just after one edge."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from contract_calendar import DAY, add_months, month_end
from contract_worlds import ContractSetting, ContractWorld, exchange_rates
from revenue_scenarios import changed_account, charge_edge, floor, overlapping, quantity, reactivation, worth
from vocabulary import Row, Tables

Scenario = Callable[[ContractWorld, int], None]
SIDES = (-1, 0, 1)
CENT = Decimal("0.01")


def ended(world: ContractWorld, **given: object) -> Row:
    """A contract that ended before as-of, so early that its grace has run out, mostly."""
    start = world.day(latest=world.as_of - timedelta(days=400))
    return world.contract(start, world.term_end(start), **given)


def grace(is_linked: bool) -> Scenario:
    def scenario(world: ContractWorld, side: int) -> None:
        contract = ended(world)
        world.renewal(contract, contract["ends_on"] + DAY + world.grace + side * DAY, is_linked=is_linked)
        world.companion()

    return scenario


def cancelled_grace(world: ContractWorld, side: int) -> None:
    contract = ended(world)
    contract["cancelled_on"] = contract["ends_on"] + DAY + world.rng.randrange(1, world.setting.grace_days) * DAY
    world.renewal(contract, contract["cancelled_on"] + side * DAY, is_linked=world.rng.random() < 0.5)


def on_time(is_linked: bool) -> Scenario:
    def scenario(world: ContractWorld, side: int) -> None:
        contract = ended(world)
        if world.rng.random() < 0.3:
            contract["cancelled_on"] = contract["ends_on"] - 9 * DAY
        last = contract.get("cancelled_on", contract["ends_on"] + DAY) - DAY
        world.renewal(contract, last + DAY + side * DAY, is_linked=is_linked)

    return scenario


def signed(world: ContractWorld, side: int) -> None:
    contract = ended(world)
    start = contract["ends_on"] + DAY
    world.renewal(contract, start, is_linked=world.rng.random() < 0.5, signed_on=start + side * DAY)


def cancelled_at_end(world: ContractWorld, side: int) -> None:
    contract = ended(world)
    contract["cancelled_on"] = contract["ends_on"] + DAY + side * DAY
    if world.rng.random() < 0.8:
        start = contract["cancelled_on"] + world.rng.choice([-1, 0, 1]) * DAY
        world.renewal(contract, start, is_linked=world.rng.random() < 0.65)


def cancelled_as_of(world: ContractWorld, side: int) -> None:
    start = world.as_of - world.rng.randrange(40, 200) * DAY
    end = world.rng.choice([None, world.as_of + 100 * DAY, world.as_of + side * DAY])
    contract = world.contract(start, end, cancelled_on=world.as_of + side * DAY)
    if world.rng.random() < 0.5:
        world.renewal(contract, contract["cancelled_on"] + world.rng.choice([0, 1]) * DAY, is_linked=world.rng.random() < 0.5)


def cancelled_at_start(world: ContractWorld, side: int) -> None:
    """A successor cancelled before, on, or the day after its start: at first never in force, then for one day."""
    contract, rng = ended(world), world.rng
    start = contract["ends_on"] + rng.choice([0, 1, 1, 20]) * DAY
    cancelled = start + side * DAY
    is_linked = rng.random() < 0.7
    world.renewal(
        contract,
        start,
        is_linked=is_linked,
        signed_on=start - 30 * DAY,
        cancelled_on=cancelled,
        product=rng.choice(["router", "modem"]),
    )
    if rng.random() < 0.7:
        world.renewal(contract, max(cancelled + rng.choice([-1, -1, 0, 1]) * DAY, contract["ends_on"] + DAY), is_linked=False)


def grace_at_as_of(world: ContractWorld, side: int) -> None:
    latest = world.as_of + side * DAY
    if side < 1 and world.rng.random() < 0.3:
        end = latest - world.rng.randrange(2, world.setting.grace_days) * DAY
        world.contract(end - 100 * DAY, end, cancelled_on=latest)
    else:
        end = latest - DAY - world.grace
        contract = world.contract(end - world.rng.choice([40, 100, 364]) * DAY, end)
        if world.rng.random() < 0.3:
            world.renewal(contract, latest + world.rng.choice([-1, 0, 1]) * DAY, is_linked=world.rng.random() < 0.5)
    world.companion()


def link_known(world: ContractWorld, side: int) -> None:
    """A linked contract that becomes known around the day on which another one would renew by inference."""
    contract, rng = ended(world), world.rng
    inferred_on = contract["ends_on"] + rng.choice([1, 1, 5, 30]) * DAY
    world.renewal(contract, inferred_on, is_linked=False, signed_on=None)
    known_on = inferred_on + side * DAY
    start = known_on + rng.choice([0, 0, 3, 10, world.setting.grace_days, 200]) * DAY
    if rng.random() < 0.15:
        start = contract["starts_on"] - 10 * DAY  # an invalid link: it starts too early
    row = world.renewal(contract, start, is_linked=True, signed_on=known_on, product=rng.choice(["modem", "router"]))
    if rng.random() < 0.2:
        row["cancelled_on"] = max(known_on + DAY, row["starts_on"] - rng.choice([0, 1]) * DAY)


def known_at_as_of(world: ContractWorld, side: int) -> None:
    known_on, rng = world.as_of + side * DAY, world.rng
    start = known_on + rng.choice([-30, 0, 0, 1, 2, 40]) * DAY
    end = start + 300 * DAY
    contract = world.contract(start - 120 * DAY, rng.choice([start - DAY, known_on - DAY, start - 20 * DAY]))
    world.renewal(contract, start, is_linked=rng.random() < 0.5, ends_on=end, signed_on=known_on)


def ended_at_as_of(world: ContractWorld, side: int) -> None:
    end, rng = world.as_of + side * DAY, world.rng
    contract = world.contract(end - rng.choice([29, 90, 364]) * DAY, end)
    if rng.random() < 0.5:
        world.renewal(contract, end + rng.choice([0, 1, 2]) * DAY, is_linked=rng.random() < 0.5)
    world.companion()


def tie(world: ContractWorld, side: int) -> None:
    contract, rng = ended(world), world.rng
    start = contract["ends_on"] + rng.choice([1, 4]) * DAY
    for each in rng.sample([start, start + side * DAY], 2):
        world.renewal(contract, each, is_linked=False, signed_on=None, contract_type=rng.choice(["support", "premium"]))


def link_at_start(world: ContractWorld, side: int) -> None:
    contract = ended(world)
    world.renewal(contract, contract["starts_on"] + side * DAY, is_linked=True, signed_on=None, product="modem")
    if world.rng.random() < 0.5:
        world.renewal(contract, contract["ends_on"] + DAY, is_linked=False)


def committed_on(world: ContractWorld, side: int) -> None:
    stock_on, rng = world.month_edge(), world.rng
    start = stock_on - rng.randrange(1, 300) * DAY
    committed = stock_on + side * DAY
    world.contract(start, stock_on + rng.randrange(1, 200) * DAY, renewal_committed_on=committed)
    if rng.random() < 0.3:
        world.contract(start, stock_on + 90 * DAY, product="modem", renewal_committed_on=rng.choice([None, committed]))


def successor(kind: str) -> Scenario:
    """A successor around a stock day: when it is known, when it starts after the term, or when it is cancelled."""

    def scenario(world: ContractWorld, side: int) -> None:
        stock_on, rng = world.month_edge(), world.rng
        end = stock_on + rng.choice([0, 1, 50]) * DAY
        contract = world.contract(stock_on - rng.randrange(20, 300) * DAY, end)
        known_on, is_linked = stock_on - rng.choice([0, 5]) * DAY, rng.random() < 0.5
        start, cancelled = end + rng.choice([1, 1, 10]) * DAY, None
        if kind == "known":
            known_on = stock_on + side * DAY
        elif kind == "latest":
            start = end + DAY + world.grace + side * DAY
        elif kind == "first":
            start = end + DAY + side * DAY
        else:
            cancelled = stock_on + side * DAY
        start = max(start, known_on)
        row = world.renewal(contract, start, is_linked=is_linked, signed_on=known_on, cancelled_on=cancelled)
        if rng.random() < 0.2:
            row["product"] = "modem"
        if rng.random() < 0.2:
            world.renewal(contract, start + 3 * DAY, is_linked=False, signed_on=stock_on)

    return scenario


def ended_at_stock(world: ContractWorld, side: int) -> None:
    end, rng = world.month_edge() + side * DAY, world.rng
    contract = world.contract(end - rng.choice([20, 100, 364]) * DAY, end, cancelled_on=rng.choice([None, None, end + DAY]))
    gap = rng.choice([None, 0, 1, 15, 40, world.setting.grace_days])
    if gap is not None:
        world.renewal(contract, end + DAY + gap * DAY, is_linked=rng.random() < 0.5)
    world.companion()


def aged(world: ContractWorld, side: int) -> None:
    """A spell, or a charge's term, of whole months, a day less, or a day more; often from the end of a month."""
    rng = world.rng
    start = world.day(latest=world.as_of - timedelta(days=500))
    if rng.random() < 0.75:
        start = month_end(start) - rng.choice([0, 1]) * DAY
    end = add_months(start, rng.choice([1, 2, 3, 6, 12, 13])) + side * DAY - DAY
    contract = world.contract(start, end, signed_on=None, is_charged=False)
    world.charge(contract, starts_on=start, ends_on=end, billing_period="term")
    if rng.random() < 0.3:
        world.contract(end + DAY + world.grace + rng.choice([1, 1, 90]) * DAY, world.as_of)


def spell_awaits(world: ContractWorld, side: int) -> None:
    """One contract awaits its renewal while another, of another product, ends around the same day."""
    end = world.as_of - world.rng.randrange(2, world.setting.grace_days) * DAY
    start = end - 100 * DAY
    world.contract(start, end, product="modem")
    world.contract(start, end - side * DAY, cancelled_on=end - side * DAY + DAY)


def due(world: ContractWorld, side: int) -> None:
    end, rng = world.month_edge() + side * DAY, world.rng
    contract = world.contract(end - rng.choice([30, 200]) * DAY, end)
    how = rng.choice(["none", "cancelled", "linked", "alike"])
    if how == "cancelled":
        contract["cancelled_on"] = end - rng.choice([0, 1, 20]) * DAY
    elif how != "none":
        world.renewal(contract, end + rng.choice([1, 2, 30]) * DAY, is_linked=how == "linked")


def early(world: ContractWorld, side: int) -> None:
    """An early renewal around as-of, of a term or of an open-ended contract."""
    start, rng = world.as_of + side * DAY, world.rng
    contract = world.contract(start - 100 * DAY, rng.choice([None, start + 60 * DAY]))
    world.renewal(contract, start, is_linked=True, ends_on=start + 365 * DAY, signed_on=start - rng.choice([0, 30]) * DAY)


def split(world: ContractWorld, side: int) -> None:
    """One contract renewed by two or three, on one day or not."""
    contract, rng = ended(world), world.rng
    start = contract["ends_on"] + rng.choice([1, 1, -5, 10]) * DAY
    for number, product in enumerate(rng.sample(["router", "modem", "phone"], rng.choice([2, 3]))):
        when = start + (side * DAY if number else 0 * DAY)
        world.renewal(contract, when, is_linked=True, product=product, signed_on=start - 20 * DAY)


def co_term(world: ContractWorld, side: int) -> None:
    """Several contracts renewed by one, now and then of another account, some worth nothing."""
    first, rng = ended(world, product="phone"), world.rng
    start = first["ends_on"] + DAY
    others = [
        world.contract(first["starts_on"], start - DAY + side * DAY, product=product, is_charged=rng.random() < 0.6)
        for product in rng.choice([("modem",), ("modem", "router")])
    ]
    account = world.new_id("a") if rng.random() < 0.3 else world.account
    row = world.renewal(first, start + max(side, 0) * DAY, is_linked=True, account_id=account)
    for other in others:
        world.link(row, other)


def chain(world: ContractWorld, side: int) -> None:
    """Terms that follow each other, on time, late or a day too late, linked or not."""
    rng, start = world.rng, world.day(latest=world.first_day + timedelta(days=200))
    row = world.contract(start, start + rng.choice([60, 89, 120]) * DAY)
    for _ in range(rng.randrange(2, 6)):
        gap = rng.choice([0, 0, 0, 10, world.setting.grace_days + side])
        after = row["ends_on"] + DAY + gap * DAY
        row = world.renewal(
            row, after, is_linked=rng.random() < 0.4, ends_on=after + rng.choice([60, 89, 120]) * DAY, signed_on=None
        )


# With how many times the copies of each: what hits its edge only now and then is made more often.
SCENARIOS: tuple[tuple[Scenario, int], ...] = (
    *((grace(True), 2), (grace(False), 1), (cancelled_grace, 8), (on_time(True), 1), (on_time(False), 1), (signed, 4)),
    *((cancelled_at_end, 15), (cancelled_as_of, 7), (cancelled_at_start, 18), (grace_at_as_of, 9), (link_known, 14)),
    *((known_at_as_of, 5), (ended_at_as_of, 4), (tie, 5), (link_at_start, 4), (committed_on, 5), (successor("known"), 2)),
    *((successor("latest"), 6), (successor("first"), 4), (successor("cancelled"), 5), (ended_at_stock, 1), (aged, 18)),
    *((spell_awaits, 6), (due, 1), (early, 10), (split, 4), (co_term, 5), (chain, 1), (changed_account(False), 8)),
    *((changed_account(True), 4), (charge_edge(True), 1), (charge_edge(False), 1), (floor, 1), (worth, 8), (quantity, 1)),
    *((reactivation(3), 6), (reactivation(12), 12), (overlapping, 1)),
)


def generate_contracts(setting: ContractSetting, seed: int, copies: int) -> Tables:
    """`copies` worlds of every scenario on each side of its edge; each has its own luck, so that none depends on another."""
    tables: Tables = defaultdict(list)
    tables["exchange_rates"] = exchange_rates(setting, random.Random(seed))
    for number, (scenario, times) in enumerate(SCENARIOS):
        for side in SIDES:
            for copy in range(copies * times):
                name = f"w{number}.{side + 1}.{copy}"
                scenario(ContractWorld(name, setting, random.Random(f"{seed} {name}"), tables), side)
    stray = {"contract_id": "nobody", "starts_on": date(2022, 1, 1), "billing_period": "month", "currency": "usd"}
    tables["contract_charges"] += [{"charge_id": f"stray-{number}", "amount": Decimal(5), **stray} for number in range(3)]
    tidy(tables)
    return tables


def tidy(tables: Tables) -> None:
    """Takes back what landing would refuse: ends before starts."""
    for row in (*tables["contracts"], *tables["contract_charges"]):
        if row.get("ends_on") is not None and row["ends_on"] < row["starts_on"]:
            row["ends_on"] = row["starts_on"]

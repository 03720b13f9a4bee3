"""The situations of recurring revenue: attributes, charges, values and quantities on, just before and just after an edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from contract_calendar import DAY, add_months, month_end, month_start
from contract_worlds import CURRENCIES, ContractWorld

Scenario = Callable[[ContractWorld, int], None]
CENT = Decimal("0.01")


def changed_account(is_lost: bool) -> Scenario:
    """The account's attributes change around the end of a month, on which it is lost or goes on, or a contract is due."""

    def scenario(world: ContractWorld, side: int) -> None:
        rng, account = world.rng, world.new_id("a")
        day = world.month_edge()
        world.account_row(None, day + side * DAY, account)
        world.account_row(day + side * DAY, None, account)
        start = day - rng.choice([0, rng.randrange(28), rng.randrange(35, 300)]) * DAY
        end = max(start, rng.choice([day - DAY, day, day, day + 70 * DAY, day + 200 * DAY]))
        if is_lost:
            start, end = day - 100 * DAY, day - rng.choice([1, 9, 25]) * DAY
        contract = world.contract(start, end, account_id=account)
        if is_lost:
            contract["cancelled_on"] = end + DAY
        elif rng.random() < 0.5:
            world.renewal(contract, end + rng.choice([1, 3, 40]) * DAY, is_linked=False, account_id=account)

    return scenario


def charge_edge(is_start: bool) -> Scenario:
    def scenario(world: ContractWorld, side: int) -> None:
        stock_on, rng = world.month_edge(), world.rng
        contract = world.contract(stock_on - rng.randrange(35, 200) * DAY, rng.choice([None, stock_on + 90 * DAY]))
        day = stock_on + side * DAY
        dates = (day, contract["ends_on"]) if is_start else (contract["starts_on"], day)
        for product in rng.choice([(None,), ("router", "modem"), ("modem",)]):
            world.charge(contract, starts_on=dates[0], ends_on=dates[1], product=product, billing_period="month")

    return scenario


def floor(world: ContractWorld, side: int) -> None:
    """Charges and a discount that leave a cent less than nothing, nothing, or a cent."""
    start, rng = world.day(), world.rng
    contract = world.contract(start, start + 250 * DAY, is_charged=False)
    amount = Decimal(rng.randrange(100, 9000)) / 100
    dates = {"starts_on": start, "ends_on": None, "billing_period": "month", "currency": world.setting.reporting_currency.lower()}
    world.charge(contract, amount=amount, product=None, **dates)
    shared = {**dates, "starts_on": start + rng.choice([0, 62]) * DAY, "ends_on": rng.choice([None, start + 130 * DAY])}
    product = rng.choice([None, "modem"])
    world.charge(contract, amount=side * CENT - amount, product=product, quantity=None, **shared)


def worth(world: ContractWorld, side: int) -> None:
    """A renewal worth a cent less, the same, or a cent more; now and then with another quantity."""
    rng, start = world.rng, world.day(latest=world.as_of - timedelta(days=300))
    contract = world.contract(start, add_months(start, rng.choice([1, 3, 12, 12])) - DAY, is_charged=False)
    amount, quantity = Decimal(rng.randrange(500, 90_000)) / 100, rng.choice([None, Decimal(10), Decimal(1)])
    shared = {"billing_period": "month", "currency": world.currency, "product": None, "ends_on": None}
    world.charge(contract, amount=amount, quantity=quantity, starts_on=start, **shared)
    after = contract["ends_on"] + rng.choice([1, 1, 20]) * DAY
    row = world.contract(after, after + 60 * DAY, is_charged=False)
    more = rng.choice([0, 0, None, -1, 1])
    now = None if quantity is None or more is None else quantity + more
    world.charge(row, amount=amount + side * CENT, quantity=now, starts_on=after, **shared)


def quantity(world: ContractWorld, side: int) -> None:
    rng, stock_on = world.rng, world.month_edge()
    start = stock_on - 90 * DAY
    contract = world.contract(start, stock_on + 90 * DAY, is_charged=False)
    units = Decimal(rng.choice([0, 1, 2, 12]))
    shared = {"billing_period": "month", "product": rng.choice([None, "modem"])}
    amount = Decimal(rng.randrange(100, 99_999)) / 100
    world.charge(contract, starts_on=start, ends_on=stock_on - 9 * DAY, amount=amount, quantity=units, **shared)
    then = rng.choice([amount, amount * 2, Decimal(0)])
    after = max(Decimal(0), units + side)
    world.charge(contract, starts_on=stock_on - 8 * DAY, ends_on=None, amount=then, quantity=after, **shared)
    if rng.random() < 0.4:
        world.charge(
            contract, starts_on=start, ends_on=None, amount=Decimal(-1), quantity=rng.choice([None, Decimal(3)]), **shared
        )


def reactivation(months: int) -> Scenario:
    """A lapse of the months of a look-back, a month less or a month more, then the same or another product again."""

    def scenario(world: ContractWorld, side: int) -> None:
        rng, start = world.rng, world.day(latest=world.as_of - timedelta(days=months * 31 + 120))
        end = month_end(start + rng.choice([5, 40]) * DAY) - rng.choice([0, 0, 10]) * DAY
        contract = world.contract(start, end, cancelled_on=end + DAY)
        back = add_months(month_start(end), months + side) + rng.choice([0, 14]) * DAY
        world.contract(back, rng.choice([None, back + 100 * DAY]), product=rng.choice([contract["product"], "modem"]))

    return scenario


def overlapping(world: ContractWorld, side: int) -> None:
    """Contracts of one account that overlap, of one product or several, with products added, dropped and swapped."""
    rng, start = world.rng, world.day()
    for _ in range(rng.choice([2, 3, 4])):
        begins = start + rng.randrange(0, 150) * DAY
        product = rng.choice(["router", "router", "modem", None])
        world.contract(
            begins, rng.choice([None, world.term_end(begins)]), product=product, contract_type=rng.choice(["support", None])
        )
    swap = world.month_edge(start, world.as_of) + side * DAY
    contract = world.contract(start, None, product=None, is_charged=False)
    old, new = rng.sample(["router", "modem", "phone", "switch"], 2)
    shared = {"billing_period": rng.choice(["month", "quarter"]), "currency": world.currency}
    world.charge(contract, starts_on=start, ends_on=max(start, swap), product=old, **shared)
    world.charge(contract, starts_on=swap + DAY, ends_on=None, product=new, **{**shared, "currency": rng.choice(CURRENCIES)})
    world.charge(contract, starts_on=start, ends_on=None, amount=Decimal(0), product=new, **shared)

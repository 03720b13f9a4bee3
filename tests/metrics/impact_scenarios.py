"""The situations around an anchor day: each puts a contract, a purchase or an answer on, just before or just after an edge."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from availability_scenarios import AVAILABILITY, everywhere
from contract_calendar import DAY, month_end, month_start
from contract_scenarios import SCENARIOS as CONTRACT_SCENARIOS
from contract_scenarios import SIDES, tidy
from contract_worlds import exchange_rates
from experience_scenarios import EXPERIENCES, cells, last_month
from impact_worlds import AGENT, SETTLEMENT, TRIAGE, ImpactSetting, ImpactWorld
from vocabulary import Row, Tables

Scenario = Callable[[ImpactWorld, int], None]


def running(world: ImpactWorld, anchor: date, end: date | None, **given: object) -> Row:
    """A contract that began before the anchor day, known by then."""
    start = anchor - world.rng.choice([1, 30, 200, 364]) * DAY
    return world.contract(start, end, **{"signed_on": world.rng.choice([None, start - 20 * DAY, anchor - DAY]), **given})


def fate(world: ImpactWorld, contract: Row, anchor: date) -> None:
    """Renewed on time or late, lost or cancelled; nobody knew of it on the anchor day."""
    rng, end = world.rng, contract["ends_on"]
    how = rng.choice(["lost", "cancelled", "on time", "on time", "late"])
    if how == "cancelled":
        contract["cancelled_on"] = end + rng.choice([1, 1, 5]) * DAY
    elif how != "lost":
        start = end + DAY + (rng.randrange(1, world.setting.grace_days) * DAY if how == "late" else 0 * DAY)
        signed = max(anchor + DAY, start - rng.choice([0, 1, 9]) * DAY)
        world.renewal(contract, start, is_linked=rng.random() < 0.5, signed_on=signed)


def due_at_window_end(world: ImpactWorld, side: int) -> None:
    anchor = world.anchor()
    fate(world, running(world, anchor, anchor + world.window + side * DAY), anchor)
    world.expose(anchor)


def due_at_anchor(world: ImpactWorld, side: int) -> None:
    anchor = world.anchor()
    contract = running(world, anchor, anchor + side * DAY)
    fate(world, contract, anchor)
    if side < 0 or world.rng.random() < 0.5:
        world.covered(anchor)
    world.expose(anchor)


def begun_at_anchor(world: ImpactWorld, side: int) -> None:
    """A contract whose first day in force lies around the anchor day, by its start or by a late signature."""
    anchor, rng = world.anchor(), world.rng
    day = anchor + side * DAY
    dates = rng.choice([(day, None), (day - 9 * DAY, day), (day, day - 30 * DAY)])
    contract = world.contract(dates[0], day + rng.randrange(20, 40) * DAY, signed_on=dates[1])
    fate(world, contract, anchor)
    if side > 0 or rng.random() < 0.5:
        world.covered(anchor)
    world.expose(anchor)


def successor_at_anchor(kind: str) -> Scenario:
    """What is to renew a contract becomes known, or is cancelled, around the anchor day."""

    def scenario(world: ImpactWorld, side: int) -> None:
        anchor, rng = world.anchor(), world.rng
        day = anchor + side * DAY
        contract = running(world, anchor, anchor + rng.choice([1, 3, 30]) * DAY)
        start, is_linked = contract["ends_on"] + rng.choice([1, 1, 8]) * DAY, rng.random() < 0.5
        if kind == "known":
            world.renewal(contract, start, is_linked=is_linked, signed_on=day)
        elif kind == "too late":
            start = contract["ends_on"] + DAY + world.grace + side * DAY
            world.renewal(contract, start, is_linked=is_linked, signed_on=anchor - DAY)
        else:
            world.renewal(contract, start, is_linked=is_linked, signed_on=anchor - 2 * DAY, cancelled_on=day)
            if rng.random() < 0.6:
                product = rng.choice([contract["product"], "modem"])
                later = {"signed_on": rng.choice([anchor, anchor + DAY, None]), "product": product}
                world.renewal(contract, start + rng.choice([0, 2]) * DAY, is_linked=rng.random() < 0.5, **later)
        world.expose(anchor)

    return scenario


def early_renewal(world: ImpactWorld, side: int) -> None:
    """A linked contract that starts around the anchor day or the end of the window, and ends a term or an open end."""
    anchor, rng = world.anchor(), world.rng
    start = rng.choice([anchor + DAY, anchor + world.window + DAY]) + side * DAY
    contract = running(world, anchor, rng.choice([None, start + 50 * DAY]))
    world.renewal(contract, start, is_linked=True, signed_on=rng.choice([None, anchor + DAY]))
    world.expose(anchor)


def open_ended(world: ImpactWorld, side: int) -> None:
    """No end, and often said to go on, and yet cancelled; or linked to what comes much later."""
    anchor, rng = world.anchor(), world.rng
    cancelled = rng.choice([anchor + DAY, anchor + world.window + DAY]) + side * DAY
    contract = running(world, anchor, None, cancelled_on=cancelled, renewal_committed_on=rng.choice([None, anchor - DAY]))
    if rng.random() < 0.6:
        signed = anchor + rng.choice([0, 1]) * DAY
        world.renewal(contract, cancelled + rng.choice([0, -5, 5]) * DAY, is_linked=True, signed_on=signed)
    world.covered(anchor)
    world.expose(anchor)


def several_due(world: ImpactWorld, side: int) -> None:
    anchor, rng = world.anchor(), world.rng
    for product in ("router", "modem", "phone")[: 2 + (side > 0)]:
        fate(world, running(world, anchor, anchor + rng.randrange(1, 40) * DAY, product=product), anchor)
    if side < 0:  # one of them awaits its renewal at as-of
        end = world.as_of - rng.randrange(1, world.setting.grace_days) * DAY
        running(world, anchor, max(end, anchor + DAY), product=None)
    world.expose(anchor)


def grace_at_as_of(world: ImpactWorld, side: int) -> None:
    """The grace of a contract that is due runs out around as-of; the window has run out by then, or has not."""
    rng = world.rng
    end = world.as_of + side * DAY - DAY - world.grace
    anchor = min(end - rng.choice([1, 5, 40]) * DAY, world.settled_on + rng.choice([0, 0, 5]) * DAY)
    contract = running(world, anchor, end)
    if rng.random() < 0.3:
        world.renewal(contract, world.as_of + rng.choice([-1, 0, 1]) * DAY, is_linked=rng.random() < 0.5)
    if rng.random() < 0.5:
        world.covered(anchor)
    world.expose(anchor)


def window_at_as_of(world: ImpactWorld, side: int) -> None:
    """The window ends around as-of, and so does a contract, by its own end, a cancellation or an early renewal."""
    rng = world.rng
    anchor = world.settled_on + side * DAY
    day = world.as_of + rng.choice([-1, 0, 1, 2]) * DAY
    how = rng.choice(["end", "end", "cancelled", "linked", "open"])
    contract = running(world, anchor, day if how == "end" else rng.choice([None, day + 90 * DAY]))
    if how == "cancelled":
        contract["cancelled_on"] = day + DAY
    elif how == "linked" or rng.random() < 0.3:
        signed = rng.choice([anchor, anchor, anchor + DAY, None])
        world.renewal(
            contract, (contract["ends_on"] or day) + DAY if how != "linked" else day + DAY, is_linked=True, signed_on=signed
        )
    if rng.random() < 0.3:
        fate(world, running(world, anchor, anchor + 9 * DAY, product="phone"), anchor)
    if rng.random() < 0.3:
        world.recommends(world.at(world.as_of), rng.choice([8, 9]))
    world.expose(anchor)


def active_at_anchor(world: ImpactWorld, side: int) -> None:
    """The only contract ends around the anchor day; then comes a late renewal, nothing, or a grace that still runs."""
    rng, how = world.rng, world.rng.choice(["late", "lost", "awaiting", "awaiting"])
    anchor = world.anchor()
    if how == "awaiting":
        anchor = world.as_of - rng.randrange(1, world.setting.grace_days) * DAY
    contract = running(world, anchor, anchor + side * DAY - DAY)
    if how == "late":
        start = anchor + rng.choice([0, 1, 2, 20]) * DAY
        world.renewal(contract, max(start, contract["ends_on"] + DAY), is_linked=rng.random() < 0.5)
    if rng.random() < 0.4:
        world.recommends(world.at(min(anchor + 3 * DAY, world.as_of)), rng.choice([7, 9]))
    if rng.random() < 0.3:
        world.contract(anchor + DAY, None, product="modem", signed_on=rng.choice([None, anchor]))
    world.expose(anchor)


def anchor_at_as_of(world: ImpactWorld, side: int) -> None:
    """The anchor day is as-of, the day before, or still to come; so may be the end of the only contract."""
    rng, anchor = world.rng, world.as_of + side * DAY
    end = rng.choice([anchor, world.as_of - DAY, world.as_of, world.as_of + DAY, None])
    contract = running(world, world.as_of - 20 * DAY, end, cancelled_on=rng.choice([None, None, None, world.as_of]))
    if rng.random() < 0.3:
        world.renewal(contract, world.as_of + DAY, is_linked=True)
    world.expose(anchor, "first contact" if side >= 0 else None)


def account_at_anchor(world: ImpactWorld, side: int) -> None:
    """The account's attributes change around the anchor day."""
    anchor, account = world.anchor(settled=world.rng.random() < 0.8), world.new_id("a")
    world.account = account
    world.account_row(None, anchor + side * DAY)
    world.account_row(anchor + side * DAY, world.rng.choice([None, anchor + 40 * DAY]))
    world.covered(anchor)
    world.expose(anchor)


# Purchases


def charged(world: ImpactWorld, contract: Row, start: date, end: date | None, amount: Decimal, quantity: int | None) -> None:
    """A monthly charge in the reporting currency."""
    shared = {"billing_period": "month", "currency": world.setting.reporting_currency.lower(), "product": None}
    units = None if quantity is None else Decimal(quantity)
    row = {"charge_id": world.new_id("h"), "contract_id": contract["contract_id"], "starts_on": start, "ends_on": end}
    world.add("contract_charges", amount=amount, quantity=units, **row, **shared)


def raised(
    world: ImpactWorld, change_on: date, end: date | None, *, units: int = 1, price: str = "0", is_known: bool = True
) -> Row:
    """A contract whose charge changes on a day, by units, by the price of each, or by both."""
    start = change_on - world.rng.choice([62, 100]) * DAY
    contract = world.contract(start, end, is_charged=False, signed_on=None)
    old, new = Decimal(10), Decimal(10) + Decimal(price)
    charged(world, contract, start, change_on - DAY, 10 * old, 10 if is_known else None)
    charged(world, contract, change_on, end, (10 + units) * new, 10 + units if is_known else None)
    return contract


def expansion(is_last: bool) -> Scenario:
    """A month of expansion ends around the last day of the window, or around the anchor day."""

    def scenario(world: ImpactWorld, side: int) -> None:
        rng = world.rng
        edge = world.anchor() + (world.window if is_last else 0 * DAY)
        end = month_end(edge) if month_end(edge) <= world.as_of else month_start(edge) - DAY
        anchor = end - side * DAY - (world.window if is_last else 0 * DAY)
        raised(world, month_start(end) + rng.randrange(28) * DAY, None, is_known=rng.random() < 0.6)
        if rng.random() < 0.3:
            world.covered(anchor)
        world.expose(anchor)

    return scenario


def price(world: ImpactWorld, side: int) -> None:
    """The value rises by price alone, with fewer units, or with more; or nobody knows the units."""
    rng, anchor = world.rng, world.anchor()
    change_on = month_start(anchor) + rng.choice([33, 40, 45]) * DAY
    rise = rng.choice(["10", "10", "0.01", "25.5"]) if side >= 0 else "10"
    raised(world, change_on, None, units=side, price=rise, is_known=rng.random() < 0.8)
    world.expose(anchor)


def held_value(world: ImpactWorld, side: int) -> None:
    """Value rises in, or before, months in which a running grace holds some; the grace ends around as-of."""
    rng = world.rng
    latest = world.as_of + side * DAY
    end = latest - DAY - (world.grace if rng.random() < 0.5 else rng.randrange(1, world.setting.grace_days) * DAY)
    if rng.random() < 0.8:
        world.contract(end - 90 * DAY, end, product="modem", contract_type="support")
    change_on = end + rng.choice([-60, -35, -10, 2, 12]) * DAY
    if rng.random() < 0.8:
        raised(world, change_on, None, units=rng.choice([-1, 1, 1, 1]))
    if rng.random() < 0.2:
        world.contract(end - 5 * DAY, None, product="new", signed_on=None)
    if rng.random() < 0.3:  # the window sees value rise before the grace began, too
        raised(world, end - 40 * DAY, None)
    anchor = min(change_on - rng.choice([2, 20]) * DAY, world.settled_on - rng.choice([0, 3]) * DAY)
    world.covered(anchor)
    world.expose(anchor)
    world.expose(change_on - rng.choice([2, 20]) * DAY)


def new_product(is_last: bool) -> Scenario:
    """The first contract on a product becomes known around the anchor day, or around the last day of the window."""

    def scenario(world: ImpactWorld, side: int) -> None:
        anchor, rng = world.anchor(), world.rng
        known_on = anchor + (world.window if is_last else 0 * DAY) + side * DAY
        old = world.covered(anchor)
        start, how = (
            known_on + rng.choice([0, 0, 10]) * DAY,
            rng.choice(["new", "new", "signed late", "linked", "held", "tie", "void"]),
        )
        row = world.contract(start, None, product=rng.choice(["modem", None]), signed_on=known_on, is_charged=False)
        if how == "linked":
            world.link(row, old)
        elif how in ("held", "tie"):
            before = known_on - (0 * DAY if how == "tie" else rng.choice([1, 40]) * DAY)
            other = world.contract(before, before + 20 * DAY, product=row["product"], signed_on=None, is_charged=False)
            if rng.random() < 0.3:
                world.link(other, old)
        elif how == "signed late":  # after its own end
            row |= {"starts_on": known_on - 30 * DAY, "ends_on": known_on - rng.choice([0, 1, 1]) * DAY}
        elif how == "void":
            row["cancelled_on"] = start + rng.choice([-1, 0, 3]) * DAY
        world.expose(anchor)

    return scenario


# Recommendations


def recommended(is_last: bool) -> Scenario:
    """An answer at the first or the last moment of the window, or a second or a day off it."""

    def scenario(world: ImpactWorld, side: int) -> None:
        anchor, rng = world.anchor(), world.rng
        world.covered(anchor)
        edge = anchor + (world.window if is_last else 0 * DAY)
        midnight = world.midnight(edge + DAY) + timedelta(seconds=side)
        world.recommends(rng.choice([midnight, world.at(edge + side * DAY)]), rng.choice([8, 9, 10]))
        world.expose(anchor)

    return scenario


def promoter(world: ImpactWorld, side: int) -> None:
    """Answers of 8, 9 and 10, one after another, at one instant, or repeated: the latest that counts decides."""
    anchor, rng = world.anchor(), world.rng
    world.covered(anchor)
    at = world.at(anchor + rng.randrange(2, 30) * DAY)
    world.recommends(at, 9 + side)
    how = rng.choice(["one", "later", "tie", "repeat", "not counted", "other scale"])
    if how in ("later", "tie"):
        world.recommends(at + (rng.choice([1, 90_000]) if how == "later" else 0) * timedelta(seconds=1), 9 - side)
    elif how == "repeat":
        invitation = world.invite(at, "relationship")
        given = {"invitation_id": invitation, "survey_type": "relationship", "account_id": rng.choice([world.account, None])}
        for hours in (1, 2, 30):
            world.recommends(at + timedelta(hours=hours), rng.choice([8, 9]), **given)
    elif how == "not counted":
        case = world.case(at, **rng.choice([{"exclusion_code": "spam"}, {"channel": "chatbot"}, {"duplicate_of_case_id": "x"}]))
        ids = {"case_id": rng.choice([case["case_id"], "nowhere"]), "account_id": world.account, "survey_type": "post_case"}
        world.recommends(at + timedelta(hours=1), 9 - side, **ids)
    elif how == "other scale":
        world.recommends(at + timedelta(hours=1), 5, scale_min=Decimal(0), scale_max=Decimal(5))
    world.expose(anchor)


def around_contract(number: int) -> Scenario:
    """A situation of contracts, and anchors around the days that matter to them."""

    def scenario(world: ImpactWorld, side: int) -> None:
        CONTRACT_SCENARIOS[number][0](world, side)
        rows = [row for row in world.tables["contracts"][-9:] if row["account_id"] == world.account]
        days = [day for row in rows for day in (row["starts_on"], row.get("ends_on"), row.get("signed_on")) if day is not None]
        edges = [day - back for day in days for back in (0 * DAY, world.window) if day - back < world.as_of]
        for edge in world.rng.sample(edges, min(3, len(edges))):
            day = edge + world.rng.choice([-1, -1, 0, 0, 1, -20]) * DAY
            if day > world.setting.first_day + SETTLEMENT:
                world.expose(day)

    return scenario


SCENARIOS: tuple[tuple[Scenario, int], ...] = (
    *((due_at_window_end, 2), (due_at_anchor, 2), (begun_at_anchor, 2), (early_renewal, 3), (open_ended, 3), (several_due, 2)),
    *((successor_at_anchor(kind), 3) for kind in ("known", "too late", "cancelled")),
    *((grace_at_as_of, 2), (window_at_as_of, 4), (active_at_anchor, 3), (anchor_at_as_of, 3), (account_at_anchor, 2)),
    *((expansion(True), 3), (expansion(False), 2), (price, 3), (held_value, 5), (new_product(True), 3), (new_product(False), 3)),
    *((recommended(True), 2), (recommended(False), 2), (promoter, 3)),
    *EXPERIENCES,
    *AVAILABILITY,
)


def generate_impacts(setting: ImpactSetting, seed: int, copies: int, prefix: str = "") -> Tables:
    """`copies` worlds of every scenario on each side of its edge; each has its own luck, so that none depends on another."""
    tables: Tables = defaultdict(list)
    tables["exchange_rates"] = exchange_rates(setting, random.Random(seed))
    for agent, is_qualified in ((AGENT, True), (TRIAGE, False)):
        tables["agents"].append({"agent_id": agent, "is_qualified": is_qualified})
    scenarios = [*SCENARIOS, *((around_contract(number), 1) for number in range(0, len(CONTRACT_SCENARIOS), 2))]
    for number, (scenario, times) in enumerate(scenarios):
        for side in SIDES:
            for copy in range(copies * times):
                name = f"w{number}.{side + 1}.{copy}"
                scenario(ImpactWorld(prefix + name, setting, random.Random(f"{seed} {name}"), tables), side)
    last_month(ImpactWorld("last", setting, random.Random(f"{seed} last"), tables))
    cells(ImpactWorld("cells", setting, random.Random(f"{seed} cells"), tables))
    everywhere(ImpactWorld("all", setting, random.Random(f"{seed} all"), tables))
    tidy(tables)
    return tables

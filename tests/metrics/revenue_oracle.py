"""Recurring revenue once more, in plain Python straight from its definition. Decimals are exact until a sentence rounds them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from contract_calendar import DAY, add_months, month_length, months_between, whole_months
from contract_oracle import PARTS, Attributes, Contract, ContractOracle, segment_name
from vocabulary import Row

CENT, EIGHT = Decimal("0.01"), 8
ZERO = Decimal(0)
LOOKBACKS = (12, 3, 1)
Key = tuple[str, str, str]  # product, contract type, currency
DIVISORS = {"month": 1, "quarter": 3, "year": 12}


def rounded(value: Fraction | Decimal, places: int = 2) -> Decimal:
    """Half away from zero."""
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    scaled = Fraction(value) * 10**places
    whole = (abs(scaled.numerator) * 2 + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-places)


def term_months(charge: Row) -> Fraction:
    """Months of a charge's own dates: whole ones, and the rest as a part of the month in which the rest starts."""
    after = charge["ends_on"] + DAY
    months = whole_months(charge["starts_on"], after)
    rest_on = add_months(charge["starts_on"], months)
    return months + Fraction((after - rest_on).days, month_length(rest_on))


def monthly_amount(charge: Row) -> Decimal:
    period = charge["billing_period"]
    return rounded(Fraction(charge["amount"]) / (term_months(charge) if period == "term" else DIVISORS[period]), EIGHT)


@dataclass
class Charge:
    """A charge of a known contract, and the days on which it counts."""

    row: Row
    contract: Contract
    monthly: Decimal

    @property
    def key(self) -> Key:
        """Product (its own, else the contract's), contract type and currency."""
        product = self.row.get("product") or self.contract.row.get("product")
        return segment_name(product), self.contract.part("contract_type"), self.row["currency"]

    def is_charged(self, day: date) -> bool:
        """By its own dates."""
        ends_on = self.row.get("ends_on")
        return bool(self.row["starts_on"] <= day and (ends_on is None or day <= ends_on))


@dataclass
class Cell:
    """The finest grain: an account's product, contract type and currency on a stock day."""

    local: Decimal = ZERO
    awaiting_local: Decimal = ZERO
    is_undetermined: bool = False
    quantity: Decimal | None = ZERO
    rate: Decimal = ZERO

    @property
    def value(self) -> Decimal:
        return rounded(self.local * self.rate)

    @property
    def awaiting(self) -> Decimal:
        return rounded(self.awaiting_local * self.rate)


@dataclass
class Month:
    """An entity's month: its cells on the stock day and the movement since the month before."""

    month: date
    stock_on: date
    cells: dict[Key, Cell]
    closing: Decimal
    awaiting: Decimal
    is_undetermined: bool
    opening: Decimal = ZERO
    movement: str = "none"
    fx: Decimal = ZERO
    amount: Decimal = ZERO  # of the movement, positive
    volume: Decimal = ZERO
    price: Decimal = ZERO
    unsplit: Decimal = ZERO
    attributes: Attributes = field(default_factory=dict)
    opening_attributes: Attributes = field(default_factory=dict)

    def products(self) -> dict[str, list[Key]]:
        products: dict[str, list[Key]] = defaultdict(list)
        for key in self.cells:
            products[key[0]].append(key)
        return products

    def quantity(self, keys: Iterable[Key]) -> Decimal | None:
        quantities = [self.cells[key].quantity for key in keys if key in self.cells]
        return None if None in quantities else sum((each for each in quantities if each is not None), ZERO)


@dataclass(frozen=True)
class Cohort:
    """What an entity with recurring value at a base month was worth then, and is worth now at the rates of then."""

    base: Decimal
    now: Decimal
    is_undetermined: bool
    attributes: Attributes


class RevenueOracle:
    """Values every charge of the contracts' oracle, month by month."""

    def __init__(self, contracts: ContractOracle) -> None:
        self.contracts, self.as_of = contracts, contracts.as_of
        self.currency = contracts.policies.reporting_currency.lower()
        self.rates: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in sorted(contracts.tables.get("exchange_rates", []), key=lambda row: row["rate_on"]):
            self.rates[row["currency"]].append((row["rate_on"], row["rate"]))
        self.charges: dict[str, list[Charge]] = defaultdict(list)
        for row in contracts.tables.get("contract_charges", []):
            contract = contracts.contracts.get(row["contract_id"])
            if contract is not None:
                self.charges[contract.id].append(Charge(row, contract, monthly_amount(row)))
        self.renewed_by: dict[str, list[Contract]] = defaultdict(list)  # of the renewals that renew each first
        for contract in contracts.contracts.values():
            for other in contract.renewed_by:
                if other.first_on == contract.renewed_on:
                    self.renewed_by[other.id].append(contract)
        self.cells: dict[str, dict[date, dict[Key, Cell]]] = defaultdict(lambda: defaultdict(dict))
        self._value()
        self.entities: dict[tuple[str, str, str], dict[date, Month]] = {}
        for account, months in self.cells.items():
            self._add("all", "all", account, months)
            keys = {key for cells in months.values() for key in cells}
            for position, part in enumerate(PARTS):
                for value in {key[position] for key in keys}:
                    own = {
                        month: {key: cell for key, cell in cells.items() if key[position] == value}
                        for month, cells in months.items()
                    }
                    self._add(part, value, account, {month: cells for month, cells in own.items() if cells})

    def rate(self, currency: str, day: date) -> Decimal:
        """The latest rate on or before a day."""
        if currency == self.currency:
            return Decimal(1)
        rates = self.rates[currency]
        place = bisect_right(rates, day, key=lambda rate: rate[0])
        assert place, f"no rate of {currency} on {day}"
        return rates[place - 1][1]

    # Charges and the finest grain

    def _value(self) -> None:
        for stretch in self.contracts.stretches:
            contract = stretch.contract
            for month in months_between(stretch.first_on, min(stretch.last_on, self.as_of)):
                stock_on = self.contracts.stock_on(month)
                if stretch.holds(stock_on):
                    is_held = stretch.coverage != "in_force"
                    for charge in self.charges[contract.id]:
                        if charge.is_charged(contract.last_on if is_held else stock_on):
                            self._count(charge, month, stock_on, stretch.coverage)

    def _count(self, charge: Charge, month: date, stock_on: date, coverage: str) -> None:
        key = charge.key
        cell = self.cells[charge.contract.account][month].setdefault(key, Cell(rate=self.rate(key[2], stock_on)))
        cell.local += charge.monthly
        if coverage != "in_force":
            cell.awaiting_local += charge.monthly
        cell.is_undetermined |= coverage == "awaiting_renewal"
        if charge.row["amount"] >= 0 and cell.quantity is not None:
            quantity = charge.row.get("quantity")
            cell.quantity = None if quantity is None else cell.quantity + quantity

    def contract_value(self, contract: Contract, day: date, rates_on: date) -> Decimal:
        """The value of the charges in force on a day, at the rates of another, never below zero."""
        charges = [charge for charge in self.charges[contract.id] if charge.is_charged(day)]
        return max(ZERO, rounded(sum((charge.monthly * self.rate(charge.row["currency"], rates_on) for charge in charges), ZERO)))

    def expiring_value(self, contract: Contract) -> Decimal:
        return self.contract_value(contract, contract.last_on, contract.last_on)

    def renewing_value(self, contract: Contract) -> Decimal:
        """What the contracts that started on the day of the renewal are worth, each shared among all that it renews."""
        total = Fraction(0)
        for other in contract.renewed_by:
            if other.first_on == contract.renewed_on:
                expiring = [Fraction(self.expiring_value(each)) for each in self.renewed_by[other.id]]
                own, whole = Fraction(self.expiring_value(contract)), sum(expiring)
                share = own / whole if whole else Fraction(1, len(expiring))
                total += share * Fraction(self.contract_value(other, other.first_on, contract.last_on))
        return rounded(total)

    # Entities

    def _add(self, segment_by: str, segment: str, account: str, months: dict[date, dict[Key, Cell]]) -> None:
        last = add_months(max(months), 1)
        entity: dict[date, Month] = {}
        before: Month | None = None
        has_had_value = False
        for month in months_between(min(months), min(last, self.as_of)):
            cells = months.get(month, {})
            closing = max(ZERO, sum((cell.value for cell in cells.values()), ZERO))
            awaiting = sum((cell.awaiting for cell in cells.values() if cell.awaiting_local), ZERO)
            is_undetermined = any(cell.is_undetermined for cell in cells.values())
            row = Month(month, self.contracts.stock_on(month), cells, closing, awaiting, is_undetermined)
            row.attributes = self.contracts.attributes(account, row.stock_on)
            if before is not None:
                row.opening = before.closing
                row.opening_attributes = self.contracts.attributes(account, before.stock_on)
            if row.opening and not row.closing:
                row.attributes = row.opening_attributes
            self._move(row, before, has_had_value)
            has_had_value |= row.closing > 0
            entity[month] = before = row
        self.entities[segment_by, segment, account] = entity

    def _move(self, row: Month, before: Month | None, has_had_value: bool) -> None:
        if not row.opening and not row.closing:
            row.movement = "none"
        elif not row.opening:
            row.movement, row.amount = "reactivation" if has_had_value else "new", row.closing
        elif not row.closing:
            row.movement, row.amount = "churn", row.opening
        else:
            assert before is not None
            self._split(row, before)
            change = row.closing - row.opening - row.fx
            row.movement = "expansion" if change > 0 else "contraction" if change < 0 else "unchanged"
            row.amount = abs(change)

    def _split(self, row: Month, before: Month) -> None:
        """Exchange rates, volume, price and the rest of a month with value at both ends, product by product."""
        old_products, new_products = before.products(), row.products()
        for product in old_products.keys() | new_products.keys():
            old, new = old_products.get(product, []), new_products.get(product, [])
            opening = sum((before.cells[key].value for key in old), ZERO)
            # What was there at the opening, valued once more today: charges that did not change show no movement of a cent.
            fx = sum((rounded(before.cells[key].local * self.rate(key[2], row.stock_on)) for key in old), ZERO) - opening
            change = sum((row.cells[key].value for key in new), ZERO) - opening - fx
            q0, q1 = before.quantity(old), row.quantity(new)
            row.fx += fx
            if not old or not new:
                row.volume += change
            elif q0 is not None and q1 is not None and q0 > 0:
                volume = rounded(Fraction(q1 - q0) * Fraction(opening + fx) / Fraction(q0))
                row.volume += volume
                row.price += change - volume
            else:
                row.unsplit += change

    def cohort(self, entity: dict[date, Month], month: date, lookback: int) -> Cohort | None:
        """An entity's part in the cohort of a month; none where it had no value at the base."""
        base = entity.get(add_months(month, -lookback))
        if base is None or not base.closing:
            return None
        now = entity[month].cells if month in entity else {}
        value = sum((rounded(cell.local * self.rate(key[2], base.stock_on)) for key, cell in now.items()), ZERO)
        is_undetermined = base.is_undetermined or any(cell.is_undetermined for cell in now.values())
        return Cohort(base.closing, max(ZERO, value), is_undetermined, base.attributes)

"""Small generated worlds of contracts: a few contracts of one account each, built around the edges of the definitions.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from contract_calendar import DAY, add_months, month_end, month_start
from vocabulary import Row, Tables

CURRENCIES = ("usd", "eur", "jpy")
PRODUCTS = ("router", "modem", "phone", None)
TYPES = ("support", "premium", None)
REASONS = ("price", "bankrupt", None)
LAST_DAY = date.max


@dataclass(frozen=True)
class ContractSetting:
    """What a whole build shares: the days between which things happen, the as-of days that edges lie on, and the grace."""

    first_day: date
    as_ofs: tuple[date, ...]
    grace_days: int
    reporting_currency: str = "USD"

    @property
    def grace(self) -> timedelta:
        return timedelta(days=self.grace_days)


@dataclass
class ContractWorld:
    """Collects the raw rows of one account's world."""

    name: str
    setting: ContractSetting
    rng: random.Random
    tables: Tables
    numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        rng = self.rng
        self.numbers = iter(rng.sample(range(100, 1000), 60))
        self.as_of = rng.choice([self.setting.as_ofs[0], *self.setting.as_ofs])
        self.first_day = self.setting.first_day
        self.grace = self.setting.grace
        self.account = self.new_id("a")
        self.reason = rng.choice(REASONS)
        self.currency = rng.choice(CURRENCIES)
        if rng.random() < 0.9:
            changed_on = self.day()
            self.account_row(None, changed_on)
            self.account_row(changed_on, rng.choice([None, None, None, changed_on + 300 * DAY]))

    def new_id(self, letter: str) -> str:
        return f"{self.name}-{letter}{next(self.numbers)}"

    def add(self, table: str, **row: object) -> Row:
        self.tables[table].append(row)
        return row

    def account_row(self, start: date | None, end: date | None, account: str | None = None) -> Row:
        rng = self.rng
        row = {
            "segment": rng.choice(["enterprise", "small", None]),
            "region": rng.choice(["emea", "amer"]),
            "industry": rng.choice(["retail", None]),
            "size_band": rng.choice(["1-10", "11-50"]),
        }
        return self.add("accounts", account_id=account or self.account, valid_from=start, valid_to=end, **row)

    def day(self, earliest: date | None = None, latest: date | None = None) -> date:
        """A day between two, often an edge of a month, of a quarter or of a February."""
        first = earliest or self.first_day
        last = latest or self.as_of - timedelta(days=150)
        day = first + timedelta(days=self.rng.randrange(max(1, (last - first).days + 1)))
        edge = self.rng.choice([None, None, "start", "end", "end", "leap"])
        if edge == "start":
            day = month_start(day)
        elif edge == "end":
            day = month_end(day) - self.rng.choice([0, 0, 1, 2]) * DAY
        elif edge == "leap":
            day = self.rng.choice([date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(2023, 8, 31)])
        return min(max(day, first), last)

    def term_end(self, start: date) -> date:
        """A last day some months after a start: a year, a month, a quarter, or odd."""
        months = self.rng.choice([1, 1, 2, 3, 3, 6, 12])
        odd = self.rng.choice([0, 0, 0, 1, -1, 17])
        return add_months(start, months) - DAY + odd * DAY

    def month_edge(self, earliest: date | None = None, latest: date | None = None) -> date:
        """A stock day: the last day of a month."""
        latest = latest or self.as_of
        day = month_end(self.day(earliest, latest))
        return day if day <= latest else month_start(day) - DAY

    def contract(self, starts_on: date, ends_on: date | None, *, is_charged: bool = True, **given: object) -> Row:
        rng = self.rng
        row: Row = {
            "contract_id": self.new_id("k"),
            "account_id": self.account,
            "product": PRODUCTS[0],
            "contract_type": rng.choice(TYPES[:2]),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "signed_on": rng.choice([None, None, starts_on - rng.choice([0, 1, 20, 100]) * DAY]),
            "is_support_entitled": rng.random() < 0.7,
            "churn_reason": rng.choice([self.reason, self.reason, *REASONS]),
            **given,
        }
        self.add("contracts", **row)
        row = self.tables["contracts"][-1]
        if is_charged:
            self.charge(row)
            if rng.random() < 0.25:
                self.charge(row, amount=-Decimal(rng.randrange(1, 900)) / 100, quantity=rng.choice([None, Decimal(1)]))
            if rng.random() < 0.15:
                self.charge(row, currency=rng.choice(CURRENCIES), product=rng.choice(PRODUCTS))
        return row

    def charge(self, contract: Row, **given: object) -> Row:
        """A charge over the contract's dates, or somewhat beyond or within them."""
        rng = self.rng
        starts_on, ends_on = contract["starts_on"], contract["ends_on"]
        if rng.random() < 0.15:
            starts_on += rng.choice([-40, -1, 1, 35]) * DAY
        if ends_on is not None and rng.random() < 0.15:
            ends_on += rng.choice([-20, -1, 1, 45]) * DAY
        if ends_on is not None and rng.random() < 0.2:
            ends_on = None
        if ends_on is not None:
            ends_on = max(starts_on, ends_on)
        period = rng.choice(["month", "month", "quarter", "year", "term"])
        row: Row = {
            "charge_id": self.new_id("h"),
            "contract_id": contract["contract_id"],
            "product": rng.choice([None, None, None, rng.choice(PRODUCTS)]),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "amount": rng.choice([Decimal(rng.randrange(1000, 500_000)) / 100, Decimal(1000), Decimal("33.3333"), Decimal(1)]),
            "billing_period": "year" if period == "term" and ends_on is None else period,
            "quantity": rng.choice([None, Decimal(1), Decimal(7), Decimal("2.5")]),
            "currency": self.currency,
            **given,
        }
        return self.add("contract_charges", **row)

    def renewal(self, contract: Row, starts_on: date, *, is_linked: bool, ends_on: date | None = None, **given: object) -> Row:
        """A contract that may renew another, by one of the two links or by being its like."""
        row = self.contract(starts_on, ends_on or self.term_end(starts_on), **{"product": contract["product"], **given})
        if is_linked:
            self.link(row, contract)
        return row

    def link(self, contract: Row, renewed: Row) -> None:
        if contract.get("renews_contract_id") is None and self.rng.random() < 0.6:
            contract["renews_contract_id"] = renewed["contract_id"]
        else:
            ids = {"contract_id": contract["contract_id"], "renewed_contract_id": renewed["contract_id"]}
            self.add("contract_renewals", **ids)

    def companion(self, likely: float = 0.12) -> None:
        """Now and then another product under contract all the time, so that the account itself goes on."""
        if self.rng.random() < likely:
            self.contract(self.first_day, self.rng.choice([None, LAST_DAY.replace(year=2030)]), product="companion")


def exchange_rates(setting: ContractSetting, rng: random.Random) -> list[Row]:
    """Rates that move around the ends of months: on the day itself, the day before, the day after, or none for a while."""
    rows: list[Row] = []
    for currency, level in (("usd", Decimal("0.91")), ("eur", Decimal("1.1")), ("jpy", Decimal("0.0067"))):
        if currency == setting.reporting_currency.lower():
            continue
        rows.append({"currency": currency, "rate_on": setting.first_day - timedelta(days=500), "rate": level})
        month = month_start(setting.first_day)
        while month <= max(setting.as_ofs) + timedelta(days=40):
            for day in (month_end(month) - DAY, month_end(month), month_end(month) + DAY, month + 13 * DAY):
                if rng.random() < 0.45:
                    rate = (level * rng.randrange(80, 121) / 100 + Decimal(rng.randrange(1000)) / 10**8).quantize(Decimal("1e-8"))
                    rows.append({"currency": currency, "rate_on": day, "rate": rate})
            month = add_months(month, 1)
    return rows

"""What the oracle's contracts and entities add up to, per period and segment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from contract_calendar import DAY, month_start
from contract_oracle import PARTS, Attributes, ContractOracle, StockDay
from revenue_oracle import RevenueOracle
from vocabulary import Calendar, Period

EntityKey = tuple[str, str, str]  # segment_by (all, product, contract_type), segment, account
MONTHLY_GRAINS = ("month", "quarter", "year")
RETENTION_RATES = {
    "committed_retention_rate": ("committed_accounts", "active_accounts"),
    "logo_retention_rate": ("retained_accounts", "logo_cohort_accounts"),
}
RENEWAL_RATES = {
    f"contract_renewal_{what}rate{how}": (f"renewed{how}_{unit}", denominator)
    for what, unit, denominator in (("", "contracts", "determined_contracts"), ("value_", "value", "expiring_value"))
    for how in ("", "_on_time", "_late")
}


@dataclass
class MartRow:
    """Counts and amounts of one period and segment."""

    sums: dict[str, Any] = field(default_factory=lambda: defaultdict(int))
    is_settled: bool = True  # nothing in it is undetermined


Mart = dict[Period, MartRow]


def segments_of(key: EntityKey, attributes: Attributes) -> Iterator[tuple[str, str]]:
    """The segments that an entity is in: a part is its own segment, an account is in the total and in its attributes'."""
    yield key[0], key[1]
    if key[0] == "all":
        yield from attributes.items()


@dataclass(frozen=True)
class AccountMonth:
    """An entity on a month's stock day."""

    stock: StockDay
    stock_on: date
    attributes: Attributes


def account_months(oracle: ContractOracle) -> dict[EntityKey, dict[date, AccountMonth]]:
    entities: dict[EntityKey, dict[date, AccountMonth]] = {}
    for key, stretches in oracle.entities.items():
        started = [stretch for stretch in stretches if stretch.first_on <= oracle.as_of]
        if started:
            entities[key] = {}
            for month in oracle.months(started):
                day = oracle.stock_on(month)
                entities[key][month] = AccountMonth(oracle.stock(started, day), day, oracle.attributes(key[2], day))
    return entities


@cache
def monthly_periods(calendar: Calendar, grains: tuple[str, ...], month: date) -> list[tuple[str, date, date]]:
    return [(grain, *calendar.period(month, grain)) for grain in grains if grain in MONTHLY_GRAINS]


def periods_of(oracle: ContractOracle, months: Iterable[date]) -> set[tuple[str, date, date]]:
    return {period for month in months for period in monthly_periods(oracle.calendar, oracle.policies.grains, month)}


def state_of(month: AccountMonth | None) -> str:
    return "inactive" if month is None else month.stock.state


def ends_of_periods(
    oracle: ContractOracle, entities: dict[EntityKey, dict[date, AccountMonth]]
) -> Iterator[tuple[tuple[str, date, date], EntityKey, AccountMonth | None, AccountMonth | None]]:
    """Every entity's periods, with what it was at the month end before and what it is on the last day."""
    for key, months in entities.items():
        for grain, start, end in periods_of(oracle, months):
            base = months.get(month_start(start - DAY))
            yield (grain, start, end), key, base, months.get(month_start(min(end, oracle.as_of)))


def retention(oracle: ContractOracle, entities: dict[EntityKey, dict[date, AccountMonth]]) -> Mart:
    mart: Mart = defaultdict(MartRow)
    for period, key, base, close in ends_of_periods(oracle, entities):
        closing_state = state_of(close)
        if close is not None:
            for segment in segments_of(key, close.attributes):
                row = mart[Period(*period, *segment)]
                row.sums["active_accounts"] += closing_state == "active"
                row.sums["committed_accounts"] += close.stock.is_committed is True
                row.sums["undetermined_accounts"] += closing_state == "undetermined"
                row.is_settled &= closing_state != "undetermined"
        if base is not None and base.stock.state != "inactive":
            for segment in segments_of(key, base.attributes):
                row = mart[Period(*period, *segment)]
                row.is_settled &= "undetermined" not in (base.stock.state, closing_state)
                if base.stock.state == "undetermined":
                    row.sums["opening_undetermined_accounts"] += 1
                    continue
                row.sums["opening_accounts"] += 1
                row.sums["retained_accounts"] += closing_state == "active"
                row.sums["lost_accounts"] += closing_state == "inactive"
                row.sums["logo_undetermined_accounts"] += closing_state == "undetermined"
                row.sums["logo_cohort_accounts"] += closing_state != "undetermined"
    return mart


def contract_values(revenue: RevenueOracle) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """Expiring, renewing and renewed value of the determined contracts."""
    values = {}
    for contract in revenue.contracts.contracts.values():
        if contract.is_determined:
            expiring, renewing = revenue.expiring_value(contract), revenue.renewing_value(contract)
            values[contract.id] = (expiring, renewing, min(expiring, renewing))
    return values


def contract_renewal(revenue: RevenueOracle) -> Mart:
    oracle, values = revenue.contracts, contract_values(revenue)
    mart: Mart = defaultdict(MartRow)
    for contract in oracle.contracts.values():
        if not contract.is_due:
            continue
        counts: Counter[str] = Counter(["due_contracts", f"{contract.state}_contracts"])
        amounts: dict[str, Decimal] = {}
        if contract.is_determined:
            expiring, _, renewed = values[contract.id]
            counts["determined_contracts"] += 1
            amounts["expiring_value"] = expiring
        if contract.state == "renewed":
            how = "late" if contract.is_late else "on_time"
            counts[f"renewed_{how}_contracts"] += 1
            amounts |= {"renewed_value": renewed, f"renewed_{how}_value": renewed}
        segments = {"all": "all"} | oracle.attributes(contract.account, contract.last_on)
        segments |= {part: contract.part(part) for part in PARTS}
        for grain in oracle.policies.grains:
            for segment in segments.items():
                row = mart[Period(grain, *oracle.calendar.period(contract.last_on, grain), *segment)]
                row.is_settled &= contract.is_determined
                for name, value in (*counts.items(), *amounts.items()):
                    row.sums[name] += value
    return mart

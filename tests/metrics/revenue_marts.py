"""What the oracle's account-months add up to, per period and segment: the waterfall and the closed cohorts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from contract_calendar import add_months, month_start
from contract_marts import Mart, MartRow, periods_of, segments_of
from revenue_oracle import LOOKBACKS, Cohort, Month, RevenueOracle
from vocabulary import Period

MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")
ACCOUNTS = {
    "new": "new_accounts",
    "reactivation": "reactivated_accounts",
    "expansion": "expanded_accounts",
    "contraction": "contracted_accounts",
    "churn": "churned_accounts",
}
AMOUNTS = tuple(
    f"recurring_revenue_{name}"
    for name in (*MOVEMENTS, "fx", "transfer_in", "transfer_out", "volume", "price", "unsplit", "opening", "awaiting_renewal")
)
WATERFALL = (
    "recurring_revenue",
    *AMOUNTS,
    *ACCOUNTS.values(),
    "opening_accounts",
    "closing_accounts",
    "transferred_in_accounts",
    "transferred_out_accounts",
    "recurring_revenue_gained",
    "recurring_revenue_lost",
)
WATERFALL_RATES = {
    "recurring_revenue_rate": ("recurring_revenue", "recurring_revenue_opening"),
    "quick_ratio": ("recurring_revenue_gained", "recurring_revenue_lost"),
}
OPENINGS = ("recurring_revenue_opening", "opening_accounts")
CLOSINGS = ("recurring_revenue", "recurring_revenue_awaiting_renewal", "closing_accounts")
SUFFIXES = {1: "_1_month", 3: "_3_months", 12: "_12_months"}
COHORT_RATES = {
    f"{kind}_recurring_revenue_rate{'' if months == 12 else suffix}": (f"{numerator}{suffix}", f"base_value{suffix}")
    for months, suffix in SUFFIXES.items()
    for kind, numerator in (("net", "value_now"), ("gross", "kept_value"))
}
CohortKey = tuple[str, str, str, date, int]  # segment_by, segment, account, month and months of look-back
Leaf = dict[tuple[date, str, str], MartRow]  # by month, segment_by and segment


def monthly_waterfall(oracle: RevenueOracle) -> Leaf:
    leaf: Leaf = defaultdict(MartRow)
    for key, months in oracle.entities.items():
        before: Month | None = None
        for month, row in months.items():
            now = [leaf[month, *segment] for segment in segments_of(key, row.attributes)]
            for target in now:
                _move(target, row)
                target.is_settled &= not row.is_undetermined
            if row.opening and before is not None:
                old = [leaf[month, *segment] for segment in segments_of(key, row.opening_attributes)]
                for came, left in zip(now, old, strict=True):
                    left.is_settled &= not before.is_undetermined
                    left.sums["recurring_revenue_opening"] += row.opening
                    left.sums["opening_accounts"] += 1
                    if row.closing and came is not left:
                        _transfer(came, left, row)
            before = row
    return leaf


def recurring_revenue(oracle: RevenueOracle) -> Mart:
    """Openings of the first month, closings of the last one that has begun, and what happened in between."""
    mart: Mart = defaultdict(MartRow)
    for (month, *segment), cell in monthly_waterfall(oracle).items():
        for grain, start, end in periods_of(oracle.contracts, [month]):
            row = mart[Period(grain, start, end, *segment)]
            row.is_settled &= cell.is_settled
            last = month_start(min(end, oracle.as_of))
            for name, value in cell.sums.items():
                is_taken = month == start if name in OPENINGS else month == last if name in CLOSINGS else True
                if is_taken:
                    row.sums[name] += value
    for row in mart.values():
        sums = row.sums
        gains, losses = ("new", "reactivation", "expansion"), ("contraction", "churn")
        sums["recurring_revenue_gained"] = sum(sums[f"recurring_revenue_{name}"] for name in gains)
        sums["recurring_revenue_lost"] = sum(sums[f"recurring_revenue_{name}"] for name in losses)
    return mart


def _move(target: MartRow, row: Month) -> None:
    sums = target.sums
    if row.closing:
        sums["recurring_revenue"] += row.closing
        sums["closing_accounts"] += 1
    if row.movement in MOVEMENTS:
        sums[f"recurring_revenue_{row.movement}"] += row.amount
        sums[ACCOUNTS[row.movement]] += 1
    amounts = {"fx": row.fx, "volume": row.volume, "price": row.price, "unsplit": row.unsplit, "awaiting_renewal": row.awaiting}
    for name, value in amounts.items():
        if value:
            sums[f"recurring_revenue_{name}"] += value


def _transfer(came: MartRow, left: MartRow, row: Month) -> None:
    came.sums["recurring_revenue_transfer_in"] += row.opening
    came.sums["transferred_in_accounts"] += 1
    left.sums["recurring_revenue_transfer_out"] += row.opening
    left.sums["transferred_out_accounts"] += 1


def cohorts(oracle: RevenueOracle) -> dict[CohortKey, Cohort]:
    """Members by segment_by, segment, account, month and months of lookback."""
    members = {}
    for key, months in oracle.entities.items():
        for base_month in months:
            for lookback in LOOKBACKS:
                month = add_months(base_month, lookback)
                cohort = oracle.cohort(months, month, lookback) if month <= oracle.as_of else None
                if cohort is not None:
                    members[(*key, month, lookback)] = cohort
    return members


def net_recurring_revenue(oracle: RevenueOracle, members: dict[CohortKey, Cohort]) -> Mart:
    leaf: Leaf = defaultdict(MartRow)
    for (segment_by, segment, account, month, lookback), cohort in members.items():
        suffix = SUFFIXES[lookback]
        for cell in segments_of((segment_by, segment, account), cohort.attributes):
            row = leaf[month, *cell]
            row.sums[f"cohort_accounts{suffix}"] += 1
            row.sums[f"base_value{suffix}"] += cohort.base
            row.sums[f"value_now{suffix}"] += cohort.now
            row.sums[f"kept_value{suffix}"] += min(cohort.base, cohort.now)
            row.is_settled &= not cohort.is_undetermined
    return {
        Period(grain, start, end, *segment): row
        for (month, *segment), row in leaf.items()
        for grain, start, end in periods_of(oracle.contracts, [month])
        if month == month_start(min(end, oracle.as_of))
    }

"""Compares built facts and marts of recurring revenue with the oracle, entity by entity and cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from churn_reasons import compare_churn_reasons, compare_reasons
from contract_judging import Expected, Judgement, compare_mart, compare_rows, has_ended
from harness import Build, Difference
from revenue_marts import COHORT_RATES, SUFFIXES, WATERFALL, WATERFALL_RATES
from vocabulary import Row

COHORT = tuple(
    f"{name}{suffix}" for suffix in SUFFIXES.values() for name in ("cohort_accounts", "base_value", "value_now", "kept_value")
)


def compare_charges(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    """Of the charges whose contract is known and takes part."""
    known = {each.id for each in judgement.contracts.contracts.values() if each.is_ever_in_force}
    expected = {
        (charge.row["charge_id"],): {
            "monthly_amount": charge.monthly,
            "product": charge.key[0],
            "account_id": charge.contract.account,
        }
        for charges in judgement.revenue.charges.values()
        for charge in charges
        if charge.contract.id in known
    }
    return compare_rows("fct_contract_charges", ("charge_id",), expected, [row for row in rows if row["contract_id"] in known])


def compare_values(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected: Expected = {}
    for account, months in judgement.revenue.cells.items():
        for month, cells in months.items():
            for key, cell in cells.items():
                expected[(account, *key, month)] = {
                    "stock_on": judgement.contracts.stock_on(month),
                    "local_value": cell.local,
                    "awaiting_local_value": cell.awaiting_local,
                    "is_undetermined": cell.is_undetermined,
                    "quantity": cell.quantity,
                    "rate": cell.rate,
                    "recurring_value": cell.value,
                    "awaiting_renewal_value": cell.awaiting,
                }
    rows = [{**row, "currency": row["currency"].lower()} for row in rows]
    return compare_rows(
        "fct_recurring_values", ("account_id", "product", "contract_type", "currency", "month_start"), expected, rows
    )


def compare_recurring(judgement: Judgement, rows: list[Row], *, parts: bool) -> list[Difference]:
    expected: Expected = {}
    for key, months in judgement.revenue.entities.items():
        if parts == (key[0] == "all"):
            continue
        for month, row in months.items():
            values: dict[str, Any] = {f"{name}_value": 0 for name in ("new", "reactivation", "expansion", "contraction", "churn")}
            if f"{row.movement}_value" in values:
                values[f"{row.movement}_value"] = row.amount
            values |= {
                "stock_on": row.stock_on,
                "movement": row.movement,
                "opening_value": row.opening,
                "closing_value": row.closing,
                "fx_value": row.fx,
                "volume_change": row.volume,
                "price_change": row.price,
                "unsplit_change": row.unsplit,
                "awaiting_renewal_value": row.awaiting,
                "is_undetermined": row.is_undetermined,
            }
            if not parts and (row.opening or row.closing):
                values |= row.attributes
            if not parts and row.opening:
                values |= {f"opening_{name}": value for name, value in row.opening_attributes.items()}
            expected[(*key, month) if parts else (key[2], month)] = values
    if parts:
        return compare_rows("fct_recurring_revenue_parts", ("segment_by", "segment", "account_id", "month_start"), expected, rows)
    return compare_rows("fct_recurring_revenue", ("account_id", "month_start"), expected, rows)


def compare_cohorts(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected: Expected = {}
    for key, cohort in judgement.cohorts.items():
        values = {
            "base_value": cohort.base,
            "value_now": cohort.now,
            "kept_value": min(cohort.base, cohort.now),
            "is_undetermined": cohort.is_undetermined,
        }
        expected[key] = values if key[0] != "all" else {**values, **cohort.attributes}
    keys = ("segment_by", "segment", "account_id", "month_start", "lookback_months")
    return compare_rows("fct_recurring_cohorts", keys, expected, rows)


def compare_revenue(judgement: Judgement, build: Build) -> list[Difference]:
    """Everything about recurring revenue and the reasons of its loss that the models and the oracle see differently."""
    ended, revenue = has_ended(judgement, 0), build.rows("facts.fct_recurring_revenue")
    waterfall, rates = build.rows("marts.recurring_revenue"), build.rows("marts.net_recurring_revenue")
    return [
        *compare_charges(judgement, build.rows("facts.fct_contract_charges")),
        *compare_values(judgement, build.rows("facts.fct_recurring_values")),
        *compare_recurring(judgement, revenue, parts=False),
        *compare_recurring(judgement, build.rows("facts.fct_recurring_revenue_parts"), parts=True),
        *compare_cohorts(judgement, build.rows("facts.fct_recurring_cohorts")),
        *compare_reasons(judgement, revenue),
        *compare_churn_reasons(judgement, build.rows("marts.churn_reasons")),
        *compare_mart("recurring_revenue", judgement.recurring_revenue, WATERFALL, WATERFALL_RATES, ended, waterfall),
        *compare_mart("net_recurring_revenue", judgement.net_recurring_revenue, COHORT, COHORT_RATES, ended, rates),
    ]

"""Compares built facts and marts of contracts with the oracle, entity by entity and cell by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from contract_judging import Expected, Judgement, compare_mart, compare_rows, has_ended
from contract_marts import RENEWAL_RATES, RETENTION_RATES, contract_values
from contract_oracle import FOREVER
from contract_survival import chained, first_spells, renewal_survival, retention_survival
from harness import Build, Difference
from vocabulary import Row

NEXT_DAY = 1  # a cancellation on the next day makes a contract due on the last one
RETENTION = (
    "active_accounts",
    "committed_accounts",
    "undetermined_accounts",
    "opening_accounts",
    "opening_undetermined_accounts",
    "logo_cohort_accounts",
    "retained_accounts",
    "lost_accounts",
    "logo_undetermined_accounts",
)
RENEWAL = (
    *(
        f"{name}_contracts"
        for name in ("due", "renewed", "renewed_on_time", "renewed_late", "lost", "undetermined", "determined")
    ),
    *("expiring_value", "renewed_value", "renewed_on_time_value", "renewed_late_value"),
)


def compare_dates(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected: Expected = {}
    for contract in judgement.contracts.contracts.values():
        expected[(contract.id,)] = {
            "known_on": contract.known_on,
            "first_covered_on": contract.first_on,
            "own_last_covered_on": contract.own_last_on,
            "latest_renewal_on": contract.latest_renewal_on,
            "is_ever_in_force": contract.is_ever_in_force,
            "cancelled_on": contract.cancelled_on,
        }
    return compare_rows("fct_contract_dates", ("contract_id",), expected, rows)


def compare_terms(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    oracle, values = judgement.contracts, contract_values(judgement.revenue)
    expected: Expected = {}
    for contract in oracle.contracts.values():
        is_renewed = contract.state == "renewed"
        expiring, renewing, renewed = values.get(contract.id, (None, None, None))
        row = {
            "account_id": contract.account,
            "product": contract.part("product"),
            "contract_type": contract.part("contract_type"),
            "known_on": contract.known_on,
            "first_covered_on": contract.first_on,
            "renewal_state": contract.state,
            "renewed_on": contract.renewed_on,
            "due_on": contract.last_on if contract.is_due else None,
            "is_renewed": is_renewed if contract.is_determined else None,
            "is_renewed_on_time": is_renewed and not contract.is_late if contract.is_determined else None,
            "is_renewed_late": is_renewed and contract.is_late if contract.is_determined else None,
            "expiring_value": expiring,
            "renewing_value": renewing,
            "renewed_value": renewed,
            "cancelled_on": contract.cancelled_on,
            "churn_reason": contract.row.get("churn_reason"),
        }
        if contract.is_ever_in_force:
            row["last_covered_on"] = contract.last_on
        if contract.is_due:
            row |= {"renewal_number": contract.number, **oracle.attributes(contract.account, contract.last_on)}
        expected[(contract.id,)] = row
    return compare_rows("fct_contract_terms", ("contract_id",), expected, rows)


def compare_renewals(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected = {
        (other.id, contract.id): {"renewal_basis": "inference" if contract.is_inferred else "link", "renewed_on": other.first_on}
        for contract in judgement.contracts.contracts.values()
        for other in contract.renewed_by
    }
    return compare_rows("fct_contract_renewals", ("contract_id", "renewed_contract_id"), expected, rows)


def compare_coverage(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected = {
        (stretch.contract.id, stretch.coverage): {"covered_from_on": stretch.first_on, "covered_to_on": stretch.last_on}
        for stretch in judgement.contracts.stretches
    }
    return compare_rows("fct_contract_coverage", ("contract_id", "coverage"), expected, rows)


def compare_entitled(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    """Days on which each account is entitled, whether or not runs that touch are one row."""
    found: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["entitled_from_on"]):
        periods = found[row["account_id"]]
        if periods and periods[-1][1] != FOREVER and (row["entitled_from_on"] - periods[-1][1]).days == 1:
            periods[-1] = (periods[-1][0], row["entitled_to_on"])
        else:
            periods.append((row["entitled_from_on"], row["entitled_to_on"]))
    expected = judgement.contracts.entitled_periods()
    return [
        Difference("fct_entitled_periods", account, expected.get(account), found.get(account))
        for account in expected.keys() | found.keys()
        if expected.get(account) != found.get(account)
    ]


def compare_account_months(judgement: Judgement, rows: list[Row], *, parts: bool) -> list[Difference]:
    expected: Expected = {}
    for key, months in judgement.account_months.items():
        if parts == (key[0] == "all"):
            continue
        for month, row in months.items():
            active = {"active": True, "undetermined": None}.get(row.stock.state, False)
            values = {
                "stock_on": row.stock_on,
                "account_state": row.stock.state,
                "is_active": active,
                "contracts_in_force": row.stock.in_force,
                "committed_contracts": row.stock.committed,
                "is_committed": row.stock.is_committed,
            }
            expected[(*key, month) if parts else (key[2], month)] = values if parts else {**values, **row.attributes}
    if parts:
        return compare_rows("fct_account_part_months", ("segment_by", "segment", "account_id", "month_start"), expected, rows)
    return compare_rows("fct_account_months", ("account_id", "month_start"), expected, rows)


def compare_spells(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected: Expected = {}
    for spell in first_spells(judgement.contracts):
        attributes = spell.attributes if spell.segment_by == "all" else {}
        expected[spell.segment_by, spell.segment, spell.account] = {
            "first_covered_on": spell.first_on,
            "cohort": spell.cohort,
            "ended_on": spell.ended_on,
            "is_lost": spell.is_lost,
            "age_months": spell.age_months,
            **attributes,
        }
    return compare_rows("fct_first_spells", ("segment_by", "segment", "account_id"), expected, rows)


def compare_retention_survival(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    expected: Expected = {}
    for key, points in retention_survival(first_spells(judgement.contracts)).items():
        for age, point in points.items():
            low, high = point.interval or (None, None)
            expected[(*key, age)] = {
                "at_risk_accounts": point.at_risk,
                "lost_accounts": point.lost,
                "censored_accounts": point.censored,
                "survival": point.survival,
                "survival_ci_low": low,
                "survival_ci_high": high,
            }
    return compare_rows("retention_survival", ("segment_by", "segment", "cohort", "age_months"), expected, rows)


def compare_renewal_survival(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    counts = renewal_survival(judgement.contracts)
    expected: Expected = {}
    for key, rate, survival in chained(counts):
        row: dict[str, Any] = {f"{state}_contracts": counts[key][state] for state in ("renewed", "lost", "undetermined")}
        expected[key] = row | {"renewal_rate": rate, "renewal_survival": survival}
    return compare_rows("renewal_survival", ("segment_by", "segment", "renewal_number"), expected, rows)


def compare_contracts(judgement: Judgement, build: Build) -> list[Difference]:
    """Everything about contracts, renewals and retention that the models and the oracle see differently."""
    ended, next_day = has_ended(judgement, 0), has_ended(judgement, NEXT_DAY)
    marts = build.rows("marts.retention"), build.rows("marts.contract_renewal")
    return [
        *compare_dates(judgement, build.rows("facts.fct_contract_dates")),
        *compare_terms(judgement, build.rows("facts.fct_contract_terms")),
        *compare_renewals(judgement, build.rows("facts.fct_contract_renewals")),
        *compare_coverage(judgement, build.rows("facts.fct_contract_coverage")),
        *compare_entitled(judgement, build.rows("facts.fct_entitled_periods")),
        *compare_account_months(judgement, build.rows("facts.fct_account_months"), parts=False),
        *compare_account_months(judgement, build.rows("facts.fct_account_part_months"), parts=True),
        *compare_spells(judgement, build.rows("facts.fct_first_spells")),
        *compare_retention_survival(judgement, build.rows("marts.retention_survival")),
        *compare_renewal_survival(judgement, build.rows("marts.renewal_survival")),
        *compare_mart("retention", judgement.retention, RETENTION, RETENTION_RATES, ended, marts[0]),
        *compare_mart("contract_renewal", judgement.contract_renewal, RENEWAL, RENEWAL_RATES, next_day, marts[1]),
    ]

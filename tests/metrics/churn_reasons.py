"""The reason of a loss: that of the contract that ended last. Contracts that ended on one day may give several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from contract_calendar import DAY, month_start
from contract_judging import PERIOD, Judgement, has_ended
from contract_marts import ends_of_periods, periods_of, segments_of, state_of
from contract_oracle import PARTS, Contract, segment_name
from harness import Difference, plain
from vocabulary import Period, Row

MEASURES = ("lost_accounts", "churned_accounts", "recurring_revenue_churn")
Bounds = dict[tuple[Period, str, object], list[Any]]  # by cell, measure and reason: at least, at most


def cell_of(row: Row) -> Period:
    return Period(*(segment_name(row[name]) if name == "segment" else row[name] for name in PERIOD))


def covered_to(contract: Contract) -> date:
    """The last day on which a contract is in force or in the gap before its late renewal."""
    return contract.renewed_on - DAY if contract.is_late and contract.renewed_on else contract.last_on


def reasons(contracts: Iterable[Contract], before: date, stock_on: date) -> set[object]:
    """What may be given as the reason of a loss between two stock days; nothing where no contract ended in between.

    The definitions leave open whether a contract ends before or after the gap of its late renewal, and whether one that ended
    long before may give the reason when nothing but such a gap ended since: either will do.
    """
    allowed: set[object] = set()
    for end_of, earliest in ((covered_to, before), (last_day, before), (last_day, date.min)):
        ended = [contract for contract in contracts if contract.is_ever_in_force and earliest <= end_of(contract) < stock_on]
        last_on = max(map(end_of, ended), default=None)
        allowed |= {plain(contract.row.get("churn_reason")) for contract in ended if end_of(contract) == last_on} or {None}
    return allowed


def last_day(contract: Contract) -> date:
    return contract.last_on


def by_account(judgement: Judgement) -> dict[str, list[Contract]]:
    contracts: dict[str, list[Contract]] = defaultdict(list)
    for contract in judgement.contracts.contracts.values():
        contracts[contract.account].append(contract)
    return contracts


def compare_reasons(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    """The reason of each account's churn, and none for any other movement."""
    contracts, months = by_account(judgement), judgement.revenue.entities
    differences = []
    for row in rows:
        allowed: set[object] = {None}
        before = months.get(("all", "all", row["account_id"]), {}).get(month_start(row["month_start"] - DAY))
        if row["movement"] == "churn" and before is not None:
            allowed = reasons(contracts[row["account_id"]], before.stock_on, row["stock_on"])
        if plain(row["churn_reason"]) not in allowed:
            key = (row["account_id"], row["month_start"])
            differences.append(Difference("fct_recurring_revenue.churn_reason", key, allowed, row["churn_reason"]))
    return differences


def bounds(judgement: Judgement) -> Bounds:
    """The least and the most that each cell can show under each reason."""
    found: Bounds = defaultdict(lambda: [0, 0])
    contracts = by_account(judgement)

    def count(period: Period, measure: str, allowed: set[object], amount: Any) -> None:
        for reason in allowed:
            bound = found[period, measure, reason]
            bound[0] += amount if len(allowed) == 1 else 0
            bound[1] += amount

    for period, key, base, close in ends_of_periods(judgement.contracts, judgement.account_months):
        if base is not None and base.stock.state == "active" and state_of(close) == "inactive":
            own = [each for each in contracts[key[2]] if key[0] not in PARTS or each.part(key[0]) == key[1]]
            stock_on = min(period[2], judgement.contracts.as_of)
            for segment in segments_of(key, base.attributes):
                count(Period(*period, *segment), "lost_accounts", reasons(own, base.stock_on, stock_on), 1)
    for key, months in judgement.revenue.entities.items():
        for month, row in months.items():
            if row.movement == "churn":
                before = months[month_start(month - DAY)]
                allowed = reasons(contracts[key[2]], before.stock_on, row.stock_on)
                if key[0] != "all":  # a part's charges may stand in any contract
                    allowed = {plain(contract.row.get("churn_reason")) for contract in contracts[key[2]]} | {None}
                for segment in segments_of(key, row.attributes):
                    for period in periods_of(judgement.contracts, [month]):
                        count(Period(*period, *segment), "churned_accounts", allowed, 1)
                        count(Period(*period, *segment), "recurring_revenue_churn", allowed, row.opening)
    return found


def compare_churn_reasons(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    """Losses by reason within what the contracts allow, and by cell in total."""
    rows = list(rows)
    allowed, totals = bounds(judgement), totals_of(judgement)
    found: dict[tuple[Period, str, object], Any] = defaultdict(int)
    for row in rows:
        for measure in MEASURES:
            found[cell_of(row), measure, plain(row["churn_reason"])] += row[measure] or 0
    differences = [
        Difference(f"churn_reasons.{key[1]}", (*key[0], key[2]), allowed[key], found[key])
        for key in {*allowed, *found}
        if not allowed[key][0] <= found[key] <= allowed[key][1]
    ]
    sums: dict[tuple[Period, str], Any] = defaultdict(int)
    for (period, measure, _), value in found.items():
        sums[period, measure] += value
    return (
        differences
        + compare_completeness(judgement, rows)
        + [
            Difference(f"churn_reasons.{key[1]} in total", key[0], totals[key], sums[key])
            for key in {*totals, *sums}
            if totals[key] != sums[key]
        ]
    )


def compare_completeness(judgement: Judgement, rows: Iterable[Row]) -> list[Difference]:
    """A row must be open while a loss may still come, and is settled when every grace of its period has run out."""
    has_passed, run_out = has_ended(judgement, 0), has_ended(judgement, judgement.contracts.grace.days + 1)
    differences = []
    for row in rows:
        cell = cell_of(row)
        marts = (judgement.retention, judgement.recurring_revenue)
        may_be = has_passed(cell, all(mart[cell].is_settled for mart in marts if cell in mart))
        if row["is_complete"] > may_be or row["is_complete"] < run_out(cell, True):
            differences.append(Difference("churn_reasons.is_complete", cell, may_be, row["is_complete"]))
    return differences


def totals_of(judgement: Judgement) -> dict[tuple[Period, str], Any]:
    totals: dict[tuple[Period, str], Any] = defaultdict(int)
    for period, row in judgement.retention.items():
        totals[period, "lost_accounts"] = row.sums.get("lost_accounts", 0)
    for period, row in judgement.recurring_revenue.items():
        for measure in MEASURES[1:]:
            totals[period, measure] = row.sums.get(measure, 0)
    return totals

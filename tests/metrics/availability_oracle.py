"""Availability once more, in plain Python straight from its definition: covered seconds, merged outages, accounts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any

from contract_calendar import DAY, month_end, months_between
from contract_oracle import Attributes, ContractOracle, Stretch, runs
from vocabulary import Period, Row, Tables

Interval = tuple[datetime, datetime]  # the end is not in it
Pair = tuple[str, str]  # account and product
GRAINS = ("month", "quarter", "year")
COUNTS = (
    "covered_pair_months",
    "covered_seconds",
    "unplanned_seconds",
    "planned_seconds",
    "covered_accounts",
    "uninterrupted_accounts",
    "interrupted_accounts",
)


@dataclass(frozen=True)
class PairMonth:
    """An account and product in a month with covered time."""

    covered: int
    unplanned: int
    planned: int
    interruptions: tuple[int, ...]  # seconds of each unbroken unplanned one
    attributes: Attributes


@dataclass
class AccountPeriod:
    """An account, or an account on a product, in a period with covered time."""

    covered: int
    unplanned: int
    last_month: date
    attributes: Attributes


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals that overlap or touch are one; those without length are none."""
    found: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def clipped(intervals: Iterable[Interval], within: Iterable[Interval]) -> list[Interval]:
    within = list(within)
    both = [(max(a[0], b[0]), min(a[1], b[1])) for a in intervals for b in within]
    return [each for each in both if each[0] < each[1]]


def seconds(intervals: Iterable[Interval]) -> int:
    return sum(int((end - start).total_seconds()) for start, end in intervals)


class AvailabilityOracle:
    """Judges every account and product under contract, month by month."""

    def __init__(self, tables: Tables, contracts: ContractOracle) -> None:
        self.contracts, self.as_of = contracts, contracts.as_of
        self.midnight = cache(contracts.calendar.utc)
        self.end = self.midnight(self.as_of + DAY)
        self.outages: dict[tuple[str | None, str | None], list[tuple[Interval, bool]]] = defaultdict(list)
        self.known = [row for row in tables.get("outages", []) if row["started_at"] < self.end]
        for row in self.known:
            self.outages[row.get("account_id"), row.get("product")].append((self.interval(row), not row.get("is_planned")))
        self.months: dict[tuple[str, str, date], PairMonth] = {}
        self.accounts: dict[tuple[str, date, date, str, str, str], AccountPeriod] = {}
        if self.outages:
            self._judge()
            self._add_up()

    def interval(self, row: Row) -> Interval:
        """Begin and end, cut to the second; what has not ended by the end of as-of goes on until then."""
        ended_at = row.get("ended_at")
        end = self.end if ended_at is None or ended_at >= self.end else ended_at
        return row["started_at"].replace(microsecond=0), end.replace(microsecond=0)

    def covered(self) -> dict[Pair, list[tuple[date, date]]]:
        """Per account and product the unbroken runs of days in force."""
        stretches: dict[Pair, list[Stretch]] = defaultdict(list)
        for each in self.contracts.stretches:
            if each.coverage == "in_force" and each.first_on <= self.as_of:
                stretches[each.contract.account, each.contract.part("product")].append(each)
        return {pair: [(first, min(last, self.as_of)) for first, last in runs(own)] for pair, own in stretches.items()}

    def named(self, pair: Pair) -> list[tuple[Interval, bool]]:
        """Outages that name the pair: both, its product, its account, or nothing."""
        account, product = pair
        own = None if product == "(none)" else product
        keys = {(account, own), (None, own), (account, None), (None, None)}
        return [outage for key in keys for outage in self.outages.get(key, [])]

    def _judge(self) -> None:
        for pair, days in self.covered().items():
            outages = self.named(pair)
            whole = [(self.midnight(first), self.midnight(last + DAY)) for first, last in days]
            unplanned = merged(clipped([each for each, is_unplanned in outages if is_unplanned], whole))
            either = merged(clipped([each for each, _ in outages], whole))
            for month in {month for first, last in days for month in months_between(first, last)}:
                within = [(self.midnight(month), self.midnight(month_end(month) + DAY))]
                broken = clipped(unplanned, within)
                down = seconds(broken)
                self.months[(*pair, month)] = PairMonth(
                    seconds(clipped(whole, within)),
                    down,
                    seconds(clipped(either, within)) - down,
                    tuple(seconds([each]) for each in broken),
                    self.contracts.attributes(pair[0], min(month_end(month), self.as_of)),
                )

    def _add_up(self) -> None:
        for (account, product, month), row in sorted(self.months.items(), key=lambda each: each[0][2]):
            for grain in (grain for grain in self.contracts.policies.grains if grain in GRAINS):
                for segment in (("all", "all"), ("product", product)):
                    key = (grain, *self.contracts.calendar.period(month, grain), *segment, account)
                    found = self.accounts.setdefault(key, AccountPeriod(0, 0, month, row.attributes))
                    found.covered += row.covered
                    found.unplanned += row.unplanned
                    found.last_month, found.attributes = month, row.attributes

    @cached_property
    def mart(self) -> dict[Period, dict[str, Any]]:
        """Rows of `availability`."""
        counts: dict[Period, Counter[str]] = defaultdict(Counter)
        for (_, product, month), row in self.months.items():
            for grain in (grain for grain in self.contracts.policies.grains if grain in GRAINS):
                span = (grain, *self.contracts.calendar.period(month, grain))
                for segment in ({"all": "all", "product": product} | row.attributes).items():
                    cell = counts[Period(*span, *segment)]
                    cell["covered_pair_months"] += 1
                    cell["covered_seconds"] += row.covered
                    cell["unplanned_seconds"] += row.unplanned
                    cell["planned_seconds"] += row.planned
                    cell["longest"] = max(cell["longest"], *row.interruptions, 0)
        for (grain, start, end, segment_by, segment, _), account in self.accounts.items():
            segments = {segment_by: segment} | (account.attributes if segment_by == "all" else {})
            for each in segments.items():
                cell = counts[Period(grain, start, end, *each)]
                cell["covered_accounts"] += 1
                cell["uninterrupted_accounts"] += account.unplanned == 0
                cell["interrupted_accounts"] += account.unplanned > 0
        return {period: self._rates(period, cell) for period, cell in counts.items()}

    def _rates(self, period: Period, cell: Counter[str]) -> dict[str, Any]:
        covered, unplanned, planned = (cell[f"{name}_seconds"] for name in ("covered", "unplanned", "planned"))
        accounts = cell["covered_accounts"]
        return {
            **{name: cell[name] for name in COUNTS},
            "covered_minutes": covered / 60,
            "available_minutes": (covered - unplanned) / 60,
            "unplanned_minutes": unplanned / 60,
            "planned_minutes": planned / 60,
            "longest_interruption_minutes": cell["longest"] / 60,
            "availability_time_rate": (covered - unplanned) / covered,
            "availability_time_rate_with_planned": (covered - unplanned - planned) / covered,
            "availability_account_rate": cell["uninterrupted_accounts"] / accounts if accounts else None,
            **{f"availability_{unit}_rate_{what}": None for unit in ("time", "account") for what in ("target", "gap")},
            "is_complete": period.end <= self.as_of,
        }


def expected_outage(oracle: AvailabilityOracle, row: Row) -> dict[str, Any]:
    """What `fct_outages` has to say about an outage."""
    start, end = oracle.interval(row)
    is_open = row.get("ended_at") is None or row["ended_at"] >= oracle.end
    scopes = {(True, True): "pair", (False, True): "product", (True, False): "account", (False, False): "everyone"}
    return {
        "outage_scope": scopes[row.get("account_id") is not None, row.get("product") is not None],
        "started_at": start,
        "ended_at": None if is_open else end,
        "interrupts_until_at": end,
        "is_open": is_open,
        "is_planning_known": row.get("is_planned") is not None,
        "is_unplanned": not row.get("is_planned"),
    }


def expected_month(row: PairMonth) -> dict[str, Any]:
    """What `fct_availability` has to say about an account, product and month."""
    return {
        "covered_seconds": row.covered,
        "unplanned_seconds": row.unplanned,
        "planned_seconds": row.planned,
        "longest_unplanned_seconds": max(row.interruptions, default=0),
        "unplanned_interruptions": len(row.interruptions),
        "is_interrupted": row.unplanned > 0,
        **row.attributes,
    }


def expected_account(row: AccountPeriod) -> dict[str, Any]:
    """What `fct_account_availability` has to say about an account, or account and product, in a period."""
    own = {"covered_seconds": row.covered, "unplanned_seconds": row.unplanned, "is_uninterrupted": row.unplanned == 0}
    return own | row.attributes

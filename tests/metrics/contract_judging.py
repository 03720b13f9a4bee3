"""What the oracle says of a build's rows, and how rows of the models are held against it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from contract_marts import AccountMonth, EntityKey, Mart, account_months, contract_renewal, retention
from contract_oracle import FOREVER, ContractOracle
from harness import Build, Difference, plain
from revenue_marts import CohortKey, cohorts, net_recurring_revenue, recurring_revenue
from revenue_oracle import Cohort, RevenueOracle
from vocabulary import Period, Row, Tables

Key = tuple[Any, ...]
Expected = dict[Key, dict[str, Any]]
Comparison = Callable[["Judgement", Build], list[Difference]]
PERIOD = ("period_grain", "period_start", "period_end", "segment_by", "segment")


@dataclass(frozen=True)
class Judgement:
    """Everything that the oracle says of some rows, worked out when first asked for."""

    contracts: ContractOracle

    @cached_property
    def revenue(self) -> RevenueOracle:
        return RevenueOracle(self.contracts)

    @cached_property
    def account_months(self) -> dict[EntityKey, dict[date, AccountMonth]]:
        return account_months(self.contracts)

    @cached_property
    def retention(self) -> Mart:
        return retention(self.contracts, self.account_months)

    @cached_property
    def contract_renewal(self) -> Mart:
        return contract_renewal(self.revenue)

    @cached_property
    def cohorts(self) -> dict[CohortKey, Cohort]:
        return cohorts(self.revenue)

    @cached_property
    def net_recurring_revenue(self) -> Mart:
        return net_recurring_revenue(self.revenue, self.cohorts)

    @cached_property
    def recurring_revenue(self) -> Mart:
        return recurring_revenue(self.revenue)


def normal(value: Any) -> Any:
    """Missing attributes in one spelling, days that never come as none."""
    return None if value == FOREVER else plain(value)


def is_same(left: Any, right: Any) -> bool:
    if left == right:
        return True
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(normal(left) == normal(right))


def is_void(values: Iterable[Any]) -> bool:
    """A row that counts nothing may as well not be there."""
    return not any(values)


def compare_rows(
    what: str, keys: tuple[str, ...], expected: Expected, rows: Iterable[Row], *, voids: bool = False
) -> list[Difference]:
    """Differences by key; with `voids`, rows that count nothing are as good as absent."""
    expected = {tuple(map(normal, key)): values for key, values in expected.items()}
    found: dict[Key, Row] = {}
    differences = []
    for row in rows:
        key = tuple(normal(row[name]) for name in keys)
        if key in found:
            differences.append(Difference(f"{what} twice", key, 1, 2))
        found[key] = row
    columns = list(next(iter(expected.values()))) if expected else []
    for key in expected.keys() ^ found.keys():
        values = expected.get(key) or {name: found[key][name] for name in columns}
        if not (voids and is_void(value for name, value in values.items() if name != "is_complete")):
            differences.append(Difference(f"{what} row", key, expected.get(key), found.get(key)))
    for key in expected.keys() & found.keys():
        differences += [
            Difference(f"{what}.{name}", key, value, found[key][name])
            for name, value in expected[key].items()
            if not is_same(value, found[key][name])
        ]
    return differences


def compare_mart(
    what: str,
    mart: Mart,
    columns: tuple[str, ...],
    rates: dict[str, tuple[str, str]],
    is_complete: Callable[[Period, bool], bool],
    rows: Iterable[Row],
) -> list[Difference]:
    expected: Expected = {}
    for period, row in mart.items():
        values: dict[str, Any] = {name: row.sums.get(name, 0) for name in columns}
        for name, (numerator, denominator) in rates.items():
            below = row.sums.get(denominator, 0)
            values[name] = float(row.sums.get(numerator, 0) / below) if below else None
        expected[tuple(period)] = {**values, "is_complete": is_complete(period, row.is_settled)}
    rows = [{**row, **{name: row[name] or 0 for name in columns}} for row in rows]
    return compare_rows(what, PERIOD, expected, rows, voids=True)


def has_ended(judgement: Judgement, days: int) -> Callable[[Period, bool], bool]:
    as_of = judgement.contracts.as_of
    return lambda period, is_settled: is_settled and (as_of - period.end).days >= days


def world_of(key: object) -> str | None:
    """The name of the world that a difference is about."""
    words = [str(part) for part in key] if isinstance(key, tuple) else [str(key)]
    return next((word.split("-")[0] for word in words if word.startswith("w") and "-" in word), None)


def history(world: str, tables: Tables) -> str:
    """The raw rows of a world, to read a difference by."""
    lines = []
    contracts = {row["contract_id"] for row in tables["contracts"] if row["contract_id"].startswith(f"{world}-")}
    for table in ("accounts", "contracts", "contract_renewals", "contract_charges"):
        for row in tables.get(table, []):
            if row.get("contract_id") in contracts or str(row.get("account_id")).startswith(f"{world}-"):
                lines.append(f"  {table}: " + " ".join(f"{name}={value}" for name, value in row.items() if value is not None))
    return "\n".join(lines)


def report_contracts(differences: list[Difference], tables: Tables, shown: int = 3) -> str:
    """A summary by kind, with the first few of each and the rows of the first world of it."""
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        kinds[difference.what].append(difference)
    parts = [f"{len(differences)} differences: {dict(Counter(difference.what for difference in differences))}"]
    told: set[str] = set()
    for what, members in kinds.items():
        members.sort(key=lambda member: str(member.key))
        parts.append(f"{what}: {len(members)}\n" + "\n".join(f"  {member}" for member in members[:shown]))
        world = next((name for name in map(world_of, (member.key for member in members)) if name), None)
        if world is not None and world not in told:
            parts.append(history(world, tables))
            told.add(world)
    return "\n".join(parts)

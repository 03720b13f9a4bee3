"""The builds of the tests of customer success, what the oracle says of their rows, and the comparison of both."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import harness
import success_marts
from builds import GRAINS, built
from contract_judging import PERIOD, Expected, compare_rows
from harness import EVENT_AT, Build, Difference, project_seeds
from success_demand import DemandOracle
from success_marts import Mart
from success_oracle import HealthVersion, SuccessOracle
from success_scenarios import generate_success
from success_worlds import SuccessSetting
from vocabulary import Policies, Row, Tables

from casemart.seeds import project_of
from casemart.workspace import Workspace, project_dir

MARTS = ("onboarding", "milestones", "engagement_quality", "account_health", "support_demand")
SELECT = tuple(f"+{name}" for name in MARTS)
COPIES = 2
# The end of a year, from the data; the middle of a month of New York, with a change of its clocks just before and one long ago.
UTC = Policies(grains=GRAINS)
NEW_YORK = Policies(
    "America/New_York",
    date(2026, 3, 11),
    survey_settlement_days=10,
    renewal_grace_days=30,
    onboarding_window_days=31,
    health_silence_days=28,
    health_min_weight_coverage=0.4,
    grains=("week", "month", "quarter", "year"),
)
SETTINGS = {
    "utc": SuccessSetting(date(2024, 10, 1), (date(2025, 12, 31),), 90, policies=UTC),
    "new_york": SuccessSetting(date(2024, 12, 1), (date(2026, 3, 11),), 30, policies=NEW_YORK),
}
# In New York the weights change on the last day of a month, and on the as-of day; a band of one's own, and a gap between bands.
OWN_SEEDS = {
    "utc": {},
    "new_york": {
        "health_weights": """version,valid_from,component,weight
1,,adoption,0.25
1,,success,0.25
1,,retention,0.25
1,,recurring_revenue,0.25
2,2025-11-30,adoption,0.5
2,2025-11-30,success,0
2,2025-11-30,retention,0.4
2,2025-11-30,recurring_revenue,0.1
3,2026-03-11,adoption,3
3,2026-03-11,success,1
3,2026-03-11,retention,2
3,2026-03-11,recurring_revenue,2
4,2026-03-12,adoption,1
4,2026-03-12,success,0
4,2026-03-12,retention,0
4,2026-03-12,recurring_revenue,0
""",
        "health_bands": """version,band,lower_bound,upper_bound
1,at_risk,0,50
1,watch,50,75
1,healthy,75,100
2,at_risk,0,40
2,middling,40,60
2,watch,70,80
2,healthy,80,100
3,at_risk,0,50
3,healthy,50,100
4,healthy,0,100
""",
    },
}
FRACTIONS = ("score", "weight_coverage", "score_total", *(f"{name}_component" for name in success_marts.COMPONENTS))


@dataclass(frozen=True, eq=False)
class Judged:
    """The rows of one build and what the oracle says of them."""

    tables: Tables
    oracle: SuccessOracle
    build: Build

    @cached_property
    def demand(self) -> DemandOracle:
        return DemandOracle(self.oracle)

    @cached_property
    def marts(self) -> dict[str, Mart]:
        found = {name: getattr(success_marts, name)(self.oracle) for name in MARTS[:-1]}
        return {**found, "support_demand": success_marts.support_demand(self.demand)}


def judged(name: str, folder: Path) -> Judged:
    """One of the builds, made by whichever worker asks first."""
    setting, home = SETTINGS[name], folder / f"success_{name}"
    tables = generate_success(setting, seed=20260311, copies=COPIES, event_at=EVENT_AT)
    home.mkdir(exist_ok=True)
    project = own_project(home, OWN_SEEDS[name])
    oracle = SuccessOracle(tables, project_seeds(), health_versions(project), setting.policies, EVENT_AT)
    with mock.patch.object(harness, "project_dir", lambda: project):
        build = built(tables, setting.policies, home, SELECT, TZ="Pacific/Auckland")
    return Judged(tables, oracle, build)


def own_project(home: Path, seeds: dict[str, str]) -> Path:
    """The project with seeds of one's own, as casemart makes it; without them, the project itself."""
    if not seeds:
        return project_dir()
    lines = ["[seeds]"]
    for name, text in seeds.items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
        lines.append(f'{name} = "{name}.csv"')
    (home / "casemart.toml").write_text("\n".join(lines), encoding="utf-8")
    return project_of(Workspace(home))


def health_versions(project: Path) -> list[HealthVersion]:
    """The weights and bands of a project's seeds: data, not logic."""

    def lines(name: str) -> list[dict[str, str]]:
        with (project / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    found = {}
    for line in lines("health_weights"):
        number, since = int(line["version"]), line["valid_from"]
        version = HealthVersion(number, date.fromisoformat(since) if since else None, {}, ())
        found.setdefault(number, version).weights[line["component"]] = Decimal(line["weight"])
    bands: dict[int, list[tuple[str, Decimal, Decimal]]] = {number: [] for number in found}
    for line in lines("health_bands"):
        bands[int(line["version"])].append((line["band"], Decimal(line["lower_bound"]), Decimal(line["upper_bound"])))
    return [HealthVersion(each.number, each.valid_from, each.weights, tuple(bands[each.number])) for each in found.values()]


# Comparison


def keyed(rows: Iterable[Row], keys: tuple[str, ...]) -> Expected:
    return {tuple(row[key] for key in keys): numbers({name: row[name] for name in row if name not in keys}) for row in rows}


def numbers(row: Row) -> Row:
    """Quotients, which the oracle has as fractions and the models as decimals, as floats."""
    found = {name: as_float(row[name]) for name in FRACTIONS if name in row}
    return {**row, **found} if found else row


def as_float(value: Any) -> float | None:
    return None if value is None else float(value)


@cache
def expected_facts(done: Judged) -> dict[str, tuple[tuple[str, ...], Expected]]:
    """Per fact its key and rows."""
    oracle, demand = done.oracle, done.demand
    month = ("account_id", "month_start")
    contacts = (
        {"account_id": a, "contacted_on": d, "contact_kind": k, "contacts": n} for (a, d, k), n in oracle.contacts.items()
    )
    base = ({"account_id": account, "month_start": start, **row} for (account, start), row in demand.base.items())
    heard = ({"period_grain": g, "period_start": s, "account_id": a, **row} for (g, s, a), row in demand.demand.items())
    rows: dict[str, tuple[tuple[str, ...], Iterable[Row]]] = {
        "fct_onboarding": (("account_id",), oracle.onboarding),
        "fct_due_milestones": (("milestone_id", "month_start"), oracle.due_milestones),
        "fct_engagements": (("engagement_source", "engagement_id"), oracle.engagements),
        "fct_account_health": (month, oracle.health),
        "fct_account_contacts": (("account_id", "contacted_on", "contact_kind"), contacts),
        "fct_installed_base": (month, base),
        "fct_account_demand": (("period_grain", "period_start", "account_id"), heard),
    }
    return {name: (keys, keyed(found, keys)) for name, (keys, found) in rows.items()}


def compare_fact(name: str, keys: tuple[str, ...], expected: Expected, rows: Iterable[Row]) -> list[Difference]:
    return compare_rows(name, keys, expected, map(numbers, rows))


def compare_mart(name: str, mart: Mart, rows: list[Row]) -> list[Difference]:
    """Without targets every target and gap is NULL; every other column has an expected value."""
    columns = set(rows[0]) if rows else set()
    unset = dict.fromkeys(column for column in columns if column.endswith(("_target", "_gap")))
    expected = {tuple(period): {**numbers(row), **unset} for period, row in mart.items()}
    differences = compare_rows(name, PERIOD, expected, map(numbers, rows))
    told = set(PERIOD) | set().union(*expected.values()) if expected else columns
    return differences + [Difference(f"{name}.{column}", "columns", "expected", None) for column in sorted(columns - told)]


def compare(done: Judged) -> list[Difference]:
    """Everything that the models and the oracle see differently."""
    found = []
    for name, (keys, expected) in expected_facts(done).items():
        found += compare_fact(name, keys, expected, done.build.rows(f"facts.{name}"))
    for name, mart in done.marts.items():
        found += compare_mart(name, mart, done.build.rows(f"marts.{name}"))
    return found


def history(world: str, tables: Tables) -> str:
    """The raw rows of a world, to read a difference by."""
    lines = []
    for table, rows in tables.items():
        for row in rows:
            if any(str(value).startswith(f"{world}-") for name, value in row.items() if name.endswith("_id")):
                lines.append(f"  {table}: " + " ".join(f"{name}={value}" for name, value in row.items() if value is not None))
    return "\n".join(lines)

"""The worlds, policies and builds that the tests of experience impact and availability share, and what is compared."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from availability_oracle import AvailabilityOracle, expected_account, expected_month, expected_outage
from builds import built
from contract_judging import PERIOD, Expected, compare_rows
from harness import EVENT_AT, Build, Difference, project_seeds
from impact_answers import project_questions
from impact_marts import ImpactRow, count_impacts, expected_impact, expected_outcomes
from impact_oracle import Exposure, ImpactOracle, Window
from impact_scenarios import generate_impacts
from impact_worlds import ImpactSetting
from vocabulary import Period, Policies, Row, Tables

GRAINS = ("week", "month", "quarter", "year")
SELECT = ("+experience_impact", "+experience_outcomes", "+availability")
COPIES = 4
# The window, and the settlement of first contacts, after October run out on as-of; after November only the window does.
AS_OF, LATER_AS_OF = date(2026, 1, 14), date(2026, 3, 5)
SETTING = ImpactSetting(
    *(date(2025, 2, 1), (AS_OF, LATER_AS_OF), 60, "USD", "America/New_York"),
    window_days=45,
    first_post_on=date(2025, 10, 5),
)


def policies_on(as_of: date) -> Policies:
    """Another zone, a shorter window and grace than by default, weeks too."""
    days = {"renewal_grace_days": SETTING.grace_days, "impact_window_days": SETTING.window_days}
    return Policies(SETTING.timezone, as_of, **days, grains=GRAINS)


@dataclass(frozen=True)
class Impacts:
    """The rows of one build, what the oracles say of them, and the build."""

    oracle: ImpactOracle
    build: Build

    @cached_property
    def mart(self) -> dict[Period, ImpactRow]:
        return count_impacts(self.oracle)

    @cached_property
    def expected(self) -> dict[str, tuple[tuple[str, ...], Expected]]:
        return expectations(self)

    @cached_property
    def availability(self) -> AvailabilityOracle:
        return AvailabilityOracle(self.oracle.tables, self.oracle.contracts)


@cache
def raw_rows() -> Tables:
    """Worlds around the first as-of, and some around the later one, in another order than they were made."""
    tables = generate_impacts(SETTING, seed=20260114, copies=COPIES)
    rng = random.Random(20260114)
    return {name: rng.sample(rows, len(rows)) for name, rows in tables.items()}


@cache
def judged(as_of: date) -> ImpactOracle:
    return ImpactOracle(raw_rows(), project_seeds(), project_questions(), policies_on(as_of), EVENT_AT)


def impacts(folder: Path) -> Impacts:
    """The build, with what the oracle says of its rows; the machine is in another time zone."""
    build = built(raw_rows(), policies_on(AS_OF), folder, SELECT, TZ="Pacific/Auckland")
    return Impacts(judged(AS_OF), build)


def expected_fact(exposure: Exposure, window: Window, last_on: date) -> dict[str, Any]:
    """What `fct_account_experience` has to say about a period, account and exposure."""
    expected: dict[str, Any] = {
        "period_end": exposure.period[2],
        "exposure_class": "exposed" if exposure.is_exposed else "reference",
        "mean_score": None if exposure.mean is None else float(exposure.mean),
        "experience_class": exposure.experience_class,
        "anchor_on": exposure.anchor,
        "window_to_on": last_on,
        "account_state": window.account_state,
        **window.attributes,
    }
    flags = {"renewal": "has_renewed", "purchase": "has_purchased", "recommendation": "has_recommended"}
    for name, outcome in window.outcomes.items():
        own = {f"{name}_state": outcome.state, flags[name]: outcome.flag, f"has_{name}_so_far": outcome.is_so_far}
        expected |= own
    return expected


def expectations(done: Impacts) -> dict[str, tuple[tuple[str, ...], Expected]]:
    """By relation its key, and what it has to say."""
    oracle, mart, availability = done.oracle, done.mart, done.availability
    experience: Expected = {
        (*exposure.period[:2], exposure.account, exposure.exposure): expected_fact(
            exposure, window, exposure.anchor + oracle.length
        )
        for exposure, window in oracle.rows
    }
    outcomes: Expected = {
        (*period, *cell): values
        for period, row in mart.items()
        for cell, values in expected_outcomes(oracle, period, row).items()
    }
    return {
        "facts.fct_account_experience": (("period_grain", "period_start", "account_id", "exposure"), experience),
        "marts.experience_impact": (
            PERIOD,
            {tuple(period): expected_impact(oracle, period, row) for period, row in mart.items()},
        ),
        "marts.experience_outcomes": ((*PERIOD, "exposure", "account_class", "outcome"), outcomes),
        "facts.fct_outages": (
            ("outage_id",),
            {(row["outage_id"],): expected_outage(availability, row) for row in availability.known},
        ),
        "facts.fct_availability": (
            ("account_id", "product", "month_start"),
            {key: expected_month(row) for key, row in availability.months.items()},
        ),
        "facts.fct_account_availability": (
            (*PERIOD, "account_id"),
            {key: expected_account(row) for key, row in availability.accounts.items()},
        ),
        "marts.availability": (PERIOD, {tuple(period): row for period, row in availability.mart.items()}),
    }


def compare(done: Impacts, relation: str, rows: Iterable[Row]) -> list[Difference]:
    """What the models and the oracles see differently."""
    keys, expected = done.expected[relation]
    return compare_rows(relation, keys, expected, rows)

"""The worlds, policies and builds that the tests of contracts and recurring revenue share."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from builds import built
from contract_judging import Judgement
from contract_oracle import ContractOracle
from contract_scenarios import generate_contracts
from contract_worlds import ContractSetting
from harness import EVENT_AT, Build
from vocabulary import Policies, Tables

GRAINS = ("week", "month", "quarter", "year")
COPIES = 5
MARTS = (
    "retention",
    "contract_renewal",
    "churn_reasons",
    "retention_survival",
    "renewal_survival",
    "recurring_revenue",
    "net_recurring_revenue",
)
SELECT = tuple(f"+{name}" for name in (*MARTS, "fct_entitled_periods", "fct_account_months", "fct_account_part_months"))
# The last day of a year; a day on which graces of before have run out and others have begun; the day after a leap day.
AS_OF, LATER_AS_OF, LEAP_AS_OF = date(2025, 12, 31), date(2026, 2, 14), date(2024, 3, 1)
UTC = ContractSetting(date(2023, 12, 1), (AS_OF, LATER_AS_OF), 90)
AUCKLAND = ContractSetting(date(2022, 3, 1), (LEAP_AS_OF,), 30, "EUR")


@dataclass(frozen=True)
class JudgedContracts:
    """The rows of one build and what the oracle says of them."""

    tables: Tables
    judgement: Judgement
    build: Callable[[], Build]


def with_case(tables: Tables, opened_at: datetime) -> Tables:
    """The rows with one case, of which the default as-of is the day."""
    case = {"case_id": "c", "channel": "email", "opened_at": opened_at, "status": "open"}
    return {**tables, "cases": [case]}


@cache
def utc_tables() -> Tables:
    return with_case(generate_contracts(UTC, seed=20251231, copies=COPIES), datetime(2025, 12, 31, 23, 59, 59))


@cache
def auckland_tables() -> Tables:
    """Other worlds, shuffled. The case is opened on the last of February in UTC, on the first of March in Auckland."""
    tables = with_case(generate_contracts(AUCKLAND, seed=20240301, copies=COPIES), datetime(2024, 2, 29, 12))
    return shuffled(tables, seed=1)


def shuffled(tables: Tables, seed: int) -> Tables:
    rng = random.Random(seed)
    return {name: rng.sample(rows, len(rows)) for name, rows in tables.items()}


def judged_contracts(name: str, folder: Path) -> JudgedContracts:
    """One of the builds, made when it is first asked for, by whichever worker asks first."""
    utc = Policies(grains=GRAINS)
    auckland = Policies("Pacific/Auckland", grains=GRAINS, renewal_grace_days=30, reporting_currency="EUR")
    tables, policies, env = {
        "utc": (utc_tables, utc, {}),
        "later": (utc_tables, replace(utc, as_of=LATER_AS_OF), {"TZ": "Pacific/Auckland"}),
        "auckland": (auckland_tables, auckland, {}),
    }[name]
    rows = tables()
    judgement = Judgement(ContractOracle(rows, policies, EVENT_AT))
    return JudgedContracts(rows, judgement, lambda: built(rows, policies, folder / f"contracts_{name}", SELECT, **env))

"""What exposures and outcomes add up to, per period and segment: `experience_impact` and `experience_outcomes`."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from deflection_counting import Z, wilson
from impact_oracle import EXPOSURES, OUTCOMES, ImpactOracle
from vocabulary import Period

Cell = tuple[str, str, str]  # exposure, class and outcome
SIDES = ("exposed", "reference")
UNSET = ("target", "gap")


@dataclass
class ImpactRow:
    """Counts of one period and segment."""

    counts: dict[Cell, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, exposure: str, account_class: str, outcome: str, name: str) -> int:
        return self.counts[exposure, account_class, outcome][name] if (exposure, account_class, outcome) in self.counts else 0

    @property
    def is_settled(self) -> bool:
        return not any(counts["undetermined_accounts"] for counts in self.counts.values())


def count_impacts(oracle: ImpactOracle) -> dict[Period, ImpactRow]:
    mart: dict[Period, ImpactRow] = defaultdict(ImpactRow)
    for exposure, window in oracle.rows:
        classes = [SIDES[not exposure.is_exposed], *([exposure.experience_class] if exposure.experience_class else [])]
        for segment in ({"all": "all"} | window.attributes).items():
            row = mart[Period(*exposure.period, *segment)]
            for name, outcome in window.outcomes.items():
                for account_class in classes:
                    counts = row.counts[exposure.exposure, account_class, name]
                    counts["accounts"] += 1
                    counts["at_risk_accounts"] += outcome.flag is not None
                    counts["happened_accounts"] += outcome.flag is True
                    counts["not_at_risk_accounts"] += outcome.state == "not_at_risk"
                    counts["undetermined_accounts"] += outcome.state == "undetermined"
                    counts["happened_so_far_accounts"] += outcome.is_so_far
    return dict(mart)


def has_run_out(oracle: ImpactOracle, period: Period) -> bool:
    """Whether the latest window of the period has."""
    return period.end + oracle.length + timedelta(days=oracle.policies.settlement_days) <= oracle.as_of


def katz(a: int, n1: int, b: int, n0: int) -> dict[str, Any]:
    """Ratio of two risks with its interval, their difference, and whether half an account had to be added."""
    names = ("", "_ci_low", "_ci_high", "_is_adjusted", "_risk_difference")
    if not n1 or not n0:
        return dict.fromkeys(names)
    ratio = (a / n1) / (b / n0) if b else None
    is_adjusted = a == 0 or b == 0 or (a == n1 and b == n0)
    more = 0.5 if is_adjusted else 0
    x1, m1, x0, m0 = a + more, n1 + 2 * more, b + more, n0 + 2 * more
    spread = Z * math.sqrt(1 / x1 - 1 / m1 + 1 / x0 - 1 / m0)
    middle = math.log((x1 / m1) / (x0 / m0))
    low, high = math.exp(middle - spread), math.exp(middle + spread)
    if not a:
        low = 0.0
    if ratio is not None:
        low, high = min(low, ratio), max(high, ratio)
    return dict(zip(names, (ratio, low, high, is_adjusted, a / n1 - b / n0), strict=True))


def expected_impact(oracle: ImpactOracle, period: Period, row: ImpactRow) -> dict[str, Any]:
    """What `experience_impact` has to say about a period and segment."""
    expected: dict[str, Any] = {}
    for exposure in EXPOSURES:
        for outcome in OUTCOMES:
            name = f"{exposure}_impact_{outcome}"
            n1, n0 = (row.count(exposure, side, outcome, "at_risk_accounts") for side in SIDES)
            a, b = (row.count(exposure, side, outcome, "happened_accounts") for side in SIDES)
            undetermined = sum(row.count(exposure, side, outcome, "undetermined_accounts") for side in SIDES)
            own = {"exposed": n1, "exposed_yes": a, "reference": n0, "reference_yes": b, "accounts": n1 + n0}
            own |= {"undetermined": undetermined, "target": None, "gap": None}
            own |= {"risk_exposed": a / n1 if n1 else None, "risk_reference": b / n0 if n0 else None}
            expected |= {f"{name}_{what}": value for what, value in own.items()}
            expected |= {f"{name}{what}": value for what, value in katz(a, n1, b, n0).items()}
    return expected | {"is_complete": has_run_out(oracle, period) and row.is_settled}


def expected_outcomes(oracle: ImpactOracle, period: Period, row: ImpactRow) -> dict[Cell, dict[str, Any]]:
    """What `experience_outcomes` has to say about a period and segment."""
    expected: dict[Cell, dict[str, Any]] = {}
    for cell, counts in row.counts.items():
        happened, at_risk = counts["happened_accounts"], counts["at_risk_accounts"]
        low, high = wilson(happened, at_risk) or (None, None)
        rates = {
            "outcome_rate": happened / at_risk if at_risk else None,
            "outcome_rate_ci_low": low,
            "outcome_rate_ci_high": high,
        }
        expected[cell] = {
            **{name: counts[name] for name in COUNTS},
            **rates,
            "is_complete": has_run_out(oracle, period) and not counts["undetermined_accounts"],
        }
    return expected


COUNTS = (
    "accounts",
    "at_risk_accounts",
    "happened_accounts",
    "not_at_risk_accounts",
    "undetermined_accounts",
    "happened_so_far_accounts",
)

"""What the sessions and openings add up to: one row per period and segment, like `marts.deflection`, with rates and bounds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from deflection_oracle import DeflectionOracle, Session
from vocabulary import NONE, Period

Z = 1.959963984540054
SEGMENTS = ("channel", "product", "topic", "account_segment", "region")
COUNTS = (
    "sessions",
    "entitled_sessions",
    "not_entitled_sessions",
    "unknown_sessions",
    "answered_sessions",
    "found_sessions",
    "intent_answered_sessions",
    "intended_sessions",
    "further_action_answered_sessions",
    "no_further_action_sessions",
    "observed_sessions",
    "deflected_cases_floor",
    "deflected_cases_ceiling",
)
CHAIN = {
    "success_rate": ("found_sessions", "answered_sessions"),
    "intent_rate": ("intended_sessions", "intent_answered_sessions"),
    "no_further_action_rate": ("no_further_action_sessions", "further_action_answered_sessions"),
}
# Metric: numerator and denominator in `metric_values`; amounts have none.
METRICS: dict[str, tuple[str, str] | None] = {
    **CHAIN,
    "self_help_response_rate": ("answered_sessions", "entitled_sessions"),
    "deflected_cases": None,
    "deflected_cases_floor": None,
    "deflected_cases_ceiling": None,
    "deflection_rate": ("deflected_cases", "deflection_demand"),
    "deflection_per_session": ("deflected_cases", "entitled_sessions"),
}
WITH_INTERVAL = (*CHAIN, "deflected_cases", "deflection_rate", "deflection_per_session")
MartRow = dict[str, Any]


def wilson(successes: int, trials: int) -> tuple[float, float] | None:
    """Score interval of a share at 95 %; none without trials."""
    if not trials:
        return None
    share = successes / trials
    middle = share + Z**2 / (2 * trials)
    spread = Z * math.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    low, high = ((middle + sign * spread) / (1 + Z**2 / trials) for sign in (-1, 1))
    return (0.0 if successes == 0 else low), (1.0 if successes == trials else high)


def count_sessions(oracle: DeflectionOracle) -> dict[Period, MartRow]:
    """The whole mart."""
    counts: dict[Period, Counter[str]] = defaultdict(Counter)
    for session in oracle.sessions.values():
        for period in rows_of(oracle, session.on, session.attributes):
            counts[period].update(counts_of(session))
    assisted: Counter[Period] = Counter()
    for opening in oracle.openings:
        if opening.is_entitled:
            assisted.update(rows_of(oracle, opening.case.opened_on, opening.attributes))
    return {period: row_of(oracle, period, counted, assisted[period]) for period, counted in counts.items()}


def rows_of(oracle: DeflectionOracle, day: date, attributes: dict[str, str | None]) -> Iterator[Period]:
    for grain in oracle.policies.grains:
        start, end = oracle.calendar.period(day, grain)
        yield Period(grain, start, end, "all", "all")
        for name in SEGMENTS:
            value = attributes[name]
            yield Period(grain, start, end, name, NONE if value is None else value)


def counts_of(session: Session) -> list[str]:
    """The counts that a session is in."""
    counts = {
        "sessions": True,
        f"{session.entitlement}_sessions": True,
        "answered_sessions": session.is_success is not None,
        "found_sessions": session.is_success,
        "intent_answered_sessions": session.is_intended is not None,
        "intended_sessions": session.is_intended,
        "further_action_answered_sessions": session.is_no_further_action is not None,
        "no_further_action_sessions": session.is_no_further_action,
        "observed_sessions": session.is_entitled and session.observed_case_id is not None,
        "deflected_cases_floor": session.is_deflected(missing=False),
        "deflected_cases_ceiling": session.is_deflected(missing=True),
    }
    return [name for name, is_in in counts.items() if is_in]


def row_of(oracle: DeflectionOracle, period: Period, counted: Counter[str], assisted: int) -> MartRow:
    row: MartRow = {name: counted[name] for name in COUNTS}
    row["assisted_cases"] = None if period.segment_by == "channel" else assisted
    entitled, ceiling = row["entitled_sessions"], row["deflected_cases_ceiling"]
    row["self_help_response_rate"] = over(row["answered_sessions"], entitled)
    bounds = []
    for metric, (numerator, denominator) in CHAIN.items():
        row[metric] = over(row[numerator], row[denominator])
        interval = wilson(row[numerator], row[denominator])
        row[f"{metric}_ci_low"], row[f"{metric}_ci_high"] = interval or (None, None)
        bounds.append(interval or (0.0, 1.0))
    value = chain([row[metric] for metric in CHAIN])
    row["is_capped"] = value is not None and value * entitled > ceiling + 1e-9
    lows, highs = zip(*bounds, strict=True)
    triple = (value, math.prod(lows), math.prod(highs)) if value is not None else (None, None, None)
    for suffix, share in zip(("", "_ci_low", "_ci_high"), triple, strict=True):
        deflected = None if share is None else min(entitled * share, ceiling)
        demand = None if deflected is None or row["assisted_cases"] is None else deflected + assisted
        row[f"deflected_cases{suffix}"] = deflected
        row[f"deflection_per_session{suffix}"] = over(deflected, entitled)
        row[f"deflection_rate{suffix}"] = over(deflected, demand)
        if not suffix:
            row["deflection_demand"] = demand
    if row["deflection_rate"] is None:  # without demand there is nothing to be unsure of
        row["deflection_rate_ci_low"] = row["deflection_rate_ci_high"] = None
    longest = max(oracle.policies.contact_window_days, oracle.policies.survey_settlement_days)
    row["is_complete"] = period.end + timedelta(days=longest) <= oracle.as_of
    return row


def chain(rates: list[float | None]) -> float | None:
    """The product of the rates; unknown where the first rate not known follows none that is zero."""
    product = 1.0
    for rate in rates:
        if rate is None:
            return None
        product *= rate
        if rate == 0:
            return 0.0
    return product


def over(numerator: float | None, denominator: float | None) -> float | None:
    return numerator / denominator if numerator is not None and denominator else None

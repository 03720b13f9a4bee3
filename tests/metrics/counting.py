"""What the oracle's cases add up to: one row per period and segment, like `marts.first_contact_resolution`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from oracle import Oracle
from vocabulary import NONE, Case, Period


def rows_of(oracle: Oracle, day: date, segments: dict[str, str | None]) -> Iterator[Period]:
    for grain in oracle.policies.grains:
        start, end = oracle.calendar.period(day, grain)
        yield Period(grain, start, end, "all", "all")
        for name, value in segments.items():
            yield Period(grain, start, end, name, NONE if value is None else value)


def count_periods(oracle: Oracle) -> dict[Period, Counter[str]]:
    """Counts per period and segment; rates are quotients of them (see RATES)."""
    rows: dict[Period, Counter[str]] = defaultdict(Counter)
    for case in oracle.cases.values():
        if case.dated_on is not None:
            names = counts_of(case)
            for period in rows_of(oracle, case.dated_on, case.segments):
                row = rows[period]
                for name in names:
                    row[name] += 1
        if case.is_counted and case.first_closed_at is not None:
            is_one_touch = int(case.touches == 1)
            for period in rows_of(oracle, oracle.calendar.day(case.first_closed_at), case.closing_segments):
                rows[period]["first_closed_cases"] += 1
                rows[period]["one_touch_cases"] += is_one_touch
        for period in awaiting(oracle, case):
            rows[period]["awaiting_first_contact"] += 1
    return rows


def counts_of(case: Case) -> list[str]:
    """The counts that a dated case is in."""
    counts = {
        case.status: True,
        f"{case.status}/{case.reason}": True,
        "first_contact_cases": case.is_in_rate,
        "resolved_or_pending": case.is_resolved_upper,
        "net_first_contact_cases": case.is_net_resolved is not None,
        "net_resolved": case.is_net_resolved,
        "no_repeat_first_contact_cases": case.is_resolved_no_repeat is not None,
        "no_repeat_resolved": case.is_resolved_no_repeat,
        "no_repeat_undetermined": case.no_repeat_state == "undetermined",
    }
    return [name for name, is_in in counts.items() if is_in]


def awaiting(oracle: Oracle, case: Case) -> Iterator[Period]:
    """The periods on whose last day (as-of while it runs) the case was opened, not yet met and not yet closed."""
    if not case.is_counted or case.reason == "closed_undated":
        return
    ends = [at for at in ((case.initial or {}).get("occurred_at"), case.first_closed_at) if at is not None]
    last = min((oracle.calendar.day(at) - timedelta(days=1) for at in ends), default=oracle.as_of)
    for grain in oracle.policies.grains:
        day = case.opened_on
        while day <= last:
            start, end = oracle.calendar.period(day, grain)
            on = min(end, oracle.as_of)
            if on <= last:
                moment = oracle.calendar.utc(on + timedelta(days=1)) - timedelta(microseconds=1)
                first = next((row for row in case.interactions if row["occurred_at"] <= moment), None)
                yield Period(grain, start, end, "all", "all")
                for name, value in oracle.segments(case, moment, first).items():
                    yield Period(grain, start, end, name, NONE if value is None else value)
            day = end + timedelta(days=1)


def is_complete(oracle: Oracle, period: Period, counts: Counter[str]) -> bool:
    """Nothing of the row can still change."""
    settled = period.end + timedelta(days=oracle.policies.settlement_days) <= oracle.as_of
    return settled and not counts["no_repeat_undetermined"]

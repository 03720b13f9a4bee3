"""What the oracle's facts add up to: one row per period and segment, like the marts of customer success and support demand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from contract_calendar import month_start
from contract_marts import MONTHLY_GRAINS
from contract_oracle import ATTRIBUTES
from deflection_counting import over, wilson
from success_demand import DemandOracle
from success_oracle import COMPONENTS, STAGES, SuccessOracle
from vocabulary import NONE, Period, Row

ACCOUNT = tuple(ATTRIBUTES)
BANDS = ("at_risk", "watch", "healthy", "insufficient_evidence")
Rows = dict[Period, list[Row]]
Mart = dict[Period, Row]


def segments_of(row: Row, names: Iterable[str]) -> list[tuple[str, str]]:
    return [("all", "all"), *((name, NONE if row[name] is None else row[name]) for name in names)]


def flow(oracle: SuccessOracle, rows: Iterable[Row], on: str, names: Iterable[str], grains: Iterable[str] = ()) -> Rows:
    """Rows by the periods and segments of their day."""
    found: Rows = defaultdict(list)
    for row in rows:
        for grain in grains or oracle.policies.grains:
            place = oracle.calendar.period(row[on], grain)
            for segment in segments_of(row, names):
                found[Period(grain, *place, *segment)].append(row)
    return found


def stock(oracle: SuccessOracle, rows: Iterable[Row], names: Iterable[str]) -> Rows:
    """Rows of months by the periods of which the month is the last that has begun."""
    found = flow(oracle, rows, "month_start", names, monthly(oracle))
    return {
        period: [row for row in members if row["month_start"] == month_start(min(period.end, oracle.as_of))]
        for period, members in found.items()
    }


def monthly(oracle: SuccessOracle) -> list[str]:
    return [grain for grain in oracle.policies.grains if grain in MONTHLY_GRAINS]


def middle(values: Iterable[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def mean(values: list[Fraction]) -> float | None:
    return float(sum(values, Fraction(0)) / len(values)) if values else None


def mart(rows: Rows, count: Callable[[Period, list[Row]], Row]) -> Mart:
    return {period: count(period, members) for period, members in rows.items() if members}


def has_settled(oracle: SuccessOracle, period: Period, days: int) -> bool:
    return period.end + timedelta(days=days) <= oracle.as_of


def onboarding(oracle: SuccessOracle) -> Mart:
    def count(period: Period, rows: list[Row]) -> Row:
        states = Counter(row["onboarding_state"] for row in rows)
        determined = len(rows) - states["undetermined"]
        upper = states["onboarded"] + states["guidance_unknown"]
        return {
            "new_customers": len(rows),
            "determined_customers": determined,
            "onboarded_customers": states["onboarded"],
            "onboarded_upper_customers": upper,
            "guidance_unknown_customers": states["guidance_unknown"],
            "not_onboarded_customers": states["not_onboarded"],
            "undetermined_customers": states["undetermined"],
            "onboarded_so_far": sum(row["is_onboarded_so_far"] is True for row in rows),
            "median_days_to_guidance": middle(row["days_to_guidance"] for row in rows),
            "onboarding_rate": over(states["onboarded"], determined),
            "onboarding_rate_upper": over(upper, determined),
            "is_complete": has_settled(oracle, period, oracle.policies.onboarding_window_days),
        }

    return mart(flow(oracle, oracle.onboarding, "first_covered_on", ACCOUNT), count)


def milestones(oracle: SuccessOracle) -> Mart:
    def count(period: Period, rows: list[Row]) -> Row:
        undetermined = {row["account_id"] for row in rows if row["account_state"] == "undetermined"}
        found: Row = {}
        for stage in STAGES:
            due = [row for row in rows if row["stage"] == stage and row["is_reached"] is not None]
            reached = [row for row in due if row["is_reached"]]
            accounts = {row["account_id"] for row in due}
            behind = {row["account_id"] for row in due if not row["is_reached"]}
            rate = "adoption_rate" if stage == "adoption" else "success_rate_milestones"
            found |= {
                f"{stage}_due_milestones": len(due),
                f"{stage}_reached_milestones": len(reached),
                f"{stage}_overdue_milestones": len(due) - len(reached),
                f"{stage}_median_days_late": middle(row["days_late"] for row in reached),
                rate: over(len(reached), len(due)),
                f"{stage}_due_accounts": len(accounts),
                f"{stage}_reached_accounts": len(accounts - behind),
                f"{stage}_rate_accounts": over(len(accounts - behind), len(accounts)),
            }
        found["milestones_unscheduled"] = sum(row["milestone_state"] == "unscheduled" for row in rows)
        found["undetermined_accounts"] = len(undetermined)
        return {**found, "is_complete": has_settled(oracle, period, 0) and not undetermined}

    return mart(stock(oracle, oracle.due_milestones, (*ACCOUNT, "product")), count)


def engagement_quality(oracle: SuccessOracle) -> Mart:
    def count(period: Period, rows: list[Row]) -> Row:
        states = Counter(row["engagement_state"] for row in rows)
        known = states["positive"] + states["neutral"] + states["negative"]
        every, upper = known + states["unknown"], states["positive"] + states["unknown"]
        return {
            "engagements": every,
            **{f"{name}_engagements": states[name] for name in ("positive", "neutral", "negative", "unknown", "undetermined")},
            "known_engagements": known,
            "positive_or_unknown_engagements": upper,
            "engagement_quality": over(states["positive"], every),
            "engagement_quality_known": over(states["positive"], known),
            "engagement_quality_upper": over(upper, every),
            "is_complete": has_settled(oracle, period, oracle.policies.survey_settlement_days),
        }

    return mart(flow(oracle, oracle.engagements, "engaged_on", (*ACCOUNT, "kind", "team")), count)


def account_health(oracle: SuccessOracle) -> Mart:
    def count(period: Period, rows: list[Row]) -> Row:
        scores = [row["score"] for row in rows if row["is_scored"]]
        bands = Counter(row["band"] for row in rows)
        silence = [row["is_silent"] for row in rows if row["is_silent"] is not None]
        open_rows = sum(row["is_undetermined"] for row in rows)
        found: Row = {
            "accounts": len(rows),
            "undetermined_accounts": sum(row["account_state"] == "undetermined" for row in rows),
            "open_accounts": open_rows,
            "scored_accounts": len(scores),
            "score_total": float(sum(scores, Fraction(0))),
            "health_score": mean(scores),
            "health_score_median": middle(scores),
            **{f"{band}_accounts": bands[band] for band in BANDS},
            "other_band_accounts": len(rows) - sum(bands[band] for band in BANDS),
            "silence_known_accounts": len(silence),
            "silent_accounts": sum(silence),
            "silent_account_rate": over(sum(silence), len(silence)),
            "is_complete": has_settled(oracle, period, 0) and not open_rows,
        }
        for name in COMPONENTS:
            parts = [row[f"{name}_component"] for row in rows if row[f"{name}_component"] is not None]
            found |= {f"{name}_accounts": len(parts), f"{name}_component": mean(parts)}
        return found

    return mart(stock(oracle, oracle.health, ACCOUNT), count)


def support_demand(demand: DemandOracle) -> Mart:
    oracle = demand.oracle
    accounts = ({"on": start, "grain": grain, **row} for (grain, start, _), row in demand.demand.items())
    rows = flow(oracle, accounts, "on", ACCOUNT, monthly(oracle))
    rows = {period: [row for row in members if row["grain"] == period.grain] for period, members in rows.items()}
    needs = flow(oracle, demand.needs, "on", ACCOUNT, monthly(oracle))
    periods = {period for period in rows.keys() | needs.keys() if rows.get(period) or needs.get(period)}
    return {period: _demand(oracle, period, rows.get(period, []), needs.get(period, [])) for period in periods}


def _demand(oracle: SuccessOracle, period: Period, rows: list[Row], needs: list[Row]) -> Row:
    base = [row for row in rows if row["base_state"] == "in_base"]
    classes = Counter(row["demand_class"] for row in base)
    classed = len(base) - classes[None]
    covered = sum(row["is_covered"] for row in base)
    undetermined = sum(row["base_state"] == "undetermined" for row in rows)
    contacts: Counter[str] = Counter()
    for row in rows:
        contacts[row["base_state"]] += row["contacts"]
    needed = [row for row in needs if row["is_needed"]]
    known = [row for row in needed if row["is_contacted"] is not None]
    unmet = sum(not row["is_contacted"] for row in known)
    needed_low, needed_high = wilson(len(needed), len(needs)) or (None, None)
    unmet_low, unmet_high = wilson(unmet, len(known)) or (None, None)
    cases = sum(row["opened_cases"] for row in base)
    projected = {
        "": over(unmet, len(known)),
        "_ci_low": unmet_low,
        "_ci_high": unmet_high,
    }
    voiced = {suffix: None if rate is None else over(cases, 1 - rate) for suffix, rate in projected.items()}
    return {
        "installed_base_accounts": len(base),
        "covered_accounts": covered,
        "installed_base_covered_rate": over(covered, len(base)),
        "undetermined_accounts": undetermined,
        "classed_accounts": classed,
        "heard_from_accounts": classed - classes["silent"],
        "heard_from_rate": over(classed - classes["silent"], classed),
        **{f"{name}_accounts": classes[name] for name in ("assisted", "self_help_only", "other_only", "silent")},
        **{f"{name}_rate": over(classes[name], classed) for name in ("assisted", "self_help_only", "silent")},
        "base_contacts": contacts["in_base"],
        "contacts_outside_base": contacts["outside"] + contacts["undetermined"],
        "contacts_without_account": contacts["unknown"],
        "need_answers": len(needs),
        "needed_help_answers": len(needed),
        "needed_help_rate": over(len(needed), len(needs)),
        "needed_help_rate_ci_low": needed_low,
        "needed_help_rate_ci_high": needed_high,
        "contact_known_answers": len(known),
        "contact_unknown_answers": len(needed) - len(known),
        "unmet_need_answers": unmet,
        "unmet_need_rate": over(unmet, len(known)),
        "unmet_need_rate_ci_low": unmet_low,
        "unmet_need_rate_ci_high": unmet_high,
        "base_opened_cases": cases,
        **{f"projected_demand{suffix}": value for suffix, value in voiced.items()},
        **{f"projected_growth{suffix}": less_one(over(value, cases)) for suffix, value in voiced.items()},
        "is_complete": has_settled(oracle, period, 0) and not undetermined,
    }


def less_one(value: float | None) -> float | None:
    return None if value is None else value - 1

"""What answers, invitations and employees add up to: one row per period and segment, like the marts of the voice."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from deflection_counting import Z, over, wilson
from vocabulary import NONE, SEGMENTS, Period
from voice_oracle import EFFORT, EXPECTED, OF_ACCOUNT, OF_SESSION, RECOMMEND, SATISFACTION, Answer, Cell, VoiceOracle

MartRow = dict[str, Any]
OF_CASES = (*SEGMENTS[:9], "topic", *SEGMENTS[9:])
BY = {"post_case": OF_CASES, "relationship": OF_ACCOUNT, "self_help": OF_SESSION}
STATES = {
    "repeated_answers": "repeat",
    "unusable_answers": "unusable",
    "other_scale_answers": "other_scale",
    "not_counted_case_answers": "not_counted_case",
    "unknown_question_answers": "unknown_question",
}


def rows_of(oracle: VoiceOracle, day: date, by: Iterable[tuple[str, str | None]]) -> Iterator[Period]:
    """The rows that something of a day is in: in all, and in the segments named."""
    for grain in oracle.policies.grains:
        start, end = oracle.calendar.period(day, grain)
        for name, value in (("all", "all"), *by):
            yield Period(grain, start, end, name, NONE if value is None else value)


def gathered(oracle: VoiceOracle, answers: Iterable[Answer], by: Callable[[Answer], Iterable[str]]) -> dict[Period, list[Answer]]:
    rows: dict[Period, list[Answer]] = defaultdict(list)
    for answer in answers:
        attributes = {**answer.attributes, "survey_type": answer.survey_type}
        for period in rows_of(oracle, answer.on, [(name, attributes[name]) for name in by(answer)]):
            rows[period].append(answer)
    return rows


def share(row: MartRow, metric: str, numerator: int, denominator: int) -> None:
    """A rate with its Wilson interval."""
    row[metric] = over(numerator, denominator)
    row[f"{metric}_ci_low"], row[f"{metric}_ci_high"] = wilson(numerator, denominator) or (None, None)


def mean(row: MartRow, metric: str, values: Sequence[Decimal], low: float, high: float) -> None:
    """A mean with the interval by the sample deviation, cut to the scale."""
    count = len(values)
    row[metric] = middle = float(sum(values)) / count if count else None
    row[f"{metric}_ci_low"] = row[f"{metric}_ci_high"] = None
    if middle is not None and count >= 2:
        exact = sum(values) / Decimal(count)
        spread = Z * math.sqrt(float(sum((value - exact) ** 2 for value in values)) / (count - 1) / count)
        row[f"{metric}_ci_low"], row[f"{metric}_ci_high"] = max(low, middle - spread), min(high, middle + spread)


def promotion(row: MartRow, prefix: str, answers: Sequence[Answer]) -> None:
    """Promoters, passives and detractors, and the score of promotion with its interval."""
    said = [answer.recommendation for answer in answers]
    count, metric = len(answers), f"{prefix}net_promoter_score"
    promoters, passives, detractors = (said.count(name) for name in ("promoter", "passive", "detractor"))
    row |= {f"{prefix}recommendation_answers": count, f"{prefix}promoters": promoters, f"{prefix}passives": passives}
    row |= {f"{prefix}detractors": detractors, f"{prefix}net_promoters": promoters - detractors}
    row[metric] = row[f"{metric}_ci_low"] = row[f"{metric}_ci_high"] = None
    if count:
        net = (promoters - detractors) / count
        spread = Z * math.sqrt(max(0.0, (promoters + detractors) / count - net**2) / count)
        row[metric] = 100 * net
        row[f"{metric}_ci_low"], row[f"{metric}_ci_high"] = max(-100.0, 100 * (net - spread)), min(100.0, 100 * (net + spread))


def classes(row: MartRow, prefix: str, answers: Sequence[Answer]) -> None:
    for name, kind in (("satisfied", "positive"), ("neutral", "neutral"), ("dissatisfied", "negative")):
        row[f"{prefix}{name}_answers"] = sum(answer.experience == kind for answer in answers)


def customer_voice(oracle: VoiceOracle) -> dict[Period, MartRow]:
    about = (SATISFACTION, RECOMMEND, EFFORT)
    answers = [answer for answer in oracle.answers if answer.row["question"] in about]
    rows = gathered(oracle, answers, lambda answer: BY[answer.survey_type])
    return {period: _voice(oracle, period, members) for period, members in rows.items()}


def _voice(oracle: VoiceOracle, period: Period, answers: list[Answer]) -> MartRow:
    row: MartRow = {name: sum(answer.state == state for answer in answers) for name, state in STATES.items()}
    kinds = (
        ("post_case", "", "satisfaction_answers", "customer_satisfaction"),
        ("relationship", "relationship_", "relationship_answers", "relationship_satisfaction"),
        ("self_help", "self_help_", "self_help_answers", "self_help_satisfaction"),
    )
    for survey, prefix, name, metric in kinds:
        members = [answer for answer in answers if answer.asks(SATISFACTION, survey)]
        row[name] = len(members)
        classes(row, prefix, members)
        share(row, metric, row[f"{prefix}satisfied_answers"], len(members))
        if survey == "post_case":
            places = [answer.place for answer in members if answer.place is not None]
            row["satisfaction_points"] = sum(places)
            mean(row, "customer_satisfaction_mean", places, 0, 1)
    promotion(row, "", [answer for answer in answers if answer.asks(RECOMMEND, "relationship")])
    promotion(row, "transactional_", [answer for answer in answers if answer.asks(RECOMMEND, "post_case")])
    share(row, "recommendation_rate", row["promoters"], row["recommendation_answers"])
    efforts = [answer for answer in answers if answer.asks(EFFORT)]
    scores = [answer.score for answer in efforts if answer.score is not None]
    row |= {"effort_answers": len(efforts), "effort_points": sum(scores)}
    row["easy_answers"] = sum(answer.is_easy is True for answer in efforts)
    mean(row, "customer_effort_score", scores, 1, 7)
    share(row, "customer_effort_easy_rate", row["easy_answers"], len(efforts))
    row["is_complete"] = period.end <= oracle.as_of
    return row


def survey_response(oracle: VoiceOracle) -> dict[Period, MartRow]:
    rows: dict[Period, list[Any]] = defaultdict(list)
    for invitation in oracle.invitations:
        by = [("survey_type", invitation.row["survey_type"]), *invitation.attributes.items()]
        for period in rows_of(oracle, invitation.on, by):
            rows[period].append(invitation)
    mart = {}
    for period, members in rows.items():
        states = [each.state for each in members]
        settled = [each for each in members if each.is_settled]
        rated = [each.rating for each in settled if each.rating is not None]
        row: MartRow = {f"{state}_invitations": states.count(state) for state in ("answered", "unanswered", "undetermined")}
        row |= {"invitations": len(members), "settled_invitations": len(settled)}
        row["not_counted_case_invitations"] = states.count("not_counted_case")
        row["answered_so_far_invitations"] = sum(each.is_so_far for each in members)
        row["rated_invitations"] = len(rated)
        row["satisfied_invitations"] = satisfied = sum(rating.experience == "positive" for rating in rated)
        row["possibly_satisfied_invitations"] = possible = satisfied + len(settled) - len(rated)
        row["survey_response_rate"] = over(row["answered_invitations"], len(settled))
        row["satisfaction_floor"], row["satisfaction_ceiling"] = over(satisfied, len(settled)), over(possible, len(settled))
        settlement = timedelta(days=oracle.policies.survey_settlement_days)
        row["is_complete"] = period.end + settlement <= oracle.as_of
        mart[period] = row
    return mart


def correlation(pairs: Sequence[tuple[Fraction, Fraction]], least: int) -> tuple[float | None, float | None, float | None]:
    """Pearson's r with Fisher's interval, which a perfect correlation does not have."""
    count = len(pairs)
    sums = [sum(pair[side] for pair in pairs) for side in (0, 1)]
    squares = [count * sum(pair[side] ** 2 for pair in pairs) - sums[side] ** 2 for side in (0, 1)]
    if count < least or 0 in squares:
        return None, None, None
    product = count * sum(one * other for one, other in pairs) - sums[0] * sums[1]
    square = product**2 / (squares[0] * squares[1])
    r = math.copysign(math.sqrt(square), product)
    if 1 - square < 1e-12 or count <= 3:
        return r, None, None
    spread = Z / math.sqrt(count - 3)
    return r, math.tanh(math.atanh(r) - spread), math.tanh(math.atanh(r) + spread)


def experience_drivers(oracle: VoiceOracle, drivers: dict[str, tuple[str, str]]) -> dict[Period, MartRow]:
    """`drivers`: question -> (driver, element). Rows of drivers have no total; those of expectations have one."""
    expected = [answer for answer in oracle.answers if answer.row["question"] == EXPECTED]
    rows: dict[Period, list[Answer]] = gathered(oracle, expected, lambda _: ("survey_type", *OF_ACCOUNT))
    for answer in oracle.answers:
        if answer.row["question"] in drivers:
            by = [("driver", drivers[answer.row["question"]][0])]
            for period in rows_of(oracle, answer.on, by):
                if period.segment_by == "driver":
                    rows[period].append(answer)
    overall = {answer.row["response_id"]: answer for answer in oracle.answers if answer.asks(SATISFACTION)}
    elements = dict(drivers.values())
    mart = {}
    for period, members in rows.items():
        row: MartRow = {"element": elements.get(period.segment) if period.segment_by == "driver" else None}
        said = [answer for answer in members if answer.is_counted and answer.row["question"] in drivers]
        row["driver_answers"] = len(said)
        classes(row, "", said)
        share(row, "driver_satisfaction_rate", row["satisfied_answers"], len(said))
        share(row, "driver_dissatisfaction_rate", row["dissatisfied_answers"], len(said))
        places = [answer.place for answer in said if answer.place is not None]
        row["driver_points"] = sum(places)
        row["driver_score_mean"] = over(float(row["driver_points"]), len(said))
        met = [answer.score for answer in members if answer.asks(EXPECTED) and answer.score is not None]
        exceeded, below = sum(score >= 4 for score in met), sum(score <= 2 for score in met)
        row |= {"expectation_answers": len(met), "exceeded_answers": exceeded, "below_answers": below}
        row["met_answers"] = len(met) - exceeded - below
        share(row, "exceeded_expectations_rate", exceeded, len(met))
        both = [(answer, overall[answer.row["response_id"]]) for answer in said if answer.row["response_id"] in overall]
        row["pairs"] = len(both)
        pairs = [(Fraction(one.place or 0), Fraction(other.place or 0)) for one, other in both]
        found = correlation(pairs, oracle.policies.correlation_min_points)
        names = ("", "_ci_low", "_ci_high")
        row |= {f"correlation_with_satisfaction{name}": value for name, value in zip(names, found, strict=True)}
        row["is_complete"] = period.end <= oracle.as_of
        mart[period] = row
    return mart


# Employees

COUNTS = {"satisfied": "positive", "neutral": "neutral", "dissatisfied": "negative"}


def cell_counts(cell: Cell) -> MartRow:
    """What the private fact holds of a cell, hidden or not."""
    counted = cell.counted
    row: MartRow = {"is_suppressed": cell.is_hidden, "employee_answers": len(counted)}
    row |= {f"{name}_employee_answers": sum(each.experience == kind for each in counted) for name, kind in COUNTS.items()}
    row["customer_answers"] = len(cell.customers)
    row["satisfied_customer_answers"] = sum(each.experience == "positive" for each in cell.customers)
    return row


def cell_period(oracle: VoiceOracle, period: tuple[date, date], team: str) -> Period:
    return Period(oracle.policies.esat_grain, *period, "all" if team == "all" else "team", team)


def employee_satisfaction(oracle: VoiceOracle) -> dict[Period, MartRow]:
    mart = {}
    for period, cells in oracle.cells.items():
        for team, cell in cells.items():
            row = cell_counts(cell)
            share(row, "employee_satisfaction", row["satisfied_employee_answers"], row["employee_answers"])
            row["customer_satisfaction"] = over(row["satisfied_customer_answers"], row["customer_answers"])
            if cell.is_hidden:
                row = dict.fromkeys(row) | {"is_suppressed": True}
            row["is_complete"] = period[1] <= oracle.as_of
            mart[cell_period(oracle, period, team)] = row
    return mart


def employee_correlation(oracle: VoiceOracle) -> dict[tuple[str, str], MartRow]:
    """Per team that ever answered, and for all, the correlation over published periods in which customers answered."""
    pairs: dict[tuple[str, str], list[tuple[Fraction, Fraction]]] = defaultdict(list)
    for cells in oracle.cells.values():
        for team, cell in cells.items():
            row, key = cell_counts(cell), ("all" if team == "all" else "team", team)
            members = pairs[key]
            if team != "all" and not cell.is_hidden and row["customer_answers"]:
                pair = (
                    Fraction(row["satisfied_employee_answers"], row["employee_answers"]),
                    Fraction(row["satisfied_customer_answers"], row["customer_answers"]),
                )
                members.append(pair)
                pairs["all", "all"].append(pair)
    mart = {}
    for key, members in pairs.items():
        found = correlation(members, oracle.policies.correlation_min_points)
        row = {f"correlation{name}": value for name, value in zip(("", "_ci_low", "_ci_high"), found, strict=True)}
        mart[key] = row | {"pairs": len(members)}
    return mart

"""First spells of accounts and the two survival curves, from the oracle's contracts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contract_calendar import DAY, whole_months
from contract_oracle import PARTS, Attributes, ContractOracle, runs

Z = 1.959963984540054


@dataclass(frozen=True)
class Spell:
    """The first unbroken run of covered days of an entity, and how it ended by as-of."""

    segment_by: str
    segment: str
    account: str
    first_on: date
    last_on: date
    ended_on: date
    is_lost: bool
    attributes: Attributes

    @property
    def age_months(self) -> int:
        return whole_months(self.first_on, self.ended_on)

    @property
    def cohort(self) -> str:
        return f"{self.first_on.year}-Q{(self.first_on.month + 2) // 3}"


@dataclass(frozen=True)
class Point:
    """One age of a survival curve."""

    at_risk: int
    lost: int
    censored: int
    survival: float
    interval: tuple[float, float] | None


def first_spells(oracle: ContractOracle) -> list[Spell]:
    spells = []
    for (segment_by, segment, account), stretches in oracle.entities.items():
        started = [stretch for stretch in stretches if stretch.first_on <= oracle.as_of]
        covered = [stretch for stretch in started if stretch.coverage != "awaiting_renewal"]
        if not covered:
            continue
        first_on, last_on = runs(covered)[0]
        awaits = [stretch.first_on for stretch in started if stretch.coverage == "awaiting_renewal"]
        if last_on >= oracle.as_of:
            ended_on, is_lost = oracle.as_of, False
        elif any(begins_on <= last_on + DAY for begins_on in awaits):
            ended_on, is_lost = last_on, False
        else:
            ended_on, is_lost = last_on + DAY, True
        attributes = oracle.attributes(account, first_on)
        spells.append(Spell(segment_by, segment, account, first_on, last_on, ended_on, is_lost, attributes))
    return spells


def curve(spells: Iterable[Spell]) -> dict[int, Point]:
    """Kaplan-Meier by whole months; of one age, events come before censorings."""
    spells = list(spells)
    ends = {age: Counter(spell.is_lost for spell in spells if spell.age_months == age) for age in {s.age_months for s in spells}}
    survival, variance = Fraction(1), Fraction(0)
    points = {}
    at_risk = len(spells)
    for age, end in sorted(ends.items()):
        lost, censored = end[True], end[False]
        survival *= Fraction(at_risk - lost, at_risk)
        interval = None
        if survival:
            variance += Fraction(lost, at_risk * (at_risk - lost))
            width = Z * float(survival) * math.sqrt(variance)
            interval = max(0.0, float(survival) - width), min(1.0, float(survival) + width)
        points[age] = Point(at_risk, lost, censored, float(survival), interval)
        at_risk -= lost + censored
    return points


def retention_survival(spells: Iterable[Spell]) -> dict[tuple[str, str, str], dict[int, Point]]:
    """Curves by segment_by, segment and cohort."""
    groups: dict[tuple[str, str, str], list[Spell]] = defaultdict(list)
    for spell in spells:
        segments = {(spell.segment_by, spell.segment)}
        if spell.segment_by == "all":
            segments |= set(spell.attributes.items())
        for segment in segments:
            for cohort in ("all", spell.cohort):
                groups[(*segment, cohort)].append(spell)
    return {key: curve(members) for key, members in groups.items()}


def renewal_survival(oracle: ContractOracle) -> dict[tuple[str, str, int], Counter[str]]:
    """Due contracts by segment_by, segment and number of the renewal, counted by state."""
    counts: dict[tuple[str, str, int], Counter[str]] = defaultdict(Counter)
    for contract in oracle.contracts.values():
        if contract.is_due:
            attributes = oracle.attributes(contract.account, contract.last_on)
            parts = {part: contract.part(part) for part in PARTS}
            for segment in ({"all": "all"} | attributes | parts).items():
                counts[(*segment, contract.number)][contract.state] += 1
    return counts


def chained(
    counts: dict[tuple[str, str, int], Counter[str]],
) -> Iterator[tuple[tuple[str, str, int], float | None, float | None]]:
    """Per row of `counts` its rate and the product of the rates up to it; NULL where one of them has no denominator."""
    for segment_by, segment, number in counts:
        rates = []
        for earlier in range(1, number + 1):
            count = counts.get((segment_by, segment, earlier), Counter())
            determined = count["renewed"] + count["lost"]
            rates.append(Fraction(count["renewed"], determined) if determined else None)
        survival = None if None in rates else float(math.prod(rate for rate in rates if rate is not None))
        yield (segment_by, segment, number), None if rates[-1] is None else float(rates[-1]), survival

"""How often generated contracts lie on, just before and just after each edge: counted from what is there, not what was meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from contract_calendar import DAY, add_months, month_end, month_start, whole_months
from contract_judging import Judgement
from contract_oracle import FOREVER, Contract
from contract_survival import first_spells
from revenue_oracle import LOOKBACKS, Month

Hit = tuple[str, int]
BOTH = (-1, 0, 1)
CENT = Decimal("0.01")


def days(name: str, day: date | None, edge: date | None) -> Iterator[Hit]:
    """The side of an edge on which a day lies, if it lies close."""
    if day is not None and edge is not None and FOREVER not in (day, edge) and abs((day - edge).days) <= 1:
        yield name, (day - edge).days


def sign(name: str, value: object, least: object) -> Iterator[Hit]:
    """The side of zero on which a value lies, if it is zero or one unit of `least` away."""
    for side in BOTH:
        if value == side * least:  # type: ignore[operator]
            yield name, side


class ContractBoundaries:
    """Counts contracts, entities and cells per edge and side."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement, self.oracle, self.revenue = judgement, judgement.contracts, judgement.revenue
        self.as_of, self.grace = self.oracle.as_of, self.oracle.grace
        self.links = {(other.id, each.id) for each in self.oracle.contracts.values() for other in each.linked_from}

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter()
        for row in self.oracle.tables["contracts"]:
            hits.update(set(self._of_row(row)))
        for contract in self.oracle.contracts.values():
            hits.update(set(self._of_contract(contract)) | set(self._of_commitment(contract)))
        for spell in first_spells(self.oracle):
            if spell.segment_by == "all":
                hits.update(set(self._of_spell(spell.account, spell.first_on, spell.last_on)))
        for charges in self.revenue.charges.values():
            for charge in charges:
                hits.update(set(self._of_charge(charge.row)))
        for key, months in self.revenue.entities.items():
            if key[0] == "all":
                for month, row in months.items():
                    hits.update(set(self._of_month(key[2], row, months.get(add_months(month, -1)))))
                    hits.update(set(self._of_cohorts(months, month)))
                hits.update(self._of_lapses(months))
        return hits

    def _of_row(self, row: dict[str, object]) -> Iterator[Hit]:
        known_on = row.get("signed_on") or row["starts_on"]
        yield from days("as-of: known", known_on, self.as_of)  # type: ignore[arg-type]
        yield from days("as-of: cancelled", row.get("cancelled_on"), self.as_of)  # type: ignore[arg-type]
        yield from days("start: signed", row.get("signed_on"), row["starts_on"])  # type: ignore[arg-type]

    def _of_contract(self, contract: Contract) -> Iterator[Hit]:
        if contract.cancelled_on is not None:
            yield from days(
                "end: cancelled", contract.cancelled_on, contract.ends_on + DAY if contract.ends_on != FOREVER else None
            )
            yield from days("start: cancelled", contract.cancelled_on, contract.first_on)
        if not contract.is_ever_in_force:
            return
        yield from days("as-of: own last covered day", contract.own_last_on, self.as_of)
        yield from days("as-of: first covered day", contract.first_on, self.as_of)
        if contract.state in ("lost", "undetermined"):
            yield from days("as-of: latest renewal day", contract.latest_renewal_on, self.as_of)
        if contract.is_due:
            yield from self._of_due(contract)
        inferred = self.oracle.candidate(contract)
        if inferred is not None:
            yield from self._around_renewal("inferred", contract, inferred)
            if self.oracle.is_renewal(inferred, contract):
                for link in contract.linked_from:
                    if link is not inferred:
                        kind = "valid" if self.oracle.is_renewal(link, contract) else "invalid"
                        yield from days(f"inferred start: {kind} link known", link.known_on, inferred.first_on)
                        if link.known_on <= inferred.first_on:
                            yield from days("inferred start: link cancelled", link.cancelled_on, inferred.first_on)
                later = self.oracle.alike[contract.account, contract.row.get("product")]
                for other in later:
                    if other is not inferred and other.id > inferred.id and other.first_on >= inferred.first_on:
                        yield from days("inferred start: another", other.first_on, inferred.first_on)
        for link in contract.linked_from:
            yield from self._around_renewal("linked", contract, link)
            yield from days("start: linked start", link.first_on, contract.first_on)
            if contract.ends_on == FOREVER:
                yield "open-ended: linked", 0
        if len(contract.renewed_by) > 1:
            yield from ((f"split: {other}", 0) for other in {"one day", "two days"} if
                        (len({each.first_on for each in contract.renewed_by}) > 1) == (other == "two days"))  # fmt: skip
        if contract.number > 2:
            yield "chain of three", 0
        if any(
            contract.renewed_on == other.first_on and len(self.revenue.renewed_by[other.id]) > 1 for other in contract.renewed_by
        ):
            yield "co-term", 0
        if any(other.account != contract.account for other in contract.renewed_by):
            yield "renewed by another account", 0

    def _around_renewal(self, basis: str, contract: Contract, other: Contract) -> Iterator[Hit]:
        if not other.is_ever_in_force or contract.own_last_on == FOREVER:
            return
        ends_grace = contract.cancelled_on is not None and contract.latest_renewal_on == contract.cancelled_on
        is_running = contract.latest_renewal_on > contract.own_last_on + DAY
        kind = "cancellation of a grace" if ends_grace and is_running else "no grace" if ends_grace else "grace"
        yield from days(f"{kind}: {basis} start", other.first_on, contract.latest_renewal_on)
        yield from days(f"day after the last: {basis} start", other.first_on, contract.own_last_on + DAY)

    def _of_due(self, contract: Contract) -> Iterator[Hit]:
        yield from days("month end: due", contract.last_on, self._near_month_end(contract.last_on))
        yield from days("as-of: due", contract.last_on, self.as_of)
        for row in self.oracle.account_rows.get(contract.account, []):
            yield from days("change of attributes: due", contract.last_on, row.get("valid_from"))
        if contract.state == "renewed":
            expiring, renewing = self.revenue.expiring_value(contract), self.revenue.renewing_value(contract)
            yield from sign("expiring value: renewing", renewing - expiring, CENT)
            if not expiring:
                yield "expiring value is zero", 0

    @staticmethod
    def _near_month_end(day: date) -> date:
        return month_start(day) - DAY if day.day == 1 else month_end(day)

    def _of_commitment(self, contract: Contract) -> Iterator[Hit]:
        """Edges of the commitment on the stock days on which the contract is in force."""
        if not contract.is_ever_in_force:
            return
        for near in {contract.row.get("renewal_committed_on")} - {None}:
            stock_on = self._near_month_end(near)
            if contract.first_on <= stock_on <= min(contract.last_on, self.as_of):
                yield from days("stock day: committed", near, stock_on)
        alike = self.oracle.alike[contract.account, contract.row.get("product")]
        for other in {*contract.linked_from, *(each for each in alike if each.first_on > contract.first_on)}:
            stock_on = self._near_month_end(other.known_on)
            if contract.first_on <= stock_on <= min(contract.last_on, self.as_of) and contract.ends_on != FOREVER:
                yield from days("stock day: successor known", other.known_on, stock_on)
                if other.known_on <= stock_on:
                    yield from days("end and grace: successor starts", other.first_on, contract.ends_on + DAY + self.grace)
                    yield from days("end: successor starts", other.first_on, contract.ends_on + DAY)
            if other.cancelled_on is not None:
                stock_on = self._near_month_end(other.cancelled_on)
                if max(contract.first_on, other.known_on) <= stock_on <= min(contract.last_on, self.as_of):
                    yield from days("stock day: successor cancelled", other.cancelled_on, stock_on)

    def _of_spell(self, account: str, first_on: date, last_on: date) -> Iterator[Hit]:
        after = last_on + DAY if last_on != FOREVER else None
        if after is not None and after <= self.as_of:
            for months in {whole_months(first_on, after), whole_months(first_on, after) + 1}:
                edge = add_months(first_on, months)
                yield from days("age in months: first day not covered", after, edge)
                if edge.day < first_on.day and after == edge:
                    yield "age in months: clipped", 0
        for stretch in self.oracle.entities["all", "all", account]:
            if stretch.coverage == "awaiting_renewal":
                yield from days("first day not covered: grace begins", stretch.first_on, after)

    def _of_charge(self, row: dict[str, object]) -> Iterator[Hit]:
        starts_on, ends_on = row["starts_on"], row.get("ends_on")
        assert isinstance(starts_on, date)
        yield from days("stock day: charge starts", starts_on, self._near_month_end(starts_on))
        if isinstance(ends_on, date):
            yield from days("stock day: charge ends", ends_on, self._near_month_end(ends_on))
            if row["billing_period"] == "term":
                months = whole_months(starts_on, ends_on + DAY)
                for edge in (add_months(starts_on, months), add_months(starts_on, months + 1)):
                    yield from days("whole months: term ends", ends_on + DAY, edge)
                    if edge.day < starts_on.day and ends_on + DAY == edge:
                        yield "whole months: clipped term", 0

    def _of_month(self, account: str, row: Month, before: Month | None) -> Iterator[Hit]:
        for key in row.cells:
            for rate_on, _ in self.revenue.rates.get(key[2], []):
                yield from days("stock day: rate", rate_on, row.stock_on)
        if row.opening or row.closing:
            for attributes in self.oracle.account_rows.get(account, []):
                yield from days(f"stock day: attributes change, {row.movement}", attributes.get("valid_from"), row.stock_on)
                if row.opening and row.closing and before is not None and row.attributes != row.opening_attributes:
                    yield "transfer", 0
        if row.cells:
            yield from sign("floor: value", sum(cell.value for cell in row.cells.values()), CENT)
        if row.opening and row.closing and before is not None:
            yield from sign("movement", row.closing - row.opening - row.fx, CENT)
            if row.fx:
                yield "fx", 0
            old, new = before.products(), row.products()
            if old.keys() - new.keys() and new.keys() - old.keys():
                yield "swapped product", 0
            for product in old.keys() ^ new.keys():
                yield ("dropped product" if product in old else "added product"), 0
            for product in old.keys() & new.keys():
                q0, q1 = before.quantity(old[product]), row.quantity(new[product])
                if q0 is None or q1 is None:
                    yield f"quantity unknown, {row.movement}", 0
                elif q0 == 0:
                    yield "quantity was zero", 0
                else:
                    yield from sign("quantity", q1 - q0, 1)
        if any(cell.awaiting_local for cell in row.cells.values()):
            yield ("held by a grace" if row.is_undetermined else "held by a gap"), 0

    def _of_cohorts(self, months: dict[date, Month], base_month: date) -> Iterator[Hit]:
        for lookback in LOOKBACKS:
            month = add_months(base_month, lookback)
            cohort = self.revenue.cohort(months, month, lookback) if month <= self.as_of else None
            if cohort is not None:
                yield from sign(f"base value {lookback}: value now", cohort.now - cohort.base, CENT)
                if not cohort.now:
                    yield f"base value {lookback}: lost", 0
            elif months[base_month].movement == "none" and month <= self.as_of and month in months and months[month].closing:
                yield f"base value {lookback}: none yet or between", 0

    def _of_lapses(self, months: dict[date, Month]) -> Iterator[Hit]:
        """Months without value before a reactivation, around the months of look-back."""
        lost_on: date | None = None
        for month, row in months.items():
            if row.movement == "churn":
                lost_on = month
            elif row.movement == "reactivation" and lost_on is not None:
                for lookback in LOOKBACKS:
                    # The month before the churn is the base that sees the reactivation as no loss.
                    yield from sign(f"look-back {lookback}: reactivation", whole_months(lost_on, month) + 1 - lookback, 1)


# Edges that data can lie on, before and after. What begins before the inferred start of a contract is that start; an inferred
# renewal starts after the last covered day; a grace that begins after the first day not covered belongs to a later spell.
OTHER_SIDES = {
    (0, 1): ("no grace: inferred start", "day after the last: inferred start", "inferred start: another"),
    (-1, 0): ("first day not covered: grace begins", "as-of: due"),
}
EDGES = """
as-of: known | as-of: cancelled | as-of: own last covered day | as-of: first covered day | as-of: latest renewal day
start: signed | start: cancelled | start: linked start | end: cancelled | month end: due | change of attributes: due
grace: inferred start | grace: linked start | cancellation of a grace: inferred start | cancellation of a grace: linked start
no grace: linked start | day after the last: linked start | inferred start: valid link known | inferred start: invalid link known
inferred start: link cancelled | expiring value: renewing | stock day: committed | stock day: successor known
stock day: successor cancelled | end and grace: successor starts | end: successor starts | age in months: first day not covered
stock day: charge starts | stock day: charge ends | stock day: rate | whole months: term ends | floor: value | movement | quantity
stock day: attributes change, unchanged | stock day: attributes change, new | stock day: attributes change, churn
base value 12: value now | base value 3: value now | base value 1: value now
look-back 3: reactivation | look-back 12: reactivation
"""
SITUATIONS = """
open-ended: linked | split: one day | split: two days | chain of three | co-term | renewed by another account
expiring value is zero | age in months: clipped | whole months: clipped term | transfer | fx | swapped product | dropped product
added product | quantity unknown, expansion | quantity unknown, contraction | quantity was zero | held by a grace | held by a gap
base value 12: lost
"""


def names(text: str) -> list[str]:
    return [name.strip() for name in text.strip().replace("\n", "|").split("|")]


def expected_hits() -> list[Hit]:
    """Every edge of the definitions that a build's data must lie on, with the sides that can exist; a situation has one."""
    sides = dict.fromkeys(names(EDGES), BOTH) | {name: sides for sides, edges in OTHER_SIDES.items() for name in edges}
    return [(name, side) for name, found in sides.items() for side in found] + [(name, 0) for name in names(SITUATIONS)]


def table(hits: Counter[Hit]) -> str:
    """The counts as lines of text: edge, then entities before, on and after it."""
    sides: dict[str, dict[int, int]] = defaultdict(dict)
    for (name, side), number in hits.items():
        sides[name][side] = number
    lines = [f"{'edge':<48} {'-1':>6} {'0':>6} {'+1':>6}"]
    return "\n".join(
        lines + [f"{name:<48} " + " ".join(f"{found.get(side, 0):>6}" for side in BOTH) for name, found in sorted(sides.items())]
    )

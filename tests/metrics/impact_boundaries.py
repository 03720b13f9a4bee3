"""How often generated accounts and outages lie on, just before and just after each edge, and in each situation: counted from
what is there, not from what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from availability_oracle import AvailabilityOracle
from contract_calendar import DAY, month_end, months_between
from contract_oracle import FOREVER, Contract
from impact_marts import SIDES as CLASSES
from impact_marts import ImpactRow, has_run_out
from impact_oracle import EXPOSURES, NEGATIVE, OUTCOMES, POSITIVE, Exposure, ImpactOracle, Window
from vocabulary import Period

Hit = tuple[str, int]
BOTH = (-1, 0, 1)
NEAR = Fraction(3, 100)
IMPACT_EDGES = (
    *("window end: as-of", "anchor: as-of", "grace: as-of", "last covered day: anchor", "last covered day: window end"),
    *(
        "last covered day: as-of, window end",
        "first covered day: anchor",
        "successor known: anchor",
        "successor cancelled: anchor",
    ),
    *("successor: latest day", "last active day: anchor", "expansion: anchor", "expansion: window end", "expansion: price"),
    *("new product: anchor", "new product: window end", "recommendation: anchor", "recommendation: window end"),
    *("recommendation: midnight", "recommendation: 9", "mean: 3/4", "mean: 1/4", "account: anchor"),
    *(f"{table}: {edge}" for table in ("answer", "post") for edge in ("period", "as-of")),
    *("first contact: period", "answer of an invitation: second day"),
)
OUTAGE_EDGES = (
    *(
        f"{end} of an outage: {edge}"
        for end in ("begin", "end")
        for edge in ("coverage from", "coverage until", "month", "as-of")
    ),
    *("outage: next outage", "seconds of an outage: 1", "contract: next contract"),
)
SITUATIONS = (
    *(f"{exposure} {side}" for exposure in EXPOSURES for side in CLASSES),
    *(f"experience {name}" for name in ("positive", "neutral", "negative")),
    *(f"{name} {state}" for name in OUTCOMES for state in ("happened", "not_happened", "undetermined", "undetermined, so far")),
    *("renewal not_at_risk", "recommendation not_at_risk", "over, account undetermined", "over, renewal undetermined"),
    *("over, purchase undetermined", "held purchase beside another", "several due, of every fate", "open-ended due"),
    *("due that may yet end on as-of", "anchor to come", "complete row", "incomplete row of a period that has run out"),
    *(f"interval: {shape}" for shape in ("regular", "a = 0", "b = 0", "a = b = 0", "all of both", "a side empty")),
)
OUTAGE_SITUATIONS = (
    *(f"scope: {scope}" for scope in ("pair", "product", "account", "everyone")),
    *(
        "planned",
        "planned and unplanned",
        "planning unknown",
        "open",
        "no second",
        "interrupted twice in a month",
        "covers nobody",
    ),
    *("hole in coverage", "month with a change of clocks", "segment left within a period", "running month"),
)


def days(name: str, day: date, edge: date) -> Iterator[Hit]:
    if FOREVER not in (day, edge) and abs((day - edge).days) <= 1:
        yield name, (day - edge).days


def seconds(name: str, at: datetime, edge: datetime) -> Iterator[Hit]:
    side = (at - edge).total_seconds()
    if side in BOTH:
        yield name, int(side)


class ImpactBoundaries:
    """Counts accounts and anchor days per edge and side."""

    def __init__(self, oracle: ImpactOracle) -> None:
        self.oracle, self.as_of, self.length = oracle, oracle.as_of, oracle.length
        self.end = oracle.calendar.utc(self.as_of + DAY)

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter()
        exposures = list(self.oracle.exposures())
        for exposure in exposures:
            if exposure.mean is not None:
                for name, edge in (("mean: 3/4", POSITIVE), ("mean: 1/4", NEGATIVE)):
                    if abs(exposure.mean - edge) <= NEAR:
                        hits[name, (exposure.mean > edge) - (exposure.mean < edge)] += 1
        for account, anchor in {(exposure.account, exposure.anchor) for exposure in exposures}:
            hits.update(set(self._of_anchor(account, anchor)))
        hits.update(self._of_rows())
        return hits

    def _of_anchor(self, account: str, anchor: date) -> Iterator[Hit]:
        oracle, last = self.oracle, anchor + self.length
        yield from days("anchor: as-of", anchor, self.as_of)
        active = [each for each in oracle.contracts.entities.get(("all", "all", account), []) if each.first_on <= self.as_of]
        if active and anchor <= self.as_of:
            yield from days("last active day: anchor", max(each.last_on for each in active), anchor)
        if oracle.window(account, anchor) is None:
            return
        yield from days("window end: as-of", last, self.as_of)
        for row in oracle.contracts.account_rows.get(account, []):
            if row.get("valid_from") is not None:
                yield from days("account: anchor", row["valid_from"], anchor)
        for contract in oracle.by_account[account]:
            if contract.is_ever_in_force:
                yield from self._of_contract(contract, anchor, last)
        for month, row in oracle.revenue.entities.get(("all", "all", account), {}).items():
            if row.movement == "expansion" and row.amount > row.price and month_end(month) <= self.as_of:
                yield from days("expansion: anchor", month_end(month), anchor)
                yield from days("expansion: window end", month_end(month), last)
            if row.movement == "expansion" and anchor < month_end(month) <= last:
                yield "expansion: price", (row.amount > row.price) - (row.amount < row.price)
        for purchase in oracle.purchases[account]:
            if purchase.is_product:
                yield from days("new product: anchor", purchase.on, anchor)
                yield from days("new product: window end", purchase.on, last)
        given = oracle.recommended[account]
        for answer in given:
            yield from days("recommendation: anchor", answer.on, anchor)
            yield from days("recommendation: window end", answer.on, last)
            for edge in (anchor, last):
                at = answer.row["responded_at"]
                yield from seconds("recommendation: midnight", at, oracle.calendar.utc(edge + DAY))
        within = [answer for answer in given if anchor < answer.on <= last]
        if within and abs(within[-1].row["score"] - 9) <= 1:
            yield "recommendation: 9", int(within[-1].row["score"] - 9)

    def _of_contract(self, contract: Contract, anchor: date, last: date) -> Iterator[Hit]:
        yield from days("first covered day: anchor", contract.first_on, anchor)
        if contract.first_on > anchor:
            return
        yield from days("last covered day: anchor", contract.last_on, anchor)
        yield from days("last covered day: window end", contract.last_on, last)
        if last == self.as_of:
            yield from days("last covered day: as-of, window end", contract.last_on, self.as_of)
        if not anchor < contract.last_on <= last:
            return
        if contract.state in ("lost", "undetermined"):
            yield from days("grace: as-of", contract.latest_renewal_on, self.as_of)
        latest = contract.own_last_on + DAY + self.oracle.contracts.grace if contract.own_last_on != FOREVER else FOREVER
        for other in {*contract.linked_from, *contract.renewed_by, *self._alike(contract)}:
            yield from days("successor known: anchor", other.known_on, anchor)
            if other.cancelled_on is not None:
                yield from days("successor cancelled: anchor", other.cancelled_on, anchor)
            if other.known_on <= anchor:
                yield from days("successor: latest day", other.first_on, latest)

    def _alike(self, contract: Contract) -> list[Contract]:
        alike = self.oracle.contracts.alike[contract.account, contract.row.get("product")]
        return [other for other in alike if other.first_on > contract.own_last_on]

    def _of_rows(self) -> Iterator[Hit]:
        oracle, calendar = self.oracle, self.oracle.calendar
        moments = [("answer", row["responded_at"]) for row in oracle.tables["survey_responses"]]
        moments += [("post", row["posted_at"]) for row in oracle.tables["community_posts"]]
        moments += [("first contact", case.dated_at) for case in oracle.cases.cases.values() if case.dated_at and case.is_in_rate]
        for name, at in moments:
            yield from seconds(f"{name}: as-of", at, self.end)
            day = calendar.day(at + timedelta(hours=1))
            yield from seconds(f"{name}: period", at, calendar.utc(day.replace(day=1)))
        first: dict[str, datetime] = {}
        answers = [row for row in oracle.tables["survey_responses"] if row.get("invitation_id") is not None]
        for row in sorted(answers, key=lambda row: row["responded_at"]):
            start = first.setdefault(f"{row['invitation_id']} {row['question']}", row["responded_at"])
            yield from seconds(
                "answer of an invitation: second day", row["responded_at"], calendar.utc(calendar.day(start) + DAY)
            )

    def situations(self, mart: dict[Period, ImpactRow]) -> Counter[str]:
        found: Counter[str] = Counter()
        for exposure, window in self.oracle.rows:
            found.update(self._situations(exposure, window))
        for period, row in mart.items():
            if has_run_out(self.oracle, period):
                found["complete row" if row.is_settled else "incomplete row of a period that has run out"] += 1
            for exposure_name in EXPOSURES:
                for outcome in OUTCOMES:
                    n1, n0 = (row.count(exposure_name, side, outcome, "at_risk_accounts") for side in CLASSES)
                    a, b = (row.count(exposure_name, side, outcome, "happened_accounts") for side in CLASSES)
                    found[f"interval: {shape(a, n1, b, n0)}"] += 1
        return found

    def _situations(self, exposure: Exposure, window: Window) -> Iterator[str]:
        yield f"{exposure.exposure} {CLASSES[not exposure.is_exposed]}"
        if exposure.experience_class:
            yield f"experience {exposure.experience_class}"
        for name, outcome in window.outcomes.items():
            yield f"{name} {outcome.state}{', so far' if outcome.is_so_far else ''}"
        if exposure.anchor > self.as_of:
            yield "anchor to come"
        if not window.is_over:
            return
        if window.account_state == "undetermined":
            yield "over, account undetermined"
            return
        for name in ("renewal", "purchase"):
            if window.outcomes[name].state == "undetermined":
                yield f"over, {name} undetermined"
        last = exposure.anchor + self.length
        bought = {each.is_held for each in self.oracle.purchases[exposure.account] if exposure.anchor < each.on <= last}
        if bought == {True, False}:
            yield "held purchase beside another"
        if {contract.state for contract in window.due} >= {"renewed", "lost"}:
            yield "several due, of every fate"
        if any(contract.ends_on == FOREVER and contract.last_on < FOREVER for contract in window.due):
            yield "open-ended due"
        if any(contract.last_on > self.as_of for contract in window.due):
            yield "due that may yet end on as-of"


def shape(a: int, n1: int, b: int, n0: int) -> str:
    if not n1 or not n0:
        return "a side empty"
    if not a or not b:
        return "a = b = 0" if a == b else "a = 0" if not a else "b = 0"
    return "all of both" if (a, b) == (n1, n0) else "regular"


def outage_hits(oracle: AvailabilityOracle) -> Counter[Hit]:
    """Pairs of account and product per edge and side."""
    hits: Counter[Hit] = Counter()
    for outages in oracle.outages.values():
        for (start, end), _ in outages:
            hits.update(seconds("begin of an outage: as-of", start, oracle.end))
            length = (end - start).total_seconds()
            hits.update([("seconds of an outage: 1", int(length) - 1)] if length <= 2 else [])
    for row in oracle.contracts.tables["outages"]:
        hits.update(
            seconds("begin of an outage: as-of", row["started_at"], oracle.end) if row["started_at"] >= oracle.end else []
        )
        hits.update(seconds("end of an outage: as-of", row["ended_at"], oracle.end) if row.get("ended_at") else [])
    for pair, runs in oracle.covered().items():
        ends = [interval for interval, _ in oracle.named(pair) if interval[0] < interval[1]]
        found: set[Hit] = set()
        for first, last in runs:
            for name, edge in (("coverage from", oracle.midnight(first)), ("coverage until", oracle.midnight(last + DAY))):
                found |= near_edge(ends, name, [edge])
            months = months_between(first + DAY, last)
            found |= near_edge(ends, "month", [oracle.midnight(month) for month in months if month > first])
        for one in ends:
            for other in ends:
                if one is not other:
                    found |= set(seconds("outage: next outage", other[0], one[1]))
        hits.update(found)
    for contracts in oracle.contracts.alike.values():
        for contract in contracts:
            for other in contracts:
                if contract.own_last_on < FOREVER and other is not contract and other.is_ever_in_force:
                    hits.update(days("contract: next contract", other.first_on, contract.own_last_on + DAY))
    return hits


def near_edge(intervals: Iterable[tuple[datetime, datetime]], name: str, edges: Iterable[datetime]) -> set[Hit]:
    edges = list(edges)
    return {
        hit
        for interval in intervals
        for end, at in zip(("begin", "end"), interval, strict=True)
        for edge in edges
        for hit in seconds(f"{end} of an outage: {name}", at, edge)
    }


def outage_situations(oracle: AvailabilityOracle) -> Counter[str]:
    found: Counter[str] = Counter()
    scopes = {(True, True): "pair", (False, True): "product", (True, False): "account", (False, False): "everyone"}
    covered = oracle.covered()
    for row in oracle.contracts.tables["outages"]:
        key = row.get("account_id"), row.get("product")
        found[f"scope: {scopes[key[0] is not None, key[1] is not None]}"] += 1
        found["planning unknown"] += row["is_planned"] is None
        found["open"] += row["ended_at"] is None
        found["no second"] += row["ended_at"] == row["started_at"]
        pair = key[0], key[1]
        found["covers nobody"] += None not in pair and pair not in covered
    for runs in covered.values():
        found["hole in coverage"] += len(runs) > 1
    for (_, _, month), each in oracle.months.items():
        found["planned"] += each.planned > 0
        found["planned and unplanned"] += each.planned > 0 and each.unplanned > 0
        found["interrupted twice in a month"] += len(each.interruptions) > 1
        found["month with a change of clocks"] += each.covered % 86400 != 0
        found["running month"] += month_end(month) > oracle.as_of
    found["segment left within a period"] = sum(not row["covered_accounts"] for row in oracle.mart.values())
    return found

"""How often generated customers lie on, just before and just after each edge of success, and in each state: counted from what
is there, not from what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from contract_boundaries import days, names, sign
from contract_calendar import DAY
from success_builds import Judged
from success_surveys import scale_of
from vocabulary import Row

Hit = tuple[str, int]
SIDES = (-1, 0, 1)
DATED = {
    "case_opened": ("cases", "opened_at"),
    "case_inbound": ("interactions", "occurred_at"),
    "self_help_session": ("self_help_events", "occurred_at"),
    "community_post": ("community_posts", "posted_at"),
    "survey_answer": ("survey_responses", "responded_at"),
    "engagement": ("engagements", "occurred_at"),
}


def near(name: str, value: object, edge: object, reach: object) -> Iterator[Hit]:
    """Before, on or after an edge, within reach of it."""
    distance = value - edge  # type: ignore[operator]
    if abs(distance) <= reach:
        yield name, (distance > type(distance)(0)) - (distance < type(distance)(0))


class SuccessBoundaries:
    """Counts rows per edge and side, and per situation."""

    def __init__(self, done: Judged) -> None:
        self.done, self.oracle = done, done.oracle
        self.contracts, self.calendar, self.as_of = done.oracle.contracts, done.oracle.calendar, done.oracle.as_of
        self.policies, self.tables = done.oracle.policies, done.oracle.tables
        self.end = self.calendar.utc(self.as_of + DAY)

    def count(self) -> Counter[Hit]:
        parts = (self._onboarding(), self._milestones(), self._engagements(), self._health(), self._demand(), self._moments())
        return Counter(hit for part in parts for hit in part)

    def _seconds(self, name: str, at: datetime, edge: datetime) -> Iterator[Hit]:
        seconds = (at - edge).total_seconds()
        if seconds in SIDES:
            yield name, int(seconds)

    def _edges_of_periods(self, name: str, at: datetime) -> Iterator[Hit]:
        for grain in ("week", "month"):
            start = self.calendar.period(self.calendar.day(at + timedelta(seconds=1)), grain)[0]
            yield from self._seconds(f"{grain}: {name}", at, self.calendar.utc(start))

    def _onboarding(self) -> Iterator[Hit]:
        for row in self.oracle.onboarding:
            yield from days("as-of: window ends", row["window_ends_on"], self.as_of)
            for milestone in self.oracle.milestones.get(row["account_id"], []):
                if milestone["stage"] == "onboarding" and milestone.get("has_formal_guidance") is not False:
                    yield from days("window: guided", milestone["reached_on"], row["window_ends_on"])
                    yield from days("known: guided", milestone["reached_on"], row["known_on"])
            first = row["first_covered_on"]
            for grain in ("week", "month"):
                yield from days(f"{grain}: first covered", first, self.calendar.period(first + DAY, grain)[0])
                yield from days(f"{grain}: first covered", first, self.calendar.period(first - DAY, grain)[0])
            for account in self.contracts.account_rows[row["account_id"]]:
                yield from days("attributes: first covered", first, account.get("valid_from"))
        for contract in self.contracts.contracts.values():
            yield from days("as-of: first covered", contract.first_on, self.as_of)
        for milestone in self.tables["milestones"]:
            yield from days(f"as-of: {milestone['stage']} reached", milestone.get("reached_on"), self.as_of)
            yield from days("as-of: due", milestone.get("due_on"), self.as_of)

    def _milestones(self) -> Iterator[Hit]:
        for account, rows in self.oracle.milestones.items():
            stretches = [each for each in self.contracts.stretches if each.contract.account == account]
            for month in self.oracle.months:
                stock_on = self.contracts.stock_on(month)
                if self.oracle.state(account, month) == "active":
                    for row in rows:
                        yield from days("stock: due", row.get("due_on"), stock_on)
                        yield from days("stock: reached", row["reached_on"], stock_on)
                for stretch in stretches:
                    yield from days(f"stock: {stretch.coverage} from", stretch.first_on, stock_on)
                    yield from days(f"stock: {stretch.coverage} to", stretch.last_on, stock_on)

    def _engagements(self) -> Iterator[Hit]:
        window = timedelta(days=self.policies.survey_settlement_days)
        for row in self.oracle.engagements:
            source = row["engagement_source"]
            yield from self._edges_of_periods(f"{source} ends", row["engaged_at"])
            if source == "case":
                yield from days("as-of: settlement", row["engaged_on"] + window, self.as_of)
        for answer in self.oracle.answers:
            case = self.oracle.cases.cases.get(answer.case_id or "")
            if answer.question != "overall_satisfaction" or case is None:
                continue
            low, high = scale_of(answer.row)
            above, span = Decimal(answer.row["score"]) - low, high - low
            yield from near("positive: score", 4 * above, 3 * span, 4)
            yield from near("negative: score", 4 * above, span, 4)
            if case.first_closed_at is not None:
                last = self.calendar.day(case.first_closed_at) + window
                yield from days("settlement: answer", answer.on, last)
                yield from self._seconds("end of settlement: answer", answer.row["responded_at"], self.calendar.utc(last + DAY))
        for case in self.oracle.cases.cases.values():
            if case.first_closed_at is not None and len(case.interactions) == 1:
                yield from self._seconds("closing: only answer", case.interactions[0]["occurred_at"], case.first_closed_at)
        agents = {row["agent_id"]: row["valid_from"] for row in self.tables["agents"] if row["valid_from"]}
        for row in self.tables["engagements"]:
            if row.get("agent_id") in agents:
                yield from self._seconds(
                    "agent moves: engagement", row["occurred_at"], self.calendar.utc(agents[row["agent_id"]])
                )
            for account in self.contracts.account_rows[row["account_id"]]:
                if account.get("valid_from"):
                    edge = self.calendar.utc(account["valid_from"])
                    yield from self._seconds("account changes: engagement", row["occurred_at"], edge)

    def _health(self) -> Iterator[Hit]:
        silence = self.policies.health_silence_days * DAY
        versions = {version.number: version for version in self.oracle.health_versions}
        for row in self.oracle.health:
            stock_on, account = row["stock_on"], row["account_id"]
            for version in versions.values():
                yield from days("stock: weights", version.valid_from, stock_on)
            if row["score"] is not None:
                for _, low, _ in versions[row["weights_version"]].bands:
                    yield from near("band: score", row["score"], Fraction(low), 5)
            yield from near("least: coverage", float(row["weight_coverage"]), self.policies.health_min_weight_coverage, 0.3)
            for day in self.oracle.contact_days.get(account, []):
                yield from days("silence: contact", day, stock_on - silence + DAY)
                yield from days("stock: contact", day, stock_on)
            yield from days("age: first covered", self.oracle.first_contracts[account].first_on, stock_on - silence)
            if row["base_value"] is not None:
                yield from sign("base: value now", row["value_now"] - row["base_value"], Decimal("0.01"))
            for valid in self.contracts.account_rows[account]:
                yield from days("stock: attributes", valid.get("valid_from"), stock_on)

    def _demand(self) -> Iterator[Hit]:
        for rows in self.contracts.account_rows.values():
            for row in rows:
                for month in self.oracle.months:
                    stock_on = self.contracts.stock_on(month)
                    yield from days("stock: created", row.get("created_on"), stock_on)
                    yield from days("stock: valid from", row.get("valid_from"), stock_on)
                    yield from days("stock: valid to", row.get("valid_to"), stock_on)

        first = self.oracle.first_contact_on
        assert first is not None
        for month in self.oracle.months:
            yield from near("stock: first contact of all", self.contracts.stock_on(month), first, 31 * DAY)

    def _moments(self) -> Iterator[Hit]:
        for kind, (table, column) in DATED.items():
            for row in self.tables[table]:
                if self._is_heard(kind, row):
                    yield from self._edges_of_periods(kind, row[column])
                    yield from self._seconds(f"as-of: {kind}", row[column], self.end)
        for row in self.tables["interactions"]:
            case = self.oracle.cases.cases.get(row["case_id"])
            if case is not None and row["direction"] == "inbound":
                yield from self._seconds("opening: inbound", row["occurred_at"], case.row["opened_at"])
                yield from days("opening day: inbound", self.calendar.day(row["occurred_at"]), case.opened_on)
        for case in self.oracle.cases.tables["cases"]:
            if case.get("closed_at") is not None:
                yield from self._seconds("as-of: closing", case["closed_at"], self.end)

    def _is_heard(self, kind: str, row: Row) -> bool:
        return kind != "case_inbound" or row["direction"] == "inbound"

    # States

    def situations(self) -> Counter[str]:
        """Every state and flag of every fact, by name and value."""
        demand = self.done.demand
        found: Counter[str] = Counter()
        for name, columns, rows in (
            ("onboarding", ("onboarding_state", "is_onboarded_so_far"), self.oracle.onboarding),
            ("milestone", ("stage", "milestone_state", "account_state"), self.oracle.due_milestones),
            (
                "health",
                ("band", "is_silent", "is_committed", "is_scored", "account_state", "is_undetermined"),
                self.oracle.health,
            ),
            ("base", ("base_state", "is_covered"), demand.base.values()),
            ("demand", ("period_grain", "base_state", "demand_class", "is_covered"), self._demands()),
            ("need", ("is_needed", "is_contacted"), demand.needs),
        ):
            found.update(f"{name}: {column} {row[column]}" for row in rows for column in columns)
        found.update(f"{row['engagement_source']}: {row['engagement_state']}" for row in self.oracle.engagements)
        for row in self.oracle.health:
            parts = "".join(
                "-" if row[f"{part}_component"] is None else "x" for part in ("adoption", "success", "recurring_revenue")
            )
            found[f"health parts: {parts} {row['account_state']}"] += 1
            found["health: active, value awaited"] += row["is_undetermined"] and row["account_state"] == "active"
        found.update(f"contact: {kind} {account is not None}" for account, _, kind in self.oracle.contacts)
        for mart, rows in self.done.marts.items():
            found.update(f"{mart}: {period.grain} {row['is_complete']}" for period, row in rows.items())
        for row in self.done.marts["support_demand"].values():
            found["demand: nobody asked"] += row["unmet_need_rate"] == 1
            found["demand: projected"] += row["projected_demand"] is not None
        return found

    def _demands(self) -> Iterator[Row]:
        for (grain, _, _), row in self.done.demand.demand.items():
            yield {**row, "period_grain": grain}


EDGES = """
as-of: window ends | window: guided | known: guided | month: first covered | week: first covered | attributes: first covered
as-of: first covered | as-of: onboarding reached | as-of: adoption reached | as-of: due | stock: due | stock: reached
stock: in_force from | stock: in_force to | week: engagement ends | month: engagement ends | week: case ends | month: case ends
as-of: settlement | positive: score | negative: score | settlement: answer | end of settlement: answer | closing: only answer
agent moves: engagement | account changes: engagement | band: score | least: coverage | silence: contact | stock: contact
age: first covered | base: value now | stock: attributes | stock: created | stock: valid from | stock: valid to
opening: inbound | opening day: inbound | month: case_opened | month: case_inbound | month: self_help_session
month: community_post | month: survey_answer | month: engagement
"""
AT_AS_OF = tuple(f"as-of: {kind}" for kind in DATED)
SITUATIONS = """
onboarding: onboarding_state onboarded | onboarding: onboarding_state guidance_unknown
onboarding: onboarding_state not_onboarded | onboarding: onboarding_state undetermined
onboarding: is_onboarded_so_far True | onboarding: is_onboarded_so_far False
milestone: stage adoption | milestone: stage success | milestone: milestone_state reached | milestone: milestone_state overdue
milestone: milestone_state unscheduled | milestone: milestone_state undetermined | engagement: positive | engagement: neutral
engagement: negative | engagement: unknown | case: positive | case: neutral | case: negative | case: unknown | case: undetermined
health: band at_risk | health: band healthy | health: band insufficient_evidence | health: is_silent True
health: is_silent False | health: is_silent None | health: is_committed True | health: is_committed False
health: account_state undetermined | health: active, value awaited | health parts: xxx active | health parts: --- active
health parts: x-- active | health parts: -x- active | health parts: --x active | health parts: --- undetermined
base: base_state in_base | base: base_state undetermined | base: base_state lost | base: is_covered True | base: is_covered False
demand: base_state outside | demand: base_state unknown | demand: base_state undetermined | demand: demand_class assisted
demand: demand_class self_help_only | demand: demand_class other_only | demand: demand_class silent | demand: demand_class None
need: is_needed True | need: is_needed False | need: is_contacted True | need: is_contacted False | need: is_contacted None
demand: nobody asked | demand: projected | contact: self_help_session True | contact: self_help_session False
contact: case_opened False | contact: community_post False | onboarding: week True | onboarding: week False
engagement_quality: week True | engagement_quality: week False | milestones: month True | milestones: quarter False
account_health: month True | account_health: month False | support_demand: month True | support_demand: month False
"""


def expected_edges(done: Judged) -> list[Hit]:
    """Nothing lies after the end of an as-of day that is derived from the data."""
    sides = SIDES if done.oracle.policies.as_of else (-1,)
    hits = [(name, side) for name in names(EDGES) for side in SIDES]
    return hits + [(name, side) for name in AT_AS_OF for side in sides]


def expected_situations() -> list[str]:
    return names(SITUATIONS)

"""How often generated data lie on, just before and just after each edge: counted from what is there, not from what was meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from oracle import Oracle
from vocabulary import ORDER, Case, Policies, answered, is_agent_interaction

Hit = tuple[str, int]
BEFORE_ACKNOWLEDGEMENT = ("transferred", "escalated", "further_contact")
DAY = timedelta(days=1)


class Boundaries:
    """Counts cases per edge and side; the side is -1, 0 or +1 of the edge's unit (a second or a day)."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle, self.calendar, self.policies = oracle, oracle.calendar, oracle.policies
        self.end = self.calendar.utc(oracle.as_of + DAY)
        self.moments = self._moments()
        self.opened: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in oracle.cases.values():
            for column in ("contact_id", "account_id"):
                if case.is_counted and case.row.get(column) is not None:
                    self.opened[column, case.row[column]].append(case)

    def _moments(self) -> dict[str, list[tuple[str, datetime]]]:
        """Per case every raw row's kind and instant, whatever as-of says."""
        moments: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        tables = self.oracle.tables
        for row in tables["cases"]:
            moments[row["case_id"]].append(("opening", row["opened_at"]))
            if row.get("closed_at") is not None:
                moments[row["case_id"]].append(("closed_at", row["closed_at"]))
        for row in tables["case_events"]:
            if row["event_type"] in ORDER:
                moments[row["case_id"]].append((row["event_type"], row["occurred_at"]))
        for row in tables["interactions"]:
            if is_agent_interaction(row):
                moments[row["case_id"]].append((f"interaction {row['interaction_id']}", row["occurred_at"]))
        for row in tables["case_field_changes"]:
            moments[row["case_id"]].append(("change", row["occurred_at"]))
        invited = {row["invitation_id"]: row.get("case_id") for row in tables["survey_invitations"]}
        for row in tables["survey_responses"]:
            case_id = row.get("case_id") or invited.get(row.get("invitation_id"))
            if row["question"] == "issue_resolved" and row["survey_type"] == "post_case" and case_id:
                moments[case_id].append((answered(row) or "", row["responded_at"]))
        return moments

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter()
        for row in self.oracle.tables["cases"]:
            near = {
                (f"as-of: {kind.split()[0]}", side)
                for kind, at in self.moments[row["case_id"]]
                for side in self._seconds(at, self.end)
            }
            case = self.oracle.cases.get(row["case_id"])
            if case is not None:
                near |= set(self._of_case(case))
            hits.update(near)
        return hits

    def _seconds(self, at: datetime, edge: datetime) -> Iterator[int]:
        side = (at - edge).total_seconds()
        if side in (-1, 0, 1):
            yield int(side)

    def _days(self, day: date, edge: date) -> Iterator[int]:
        if abs((day - edge).days) <= 1:
            yield (day - edge).days

    def _midnights(self, name: str, at: datetime, days: list[date | None]) -> Iterator[Hit]:
        for day in days:
            if day is not None:
                yield from ((name, side) for side in self._seconds(at, self.calendar.utc(day)))

    def _of_case(self, case: Case) -> Iterator[Hit]:
        if not case.is_counted:
            return
        if case.initial is not None and case.initial_on is not None:
            yield from self._around_initial(case, case.initial["occurred_at"], case.initial_on)
        if case.status == "resolved":
            yield from self._around_repeats(case)
        closed = case.first_closed_at
        for row in case.interactions:
            at = row["occurred_at"]
            agents = self.oracle.agents.get(row["agent_id"], [])
            yield from self._midnights("agent's first day", at, [agent.get("valid_from") for agent in agents])
            yield from self._midnights("agent's end", at, [agent.get("valid_to") for agent in agents])
            if closed is not None and not any(
                other["occurred_at"] < closed - timedelta(seconds=1) for other in case.interactions
            ):
                kind = "qualifying" if self.oracle.qualifies(row, case.delivery_model) else "other"
                yield from ((f"closing: {kind} interaction", side) for side in self._seconds(at, closed))
        for grain in ("week", "month"):
            near = {"opening": case.row["opened_at"], "closing": closed, "initial": (case.initial or {}).get("occurred_at")}
            for what, at in near.items():
                if at is not None:
                    start = self.calendar.period(self.calendar.day(at + timedelta(seconds=1)), grain)[0]
                    yield from self._midnights(f"{grain} edge: {what}", at, [start])
        if case.dated_at is not None and case.dated_on is not None:
            accounts = self.oracle.accounts.get(case.row.get("account_id") or "", [])
            yield from self._midnights("account's first day", case.dated_at, [row.get("valid_from") for row in accounts])
            yield from self._midnights("account's end", case.dated_at, [row.get("valid_to") for row in accounts])
            for row in self.oracle.changes.get(case.row["case_id"], []):
                yield from ((f"change of {row['field']}", side) for side in self._seconds(row["occurred_at"], case.dated_at))
            settled = timedelta(days=self.policies.settlement_days)
            for grain in ("week", "month"):
                end = self.calendar.period(case.dated_on, grain)[1]
                yield from (("complete period", side) for side in self._days(end + settled, self.oracle.as_of))

    def _around_initial(self, case: Case, met_at: datetime, met_on: date) -> Iterator[Hit]:
        last = met_on + timedelta(days=self.policies.settlement_days)
        acknowledgement = case.acknowledgement
        for kind, at in self.moments[case.row["case_id"]]:
            if kind == f"interaction {(case.initial or {}).get('interaction_id')}":
                continue
            name = "further_contact" if kind.startswith("interaction") else kind
            if name not in ("opening", "change", "closed_at") and at <= self.end:
                yield from ((f"settlement: {name}", side) for side in self._days(self.calendar.day(at), last))
                yield from ((f"initial: {name}", side) for side in self._seconds(at, met_at))
            if acknowledgement is not None and name in BEFORE_ACKNOWLEDGEMENT:
                yield from ((f"acknowledgement: {name}", side) for side in self._seconds(at, acknowledgement.position.at))
        days = self.policies.silence_days
        for row in case.inbound:
            if row is not case.initial:
                yield from (("initial: inbound", side) for side in self._seconds(row["occurred_at"], met_at))
                if days is not None and case.first_closed_at is not None:
                    silent = met_on + timedelta(days=days)
                    yield from (("silence: inbound", side) for side in self._days(self.calendar.day(row["occurred_at"]), silent))
        is_silent = case.status == "pending" or case.reason == "silence"
        if days is not None and case.first_closed_at is not None and is_silent:
            yield from (("silence: as-of", side) for side in self._days(met_on + timedelta(days=days), self.oracle.as_of))

    def _around_repeats(self, case: Case) -> Iterator[Hit]:
        assert case.acknowledged_on is not None
        assert case.initial is not None
        last = case.acknowledged_on + timedelta(days=self.policies.repeat_window_days)
        yield from (("repeat: as-of", side) for side in self._days(last, self.oracle.as_of))
        for column in ("contact_id", "account_id"):
            for other in self.opened.get((column, case.row.get(column) or ""), []):
                unknown = None in (case.row.get("contact_id"), other.row.get("contact_id"))
                is_same = other is not case and other.row.get("product") == case.row.get("product")
                if is_same and (column == "contact_id" or unknown):
                    yield from (("repeat: last day", side) for side in self._days(other.opened_on, last))
                    opened_at, met_at = other.row["opened_at"], case.initial["occurred_at"]
                    yield from (("repeat: initial", side) for side in self._seconds(opened_at, met_at))


def expected_edges(policies: Policies, *, is_as_of_derived: bool) -> dict[str, tuple[int, ...]]:
    """Every edge of the definition that a build's data must lie on, with the sides that can exist."""
    both = (-1, 0, 1)
    evidence = (
        "resolution_confirmed",
        "no_further_action",
        "yes",
        "transferred",
        "escalated",
        "further_contact",
        "reopened",
        "no",
    )
    edges = {f"settlement: {kind}": both for kind in (*evidence, "closed")}
    edges |= {f"initial: {kind}": both for kind in (*evidence, "inbound")}
    edges |= {f"acknowledgement: {kind}": both for kind in BEFORE_ACKNOWLEDGEMENT}
    edges |= {f"change of {name}": both for name in ("product", "queue", "priority")}
    edges |= {f"{whose} {end}": both for whose in ("agent's", "account's") for end in ("first day", "end")}
    edges |= {f"{grain} edge: {what}": both for grain in ("week", "month") for what in ("initial", "closing", "opening")}
    edges |= {f"closing: {kind} interaction": both for kind in ("qualifying", "other")}
    edges |= {f"repeat: {what}": both for what in ("last day", "initial", "as-of")}
    kinds = ("opening", "interaction", "closed", "change", *evidence)
    edges |= {f"as-of: {kind}": (-1,) if is_as_of_derived else both for kind in kinds if kind != "further_contact"}
    edges["as-of: closed_at"] = both  # a column of a case sets no as-of, so it may lie after a derived one
    edges["initial: closed"] = (0, 1)  # an interaction after the first closing is not the initial one
    if policies.silence_days is not None:
        edges |= {f"silence: {what}": both for what in ("inbound", "as-of")}
    return edges


def table(hits: Counter[Hit]) -> str:
    """The counts as lines of text: edge, then cases before, on and after it."""
    lines = [f"{'edge':<40} {'-1':>6} {'0':>6} {'+1':>6}"]
    lines += [
        f"{name:<40} " + " ".join(f"{hits[name, side]:>6}" for side in (-1, 0, 1)) for name in sorted({name for name, _ in hits})
    ]
    return "\n".join(lines)

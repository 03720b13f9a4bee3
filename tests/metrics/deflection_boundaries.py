"""How often generated sessions and cases lie on, just before and just after each edge, and how often each situation comes up:
counted from what is there, not from what was meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import combinations

from deflection_counting import MartRow
from deflection_oracle import DAY, QUESTIONS, DeflectionOracle, Opening, Session, Stretch, is_same
from vocabulary import Period, Row, answered

Hit = tuple[str, int]
SIDES = (-1, 0, 1)


def seconds(at: datetime, edge: datetime) -> Iterator[int]:
    side = (at - edge).total_seconds()
    if side in SIDES:
        yield int(side)


def days(day: date, edge: date) -> Iterator[int]:
    if abs((day - edge).days) <= 1:
        yield (day - edge).days


class DeflectionBoundaries:
    """Counts sessions and cases per edge and side; the side is -1, 0 or +1 of the edge's unit (a second or a day)."""

    def __init__(self, oracle: DeflectionOracle) -> None:
        self.oracle, self.calendar, self.policies = oracle, oracle.calendar, oracle.policies
        self.end = self.calendar.utc(oracle.as_of + DAY)
        self.replies = oracle.replies()
        self.cases: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for case in oracle.cases.cases.values():
            for column in ("contact_id", "account_id"):
                self.cases[column, case.row.get(column) or ""].append(case.row)
        self.counted = {opening.case.row["case_id"] for opening in oracle.openings}
        self.events: dict[str, list[Row]] = defaultdict(list)  # known ones, settled or not
        for row in oracle.tables["self_help_events"]:
            if row["occurred_at"] < self.end:
                self.events[row["session_id"]].append(row)
        span = [oracle.as_of - n * DAY for n in range(240)]
        self.clock_changes = [day for day in span if self.calendar.utc(day + DAY) - self.calendar.utc(day) != DAY]
        self.unentitled: dict[str, list[Stretch]] = defaultdict(list)
        for stretch in oracle.stretches:
            if not stretch.contract["is_support_entitled"]:
                self.unentitled[stretch.contract["account_id"]].append(stretch)
        self.observed = Counter(session.observed_case_id for session in oracle.sessions.values())

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter()
        for table, column, key, name in (
            ("self_help_events", "occurred_at", "session_id", "event"),
            ("survey_responses", "responded_at", "response_id", "answer"),
            ("cases", "opened_at", "case_id", "case"),
        ):
            near = {(row[key], side) for row in self.oracle.tables[table] for side in seconds(row[column], self.end)}
            hits.update((f"as-of: {name}", side) for _, side in near)
        for session in self.oracle.sessions.values():
            hits.update(set(self._of_session(session)))
        for opening in self.oracle.openings:
            row, on = opening.case.row, opening.case.opened_on
            hits.update(set(self._of_day("case", row.get("account_id"), row["opened_at"], on)))
        return hits

    def _midnight(self, name: str, at: datetime, day: date) -> Iterator[Hit]:
        yield from ((name, side) for side in seconds(at, self.calendar.utc(day)))

    def _of_session(self, session: Session) -> Iterator[Hit]:
        yield from self._of_day("session", session.attributes["account_id"], session.at, session.on)
        last = session.on + timedelta(days=self.policies.contact_window_days)
        for row in self.cases_of(session):
            if row["case_id"] in self.counted and is_same(session.attributes, row):
                yield from (("case: first moment", side) for side in seconds(row["opened_at"], session.at))
                yield from (("case: last day", side) for side in days(self.calendar.day(row["opened_at"]), last))
                yield from self._midnight("case: end of the window", row["opened_at"], last + DAY)
        last = session.on + timedelta(days=self.policies.survey_settlement_days)
        replies = self.replies.get(session.session_id, [])
        for row in replies:
            name, at = row["question"], row["responded_at"]
            yield from ((f"{name}: last day", side) for side in days(self.calendar.day(at), last))
            yield from self._midnight(f"{name}: end of settlement", at, last + DAY)
        for one, other in combinations(sorted(replies, key=lambda row: row["response_id"]), 2):
            if one["question"] == other["question"] and answered(one) != answered(other):
                yield from ((f"{one['question']}: changed", side) for side in seconds(other["responded_at"], one["responded_at"]))
        for row in self.events[session.session_id]:
            yield from (("event: last day", side) for side in days(self.calendar.day(row["occurred_at"]), last))
            yield from self._midnight("event: end of settlement", row["occurred_at"], last + DAY)
        for one, other in combinations(sorted(session.events, key=lambda row: row["event_id"]), 2):
            if one["channel"] != other["channel"]:
                yield from (("events in order", side) for side in seconds(other["occurred_at"], one["occurred_at"]))
        for change in self.clock_changes:
            yield from (("change of the clock", side) for side in days(session.on, change))

    def _of_day(self, what: str, account_id: str | None, at: datetime, on: date) -> Iterator[Hit]:
        """Edges of entitlement, of the account's attributes and of periods."""
        for stretch in self.oracle.entitled.get(account_id or "", []):
            for name, edge in edges_of(stretch):
                yield from ((f"{what} on {name}", side) for side in days(on, edge))
                yield from self._midnight(f"{what} at midnight before {name}", at, edge)
        for row in self.oracle.cases.accounts.get(account_id or "", []):
            for column in ("valid_from", "valid_to"):
                if row.get(column) is not None:
                    yield from self._midnight(f"{what} at the account's {column}", at, row[column])
        for grain in ("week", "month"):
            start = self.calendar.period(self.calendar.day(at + timedelta(seconds=1)), grain)[0]
            yield from self._midnight(f"{what} at the edge of a {grain}", at, start)

    def cases_of(self, session: Session) -> list[Row]:
        """Cases, counted or not, of the session's contact or account, whenever they were opened."""
        keys = [(name, session.attributes[name]) for name in ("contact_id", "account_id")]
        return list({row["case_id"]: row for name, value in keys if value for row in self.cases[name, value]}.values())

    # Situations

    def situations(self, mart: dict[Period, MartRow]) -> Counter[str]:
        """Sessions, openings and rows of the mart in each situation that has no side."""
        found: Counter[str] = Counter()
        for session in self.oracle.sessions.values():
            found.update({f"state {session.state}", *self._situations(session)})
        for opening in self.oracle.openings:
            found.update(self._situations_of_opening(opening))
        for row in mart.values():
            found.update(situations_of_row(row))
        return found

    def _situations(self, session: Session) -> Iterator[str]:
        account, contact, product = (session.attributes[name] for name in ("account_id", "contact_id", "product"))
        within = [row for row in self.cases_of(session) if self._is_within(session, row)]
        candidates = [row for row in within if is_same(session.attributes, row)]
        counted = [row for row in candidates if row["case_id"] in self.counted]
        if session.late_answers:
            yield "late answers"
        if session.events[-1].get("account_id") is None and account is not None:
            yield "account told before the last event"
        if any(row["responded_at"] < session.at for row in self.replies.get(session.session_id, [])):
            yield "answered before the session"
        if candidates and not counted:
            yield from (f"uncounted case only: {self.oracle.cases.cases[row['case_id']].exclusion}" for row in candidates)
        for column, mine, what in (("contact_id", contact, "another contact asks"), ("product", product, "another product")):
            others = {row.get(column) for row in within} - {mine, None}
            if not candidates and mine is not None and others:
                yield what
        if session.observed_case_id is not None:
            case = self.oracle.cases.cases[session.observed_case_id].row
            contacts = "".join("?" if each is None else "=" for each in (contact, case.get("contact_id")))
            yield f"observed by contacts {contacts}"
            yield f"observed by products {''.join('?' if each is None else '=' for each in (product, case.get('product')))}"
            if contacts == "==" and case.get("account_id") != account:
                yield "observed in another account"
            if self.observed[session.observed_case_id] > 1:
                yield "one case of several sessions"
            if len({row["opened_at"] for row in counted}) < len(counted):
                yield "several cases at one instant"
            if session.answers["further_action_needed"] is False and session.is_intended:
                yield "observed though no further action is said to be needed"
        yield from self._situations_of_coverage(session)

    def _is_within(self, session: Session, row: Row) -> bool:
        last = session.on + timedelta(days=self.policies.contact_window_days)
        return session.at <= row["opened_at"] and self.calendar.day(row["opened_at"]) <= last

    def _situations_of_coverage(self, session: Session) -> Iterator[str]:
        account = session.attributes["account_id"]
        entitled = self.oracle.entitled.get(account or "", [])
        holding = [stretch for stretch in entitled if stretch.first <= session.on <= stretch.last]
        if len(holding) > 1:
            yield "two entitled contracts"
        if account is not None and not holding:
            if any(each.first <= session.on <= each.last for each in self.unentitled[account]):
                yield "a contract without support"
            if any(each.last < session.on for each in entitled) and any(each.first > session.on for each in entitled):
                yield "gap before a later contract"

    def _situations_of_opening(self, opening: Opening) -> Iterator[str]:
        yield f"case {'entitled' if opening.is_entitled else 'not entitled'}"
        if opening.case.row.get("account_id") is None:
            yield "case without account"
        if opening.attributes["product"] != opening.case.row.get("product"):
            yield "case with another product at its opening"


def edges_of(stretch: Stretch) -> Iterator[tuple[str, date]]:
    """The first covered day and the last one or, where something ends coverage, the first day not covered; by what sets it."""
    row = stretch.contract
    yield ("signed_on" if stretch.first > row["starts_on"] else "starts_on"), stretch.first
    if stretch.last == row.get("ends_on"):
        yield "ends_on", stretch.last
    elif stretch.last < date.max:
        is_cancelled = row.get("cancelled_on") is not None and stretch.last == row["cancelled_on"] - DAY
        yield ("cancelled_on" if is_cancelled else "early renewal"), stretch.last + DAY


def situations_of_row(row: MartRow) -> Iterator[str]:
    named = {
        "row: nobody entitled": not row["entitled_sessions"],
        "row: nobody answered": row["entitled_sessions"] and not row["answered_sessions"],
        "row: nobody found": row["answered_sessions"] and not row["found_sessions"],
        "row: intent never answered": row["found_sessions"] and not row["intent_answered_sessions"],
        "row: nobody intended": row["intent_answered_sessions"] and not row["intended_sessions"],
        "row: third never answered": row["intended_sessions"] and not row["further_action_answered_sessions"],
        "row: always a further action": row["further_action_answered_sessions"] and not row["no_further_action_sessions"],
        "row: capped": row["is_capped"],
        "row: all three rates between 0 and 1": all(
            0 < (row[name] or 0) < 1 for name in ("success_rate", "intent_rate", "no_further_action_rate")
        ),
        "row: no demand": row["deflection_demand"] == 0,
        "row: complete": row["is_complete"],
        "row: not complete": not row["is_complete"],
    }
    return (name for name, holds in named.items() if holds)


def expected_edges(*, is_as_of_derived: bool, has_clock_changes: bool) -> dict[str, tuple[int, ...]]:
    """Every edge of the definition that a build's data must lie on, with the sides that can exist."""
    names = ["case: first moment", "case: last day", "case: end of the window", "event: last day", "event: end of settlement"]
    names += [f"{question}: {what}" for question in QUESTIONS for what in ("last day", "end of settlement", "changed")]
    names += ["events in order", *(["change of the clock"] if has_clock_changes else [])]
    for what in ("session", "case"):
        ends = ("starts_on", "signed_on", "ends_on", "cancelled_on", "early renewal")
        names += [f"{what} on {end}" for end in ends]
        names += [f"{what} at the account's {column}" for column in ("valid_from", "valid_to")]
        names += [f"{what} at the edge of a {grain}" for grain in ("week", "month")]
    edges: dict[str, tuple[int, ...]] = dict.fromkeys(names, SIDES)
    as_of: dict[str, tuple[int, ...]] = dict.fromkeys((f"as-of: {what}" for what in ("event", "answer", "case")), SIDES)
    return edges | (dict.fromkeys(as_of, (-1,)) if is_as_of_derived else as_of)


SITUATIONS = (
    *(
        f"state {state}"
        for state in (
            *("not_entitled", "unknown_visitor", "no_answer", "not_found", "intent_unknown", "not_intended"),
            *("case_observed", "further_action_unknown", "further_action_needed", "deflected"),
        )
    ),
    *("late answers", "account told before the last event", "answered before the session"),
    *(f"uncounted case only: {exclusion}" for exclusion in ("spam", "duplicate", "not_assisted")),
    *("another contact asks", "another product"),
    *(f"observed by {what} {known}" for what in ("contacts", "products") for known in ("==", "=?", "?=", "??")),
    *("observed in another account", "one case of several sessions", "several cases at one instant"),
    "observed though no further action is said to be needed",
    *("two entitled contracts", "a contract without support", "gap before a later contract"),
    *("case entitled", "case not entitled", "case without account", "case with another product at its opening"),
    *(
        f"row: {what}"
        for what in (
            *("nobody entitled", "nobody answered", "nobody found", "intent never answered", "nobody intended"),
            *("third never answered", "always a further action", "capped", "all three rates between 0 and 1"),
            *("no demand", "complete", "not complete"),
        )
    ),
)

"""Deflection once more, in plain Python straight from its definition: what the SQL models are compared with.

Sessions, their entitlement, answers and observed cases, and the openings of counted cases. Where two readings are possible
the literal one is taken; nothing is shared with the models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from oracle import Oracle
from vocabulary import Case, Policies, Row, Seeds, Tables, answered, valid_row

DAY = timedelta(days=1)
FOREVER = date.max
QUESTIONS = ("found_answer", "would_have_contacted_support", "further_action_needed")
ATTRIBUTES = ("account_id", "contact_id", "product", "topic", "process")
OPENING_FIELDS = ("product", "queue", "channel", "delivery_model", "priority", "case_type", "topic", "account_segment", "region")


@dataclass(frozen=True)
class Stretch:
    """Days on which a contract is in force, both included."""

    contract: Row
    first: date
    last: date


@dataclass
class Session:
    """One self-help session with everything known about it up to as-of and its settlement."""

    session_id: str
    at: datetime
    on: date
    events: list[Row]  # settled ones, in time order
    attributes: dict[str, str | None]  # channel beside ATTRIBUTES, account_segment, region
    event_count: int  # late ones too
    entitlement: str = ""
    answers: dict[str, bool | None] = field(default_factory=dict)
    late_answers: int = 0
    observed_case_id: str | None = None

    @property
    def is_entitled(self) -> bool:
        return self.entitlement == "entitled"

    @property
    def is_success(self) -> bool | None:
        return self.answers["found_answer"] if self.is_entitled else None

    @property
    def is_intended(self) -> bool | None:
        return self.answers["would_have_contacted_support"] if self.is_success else None

    @property
    def is_no_further_action(self) -> bool | None:
        if not self.is_intended:
            return None
        if self.observed_case_id is not None:
            return False
        needed = self.answers["further_action_needed"]
        return None if needed is None else not needed

    def is_deflected(self, *, missing: bool) -> bool | None:
        """Whether every answer of the chain says deflected, a missing one taken as favourable or not; entitled only."""
        if not self.is_entitled:
            return None
        found, would, needed = (self.answers[question] for question in QUESTIONS)
        if self.observed_case_id is not None:
            needed = True
        steps = (found, would, None if needed is None else not needed)
        return all(missing if step is None else step for step in steps)

    @property
    def state(self) -> str:
        """First that holds along the chain."""
        if not self.is_entitled:
            return {"unknown": "unknown_visitor"}.get(self.entitlement, self.entitlement)
        found, would, needed = (self.answers[question] for question in QUESTIONS)
        if not found:
            return "no_answer" if found is None else "not_found"
        if not would:
            return "intent_unknown" if would is None else "not_intended"
        if self.observed_case_id is not None:
            return "case_observed"
        return {None: "further_action_unknown", True: "further_action_needed", False: "deflected"}[needed]


@dataclass(frozen=True)
class Opening:
    """One counted case as it was when it was opened."""

    case: Case
    is_entitled: bool
    attributes: dict[str, str | None]


class DeflectionOracle:
    """Judges every session and every opening of `tables`. `event_at`: as for the oracle of first contact resolution."""

    def __init__(self, tables: Tables, seeds: Seeds, policies: Policies, event_at: dict[str, tuple[str, ...]]) -> None:
        self.tables, self.policies = tables, policies
        self.cases = Oracle(tables, seeds, policies, event_at)  # as-of, counted cases and their attributes at a moment
        self.calendar, self.as_of = self.cases.calendar, self.cases.as_of
        self.stretches = self._stretches()
        self.entitled: dict[str, list[Stretch]] = defaultdict(list)
        for stretch in self.stretches:
            if stretch.contract["is_support_entitled"]:
                self.entitled[stretch.contract["account_id"]].append(stretch)
        self.openings = [self._opening(case) for case in self.cases.cases.values() if case.is_counted]
        self.sessions = self._sessions()
        self._answer()
        self._observe()

    # Entitlement

    def _stretches(self) -> list[Stretch]:
        """In force from the first covered day to the last of its own, or to the day before an early renewal starts."""
        known = {}
        for row in self.tables.get("contracts", []):
            first = max(row["starts_on"], row.get("signed_on") or row["starts_on"])
            last, cancelled = row.get("ends_on") or FOREVER, row.get("cancelled_on")
            if cancelled is not None and cancelled <= self.as_of:
                last = min(last, cancelled - DAY)
            if (row.get("signed_on") or row["starts_on"]) <= self.as_of and first <= last:
                known[row["contract_id"]] = Stretch(row, first, last)
        links = {(row["contract_id"], row["renewed_contract_id"]) for row in self.tables.get("contract_renewals", [])}
        links |= {(key, stretch.contract.get("renews_contract_id")) for key, stretch in known.items()}
        starts: dict[str, list[date]] = defaultdict(list)
        for renewing, renewed in links:
            if renewing in known and renewed in known and known[renewed].first < known[renewing].first <= self.as_of:
                starts[renewed].append(known[renewing].first)
        # A contract that starts after the other's last covered day, in time or not, shortens nothing.
        return [
            Stretch(stretch.contract, stretch.first, min([stretch.last, *(start - DAY for start in starts[key])]))
            for key, stretch in known.items()
        ]

    def is_entitled(self, account_id: str | None, day: date) -> bool:
        return any(stretch.first <= day <= stretch.last for stretch in self.entitled.get(account_id or "", []))

    def entitled_periods(self) -> dict[str, list[tuple[date, date]]]:
        """Per account the longest unbroken runs of entitled days up to as-of."""
        return {
            account: joined((each.first, min(each.last, self.as_of)) for each in stretches if each.first <= self.as_of)
            for account, stretches in self.entitled.items()
        }

    # Cases

    def _opening(self, case: Case) -> Opening:
        attributes = self.cases.segments(case, case.row["opened_at"], None)
        is_entitled = self.is_entitled(case.row.get("account_id"), case.opened_on)
        return Opening(case, is_entitled, {name: attributes[name] for name in OPENING_FIELDS})

    # Sessions

    def _sessions(self) -> dict[str, Session]:
        events: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables.get("self_help_events", []):
            if self.cases.is_present(row["occurred_at"]):
                events[row["session_id"]].append(row)
        return {session_id: self._session(session_id, rows) for session_id, rows in events.items()}

    def _session(self, session_id: str, rows: list[Row]) -> Session:
        rows.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
        at = rows[0]["occurred_at"]
        on = self.calendar.day(at)
        settled = [row for row in rows if self.is_settled(row["occurred_at"], on)]
        attributes: dict[str, str | None] = {"channel": settled[-1]["channel"]}
        for name in ATTRIBUTES:
            attributes[name] = next((row[name] for row in reversed(settled) if row.get(name) is not None), None)
        account_id = attributes["account_id"]
        account = valid_row(self.cases.accounts.get(account_id or "", []), on) or {}
        attributes |= {"account_segment": account.get("segment"), "region": account.get("region")}
        session = Session(session_id, at, on, settled, attributes, len(rows), answers=dict.fromkeys(QUESTIONS))
        is_entitled = self.is_entitled(account_id, on)
        session.entitlement = "unknown" if account_id is None else "entitled" if is_entitled else "not_entitled"
        return session

    def is_settled(self, at: datetime, session_on: date) -> bool:
        return self.calendar.day(at) <= session_on + timedelta(days=self.policies.survey_settlement_days)

    def replies(self) -> dict[str, list[Row]]:
        """Per session the answers that are known at as-of, in time order."""
        invited = {row["invitation_id"]: row.get("session_id") for row in self.tables.get("survey_invitations", [])}
        replies: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables.get("survey_responses", []):
            session_id = row.get("session_id") or invited.get(row.get("invitation_id"))
            is_asked = row["survey_type"] == "self_help" and row["question"] in QUESTIONS
            if session_id is not None and is_asked and answered(row) and self.cases.is_present(row["responded_at"]):
                replies[session_id].append(row)
        for rows in replies.values():
            rows.sort(key=lambda row: (row["responded_at"], row["response_id"]))
        return replies

    def _answer(self) -> None:
        for session_id, rows in self.replies().items():
            session = self.sessions.get(session_id)
            for row in rows if session else ():
                assert session is not None
                if self.is_settled(row["responded_at"], session.on):
                    session.answers[row["question"]] = answered(row) == "yes"
                else:
                    session.late_answers += 1

    def _observe(self) -> None:
        """The first counted case of the same visitor, within the window, about the same thing as far as is known."""
        near: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for opening in self.openings:
            for column in ("contact_id", "account_id"):
                near[column, opening.case.row.get(column) or ""].append(opening.case.row)
        for session in self.sessions.values():
            last = session.on + timedelta(days=self.policies.contact_window_days)
            keys = [(column, session.attributes[column]) for column in ("contact_id", "account_id")]
            rows = [row for column, value in keys if value is not None for row in near[column, value]]
            found = [
                (row["opened_at"], row["case_id"])
                for row in rows
                if is_same(session.attributes, row)
                and row["opened_at"] >= session.at
                and self.calendar.day(row["opened_at"]) <= last
            ]
            session.observed_case_id = min(found)[1] if found else None


def is_same(session: dict[str, str | None], case: Row) -> bool:
    """Whether a session and a case are, as far as is known, the same visitor's about the same product."""
    contacts = (session["contact_id"], case.get("contact_id"))
    accounts = (session["account_id"], case.get("account_id"))
    products = (session["product"], case.get("product"))
    one, other = accounts if None in contacts else contacts
    return one is not None and one == other and (None in products or products[0] == products[1])


def joined(days: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Stretches of days merged where they overlap or touch."""
    merged: list[tuple[date, date]] = []
    for first, last in sorted(days):
        if merged and first <= merged[-1][1] + DAY:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged

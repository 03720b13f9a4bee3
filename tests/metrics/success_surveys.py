"""Survey answers that count, and the days on which support heard from an account, in plain Python from their definition."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from oracle import Oracle
from vocabulary import Row, answered

SCALES = {"overall_satisfaction": (1, 5), "effort_ease": (1, 7), "likelihood_to_recommend": (0, 10)}
YES_NO = ("needed_help", "contacted_support", "issue_resolved", "found_answer")
HEARD = ("live_conversation", "message", "voicemail")
ContactKey = tuple[str | None, date, str]  # account, local day, kind of contact


@dataclass(frozen=True)
class Answer:
    """A counted answer to one question."""

    row: Row
    on: date
    case_id: str | None
    account_id: str | None

    @property
    def question(self) -> str:
        return str(self.row["question"])

    @property
    def is_yes(self) -> bool | None:
        return {"yes": True, "no": False}.get(answered(self.row) or "")

    @property
    def experience(self) -> str:
        """The class of a score: a quarter and three quarters of the scale are the edges, both of the outer classes."""
        low, high = scale_of(self.row)
        above, span = 4 * (Decimal(self.row["score"]) - low), 3 * (high - low)
        return "positive" if above >= span else "negative" if 3 * above <= span else "neutral"

    @property
    def order(self) -> tuple[Any, str]:
        return self.row["responded_at"], self.row["response_id"]


def scale_of(row: Row) -> tuple[Decimal, Decimal]:
    default = SCALES[row["question"]]
    low, high = row.get("scale_min"), row.get("scale_max")
    return Decimal(default[0] if low is None else low), Decimal(default[1] if high is None else high)


def is_usable(row: Row) -> bool:
    if row["question"] in YES_NO:
        return answered(row) is not None
    return row["question"] in SCALES and row.get("score") is not None


def counted_answers(cases: Oracle) -> list[Answer]:
    """Per survey, question and subject the last answer of the local day of the first one."""
    tables, calendar = cases.tables, cases.calendar
    invitations = {row["invitation_id"]: row for row in tables.get("survey_invitations", [])}
    subjects: dict[tuple[Any, ...], list[Answer]] = defaultdict(list)
    for row in tables.get("survey_responses", []):
        invitation = invitations.get(row.get("invitation_id"), {})
        if not cases.is_present(row["responded_at"]) or row["survey_type"] == "employee" or not is_usable(row):
            continue
        case_id = row.get("case_id") or invitation.get("case_id")
        case = cases.cases.get(case_id or "")
        if case_id is not None and (case is None or not case.is_counted):
            continue
        account = row.get("account_id") or invitation.get("account_id") or (case.row.get("account_id") if case else None)
        subject: tuple[Any, ...] = ("response", row["response_id"])
        if row.get("invitation_id") is not None:
            subject = ("invitation", row["invitation_id"])
        elif case_id is not None:
            subject = ("case", case_id, row.get("contact_id"))
        elif row.get("session_id") is not None:
            subject = ("session", row["session_id"])
        answer = Answer(row, calendar.day(row["responded_at"]), case_id, account)
        subjects[row["survey_type"], row["question"], *subject].append(answer)
    found = []
    for answers in subjects.values():
        first = min(answers, key=lambda each: each.order)
        found.append(max((each for each in answers if each.on == first.on), key=lambda each: each.order))
    return found


def account_contacts(cases: Oracle, answers: list[Answer]) -> Counter[ContactKey]:
    """How often support heard from an account on a day in each way; an unknown account is None."""
    tables, calendar = cases.tables, cases.calendar
    contacts: Counter[ContactKey] = Counter()
    counted = {case_id: case for case_id, case in cases.cases.items() if case.is_counted}
    for case in counted.values():
        contacts[case.row.get("account_id"), case.opened_on, "case_opened"] += 1
    for row in tables.get("interactions", []):
        case = counted.get(row["case_id"])
        if case and row["direction"] == "inbound" and row["kind"] in HEARD and cases.is_present(row["occurred_at"]):
            day = max(calendar.day(row["occurred_at"]), case.opened_on)
            contacts[case.row.get("account_id"), day, "case_inbound"] += 1
    contacts.update(_sessions(cases))
    for row in tables.get("community_posts", []):
        if row["author_role"] in ("customer", "champion") and cases.is_present(row["posted_at"]):
            contacts[row.get("account_id"), calendar.day(row["posted_at"]), "community_post"] += 1
    for answer in answers:
        contacts[answer.account_id, answer.on, "survey_answer"] += 1
    for row in tables.get("engagements", []):
        if cases.is_present(row["occurred_at"]):
            contacts[row["account_id"], calendar.day(row["occurred_at"]), "engagement"] += 1
    return contacts


def _sessions(cases: Oracle) -> Iterator[ContactKey]:
    """A session counts on its first day, for the last account told on it; if none is, also on the first day on which one is."""
    events: dict[str, list[Row]] = defaultdict(list)
    for row in cases.tables.get("self_help_events", []):
        if cases.is_present(row["occurred_at"]):
            events[row["session_id"]].append(row)
    for rows in events.values():
        rows.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
        first = cases.calendar.day(rows[0]["occurred_at"])
        told = [(cases.calendar.day(row["occurred_at"]), row["account_id"]) for row in rows if row.get("account_id")]
        known_on = min((on for on, _ in told), default=None)
        if known_on != first:
            yield None, first, "self_help_session"
        if known_on is not None:
            yield [account for on, account in told if on == known_on][-1], known_on, "self_help_session"

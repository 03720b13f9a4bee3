"""Small generated worlds of self-help: customers, their contracts, sessions, answers and cases, around the edges of deflection.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deflection_oracle import ATTRIBUTES, DAY, QUESTIONS
from vocabulary import Calendar, Row
from worlds import World

CHANNELS = ("knowledge_base", "portal", "community", "chatbot", "in_product", "ivr")
PRODUCTS, TOPICS = ("router", "modem", None), ("setup", "billing", None)
SECOND = timedelta(seconds=1)
YES, NO = ("yes", "Y", "true", "1"), ("no", "N", "False", "0")


@dataclass
class Visits(World):
    """One world. Customers are entitled all the time unless a scenario says otherwise."""

    def __post_init__(self) -> None:
        self.ids = iter(self.rng.sample(range(100, 1000), 900))
        self.calendar = Calendar(self.setting.policies.timezone)
        self.account = self.customer()
        self.contacts = [self.new_id("p"), None]

    def customer(self, *, is_covered: bool = True) -> str:
        """An account whose attributes change once, with or without an open-ended contract."""
        account = self.new_id("a")
        self._accounts(account)
        if is_covered:
            self.contract(account, self.setting.first_day - timedelta(days=self.rng.choice([0, 40, 400])))
        return account

    def contract(self, account: str, starts_on: date, ends_on: date | None = None, **given: object) -> Row:
        row = {"contract_id": self.new_id("k"), "account_id": account, "starts_on": starts_on, "ends_on": ends_on}
        row["product"] = self.rng.choice(["suite", None])
        return self.add("contracts", **{**row, "is_support_entitled": True, **given})

    def renews(self, renewing: Row, renewed: Row) -> None:
        """Links two contracts, by the column or by a row."""
        if self.rng.random() < 0.5:
            renewing["renews_contract_id"] = renewed["contract_id"]
        else:
            ids = {"contract_id": renewing["contract_id"], "renewed_contract_id": renewed["contract_id"]}
            self.add("contract_renewals", **ids)

    def event(self, session_id: str, at: datetime, **given: object) -> Row:
        row = {"event_id": self.new_id("e"), "session_id": session_id, "occurred_at": at, "event_type": "view"}
        return self.add("self_help_events", **{**row, "channel": self.rng.choice(CHANNELS), **given})

    def session(self, at: datetime, account: str | None = None, **given: object) -> Row:
        """A session whose first moment is `at` and whose attributes are those given, each last told by any of its events."""
        rng, session_id = self.rng, self.new_id("s")
        meant = {"account_id": account, "contact_id": rng.choice([self.new_id("p"), None]), "product": rng.choice(PRODUCTS)}
        meant |= {"topic": rng.choice(TOPICS), "process": rng.choice(["returns", None]), **given}
        gaps = [timedelta(), SECOND, timedelta(minutes=9), timedelta(hours=13), timedelta(days=2)]
        times = [at, *(at + rng.choice(gaps) for _ in range(rng.choice([0, 0, 1, 2, 3])))]
        rows = [self.event(session_id, moment) for moment in times]
        rows.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
        for name in ATTRIBUTES:
            teller = rng.randrange(len(rows))
            rows[teller][name] = meant[name]
            if meant[name] is not None:
                for row in rows[:teller]:
                    row[name] = rng.choice([None, None, meant[name], f"other {name}"])
        return {"session_id": session_id, "at": at, "on": self.calendar.day(at), **meant}

    def reply(self, session: Row, question: str, at: datetime, is_yes: bool | None, **given: object) -> Row:
        """A survey answer in one of its spellings, of the session itself or of its invitation's session; None is no yes or no."""
        answers = {True: YES, False: NO, None: ("perhaps", None)}
        row: Row = {"answer": self.rng.choice(answers[is_yes]), "score": None}
        if is_yes is not None and self.rng.random() < 0.4:
            row = {"answer": None, "score": int(is_yes)}
        row |= {"response_id": self.new_id("r"), "survey_type": "self_help", "session_id": session["session_id"]}
        if self.rng.random() < 0.4:
            row["invitation_id"] = self.new_id("v")
            invitation = {"invitation_id": row["invitation_id"], "survey_type": "self_help", "sent_at": min(at, session["at"])}
            self.add("survey_invitations", session_id=row.pop("session_id"), **invitation)
        return self.add("survey_responses", question=question, responded_at=at, **{**row, **given})

    def replies(self, session: Row, *answers: bool | None, at: datetime | None = None) -> None:
        """Answers to the questions of the chain in their order; None is not answered."""
        for question, is_yes in zip(QUESTIONS, answers, strict=False):
            if is_yes is not None:
                self.reply(session, question, at or self.after(session["at"], self.rng.choice([0, 0, 1, 4])), is_yes)

    def some_replies(self, session: Row, likely: float = 0.75) -> None:
        """Every state of the chain, the later ones more often than chance would have it."""
        shares = [likely, (1 - likely) / 2, (1 - likely) / 2]
        first, second = self.rng.choices([True, False, None], shares, k=2)
        self.replies(session, first, second, self.rng.choice([True, False, None, None]))

    def matching_case(self, session: Row, at: datetime, **given: object) -> Row:
        """A counted case that is surely, or as far as is known, the session's."""
        known = self.rng.choice(["contact", "account"]) if session["contact_id"] else "account"
        contact = session["contact_id"] if known == "contact" else None
        account = session["account_id"] if known == "account" else self.rng.choice([session["account_id"], None, "elsewhere"])
        row = {"account_id": account, "contact_id": contact, "product": self.rng.choice([session["product"], None])}
        if session["product"] is None:
            row["product"] = self.rng.choice(PRODUCTS)
        return self.case(at, **{**row, **given})

    def covered_day(self) -> date:
        """A day for an edge of coverage: not too near to the first day, mostly settled at as-of."""
        return max(self.day(settled=0.9), self.setting.first_day + 3 * DAY)

    def clock_changes(self) -> list[date]:
        """Days of the setting that do not have 24 hours; any day in a zone without such."""
        days = [self.setting.first_day + n * DAY for n in range((self.setting.as_of - self.setting.first_day).days - 2)]
        return [day for day in days if self.midnight(day + DAY) - self.midnight(day) != DAY] or days

    def clock(self) -> time | None:
        return self.rng.choice([None, time(0, 0, 0), time(23, 59, 59)])

"""Small generated worlds: a handful of cases of one account each, built around the edges of first contact resolution.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from vocabulary import Calendar, Policies, Row, Tables

ACKNOWLEDGEMENTS = ("resolution_confirmed", "no_further_action", "yes")
AGAINST = ("transferred", "escalated", "further_contact", "reopened", "no")
KINDS = ("resolution_confirmed", "no_further_action", "yes", *AGAINST)
EDGE_CLOCKS = (time(0, 0, 0), time(0, 0, 1), time(0, 30), time(2, 30), time(4, 30), time(19, 30), time(23, 30), time(23, 59, 59))
SIDES = (-1, 0, 1)


@dataclass(frozen=True)
class Setting:
    """What a whole build shares: policies with as-of set, and the first day on which anything happens."""

    policies: Policies
    first_day: date

    @property
    def as_of(self) -> date:
        assert self.policies.as_of is not None
        return self.policies.as_of


@dataclass
class World:
    """Collects the raw rows of one account's world."""

    name: str
    setting: Setting
    rng: random.Random
    tables: Tables
    ids: Iterator[int] = field(init=False)
    agents: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.ids = iter(self.rng.sample(range(100, 1000), 900))
        self.calendar = Calendar(self.setting.policies.timezone)
        self.account = self.new_id("a")
        self._accounts(self.account)
        self.contacts = [self.new_id("p"), self.new_id("p"), None]
        self.agents = {
            kind: self.new_id("g") for kind in ("qualified", "second", "triage", "moved", "overlapping", "unknown", "gone")
        }
        first, rng = self.setting.first_day, self.rng
        moved_on = first + timedelta(days=rng.randrange(150))
        for kind in ("qualified", "second"):
            self.agent_row(self.agents[kind], True, None, None)
        self.agent_row(self.agents["triage"], False, first - timedelta(days=400), None)
        self.agent_row(self.agents["moved"], True, None, moved_on)
        self.agent_row(self.agents["moved"], rng.random() < 0.7, moved_on, None)
        self.agent_row(self.agents["overlapping"], True, None, None)
        self.agent_row(self.agents["overlapping"], rng.random() < 0.5, moved_on, moved_on + timedelta(days=40))
        self.agent_row(self.agents["gone"], True, first - timedelta(days=90), first + timedelta(days=rng.randrange(100)))

    def _accounts(self, account: str) -> None:
        changed = self.setting.first_day + timedelta(days=self.rng.randrange(200))
        self.account_row(account, None, changed)
        self.account_row(account, changed, None)

    def new_id(self, letter: str) -> str:
        return f"{self.name}-{letter}{next(self.ids)}"

    def add(self, table: str, **row: object) -> Row:
        self.tables[table].append(row)
        return row

    def agent_row(self, agent: str, is_qualified: bool, start: date | None, end: date | None) -> Row:
        team, site, shift = (
            self.rng.choice(v) for v in (["blue", "green", "red", None], ["Lyon", "Austin", None], ["day", "night"])
        )
        row = {"team": team, "site": site, "shift": shift, "valid_from": start, "valid_to": end}
        return self.add("agents", agent_id=agent, is_qualified=is_qualified, **row)

    def account_row(self, account: str, start: date | None, end: date | None) -> Row:
        segment, region = self.rng.choice(["enterprise", "small", None]), self.rng.choice(["emea", "amer", None])
        return self.add("accounts", account_id=account, segment=segment, region=region, valid_from=start, valid_to=end)

    def day(self, *, settled: float = 0.8) -> date:
        """A day for something to begin; with probability `settled` so early that nothing is open at as-of."""
        span = (self.setting.as_of - self.setting.first_day).days
        last = span - 45 if self.rng.random() < settled else span
        return self.setting.first_day + timedelta(days=self.rng.randrange(last + 1))

    def at(self, day: date, clock: time | None = None) -> datetime:
        """An instant of a local day, often close to its edges."""
        if clock is None:
            clock = (
                self.rng.choice(EDGE_CLOCKS) if self.rng.random() < 0.6 else time(self.rng.randrange(24), self.rng.randrange(60))
            )
        return self.calendar.utc(day, clock)

    def after(self, moment: datetime, days: int) -> datetime:
        """An instant on the local day `days` later; on the same day it is not earlier than `moment`."""
        return max(moment, self.at(self.calendar.day(moment) + timedelta(days=days)))

    def midnight(self, day: date) -> datetime:
        return self.calendar.utc(day)

    def case(self, opened_at: datetime, **given: object) -> Row:
        rng = self.rng
        channel = rng.choice(["phone", "chat", "email", "email", "web", "social"])
        row = {
            "case_id": self.new_id("c"),
            "account_id": self.account if rng.random() < 0.93 else None,
            "contact_id": rng.choice(self.contacts),
            "product": rng.choice(["router", "modem", None]),
            "queue": rng.choice(["first", "second", None]),
            "channel": channel,
            "delivery_model": rng.choice(["front_line_triage", "call_back", "direct", "electronic"])
            if rng.random() < 0.3
            else None,
            "priority": rng.choice(["high", "low", None]),
            "case_type": rng.choice(["question", "defect", "incident", "unheard_of", None]),
            "topic": rng.choice(["setup", "billing"]),
            "opened_at": opened_at,
            "status": "open",
        }
        return self.add("cases", **{**row, **given})

    def model(self, case: Row) -> str:
        return str(case["delivery_model"] or ("direct" if case["channel"] in ("phone", "chat") else "electronic"))

    def touch(self, case: Row, at: datetime, agent: str | None = "qualified", **given: object) -> Row:
        """An interaction; by default a live conversation or an answer by message."""
        seconds = {name: self.rng.choice([None, 30, 240]) for name in ("talk_seconds", "hold_seconds", "wrap_seconds")}
        row = {"direction": "outbound", "kind": "message", "response_kind": "recommended_answer", **seconds, **given}
        agent_id = self.agents.get(agent, agent) if agent else None
        if row["kind"] == "live_conversation" and self.rng.random() < 0.5:
            row["ended_at"] = at + timedelta(seconds=self.rng.choice([0, 1, 500]))
        return self.add(
            "interactions", interaction_id=self.new_id("i"), case_id=case["case_id"], occurred_at=at, agent_id=agent_id, **row
        )

    def initial(self, case: Row, at: datetime, agent: str = "qualified") -> Row:
        """A qualifying interaction of a qualified agent under the delivery model of the case."""
        live = {"kind": "live_conversation", "response_kind": None, "direction": self.rng.choice(["inbound", "outbound"])}
        kinds = {"front_line_triage": ["recommended_answer", "other", None], "electronic": ["recommended_answer", None]}
        allowed = kinds.get(self.model(case))
        if allowed is None or self.rng.random() < 0.3:
            return self.touch(case, at, agent, **live)
        return self.touch(case, at, agent, response_kind=self.rng.choice(allowed))

    def event(self, case: Row, kind: str, at: datetime) -> Row:
        return self.add("case_events", event_id=self.new_id("e"), case_id=case["case_id"], occurred_at=at, event_type=kind)

    def answer(self, case: Row, at: datetime, is_yes: bool, question: str = "issue_resolved", survey: str = "post_case") -> Row:
        """A survey answer in one of its spellings, of the case itself or of its invitation's case."""
        row: Row = {"answer": self.rng.choice(["yes", "Y", "true", "1"] if is_yes else ["no", "N", "False", "0"]), "score": None}
        if self.rng.random() < 0.4:
            row = {"answer": None, "score": int(is_yes)}
        case_id: str | None = case["case_id"]
        if self.rng.random() < 0.4:
            row["invitation_id"] = self.new_id("v")
            invitation = {"invitation_id": row["invitation_id"], "survey_type": survey, "sent_at": case["opened_at"]}
            self.add("survey_invitations", case_id=case_id, **invitation)
            case_id = None
        response = {"response_id": self.new_id("s"), "question": question, "survey_type": survey, "responded_at": at}
        return self.add("survey_responses", case_id=case_id, **response, **row)

    def evidence(self, case: Row, kind: str, at: datetime) -> Row:
        """Something that can decide the case, by the name that the oracle gives it."""
        if kind in ("yes", "no"):
            return self.answer(case, at, kind == "yes")
        if kind == "further_contact":
            agent = self.rng.choice(["qualified", "second", "triage", "unknown"])
            shape = self.rng.choice(
                [{}, {"kind": "voicemail"}, {"response_kind": "other"}, {"kind": "live_conversation", "direction": "inbound"}]
            )
            return self.touch(case, at, agent, **shape)
        return self.event(case, kind, at)

    def close(self, case: Row, at: datetime, how: str | None = None) -> None:
        """Closes by an event, by the column, or by both, which may disagree: then the earliest event holds."""
        how = how or self.rng.choice(["event", "column", "both", "again", "early"])
        case["status"] = "closed"
        if how != "column":
            self.event(case, "closed", at)
        if how in ("column", "both"):
            case["closed_at"] = at
        if how == "early":
            case["closed_at"] = max(case["opened_at"], at - timedelta(minutes=50))
        if how == "again":
            case["closed_at"] = at + timedelta(days=self.rng.randrange(1, 20))
            self.event(case, "closed", case["closed_at"])

    def change(self, case: Row, name: str, at: datetime) -> Row:
        values = {"product": ["router", "modem", None], "queue": ["first", "third", None], "priority": ["high", "urgent", None]}
        old, new = self.rng.choice(values[name]), self.rng.choice(values[name])
        row = {"field": name, "old_value": old, "new_value": new}
        return self.add("case_field_changes", change_id=self.new_id("f"), case_id=case["case_id"], occurred_at=at, **row)

    def noise(self, case: Row, *, quiet: bool = False) -> None:
        """Rows that are no evidence: notes, automatic replies, other answers, and inbound messages unless `quiet`."""
        rng, opened = self.rng, case["opened_at"]
        shapes: list[Row] = [
            {"direction": "internal", "kind": "internal_note", "response_kind": None},
            {"direction": "internal", "kind": rng.choice(["message", "live_conversation"])},
            {"kind": "automatic_reply", "response_kind": rng.choice(["acknowledgement", None])},
            {"response_kind": "acknowledgement"},
            {"agent": None},
        ]
        if not quiet:
            shapes += [
                {
                    "direction": "inbound",
                    "kind": rng.choice(["message", "voicemail"]),
                    "response_kind": None,
                    "agent": rng.choice([None, "triage"]),
                }
            ]
        for shape in rng.sample(shapes, rng.choice([0, 0, 1, 2])):
            self.touch(
                case, self.after(opened, rng.choice([0, 0, 1, 5, 31])), **{"agent": rng.choice(["qualified", "triage"]), **shape}
            )
        if rng.random() < 0.15:
            self.answer(
                case,
                self.after(opened, 3),
                rng.random() < 0.5,
                *rng.choice([("useful", "post_case"), ("issue_resolved", "relationship")]),
            )
        if rng.random() < 0.15:
            self.event(
                case,
                rng.choice(["assigned", "pending_customer", "resumed", "solution_suggested", "resolved"]),
                self.after(opened, 1),
            )
        if rng.random() < 0.2:
            self.change(case, rng.choice(["product", "queue", "priority"]), self.after(opened, rng.choice([0, 1, 9])))


def drop_after(tables: Tables, end: datetime, event_at: dict[str, tuple[str, ...]]) -> None:
    """Takes out the rows whose event lies at or after `end`, so that the default as-of is the day before it."""
    for table, columns in event_at.items():
        if table in tables:
            tables[table] = [
                row for row in tables[table] if all(row.get(column) is None or row[column] < end for column in columns)
            ]

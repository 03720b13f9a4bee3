"""Small generated worlds of customers: their contracts, milestones, cases, contacts and answers, around the edges of success.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from contract_calendar import DAY, month_end
from contract_worlds import ContractSetting, ContractWorld
from vocabulary import Calendar, Policies, Row, Tables

SECOND = timedelta(seconds=1)
CONTACTS = ("case_opened", "case_inbound", "self_help_session", "community_post", "survey_answer", "engagement")
OUTCOMES = ("positive", "neutral", "negative", None)
SCALES = ((None, None), (1, 5), (1, 7), (0, 10), (None, None))


@dataclass(frozen=True)
class SuccessSetting(ContractSetting):
    """That of contracts, with the policies of the build."""

    policies: Policies = field(default_factory=Policies)


@dataclass
class SuccessWorld(ContractWorld):
    """One world. Its account is under contract only where a scenario says so."""

    setting: SuccessSetting

    def __post_init__(self) -> None:
        super().__post_init__()
        rng = self.rng
        self.numbers = iter(rng.sample(range(1000, 10_000), 900))
        self.policies = self.setting.policies
        self.calendar = Calendar(self.policies.timezone)
        self.agent = self.new_id("g")
        moved_on = self.day()
        for start, end in ((None, moved_on), (moved_on, None)):
            row = {
                "team": rng.choice(["blue", "green", None]),
                "site": None,
                "shift": "day",
                "valid_from": start,
                "valid_to": end,
            }
            self.add("agents", agent_id=self.agent, is_qualified=rng.random() < 0.8, **row)

    def customer(self, starts_on: date | None = None, ends_on: date | None = None, **given: object) -> Row:
        """A contract of the world's account, open-ended and without a signature of its own unless said."""
        starts_on = starts_on or self.day(latest=self.as_of - timedelta(days=300))
        return self.contract(starts_on, ends_on, **{"signed_on": None, **given})

    def at(self, day: date, clock: time | None = None) -> datetime:
        """An instant of a local day, often one of its first or last."""
        if clock is None:
            clock = self.rng.choice([time(0), time(0, 0, 1), time(2, 30), time(12), time(23, 30), time(23, 59, 59)])
        return self.calendar.utc(day, clock)

    def midnight(self, day: date) -> datetime:
        return self.calendar.utc(day)

    def stock_day(self, earliest: date | None = None) -> date:
        """The last day of a month, or the as-of day."""
        return self.as_of if self.rng.random() < 0.25 else self.month_edge(earliest)

    def milestone(
        self, stage: str, due_on: date | None, reached_on: date | None, account: str | None = None, **given: object
    ) -> Row:
        row: Row = {"milestone": "step", "product": self.rng.choice(["router", "modem", None]), "has_formal_guidance": None}
        ids = {"milestone_id": self.new_id("m"), "account_id": account or self.account}
        return self.add("milestones", **ids, stage=stage, due_on=due_on, reached_on=reached_on, **{**row, **given})

    def engagement(self, at: datetime, account: str | None = None, **given: object) -> Row:
        rng = self.rng
        row = {"kind": rng.choice(["review", "training", None]), "outcome": rng.choice(OUTCOMES)}
        row["agent_id"] = rng.choice([self.agent, self.agent, None, "nobody"])
        ids = {"engagement_id": self.new_id("n"), "account_id": account or self.account}
        return self.add("engagements", **ids, occurred_at=at, **{**row, **given})

    def case(self, at: datetime, account: str | None = None, **given: object) -> Row:
        row = {"case_id": self.new_id("c"), "account_id": account or self.account, "opened_at": at, "status": "open"}
        return self.add("cases", **{**row, "channel": self.rng.choice(["phone", "email"]), **given})

    def touch(self, case: Row, at: datetime, **given: object) -> Row:
        """By default an outbound answer of the agent."""
        row = {"direction": "outbound", "kind": "message", "response_kind": "recommended_answer", "agent_id": self.agent, **given}
        return self.add("interactions", interaction_id=self.new_id("i"), case_id=case["case_id"], occurred_at=at, **row)

    def write(self, case: Row, at: datetime, **given: object) -> Row:
        """Something from the customer."""
        kind = self.rng.choice(["message", "voicemail", "live_conversation"])
        row = {"direction": "inbound", "kind": kind, "response_kind": None, "agent_id": None, **given}
        return self.touch(case, at, **row)

    def close(self, case: Row, at: datetime) -> None:
        case["status"] = "closed"
        if self.rng.random() < 0.5:
            self.event(case, "closed", at)
        else:
            case["closed_at"] = at

    def event(self, case: Row, kind: str, at: datetime) -> Row:
        return self.add("case_events", event_id=self.new_id("e"), case_id=case["case_id"], occurred_at=at, event_type=kind)

    def handled(self, closed_at: datetime, **given: object) -> Row:
        """A case with an answer some time before its first closing."""
        opened_at = closed_at - self.rng.choice([3, 40, 200]) * timedelta(hours=1)
        case = self.case(opened_at, **given)
        self.touch(case, opened_at + self.rng.choice([0, 60, 3600]) * SECOND)
        self.close(case, closed_at)
        return case

    def answer(self, question: str, at: datetime, survey: str = "relationship", **given: object) -> Row:
        row: Row = {"response_id": self.new_id("r"), "question": question, "survey_type": survey, "responded_at": at}
        return self.add("survey_responses", **{**row, **given})

    def rated(self, case: Row, at: datetime, score: int | None = None, **given: object) -> Row:
        """An answer about a case, told by the answer itself or by its invitation, on one of several scales."""
        low, high = self.rng.choice(SCALES)
        least, most = (low, high) if low is not None and high is not None else (1, 5)
        row: Row = {"scale_min": low, "scale_max": high, "score": self.rng.randint(least, most) if score is None else score}
        if self.rng.random() < 0.4 and not given:
            row["invitation_id"] = self.invitation(min(at, case["opened_at"]), case_id=case["case_id"], account_id=None)
        else:
            row["case_id"] = case["case_id"]
        return self.answer("overall_satisfaction", at, "post_case", **{**row, **given})

    def invitation(self, at: datetime, **given: object) -> str:
        row = {"invitation_id": self.new_id("v"), "survey_type": "relationship", "sent_at": at, "account_id": self.account}
        return str(self.add("survey_invitations", **{**row, **given})["invitation_id"])

    def page(self, session_id: str, at: datetime, account: str | None) -> Row:
        row = {"event_id": self.new_id("e"), "session_id": session_id, "occurred_at": at, "event_type": "view"}
        return self.add("self_help_events", **row, channel=self.rng.choice(["portal", "community"]), account_id=account)

    def heard(self, kind: str, at: datetime, account: str | None = None) -> None:
        """One contact of a kind that support hears of at this instant, and no other that is new."""
        rng, account = self.rng, account or self.account
        if kind == "case_opened":
            self.case(at, account)
        elif kind == "case_inbound":
            earlier = self.first_day + DAY * rng.randrange(20)
            self.write(self.case(min(at, self.midnight(earlier)), account), at)
        elif kind == "self_help_session":
            session = self.new_id("s")
            self.page(session, at, account)
            if rng.random() < 0.3:
                self.page(session, at + SECOND, None)
        elif kind == "community_post":
            ids = {"post_id": self.new_id("p"), "thread_id": self.new_id("t"), "account_id": account}
            role = rng.choice(["customer", "champion"])
            self.add("community_posts", **ids, posted_at=at, author_role=role, community="forum", is_hosted=True)
        elif kind == "survey_answer":
            self.answer(
                *rng.choice([("overall_satisfaction", at), ("overall_satisfaction", at, "self_help")]),
                account_id=account,
                score=4,
            )
        else:
            self.engagement(at, account)


Scenario = Callable[[SuccessWorld, int], None]


def alone(setting: SuccessSetting, tables: Tables) -> None:
    """One account in segments of its own, where nothing is ever undetermined, so that they are complete on the as-of day.

    Its engagement is the first contact of all: on the last day of a month, and long before the others.
    """
    first = month_end(setting.first_day - timedelta(days=130))
    noon = Calendar(setting.policies.timezone).utc(first, time(12))
    own = {"account_id": "first"}
    tables["engagements"].append({**own, "engagement_id": "first", "occurred_at": noon})
    tables["accounts"].append({**own, "segment": "single", "region": "single"})
    tables["contracts"].append({**own, "contract_id": "first", "starts_on": first, "is_support_entitled": True})
    tables["milestones"].append({**own, "milestone_id": "first", "stage": "adoption", "due_on": first})

"""Small generated worlds of an account's contracts with what its people say, ask, post and suffer around them.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from contract_calendar import DAY, month_end, month_start
from contract_worlds import ContractSetting, ContractWorld
from vocabulary import Calendar, Row

SECOND = timedelta(seconds=1)
CLOCKS = (time(0, 0, 0), time(0, 0, 1), time(2, 30), time(12, 15), time(23, 59, 59))
SETTLEMENT = 30 * DAY
AGENT, TRIAGE = "agent", "triage"


@dataclass(frozen=True)
class ImpactSetting(ContractSetting):
    """What a whole build shares."""

    timezone: str = "UTC"
    window_days: int = 365
    first_post_on: date = date.max

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)


@dataclass
class ImpactWorld(ContractWorld):
    """One account. Nothing is under contract unless a scenario says so."""

    setting: ImpactSetting
    calendar: Calendar = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.numbers = iter(self.rng.sample(range(100, 1000), 400))
        self.calendar = Calendar(self.setting.timezone)
        self.window = self.setting.window

    @property
    def settled_on(self) -> date:
        """The last day whose window has run out on the as-of day of this world."""
        return self.as_of - self.window

    def account_row(self, start: date | None, end: date | None, account: str | None = None) -> Row:
        """Small bands, so that cells of the marts hold a handful of accounts."""
        row = super().account_row(start, end, account)
        row["size_band"] = f"band {self.rng.randrange(40):02}"
        return row

    def at(self, day: date, clock: time | None = None) -> datetime:
        """An instant of a local day, often close to its edges."""
        clock = clock or self.rng.choice([*CLOCKS, time(self.rng.randrange(24), self.rng.randrange(60))])
        return self.calendar.utc(day, clock)

    def midnight(self, day: date) -> datetime:
        return self.calendar.utc(day)

    def anchor(self, *, settled: bool = True) -> date:
        """A day to look ahead from; settled: its window, and a grace after it, have mostly run out."""
        last = self.settled_on - self.rng.choice([0, 1, 20]) * DAY if settled else self.as_of
        return self.setting.first_day + self.rng.randrange(40, (last - self.setting.first_day).days + 1) * DAY

    def covered(self, around: date, **given: object) -> Row:
        """A contract on another product that keeps the account active long before and after a day."""
        start = around - self.rng.choice([31, 200, 500]) * DAY
        return self.contract(start, None, **{"product": "companion", "signed_on": None, "is_charged": False, **given})

    # What people say, ask and post

    def reply(self, question: str, at: datetime, **given: object) -> Row:
        """A survey answer of the account: by itself, by its invitation, or by its case."""
        rng = self.rng
        row: Row = {"response_id": self.new_id("r"), "question": question, "responded_at": at, "account_id": self.account}
        row |= {"survey_type": rng.choice(["relationship", "post_case"]), "contact_id": self.new_id("p")} | given
        how = (
            rng.choice(["own", "own", "invitation", "case"]) if "account_id" not in given and "invitation_id" not in given else ""
        )
        if how == "invitation":
            row["invitation_id"] = self.invite(at, row["survey_type"])
            row["account_id"] = None
        elif how == "case" and row["survey_type"] == "post_case":
            row["case_id"] = self.case(at - timedelta(hours=1))["case_id"]
            row["account_id"] = None
        return self.add("survey_responses", **row)

    def invite(self, at: datetime, survey_type: object) -> str:
        invitation = {"invitation_id": self.new_id("v"), "survey_type": survey_type, "account_id": self.account}
        return str(self.add("survey_invitations", sent_at=at - timedelta(hours=2), **invitation)["invitation_id"])

    def satisfied(self, at: datetime, share: Decimal | None = None, **given: object) -> Row:
        """A share of a scale: the shipped one, not stated, or one of several others."""
        share = self.rng.choice([Decimal(n) / 4 for n in range(5)]) if share is None else share
        low, high = self.rng.choice([(1, 5), (0, 4), (0, 8)])
        scale: Row = {"scale_min": Decimal(low), "scale_max": Decimal(high)}
        if (low, high) == (1, 5) and self.rng.random() < 0.6:
            scale = {}
        return self.reply("overall_satisfaction", at, score=low + share * (high - low), **scale, **given)

    def recommends(self, at: datetime, score: int, **given: object) -> Row:
        return self.reply("likelihood_to_recommend", at, score=Decimal(score), **given)

    def needs(self, at: datetime, *, has_contacted: bool | None, has_needed: bool = True, **given: object) -> None:
        """Both answers of one relationship survey; None is not answered."""
        shared = {"response_id": self.new_id("r"), "survey_type": "relationship", "account_id": self.account, **given}
        self.reply("needed_help", at, answer=self.rng.choice(["yes", "Y", "1"] if has_needed else ["no", "F"]), **shared)
        if has_contacted is not None:
            self.reply("contacted_support", at, score=Decimal(int(has_contacted)), **shared)

    def case(self, opened_at: datetime, **given: object) -> Row:
        """A case that nobody has answered yet."""
        row = {"case_id": self.new_id("c"), "account_id": self.account, "channel": "phone", "status": "open"}
        return self.add("cases", opened_at=opened_at, **{**row, **given})

    def served(self, at: datetime, status: str) -> Row:
        """A case that is dated by a moment, with a verdict on its first contact."""
        rng, case = self.rng, self.case(at - timedelta(minutes=9))
        touch = {"case_id": case["case_id"], "direction": "inbound", "kind": "live_conversation"}
        is_triage = status == "not_resolved" and rng.random() < 0.4
        talked_at = at - timedelta(minutes=4) if is_triage else at
        self.add(
            "interactions", interaction_id=self.new_id("i"), occurred_at=talked_at, agent_id=(AGENT, TRIAGE)[is_triage], **touch
        )
        if is_triage:
            self.event(case, "closed", at)
        elif status != "pending":
            self.event(case, "resolution_confirmed" if status == "resolved" else "escalated", at + SECOND)
        if status == "excluded":
            case["exclusion_code"] = "spam"
        return case

    def event(self, case: Row, kind: str, at: datetime) -> None:
        self.add("case_events", event_id=self.new_id("e"), case_id=case["case_id"], occurred_at=at, event_type=kind)

    def post(self, at: datetime, role: str = "customer", **given: object) -> Row:
        row = {"post_id": self.new_id("o"), "thread_id": self.new_id("t"), "author_id": self.new_id("p"), "author_role": role}
        row |= {"account_id": self.account, "community": "forum", "is_hosted": True}
        return self.add("community_posts", posted_at=max(at, self.midnight(self.setting.first_post_on)), **{**row, **given})

    def expose(self, anchor: date, kind: str | None = None) -> None:
        """Evidence of any sort, of either class, that makes a day the anchor of the account in its periods."""
        rng = self.rng
        is_community = anchor == month_end(anchor) and anchor >= self.setting.first_post_on
        kinds = ["experience"] * 3 + ["first contact", "need"] + ["community"] * 3 * is_community
        kind = kind or rng.choice(kinds)
        if kind == "experience":
            self.satisfied(self.at(anchor))
        elif kind == "first contact":
            self.served(self.at(anchor - SETTLEMENT), rng.choice(["resolved", "not_resolved"]))
        elif kind == "need":
            self.needs(self.at(anchor), has_contacted=rng.random() < 0.5)
        elif rng.random() < 0.5:  # who does not post is in the other class
            self.post(self.at(month_start(anchor) + rng.randrange(28) * DAY), rng.choice(["customer", "champion"]))

    # What they suffer

    def outage(self, start: datetime, end: datetime | None, **given: object) -> Row:
        row = {"outage_id": self.new_id("u"), "is_planned": self.rng.choice([False, False, None, True])}
        return self.add("outages", started_at=start, ended_at=end, **{**row, **given})

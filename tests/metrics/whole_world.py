"""One generated world with rows in every table of the contract, and rows for it that must change no rate.

Cases, sessions and contracts come from the worlds that the oracles judge, with their edges; the other tables are filled
around them, so that a metric of any family has rows to count. Deterministic for a seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import deflection_scenarios
import scenarios
from contract_scenarios import generate_contracts
from contract_worlds import ContractSetting
from harness import EVENT_AT
from impact_scenarios import generate_impacts
from impact_worlds import ImpactSetting
from vocabulary import Calendar, Policies, Row, Tables
from worlds import Setting

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FIRST_DAY = date(2025, 10, 1)
QUESTIONS = {
    "post_case": ("overall_satisfaction", "effort_ease", "expectations_met", "driver_knowledge", "likelihood_to_recommend"),
    "relationship": ("overall_satisfaction", "likelihood_to_recommend", "expectations_met", "driver_speed", "needed_help"),
    "self_help": ("overall_satisfaction", "contacted_support"),
    "employee": ("employee_satisfaction", "driver_tools"),
}
SCALES = {"likelihood_to_recommend": (0, 10), "effort_ease": (1, 7)}
YES_NO = ("needed_help", "contacted_support")
CATEGORIES = ("assisted_support", "self_help", "knowledge_management", "automation", "community", "other")


def whole_world(policies: Policies, as_ofs: Sequence[date], seed: int, copies: int) -> Tables:
    """Rows around each of the as-of days, from `FIRST_DAY` to somewhat after the last of them; days are local."""
    tables: Tables = {}
    parts = []
    for place, as_of in enumerate(as_ofs):
        setting = Setting(replace(policies, as_of=as_of), FIRST_DAY)
        for letter, module in (("c", scenarios), ("s", deflection_scenarios)):
            given = {"event_at": EVENT_AT, "is_as_of_derived": False, "prefix": f"{letter}{place}-"}
            parts.append(module.generate(setting, seed + place, copies, **given))
    given = (tuple(as_ofs), policies.renewal_grace_days, policies.reporting_currency)
    parts.append(generate_contracts(ContractSetting(date(2023, 12, 1), *given), seed, 1))
    impacts = ImpactSetting(date(2025, 2, 1), *given, policies.timezone, policies.impact_window_days, FIRST_DAY)
    parts.append(
        {name: rows for name, rows in generate_impacts(impacts, seed, 1, prefix="i").items() if name != "exchange_rates"}
    )
    for part in parts:
        for name, rows in part.items():
            tables.setdefault(name, []).extend(rows)
    _Rest(tables, Calendar(policies.timezone), random.Random(seed), (as_ofs[-1] - FIRST_DAY).days + 20).fill()
    assert tables.keys() == EVENT_AT.keys(), EVENT_AT.keys() ^ tables.keys()
    assert all(tables.values())
    return tables


class _Rest:
    """Fills the tables that those worlds leave empty, and gives their rows what other families need."""

    def __init__(self, tables: Tables, calendar: Calendar, rng: random.Random, days: int) -> None:
        self.tables, self.calendar, self.rng, self.days = tables, calendar, rng, days
        self.accounts = sorted({row["account_id"] for row in tables["accounts"]})
        self.regulars = rng.sample(self.accounts, 60)  # they post, and are asked what they think
        self.agents = sorted({row["agent_id"] for row in tables["agents"]})
        self.number = 0

    def fill(self) -> None:
        rng = self.rng
        for case in self.tables["cases"]:
            case |= {"process": rng.choice(["returns", "billing", None]), "schedule": rng.choice(["office", "always", None])}
        for _ in range(40):
            self.article()
            self.outage()
        for _ in range(90):
            self.thread()
            self.service()
        for _ in range(150):
            self.attempt()
            self.milestone()
        for case in rng.sample(self.tables["cases"], 200):
            self.life(case)
            self.survey("post_case", case["opened_at"] + rng.randrange(9) * DAY, case_id=case["case_id"])
        for _ in range(120):
            self.survey("relationship", self.at(), account_id=rng.choice(self.regulars), contact_id=f"p{rng.randrange(40)}")
            self.survey("employee", self.at(), team=rng.choice(["blue", "blue", "red", None]))
        for event in rng.sample(self.tables["self_help_events"], 150):
            event |= {"article_id": f"article{rng.randrange(45)}", "thread_id": rng.choice([None, f"thread{rng.randrange(99)}"])}
            self.survey("self_help", event["occurred_at"], session_id=event["session_id"])
        months = [date(2025, month, 1) for month in range(1, 13)] + [date(2026, month, 1) for month in range(1, 5)]
        for month in months:
            for category in CATEGORIES:
                amount, currency = Decimal(rng.randrange(100, 90_000)) / 100, rng.choice(["usd", "eur"])
                self.add("costs", "cost_id", cost_month=month, category=category, amount=amount, currency=currency)

    def add(self, table: str, key: str, **row: object) -> Row:
        self.number += 1
        added = {key: f"{table}{self.number}", **row}
        self.tables.setdefault(table, []).append(added)
        return added

    def day(self) -> date:
        return FIRST_DAY + self.rng.randrange(self.days) * DAY

    def at(self) -> datetime:
        """A moment, often at the very edge of a local day."""
        rng = self.rng
        clock = rng.choice([time(), time(23, 59, 59), time(rng.randrange(24), rng.randrange(60))])
        return self.calendar.utc(self.day(), clock)

    def product(self) -> str | None:
        return self.rng.choice(["router", "modem", "suite", None])

    def topic(self) -> str | None:
        return self.rng.choice(["setup", "billing", "network", None])

    def article(self) -> None:
        rng, published = self.rng, self.day() - 60 * DAY
        hours = rng.choice([None, Decimal("0.5"), Decimal(3)])
        row = {"title": "How to", "topic": self.topic(), "product": self.product(), "published_on": published}
        retired = rng.choice([None, None, published + 90 * DAY])
        article = self.add("knowledge_articles", "article_id", **row, retired_on=retired, author_hours=hours)
        article["article_id"] = f"article{len(self.tables['knowledge_articles'])}"

    def outage(self) -> None:
        rng, at = self.rng, self.at()
        row = {"account_id": rng.choice([None, *rng.sample(self.accounts, 2)]), "started_at": at}
        row["ended_at"] = rng.choice([None, at, at + 7 * MINUTE, at + 2 * DAY])
        self.add("outages", "outage_id", product=self.product(), is_planned=rng.choice([True, False, None]), **row)

    def thread(self) -> None:
        """A question in a community, answered or not, by others, this year or last; now and then a case comes of it."""
        rng, thread = self.rng, f"thread{len(self.tables.get('community_posts', []))}"
        at = self.at() - rng.choice([0, 0, 365]) * DAY
        place = {"community": rng.choice(["forum", "group"]), "is_hosted": rng.random() < 0.7, "thread_id": thread}
        place |= {"topic": self.topic(), "product": self.product()}
        for index in range(rng.randrange(1, 6)):
            role = "customer" if index == 0 else rng.choice(["customer", "champion", "moderator", "employee"])
            at += index * rng.choice([MINUTE, DAY, 16 * DAY])
            who = {"author_id": f"author{rng.randrange(30)}", "author_role": role, "account_id": rng.choice(self.regulars)}
            is_accepted = bool(index) and rng.random() < 0.3
            self.add("community_posts", "post_id", posted_at=at, is_accepted_answer=is_accepted, **who, **place)
        if rng.random() < 0.3:
            rng.choice(self.tables["cases"])["source_thread_id"] = thread

    def service(self) -> None:
        rng = self.rng
        wait = rng.choice([None, 0, 20, 900])
        check = {"check_name": rng.choice(["greeting", "friendly"]), "passed": rng.random() < 0.8, "wait_seconds": wait}
        self.add("service_audits", "audit_id", audited_at=self.at(), channel=rng.choice(["phone", "email"]), **check)
        row = {"account_id": rng.choice(self.accounts), "occurred_at": self.at(), "kind": rng.choice(["review", "call", None])}
        outcome = rng.choice(["positive", "neutral", "negative", None])
        self.add("engagements", "engagement_id", agent_id=rng.choice([*self.agents, None]), outcome=outcome, **row)

    def attempt(self) -> None:
        """Answered, abandoned, both, or neither; the waits lie around the usual thresholds."""
        rng, at = self.rng, self.at()
        ends = [None, *(at + timedelta(seconds=seconds) for seconds in (0, 4, 5, 6, 19, 20, 21, 600))]
        row = {"channel": rng.choice(["phone", "phone", "chat", "email"]), "queue": rng.choice(["first", "second", None])}
        row |= {
            "answered_at": rng.choice(ends),
            "abandoned_at": rng.choice([None, None, *ends]),
            "agent_id": rng.choice(self.agents),
        }
        case_id = rng.choice([None, rng.choice(self.tables["cases"])["case_id"]])
        self.add("contact_attempts", "attempt_id", offered_at=at, case_id=case_id, **row)

    def milestone(self) -> None:
        rng, due = self.rng, self.day()
        row = {"account_id": rng.choice(self.accounts), "stage": rng.choice(["onboarding", "adoption", "success"])}
        row |= {"due_on": rng.choice([due, None]), "reached_on": rng.choice([None, due, due - 9 * DAY, due + 30 * DAY])}
        row |= {"product": self.product(), "has_formal_guidance": rng.choice([True, False, None])}
        self.add("milestones", "milestone_id", milestone=rng.choice(["live", "first use"]), **row)

    def life(self, case: Row) -> None:
        """What happens to a case beside its contacts: it moves, waits, goes on and is reviewed."""
        rng, at = self.rng, case["opened_at"]
        kinds = rng.sample(["assigned", "pending_customer", "resumed", "escalated", "solution_suggested", "resolved"], 3)
        is_passed_on = rng.random() < 0.2
        for kind in ("assigned", "escalated", "assigned") if is_passed_on else kinds:
            at += rng.choice([MINUTE, 50 * MINUTE, DAY])
            who = {"agent_id": rng.choice(self.agents), "team": rng.choice(["blue", "red", "tier 2"])}
            self.add("case_events", "event_id", case_id=case["case_id"], occurred_at=at, event_type=kind, **who)
        change = {
            "field": rng.choice(["priority", "schedule", "queue"]),
            "old_value": "low",
            "new_value": rng.choice(["high", None]),
        }
        self.add("case_field_changes", "change_id", case_id=case["case_id"], occurred_at=at, **change)
        score = {"score": Decimal(rng.randrange(11)), "max_score": Decimal(10), "agent_id": rng.choice(self.agents)}
        self.add("quality_reviews", "review_id", reviewed_at=at + DAY, case_id=rng.choice([case["case_id"], None]), **score)

    def survey(self, kind: str, at: datetime, team: str | None = None, **whose: str | None) -> None:
        """An invitation, and in most cases answers to some of the questions that its kind asks."""
        rng = self.rng
        invitation = self.add("survey_invitations", "invitation_id", survey_type=kind, sent_at=at, **whose)
        response, later = f"answer{self.number}", at + rng.choice([0, 1, 29, 31]) * DAY
        for question in rng.sample(QUESTIONS[kind], rng.randrange(len(QUESTIONS[kind]) + 1)):
            low, high = SCALES.get(question, (1, 5))
            rated = {"score": Decimal(rng.randrange(low, high + 1)), "scale_min": Decimal(low), "scale_max": Decimal(high)}
            said = {"answer": rng.choice(["yes", "no"])} if question in YES_NO else rated
            row = {"response_id": response, "question": question, "survey_type": kind, "responded_at": later, "team": team}
            self.tables["survey_responses"].append({**row, "invitation_id": invitation["invitation_id"], **said})


def with_noise(tables: Tables, seed: int) -> Tables:
    """With rows that must change no rate: excluded cases, internal notes, automatic replies of customers, and of ours where a
    person answers as well, sessions of visitors without a contract, records of cases and contracts that do not exist, answers
    to questions that nobody knows."""
    rng = random.Random(seed)
    more: Tables = {name: list(rows) for name, rows in tables.items()}
    for number, case in enumerate(rng.sample(tables["cases"], len(tables["cases"]) // 3)):
        excluded = rng.choice([{"exclusion_code": "spam"}, {"duplicate_of_case_id": case["case_id"]}, {"channel": "chatbot"}])
        opened_at = case["opened_at"] - timedelta(seconds=rng.randrange(3))
        more["cases"].append({**case, **excluded, "case_id": f"noise-c{number}", "opened_at": opened_at})
    ends = {case["case_id"]: case["opened_at"] for case in tables["cases"]}
    for number, row in enumerate(rng.sample(tables["interactions"], len(tables["interactions"]) // 3)):
        is_answer = row["direction"] == "outbound" and row["kind"] == "message"
        shape = rng.choice([("internal", "internal_note"), ("outbound" if is_answer else "inbound", "automatic_reply")])
        noise = {"interaction_id": f"noise-i{number}", "case_id": row["case_id"], "direction": shape[0], "kind": shape[1]}
        at = row["occurred_at"] if is_answer else rng.choice([row["occurred_at"], ends.get(row["case_id"], row["occurred_at"])])
        more["interactions"].append({**noise, "occurred_at": at, "agent_id": rng.choice([row["agent_id"], None])})
    sessions = sorted({row["session_id"] for row in tables["self_help_events"]})
    strangers = {session_id: rng.choice(["noise-a", None]) for session_id in rng.sample(sessions, len(sessions) // 2)}
    for table, key in (("self_help_events", "event_id"), ("survey_responses", "response_id")):
        for row in tables[table]:
            if row.get("session_id") in strangers:
                ids = {"session_id": f"noise-{row['session_id']}", key: f"noise-{row[key]}"}
                more[table].append({**row, **ids, "account_id": strangers[row["session_id"]]})
    for table, key, owner in (
        ("interactions", "interaction_id", "case_id"),
        ("case_events", "event_id", "case_id"),
        ("case_field_changes", "change_id", "case_id"),
        ("contract_charges", "charge_id", "contract_id"),
    ):
        for number, row in enumerate(rng.sample(tables[table], 30)):
            more[table].append({**row, key: f"noise-orphan{number}", owner: f"noise-{owner}"})
    for number, row in enumerate(rng.sample(tables["survey_responses"], 50)):
        more["survey_responses"].append({**row, "response_id": f"noise-r{number}", "question": "favourite_colour"})
    return more

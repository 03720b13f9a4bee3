"""Small generated worlds of surveys: customers, their cases and sessions, invitations and answers around every edge.

Deterministic for a seed. Ids are disjoint between worlds, so that one build judges hundreds of them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from vocabulary import Row
from worlds import World

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SCALED = ("overall_satisfaction", "overall_satisfaction", "likelihood_to_recommend", "effort_ease", "expectations_met")
SURVEYS = ("post_case", "relationship", "self_help")
# Scales of questions whose scale is free; one end only, or none, means the question's own 1..5.
SCALES: tuple[tuple[int | None, int | None], ...] = (
    (None, None),
    (1, 5),
    (1, 7),
    (0, 10),
    (None, 10),
    (0, None),
    (-3, 3),
    (0, 1),
)
FIXED = {"likelihood_to_recommend": (0, 10), "effort_ease": (1, 7), "expectations_met": (1, 5)}
SELF_HELP_CHANNELS = ("knowledge_base", "portal", "community", "chatbot")


@dataclass
class Voices(World):
    """One world: an account, its people, and the agents that serve it."""

    def account_row(self, account: str, start: date | None, end: date | None) -> Row:
        row = super().account_row(account, start, end)
        return row | self.extend(row, industry=["mining", "retail", None], size_band=["large", "small", None])

    def extend(self, row: Row, **choices: list[str | None]) -> Row:
        row.update({name: self.rng.choice(values) for name, values in choices.items()})
        return row

    def some_day(self) -> date:
        """A day on which something is said, mostly well before as-of, never close to the first day."""
        return max(self.day(settled=0.7), self.setting.first_day + 12 * DAY)

    def invite(self, at: datetime, survey: str, **given: object) -> Row:
        row = {"invitation_id": self.new_id("v"), "survey_type": survey, "sent_at": at}
        return self.add("survey_invitations", **{**row, **given})

    def scored(self, question: str, *, clean: float = 0.9) -> Row:
        """A score on a scale of the question, nearly always one that can be used; often at the edge of a class."""
        rng = self.rng
        if question in FIXED:
            low, high = FIXED[question]
            ends = rng.choice([(None, None), (None, None), (low, high), (low, None), (None, high)])
            edges = [Decimal(edge) + rng.choice([0, 0, Decimal("-0.0001"), Decimal("0.0001")]) for edge in (2, 4, 5, 7, 9)]
        else:
            ends = rng.choice(SCALES)
            low, high = (1 if ends[0] is None else ends[0]), (5 if ends[1] is None else ends[1])
            step = rng.choice([Decimal(0), Decimal(0), Decimal("0.0001"), Decimal("-0.0001")])
            edges = [Decimal(low) + Decimal(high - low) * quarter / 4 + step for quarter in (1, 3)]
        whole = [Decimal(value) for value in range(low, high + 1)]
        score = min(max(rng.choice([*whole, *edges, *edges]), Decimal(low)), Decimal(high))
        row: Row = {"score": score, "scale_min": ends[0], "scale_max": ends[1]}
        return row if rng.random() < clean else {**row, **rng.choice(self.unfit(low, high))}

    def unfit(self, low: int, high: int) -> list[Row]:
        """What makes an answer unfit: no score, a score just outside, a scale without length, another scale."""
        step = Decimal("0.0001")
        return [
            {"score": None},
            {"score": None, "scale_min": low - 1},
            {"score": high + step},
            {"score": low - step},
            {"score": 3, "scale_min": 3, "scale_max": 3},
            {"score": 3, "scale_min": 4, "scale_max": 3},
            {"scale_max": high + 1},
            {"scale_min": low - 1, "scale_max": high},
            {"score": low - step, "scale_min": low - 1, "scale_max": high},
        ]

    def reply(self, question: str, survey: str, at: datetime, **given: object) -> Row:
        row: Row = {"response_id": self.new_id("s"), "question": question, "survey_type": survey, "responded_at": at}
        return self.add("survey_responses", **{**row, **({} if "score" in given else self.scored(question)), **given})

    def subject(self, survey: str, at: datetime) -> Row:
        """Columns that say whom or what an answer at about `at` is about: invitation, case, session or nothing more."""
        rng = self.rng
        before = at - rng.choice([timedelta(hours=1), 3 * DAY, 40 * DAY])
        columns: Row = {}
        if survey == "post_case" or rng.random() < 0.1:
            case = self.case(before)
            columns = {"case_id": case["case_id"], "contact_id": rng.choice([case["contact_id"], None])}
            if rng.random() < 0.6:
                self.touch(case, self.after(before, 0), rng.choice(["qualified", "second", "triage", "moved", "overlapping"]))
        if survey == "self_help":
            columns = {"session_id": self.session(before)}
        columns["account_id"] = rng.choice([self.account, self.account, None])
        if rng.random() < 0.4:
            sent = self.invite(before + SECOND, survey, **columns)
            kept = {name: value for name, value in columns.items() if rng.random() < 0.2}
            return {"invitation_id": sent["invitation_id"], **kept}
        return columns

    def session(self, at: datetime) -> str:
        """A self-help session of several events, some of them days later."""
        session_id = self.new_id("h")
        for gap in (timedelta(), SECOND, *self.rng.sample([timedelta(hours=5), DAY, 2 * DAY, 41 * DAY], 2)):
            self.visit(session_id, at + gap)
        return session_id

    def visit(self, session_id: str, at: datetime) -> Row:
        row = {"event_id": self.new_id("e"), "session_id": session_id, "occurred_at": at, "event_type": "view"}
        row |= {"channel": self.rng.choice(SELF_HELP_CHANNELS)}
        row |= {name: self.rng.choice([None, f"{name} one", f"{name} two"]) for name in ("product", "topic")}
        return self.add("self_help_events", **row)

    def around(self, day: date, side: int) -> datetime:
        """A second before, at, or a second after the midnight that begins a day."""
        return self.midnight(day) + side * SECOND

    def noon(self, day: date) -> datetime:
        return self.calendar.utc(day, time(12))

    def clock_changes(self) -> list[date]:
        """Days of the setting that do not have 24 hours; any day in a zone without such."""
        days = [self.setting.first_day + n * DAY for n in range(13, (self.setting.as_of - self.setting.first_day).days - 2)]
        return [day for day in days if self.midnight(day + DAY) - self.midnight(day) != DAY] or days

"""Answers to surveys, invitations and employees once more, in plain Python straight from their definitions.

Which answer of a subject counts and what it says, whether an invitation was answered, and which cells of employees' answers are
hidden. Cases, agents and accounts at a moment come from the oracle of first contact resolution; nothing is shared with models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from oracle import Oracle
from vocabulary import CHANGING, FALSE, NONE, OF_AGENT, TRUE, Policies, Row, Seeds, Tables, valid_row

OF_CASE = (*CHANGING, "channel", "delivery_model", "case_type", "topic")
OF_ACCOUNT = ("account_segment", "region", "industry", "size_band")
OF_SESSION = ("channel", "product", "topic")
SATISFACTION, RECOMMEND, EFFORT, EXPECTED = "overall_satisfaction", "likelihood_to_recommend", "effort_ease", "expectations_met"
Key = tuple[str, str]


@dataclass(frozen=True)
class VoicePolicies(Policies):
    """The choices that surveys and contacts add."""

    contact_settlement_days: int = 7
    esat_min_responses: int = 5
    esat_grain: str = "quarter"
    correlation_min_points: int = 6

    @property
    def variables(self) -> dict[str, Any]:
        return {
            "casemart_contact_settlement_days": self.contact_settlement_days,
            "casemart_esat_min_responses": self.esat_min_responses,
            "casemart_esat_period_grain": self.esat_grain,
            "casemart_correlation_min_points": self.correlation_min_points,
        }


@dataclass(frozen=True)
class Question:
    """A question that a kind of survey has; yes/no questions have no scale."""

    is_scale: bool
    low: Decimal | None
    high: Decimal | None
    is_fixed: bool


def questions_of(lines: Iterable[dict[str, str]]) -> dict[Key, Question]:
    """The seed of questions by survey type and question."""
    return {
        (line["survey_type"], line["question"]): Question(
            line["kind"] == "scale", number(line["scale_min"]), number(line["scale_max"]), line["is_scale_fixed"] == "true"
        )
        for line in lines
    }


def number(value: object) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


@dataclass
class Answer:
    """One answer, with what its invitation and its case say about it."""

    row: Row
    on: date
    question: Question | None
    score: Decimal | None
    low: Decimal | None
    high: Decimal | None
    case_id: str | None = None
    session_id: str | None = None
    contact_id: str | None = None
    account_id: str | None = None
    agent_id: str | None = None
    attributes: dict[str, str | None] = field(default_factory=dict)
    state: str = ""

    @property
    def survey_type(self) -> str:
        return str(self.row["survey_type"])

    @property
    def is_counted(self) -> bool:
        return self.state == "counted"

    @property
    def is_scored(self) -> bool:
        return self.is_counted and self.question is not None and self.question.is_scale

    def asks(self, question: str, *survey_types: str) -> bool:
        """Whether it is a counted answer to a question, of one of these kinds of survey if any are named."""
        return self.is_counted and self.row["question"] == question and (not survey_types or self.survey_type in survey_types)

    @property
    def place(self) -> Decimal | None:
        """Place on the scale from 0 to 1, to twelve places."""
        if not self.is_scored:
            return None
        assert self.score is not None and self.low is not None and self.high is not None
        return ((self.score - self.low) / (self.high - self.low)).quantize(Decimal("1e-12"), ROUND_HALF_UP)

    @property
    def experience(self) -> str | None:
        if not self.is_scored:
            return None
        assert self.score is not None and self.low is not None and self.high is not None
        above, whole = self.score - self.low, self.high - self.low
        return "positive" if 4 * above >= 3 * whole else "negative" if 4 * above <= whole else "neutral"

    @property
    def recommendation(self) -> str | None:
        if not self.asks(RECOMMEND):
            return None
        assert self.score is not None
        return "promoter" if self.score >= 9 else "passive" if self.score >= 7 else "detractor"

    @property
    def is_easy(self) -> bool | None:
        return self.score is not None and self.score >= 5 if self.asks(EFFORT) else None

    @property
    def is_yes(self) -> bool | None:
        """What was said to a yes/no question; None where it is none, or was answered with neither."""
        if self.question is None or self.question.is_scale:
            return None
        said = (self.row.get("answer") or "").strip().lower()
        if said in TRUE | FALSE:
            return said in TRUE
        return {Decimal(1): True, Decimal(0): False}.get(self.score) if self.score is not None else None


@dataclass
class Invitation:
    """One invitation of a customer; flags are None until its window has run out."""

    row: Row
    on: date
    account_id: str | None
    state: str
    first: Answer | None  # within the window, of whatever kind and quality
    is_so_far: bool
    has_late_answer: bool
    rating: Answer | None  # counted answer on satisfaction within the window, in the survey that it invited to
    attributes: dict[str, str | None]

    @property
    def is_settled(self) -> bool:
        return self.state in ("answered", "unanswered")


@dataclass
class Cell:
    """Answers of one team of employees, or of all, in one period."""

    answers: list[Answer]  # in any state
    customers: list[Answer]  # counted ones on satisfaction with cases, of the team's people
    is_hidden: bool = False

    @property
    def counted(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.asks("employee_satisfaction")]


class VoiceOracle:
    """Judges every answer and invitation of `tables`."""

    def __init__(
        self,
        tables: Tables,
        seeds: Seeds,
        policies: VoicePolicies,
        event_at: dict[str, tuple[str, ...]],
        questions: dict[Key, Question],
    ) -> None:
        self.tables, self.policies, self.questions = tables, policies, questions
        self.cases = Oracle(tables, seeds, policies, event_at)
        self.calendar, self.as_of = self.cases.calendar, self.cases.as_of
        self.invited = {row["invitation_id"]: row for row in tables.get("survey_invitations", [])}
        self.sessions: dict[str, list[Row]] = defaultdict(list)
        for row in tables.get("self_help_events", []):
            self.sessions[row["session_id"]].append(row)
        for rows in self.sessions.values():
            rows.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
        present = [row for row in tables.get("survey_responses", []) if self.cases.is_present(row["responded_at"])]
        answers = [self._answer(row) for row in present]
        self.answers = [answer for answer in answers if answer.survey_type != "employee"]
        self.employee_answers = [answer for answer in answers if answer.survey_type == "employee"]
        for group in (self.answers, self.employee_answers):
            self._choose(group)
        self.invitations = self._invitations()
        self.cells = self._cells()

    # Answers

    def _answer(self, row: Row) -> Answer:
        on = self.calendar.day(row["responded_at"])
        question = self.questions.get((row["survey_type"], row["question"]))
        ends = [number(row.get(name)) for name in ("scale_min", "scale_max")]
        if question is not None:
            ends = [own if own is not None else given for own, given in zip(ends, (question.low, question.high), strict=True)]
        answer = Answer(row, on, question, number(row.get("score")), *ends)
        if row["survey_type"] != "employee":
            self._relate(answer)
        answer.state = self._fitness(answer)
        return answer

    def _relate(self, answer: Answer) -> None:
        """Case, session, people and their attributes. What was sent or opened on a later day is not known yet."""
        row, at, on = answer.row, answer.row["responded_at"], answer.on
        invitation = self.invited.get(row.get("invitation_id") or "", {})
        if invitation and self.calendar.day(invitation["sent_at"]) > on:
            invitation = {}
        for name in ("case_id", "session_id", "contact_id", "account_id", "agent_id"):
            setattr(answer, name, row.get(name) or invitation.get(name))
        case = self.cases.cases.get(answer.case_id or "")
        attributes: dict[str, str | None] = dict.fromkeys((*OF_CASE, *OF_AGENT, *OF_ACCOUNT))
        if case is not None and case.opened_on <= on:
            answer.account_id = answer.account_id or case.row.get("account_id")
            before = [each["agent_id"] for each in case.interactions if each["occurred_at"] <= at]
            answer.agent_id = answer.agent_id or (before[-1] if before else None)
            given = self.cases.segments(case, at, None)
            attributes |= {name: given[name] for name in OF_CASE}
        if answer.survey_type == "self_help":
            attributes |= dict.fromkeys(OF_CASE) | self._session(answer.session_id, on)
        agent = valid_row(self.cases.agents.get(answer.agent_id or "", []), on) or {}
        answer.attributes = attributes | {name: agent.get(name) for name in OF_AGENT} | self.account(answer.account_id, on)

    def account(self, account_id: str | None, on: date) -> dict[str, str | None]:
        row = valid_row(self.cases.accounts.get(account_id or "", []), on) or {}
        return {name: row.get("segment" if name == "account_segment" else name) for name in OF_ACCOUNT}

    def _session(self, session_id: str | None, on: date) -> dict[str, str | None]:
        """A session as it was known at the end of a day."""
        rows = [row for row in self.sessions.get(session_id or "", []) if self.calendar.day(row["occurred_at"]) <= on]
        told = {name: [row[name] for row in rows if row.get(name) is not None] for name in OF_SESSION}
        return {name: values[-1] if values else None for name, values in told.items()}

    def _fitness(self, answer: Answer) -> str:
        """The first reason why an answer counts for nothing; empty where there is none."""
        asked, low, high = answer.question, answer.low, answer.high
        if asked is None:
            return "unknown_question"
        if answer.survey_type != "employee" and answer.case_id is not None and not self.is_counted(answer.case_id, answer.on):
            return "not_counted_case"
        if not asked.is_scale:
            return "" if answer.is_yes is not None else "unusable"
        if answer.score is None or low is None or high is None or high <= low:
            return "unusable"
        if asked.is_fixed and (low, high) != (asked.low, asked.high):
            return "other_scale"
        return "" if low <= answer.score <= high else "unusable"

    def is_counted(self, case_id: str, on: date) -> bool:
        """Whether a case counts, and was open by the end of a day."""
        case = self.cases.cases.get(case_id)
        return case is not None and case.is_counted and case.opened_on <= on

    def _choose(self, answers: list[Answer]) -> None:
        """Of the fit answers of a subject the last one on the first day counts."""
        groups: dict[tuple[object, ...], list[Answer]] = defaultdict(list)
        for answer in answers:
            if not answer.state:
                groups[answer.survey_type, answer.row["question"], *subject(answer)].append(answer)
        for group in groups.values():
            first = min(answer.on for answer in group)
            of_first_day = [answer for answer in group if answer.on == first]
            chosen = max(of_first_day, key=lambda answer: (answer.row["responded_at"], answer.row["response_id"]))
            for answer in group:
                answer.state = "counted" if answer is chosen else "repeat"

    # Invitations

    def _invitations(self) -> list[Invitation]:
        replies: dict[str, list[Answer]] = defaultdict(list)
        for answer in self.answers:
            replies[answer.row.get("invitation_id") or ""].append(answer)
        asked = [
            row for row in self.invited.values() if row["survey_type"] != "employee" and self.cases.is_present(row["sent_at"])
        ]
        return [self._invitation(row, replies[row["invitation_id"]]) for row in asked]

    def _invitation(self, row: Row, replies: list[Answer]) -> Invitation:
        on, case_id = self.calendar.day(row["sent_at"]), row.get("case_id")
        last = on + timedelta(days=self.policies.survey_settlement_days)
        after = [reply for reply in replies if reply.row["responded_at"] >= row["sent_at"]]
        within = [reply for reply in after if reply.on <= last]
        first = min(within, key=lambda reply: reply.row["responded_at"], default=None)
        case = self.cases.cases.get(case_id or "")
        account_id = row.get("account_id")
        if account_id is None and case is not None and case.opened_on <= on:
            account_id = case.row.get("account_id")
        if case_id is not None and not self.is_counted(case_id, on):
            state = "not_counted_case"
        elif last > self.as_of:
            state = "undetermined"
        else:
            state = "answered" if within else "unanswered"
        rating = next((reply for reply in within if reply.asks(SATISFACTION, row["survey_type"])), None)
        is_so_far, is_late = state == "undetermined" and bool(within), len(after) > len(within)
        attributes = self.account(account_id, on)
        return Invitation(row, on, account_id, state, first, is_so_far, is_late, rating, attributes)

    # Employees

    def _cells(self) -> dict[tuple[date, date], dict[str, Cell]]:
        """Per period the cell of each team that answered, and of all under the name `all` (no team is called so)."""
        cells: dict[tuple[date, date], dict[str, Cell]] = defaultdict(dict)
        for answer in (each for each in self.employee_answers if each.row["question"] == "employee_satisfaction"):
            period = cells[self.calendar.period(answer.on, self.policies.esat_grain)]
            for team in (answer.row.get("team") or NONE, "all"):
                period.setdefault(team, Cell([], [])).answers.append(answer)
        for answer in self.answers:
            if answer.asks(SATISFACTION, "post_case"):
                period = cells.get(self.calendar.period(answer.on, self.policies.esat_grain), {})
                for team in (answer.attributes["team"] or NONE, "all"):
                    if team in period:
                        period[team].customers.append(answer)
        for period in cells.values():
            hide(period, self.policies.esat_min_responses)
        return cells


def subject(answer: Answer) -> tuple[object, ...]:
    """Whom or what an answer is about: the invitation, else case and contact, else session, else the response."""
    row = answer.row
    if row.get("invitation_id") is not None:
        return "invitation", row["invitation_id"]
    if answer.survey_type != "employee" and answer.case_id is not None:
        return "case", answer.case_id, answer.contact_id
    if answer.survey_type != "employee" and answer.session_id is not None:
        return "session", answer.session_id
    return "response", row["response_id"]


def hide(cells: dict[str, Cell], least: int) -> None:
    """Hides small cells, and the smallest of the others where the small ones could be computed from the total."""
    teams = {name: cell for name, cell in cells.items() if name != "all"}
    if len(cells["all"].counted) < least:
        for cell in cells.values():
            cell.is_hidden = True
        return
    for cell in teams.values():
        cell.is_hidden = len(cell.counted) < least
    together = sum(len(cell.counted) for cell in teams.values() if cell.is_hidden)
    shown = [(len(cell.counted), name) for name, cell in teams.items() if not cell.is_hidden]
    if 1 <= together < least and shown:
        teams[min(shown)[1]].is_hidden = True

"""How often generated answers, invitations and cells lie on, just before and just after each edge of their definitions, and how
often each situation comes up: counted from what is there, not from what was meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from deflection_boundaries import days, seconds
from vocabulary import Row
from voice_counting import MartRow, Period, correlation, experience_drivers
from voice_oracle import EFFORT, EXPECTED, RECOMMEND, Answer, Invitation, VoiceOracle, subject
from voice_worlds import DAY

Hit = tuple[str, int]
SIDES = (-1, 0, 1)
CLOSE = Decimal("0.0011")  # of a scale's width: what a ten-thousandth of a score can be
SCORES = {RECOMMEND: (9, 7), EFFORT: (5,), EXPECTED: (4, 2)}


def side_of(value: Decimal, edge: Decimal) -> Iterator[int]:
    if abs(value - edge) <= CLOSE:
        yield (value > edge) - (value < edge)


class VoiceBoundaries:
    """Counts per edge and side; the side is -1, 0 or +1 of the edge's unit (a second, a day, a little of a score)."""

    def __init__(self, oracle: VoiceOracle) -> None:
        self.oracle, self.calendar = oracle, oracle.calendar
        self.end = self.calendar.utc(oracle.as_of + DAY)
        span = [oracle.as_of - n * DAY for n in range(130)]
        self.clock_changes = [day for day in span if self.calendar.utc(day + DAY) - self.calendar.utc(day) != DAY]
        self.contacts: dict[str, list[Row]] = defaultdict(list)
        for case in oracle.cases.cases.values():
            self.contacts[case.row["case_id"]] = case.interactions

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter()
        for table, column in (("survey_responses", "responded_at"), ("survey_invitations", "sent_at")):
            for row in self.oracle.tables[table]:
                hits.update((f"as-of: {table}", side) for side in seconds(row[column], self.end))
        for answer in self.oracle.answers:
            hits.update(set(self._of_answer(answer)))
        for answer in (*self.oracle.answers, *self.oracle.employee_answers):
            hits.update(set(self._of_score(answer)))
        for invitation in self.oracle.invitations:
            hits.update(set(self._of_invitation(invitation)))
        hits.update(self._of_subjects())
        return hits

    def _of_answer(self, answer: Answer) -> Iterator[Hit]:
        at, midnight = answer.row["responded_at"], self.calendar.utc(answer.on + DAY)
        case = self.oracle.cases.cases.get(answer.case_id or "")
        if case is not None:
            yield from (("case: end of the answer's day", side) for side in seconds(case.row["opened_at"], midnight))
            for row in self.contacts[case.row["case_id"]]:
                yield from (("contact: answer", side) for side in seconds(row["occurred_at"], at))
            for row in self.oracle.cases.changes.get(case.row["case_id"], []):
                yield from ((f"change of {row['field']}: answer", side) for side in seconds(row["occurred_at"], at))
        invitation = self.oracle.invited.get(answer.row.get("invitation_id") or "")
        if invitation is not None:
            yield from (("invitation: end of the answer's day", side) for side in seconds(invitation["sent_at"], midnight))
        for row in self.oracle.sessions.get(answer.session_id or "", []) if answer.survey_type == "self_help" else ():
            yield from (("session: end of the answer's day", side) for side in seconds(row["occurred_at"], midnight))
        for whose, rows in (
            ("agent's", self.oracle.cases.agents.get(answer.agent_id or "", [])),
            ("account's", self.oracle.cases.accounts.get(answer.account_id or "", [])),
        ):
            for day in {row[name] for row in rows for name in ("valid_from", "valid_to") if row.get(name)}:
                yield from ((f"{whose} rows: answer", side) for side in seconds(at, self.calendar.utc(day)))
        for grain in ("week", "month"):
            start = self.calendar.period(self.calendar.day(at + timedelta(seconds=1)), grain)[0]
            yield from ((f"edge of a {grain}: answer", side) for side in seconds(at, self.calendar.utc(start)))
        for day in self.clock_changes:
            yield from (("change of the clock: answer", side) for side in seconds(at, self.calendar.utc(day + DAY)))

    def _of_score(self, answer: Answer) -> Iterator[Hit]:
        if answer.question is None or not answer.question.is_scale or answer.score is None:
            return
        score, low, high = answer.score, answer.low, answer.high
        if answer.is_counted and low is not None and high is not None:
            for name, part in (("positive", 3), ("negative", 1)):
                yield from ((f"score: {name}", side) for side in side_of(score, low + (high - low) * part / 4))
            for edge in SCORES.get(answer.row["question"], ()):
                yield from ((f"score: {answer.row['question']} {edge}", side) for side in side_of(score, Decimal(edge)))
        if low is not None and high is not None and low < high:
            yield from (("score: lowest", side) for side in side_of(score, low))
            yield from (("score: highest", side) for side in side_of(score, high))

    def _of_subjects(self) -> Iterator[Hit]:
        """Pairs of fit answers of one subject: around the end of the first day, and around each other on it."""
        groups: dict[tuple[object, ...], list[Answer]] = defaultdict(list)
        for answer in (*self.oracle.answers, *self.oracle.employee_answers):
            if answer.state in ("counted", "repeat"):
                groups[answer.survey_type, answer.row["question"], *subject(answer)].append(answer)
        for (survey, _, kind, *_), group in groups.items():
            first = min(answer.row["responded_at"] for answer in group)
            midnight = self.calendar.utc(self.calendar.day(first) + DAY)
            kind = "employee" if survey == "employee" else kind
            for answer in group if len(group) > 1 else ():
                yield from ((f"{kind}: end of the first day", side) for side in seconds(answer.row["responded_at"], midnight))
            for chosen in (answer for answer in group if answer.is_counted):
                for other in group:
                    if other is not chosen and other.on == chosen.on:
                        later = other.row["response_id"] < chosen.row["response_id"]
                        for side in seconds(other.row["responded_at"], chosen.row["responded_at"]):
                            yield f"{kind}: the one that counts", side if side or later else 1

    def _of_invitation(self, invitation: Invitation) -> Iterator[Hit]:
        row, policies = invitation.row, self.oracle.policies
        last = invitation.on + timedelta(days=policies.survey_settlement_days)
        yield from (("window: as-of", side) for side in days(last, self.oracle.as_of))
        for answer in self.oracle.answers:
            if answer.row.get("invitation_id") == row["invitation_id"]:
                at = answer.row["responded_at"]
                yield from (("answer: sending", side) for side in seconds(at, row["sent_at"]))
                yield from (("answer: end of the window", side) for side in seconds(at, self.calendar.utc(last + DAY)))
        case = self.oracle.cases.cases.get(row.get("case_id") or "")
        if case is not None:
            midnight = self.calendar.utc(invitation.on + DAY)
            yield from (("case: end of the day of sending", side) for side in seconds(case.row["opened_at"], midnight))


def expected_edges(*, is_as_of_derived: bool) -> dict[str, tuple[int, ...]]:
    """Every edge that a build's data must lie on, with the sides that can exist."""
    both = SIDES
    names = [f"{what}: end of the answer's day" for what in ("case", "invitation", "session")]
    names += [f"change of {name}: answer" for name in ("product", "queue", "priority")]
    names += ["contact: answer", "agent's rows: answer", "account's rows: answer", "answer: sending", "answer: end of the window"]
    names += ["window: as-of", "case: end of the day of sending", "edge of a week: answer", "edge of a month: answer"]
    names += [f"score: {name}" for name in ("positive", "negative", "lowest", "highest")]
    names += [f"score: {question} {edge}" for question, edges in SCORES.items() for edge in edges]
    names += [f"{kind}: end of the first day" for kind in ("invitation", "case", "session")]
    edges = dict.fromkeys(names, both)
    edges |= {f"{kind}: the one that counts": (-1, 0) for kind in ("invitation", "case", "session", "employee")}
    edges |= {f"as-of: {table}": (-1,) if is_as_of_derived else both for table in ("survey_responses", "survey_invitations")}
    return edges if is_as_of_derived else edges | {"change of the clock: answer": both}


def situations(oracle: VoiceOracle, drivers: dict[str, tuple[str, str]]) -> Counter[str]:
    """States, and what cells can look like."""
    found = Counter(f"answer {answer.state}" for answer in oracle.answers)
    found.update(f"employee {answer.state}" for answer in oracle.employee_answers)
    found.update(f"invitation {invitation.state}" for invitation in oracle.invitations)
    for each in oracle.invitations:
        rating = f"rated {each.rating.experience}" if each.rating else "answered without rating"
        found.update([rating] if each.state == "answered" else [])
        found.update(["late answer"] if each.has_late_answer else ["answered so far"] if each.is_so_far else [])
    found.update(_cells(oracle))
    found.update(_correlations(oracle, experience_drivers(oracle, drivers)))
    return found


def _cells(oracle: VoiceOracle) -> Iterator[str]:
    least = oracle.policies.esat_min_responses
    for cells in oracle.cells.values():
        teams = {name: cell for name, cell in cells.items() if name != "all"}
        sizes = {name: len(cell.counted) for name, cell in teams.items()}
        small = sum(size for size in sizes.values() if size < least)
        for name, cell in teams.items():
            if sizes[name] in (0, least - 1, least):
                yield f"team of {('none', 'too few', 'enough')[(sizes[name] >= least - 1) + (sizes[name] >= least)]}"
            if cell.is_hidden and sizes[name] >= least:
                ties = [other for other, size in sizes.items() if size == sizes[name]]
                yield "another team hidden, of several of one size" if len(ties) > 1 else "another team hidden"
        if sum(sizes.values()) in (least - 1, least):
            yield "total too small" if sum(sizes.values()) < least else "total just enough"
        if small in (least - 1, least) and max(sizes.values()) >= least:
            yield "hidden teams hold just too few" if small < least else "hidden teams hold enough"


def _correlations(oracle: VoiceOracle, mart: dict[Period, MartRow]) -> Iterator[str]:
    least = oracle.policies.correlation_min_points
    for row in mart.values():
        value, low = row["correlation_with_satisfaction"], row["correlation_with_satisfaction_ci_low"]
        if row["pairs"] in (least - 1, least):
            yield f"pairs {'too few' if row['pairs'] < least else 'just enough'}"
        if row["pairs"] >= least and value is None:
            yield "pairs without variance"
        if value is not None and low is None:
            yield "pairs rising" if value > 0 else "pairs falling"
    assert correlation([(Fraction(1), Fraction(2))], 1) == (None, None, None)


SITUATIONS = (
    *(f"answer {state}" for state in ("counted", "repeat", "unusable", "other_scale", "not_counted_case", "unknown_question")),
    *(f"employee {state}" for state in ("counted", "repeat", "unusable", "unknown_question")),
    *(f"invitation {state}" for state in ("answered", "unanswered", "undetermined", "not_counted_case")),
    *("rated positive", "rated neutral", "rated negative", "answered without rating", "late answer", "answered so far"),
    *("team of none", "team of too few", "team of enough", "another team hidden", "another team hidden, of several of one size"),
    *("total too small", "total just enough", "hidden teams hold just too few", "hidden teams hold enough"),
    *("pairs too few", "pairs just enough", "pairs without variance", "pairs rising", "pairs falling"),
)

"""Which survey answers count (definitions, survey questions), and of which account and day they are."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle import Oracle
from vocabulary import Row, Tables, answered

from casemart.workspace import project_dir

Questions = dict[tuple[str, str], Row]  # by question and survey type


@dataclass(frozen=True)
class Answer:
    """An answer that counts."""

    row: Row
    account: str | None
    on: date
    share: Fraction | None  # of the scale, for a score
    is_yes: bool | None

    @property
    def place(self) -> tuple[Any, str]:
        return self.row["responded_at"], self.row["response_id"]


def project_questions() -> Questions:
    """The questions as the project ships them: data, not logic."""
    with (project_dir() / "seeds" / "survey_questions.csv").open(newline="", encoding="utf-8") as file:
        return {(line["question"], line["survey_type"]): line for line in csv.DictReader(file)}


def scale_of(row: Row, question: Row) -> tuple[Decimal, Decimal] | None:
    """Lowest and highest score; none where the answer has another scale than a fixed one, or one without length."""
    shipped = (Decimal(question["scale_min"]), Decimal(question["scale_max"]))
    given = (row.get("scale_min"), row.get("scale_max"))
    low, high = (own if own is not None else default for own, default in zip(given, shipped, strict=True))
    if question["is_scale_fixed"] == "true" and (low, high) != shipped:
        return None
    return None if high <= low else (low, high)


def is_usable(row: Row, question: Row) -> bool:
    if question["kind"] == "yes_no":
        return answered(row) is not None
    return row.get("score") is not None and scale_of(row, question) is not None


def counted_answers(tables: Tables, questions: Questions, cases: Oracle) -> list[Answer]:
    """Of each survey, question and subject the last usable answer on the local day of the first one."""
    invitations = {row["invitation_id"]: row for row in tables.get("survey_invitations", [])}
    counted = {case_id: case.row for case_id, case in cases.cases.items() if case.is_counted}
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in tables.get("survey_responses", []):
        invited = invitations.get(row.get("invitation_id"), {})
        question = questions.get((row["question"], row["survey_type"]))
        case_id = row.get("case_id") or invited.get("case_id")
        if question is None or row["survey_type"] == "employee" or not cases.is_present(row["responded_at"]):
            continue
        if (case_id is not None and case_id not in counted) or not is_usable(row, question):
            continue
        contact = row.get("contact_id") or invited.get("contact_id")
        session = row.get("session_id") or invited.get("session_id")
        subject: tuple[object, ...] = ("response", row["response_id"])
        if row.get("invitation_id") is not None:
            subject = ("invitation", row["invitation_id"])
        elif case_id is not None:
            subject = ("case", case_id, contact)
        elif session is not None:
            subject = ("session", session)
        account = row.get("account_id") or invited.get("account_id") or counted.get(case_id, {}).get("account_id")
        groups[row["survey_type"], row["question"], *subject].append({**row, "account_id": account})
    return [judged(rows, questions, cases) for rows in groups.values()]


def judged(rows: list[Row], questions: Questions, cases: Oracle) -> Answer:
    first_on = cases.calendar.day(min(row["responded_at"] for row in rows))
    row = max(
        (row for row in rows if cases.calendar.day(row["responded_at"]) == first_on),
        key=lambda row: (row["responded_at"], row["response_id"]),
    )
    question = questions[row["question"], row["survey_type"]]
    share = is_yes = None
    if question["kind"] == "yes_no":
        is_yes = {"yes": True, "no": False}[answered(row) or ""]
    else:
        low, high = scale_of(row, question) or (Decimal(0), Decimal(1))
        share = Fraction(row["score"] - low) / Fraction(high - low)
    return Answer(row, row["account_id"], first_on, share, is_yes)

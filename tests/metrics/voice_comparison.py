"""The comparison of the facts and marts of voice and contacts with their oracles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts_oracle import OF_CONTACT, Attempt, Contact, ContactsOracle
from deflection_harness import is_near
from harness import Difference, period_of, plain
from vocabulary import OF_AGENT, Period, Row, Tables
from voice_builds import directions, drivers
from voice_counting import (
    cell_counts,
    cell_period,
    customer_voice,
    employee_correlation,
    employee_satisfaction,
    experience_drivers,
    survey_response,
)
from voice_oracle import OF_ACCOUNT, OF_CASE, OF_SESSION, Answer, Invitation, VoiceOracle

Key = Callable[[Row], object]
KEYS = ("period_grain", "period_start", "period_end", "segment_by", "segment")


def compare_table(name: str, expected: Mapping[object, Mapping[str, Any]], rows: Iterable[Row], key: Key) -> list[Difference]:
    """Differences row by row and column by column; a row that comes twice is one as well."""
    found: dict[object, Row] = {}
    differences = []
    for row in rows:
        if key(row) in found:
            differences.append(Difference(f"{name} row twice", key(row), 1, 2))
        found[key(row)] = row
    differences += [Difference(f"{name} row", each, each in expected, each in found) for each in expected.keys() ^ found.keys()]
    for each in expected.keys() & found.keys():
        row = found[each]
        differences += [
            Difference(f"{name}.{column}", each, value, row[column])
            for column, value in expected[each].items()
            if not is_same(value, row[column])
        ]
    return differences


def is_same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) or isinstance(found, float):
        return is_near(None if expected is None else float(expected), found)
    return bool(plain(expected) == plain(found))


def compare_mart(name: str, mart: Mapping[Any, Mapping[str, Any]], rows: list[Row], targets: list[Row]) -> list[Difference]:
    """Every column of a mart: keys, counts and metrics by the oracle, targets and gaps by the targets given."""
    direction, differences = directions(), []
    for row in rows[:1]:
        aimed = {column for column in row if column.endswith(("_target", "_gap")) and column.rsplit("_", 1)[0] in direction}
        expected = {*next(iter(mart.values()), {}), *aimed, *KEYS, "interpretation"}
        differences += [Difference(f"{name} column", column, column in expected, True) for column in row.keys() - expected]
        metrics = {column.removesuffix("_target") for column in aimed if column.endswith("_target")}
        mart = {period: {**each, **gaps(period, each, metrics, targets, direction)} for period, each in mart.items()}
    return differences + compare_table(name, mart, rows, period_of)


def gaps(
    period: Period, row: Mapping[str, Any], metrics: Iterable[str], targets: list[Row], direction: dict[str, int]
) -> dict[str, float | None]:
    """The target of each metric on the last day of the period, and how far its value falls short of it."""
    found: dict[str, float | None] = {}
    for metric in metrics:
        valid = [
            target["target"]
            for target in targets
            if (target["metric"], target["segment_by"], target["segment"]) == (metric, period.segment_by, period.segment)
            and target["valid_from"] <= period.end < target["valid_to"]
        ]
        target, value = (valid[0] if valid else None), row[metric]
        found[f"{metric}_target"] = target
        is_known = target is not None and value is not None and direction[metric] != 0
        found[f"{metric}_gap"] = (target - value) * direction[metric] if is_known else None
    return found


def expected_answer(answer: Answer) -> dict[str, Any]:
    """What `fct_survey_responses` has to say about an answer."""
    row, survey = answer.row, answer.survey_type
    published = {"post_case": (*OF_CASE, *OF_AGENT), "self_help": OF_SESSION, "relationship": ()}[survey]
    return {
        **{name: row.get(name) for name in ("survey_type", "responded_at", "invitation_id", "answer")},
        "responded_on": answer.on,
        **{name: getattr(answer, name) for name in ("account_id", "contact_id", "case_id", "session_id", "agent_id", "score")},
        **{"scale_min": answer.low, "scale_max": answer.high, "is_yes": answer.is_yes, "answer_state": answer.state},
        **{"normalised_score": answer.place, "experience": answer.experience},
        **{"recommendation": answer.recommendation, "is_easy": answer.is_easy},
        **{name: answer.attributes[name] for name in (*published, *OF_ACCOUNT)},
    }


def expected_employee_answer(answer: Answer) -> dict[str, Any]:
    """What the private `fct_employee_answers` has to say about an answer; nothing of who it was."""
    row = answer.row
    own = {"responded_at": row["responded_at"], "responded_on": answer.on, "team": row.get("team"), "score": answer.score}
    return {
        **own,
        "scale_min": answer.low,
        "scale_max": answer.high,
        "answer_state": answer.state,
        "experience": answer.experience,
    }


def expected_invitation(invitation: Invitation) -> dict[str, Any]:
    """What `fct_survey_invitations` has to say about an invitation."""
    row, is_settled = invitation.row, invitation.is_settled
    rating, first = invitation.rating, invitation.first
    answered = {"answered_at": first.row["responded_at"] if first else None, "answered_on": first.on if first else None}
    return {
        **{name: row.get(name) for name in ("survey_type", "sent_at", "case_id", "session_id", "agent_id")},
        **{"sent_on": invitation.on, "account_id": invitation.account_id, **answered},
        **{"invitation_state": invitation.state, "has_late_answer": invitation.has_late_answer},
        "is_answered": invitation.state == "answered" if is_settled else None,
        "is_answered_so_far": invitation.is_so_far,
        "is_rated": rating is not None if is_settled else None,
        "is_satisfied": rating is not None and rating.experience == "positive" if is_settled else None,
        **invitation.attributes,
    }


@dataclass(frozen=True)
class Expected:
    """What a relation has to hold, by the key of its rows."""

    rows: Mapping[object, Mapping[str, Any]]
    key: Key
    has_targets: bool = False


def voice_expected(oracle: VoiceOracle) -> dict[str, Expected]:
    """Per relation of the voice what the oracle says that it holds."""

    def by_answer(row: Row) -> object:
        return row["response_id"], row["question"]

    answers = {by_answer(answer.row): expected_answer(answer) for answer in oracle.answers}
    employees = {by_answer(answer.row): expected_employee_answer(answer) for answer in oracle.employee_answers}
    invitations = {each.row["invitation_id"]: expected_invitation(each) for each in oracle.invitations}
    cells = {
        cell_period(oracle, period, team): cell_counts(cell)
        for period, members in oracle.cells.items()
        for team, cell in members.items()
    }
    return {
        "facts.fct_survey_responses": Expected(answers, by_answer),
        "facts.fct_survey_invitations": Expected(invitations, lambda row: row["invitation_id"]),
        "private.fct_employee_answers": Expected(employees, by_answer),
        "private.fct_employee_satisfaction": Expected(cells, period_of),
        "marts.customer_voice": Expected(customer_voice(oracle), period_of, has_targets=True),
        "marts.survey_response": Expected(survey_response(oracle), period_of, has_targets=True),
        "marts.experience_drivers": Expected(experience_drivers(oracle, drivers()), period_of, has_targets=True),
        "marts.employee_satisfaction": Expected(employee_satisfaction(oracle), period_of, has_targets=True),
        "marts.employee_satisfaction_correlation": Expected(
            employee_correlation(oracle), lambda row: (row["segment_by"], row["segment"])
        ),
    }


def contacts_expected(oracle: ContactsOracle) -> dict[str, Expected]:
    """Per relation of contacts what the oracle says that it holds."""
    attempts = {attempt.row["attempt_id"]: expected_attempt(attempt) for attempt in oracle.attempts}
    contacts = {contact.row["interaction_id"]: expected_contact(contact) for contact in oracle.contacts}
    return {
        "facts.fct_contact_attempts": Expected(attempts, lambda row: row["attempt_id"]),
        "facts.fct_handled_contacts": Expected(contacts, lambda row: row["interaction_id"]),
        "marts.service_level": Expected(oracle.service_level(), period_of, has_targets=True),
        "marts.handle_time": Expected(oracle.handle_time(), period_of, has_targets=True),
    }


def compare(relation: str, expected: Expected, rows: list[Row], targets: list[Row]) -> list[Difference]:
    """What the models and the oracle see differently in one relation."""
    name = relation.split(".")[1]
    if expected.has_targets:
        return compare_mart(name, expected.rows, rows, targets)
    return compare_table(name, expected.rows, rows, expected.key)


def expected_attempt(attempt: Attempt) -> dict[str, Any]:
    """What `fct_contact_attempts` has to say about an attempt."""
    row, threshold = attempt.row, attempt.threshold
    return {
        **{name: row.get(name) for name in ("channel", "queue", "case_id", "agent_id", "offered_at")},
        **{"offered_on": attempt.on, "attempt_state": attempt.state, "is_late": attempt.is_late},
        **{"wait_seconds": attempt.wait_seconds, "has_threshold": threshold is not None},
        "threshold_seconds": threshold.seconds if threshold else None,
        "short_abandon_seconds": threshold.short if threshold else None,
        **{"is_within_threshold": attempt.is_within, "is_short_abandon": attempt.is_short},
        **attempt.flags(),
    }


def expected_contact(contact: Contact) -> dict[str, Any]:
    """What `fct_handled_contacts` has to say about a contact."""
    return {
        **{name: contact.row.get(name) for name in ("case_id", "occurred_at", "agent_id")},
        **{"handled_on": contact.on, "handle_state": contact.state, "handle_seconds": contact.seconds},
        **{"is_handle_time_partial": contact.is_partial, "is_running": contact.is_running},
        **{name: contact.attributes[name] for name in OF_CONTACT},
    }


def report(differences: list[Difference], tables: Tables) -> str:
    """A summary by kind with the first few of each, and the raw rows about the first entity of each kind."""
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        kinds[difference.what].append(difference)
    parts = [f"{len(differences)} differences"]
    for what, members in sorted(kinds.items(), key=lambda item: -len(item[1])):
        parts.append(f"{what}: {len(members)}\n" + "\n".join(f"  {member}" for member in members[:3]))
        if not isinstance(members[0].key, Period):
            parts.append(history(members[0].key, tables))
    return "\n".join(parts)


def history(key: object, tables: Tables) -> str:
    """The raw rows about an entity and its invitation, case and session, to read a difference by."""
    about = {key[0] if isinstance(key, tuple) else key}
    links = ("response_id", "invitation_id", "interaction_id", "attempt_id", "case_id", "session_id")
    lines: dict[str, str] = {}
    for _ in range(3):
        for table, rows in tables.items():
            for row in rows:
                if about & {row.get(name) for name in links} - {None, "elsewhere"}:
                    about |= {row.get(name) for name in links}
                    at = next((value for name, value in row.items() if name.endswith("_at")), datetime.min)
                    lines[f"  {table}: " + " ".join(f"{name}={value}" for name, value in row.items() if value is not None)] = str(
                        at
                    )
    return "\n".join(sorted(lines, key=lambda line: lines[line])[:25])

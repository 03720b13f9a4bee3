"""Where one case's outcome comes from: what happened in order, what counted and why, by which rule and policies."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from casemart.render import MISSING, Sheet
from casemart.trace import Basis, Trace, entity, grid, known_pairs, pairs, read_basis, records, text
from casemart.warehouse import Connection

METRIC = "first_contact_resolution"
INITIAL_TIE_ORDER = 2
EVIDENCE_EVENTS = ("transferred", "escalated", "resolution_confirmed", "no_further_action", "reopened")
POLICIES = (
    "fcr_settlement_days",
    "fcr_transfer_counts_against",
    "fcr_silence_confirms_days",
    "fcr_repeat_window_days",
    "timezone",
)
# What the outcome says in one line each, and in lines of its own; all other columns of the case are its head.
TOLD = (
    *("case_id", "fcr_status", "fcr_reason", "fcr_on", "deciding_id", "deciding_at", "initial_interaction_id"),
    *("acknowledgement", "acknowledgement_id", "acknowledged_at"),
)
OUTCOMES = [
    "is_first_contact_resolved",
    "is_first_contact_resolved_upper",
    "is_net_first_contact_resolved",
    "is_first_contact_resolved_no_repeat",
    "no_repeat_state",
    "repeat_case_id",
    "agent_interactions",
    "further_agent_interactions",
    "further_handle_seconds",
    "late_evidence",
]

# Each step of the case, and, where it came after the initial interaction, what the evidence says of it.
STEPS = """
    with steps as (
        select
            occurred_at as at, tie_order, interaction_id as id, 'interaction' as kind,
            concat_ws(' ', direction, replace(kind, '_', ' '), '(' || replace(response_kind, '_', ' ') || ')') as what,
            agent_id, direction, qualification, is_agent_interaction, null as event_type
        from facts.fct_interactions where case_id = $1
        union all
        select
            occurred_at, tie_order, event_id, 'event',
            concat_ws(' ', replace(event_type, '_', ' '), 'to ' || team, '(' || reason || ')'),
            agent_id, null, null, false, event_type
        from facts.fct_case_events where case_id = $1
        union all
        select
            responded_at, tie_order, response_id, 'answer',
            'survey: issue resolved? ' || case when is_yes then 'yes' when not is_yes then 'no' else 'neither yes nor no' end,
            agent_id, null, null, false, null
        from facts.fct_survey_responses
        where case_id = $1 and question = 'issue_resolved' and survey_type = 'post_case'
    ),

    evidence as (
        select
            *,
            case
                when evidence = 'further_contact' then 'interaction'
                when evidence like 'survey%' then 'answer'
                else 'event'
            end as kind
        from facts.fct_first_contact_evidence where case_id = $1
    )

    select
        steps.*,
        evidence.evidence_id is not null as is_evidence,
        coalesce(evidence.is_late, false) as is_late,
        coalesce(evidence.is_superseded, false) as is_superseded,
        coalesce(evidence.is_follow_up_of_transfer, false) as is_follow_up_of_transfer
    from steps
    left join evidence on steps.id = evidence.evidence_id and steps.kind = evidence.kind
"""

# Why an interaction could not be the initial one: the values of fct_interactions.qualification, in words.
QUALIFICATIONS = {
    "qualifies": "not the initial interaction: the case had been closed before, without one",
    "internal": "not the initial interaction: internal, the customer does not see it",
    "automatic_reply": "not the initial interaction: an automatic reply, nobody answered",
    "inbound": "not the initial interaction: from the customer",
    "no_agent": "not the initial interaction: no agent is recorded",
    "acknowledgement": "not the initial interaction: it only acknowledges receipt",
    "agent_not_qualified": "not the initial interaction: the agent was not qualified to resolve at that time",
    "agent_unknown": "not the initial interaction: nothing is known of the agent's qualification at that time",
    "message_left": "not the initial interaction: a message left is no contact under delivery model {delivery_model}",
    "response_does_not_answer": "not the initial interaction: it neither recommends an answer nor asks for information",
    "orphan": "not the initial interaction: its case is not known",
}

# What decided, as a kind of step, and the rule in words.
RULES: dict[str, tuple[str, str]] = {
    "triage_only": ("event", "The case was first closed after contacts with agents none of whom was qualified to resolve it."),
    "message_left": ("event", "The case was first closed before any contact with a qualified agent: only messages were left."),
    "denied": ("answer", "The latest survey answer after the initial interaction says that the issue was not resolved."),
    "information_request": ("interaction", "The initial interaction only asked the customer for information."),
    "transferred": ("event", "The case was transferred after the initial interaction, before anyone had confirmed a resolution."),
    "escalated": ("event", "The case was escalated after the initial interaction, before anyone had confirmed a resolution."),
    "further_contact": ("interaction", "An agent was in contact again before anyone had confirmed a resolution."),
    "reopened": ("event", "The case was reopened after the initial interaction."),
    "verified": ("event", "The customer confirmed the resolution, and nothing after the initial interaction counts against it."),
    "no_further_action": ("event", "It was recorded that nothing more was needed, and nothing counts against it."),
    "survey": ("answer", "The customer said in a survey that the issue was resolved, and nothing counts against it."),
    "silence": ("", "The case is closed and the customer was silent for as long as the policy asks: that confirms it."),
    "unverified": ("", "An answer was given; nobody has confirmed it and nothing counts against it."),
    "not_assisted": ("", "The channel is not an assisted one, so the case is not counted."),
    "unknown_channel": ("", "The channel is not known to the seed `channels`, so the case is not counted."),
    "closed_undated": ("", "The case is closed, but nobody knows when, and it has no initial interaction: it is in no rate."),
    "no_contact": ("", "The case was first closed without any contact with an agent, so it is not in this rate."),
    # By the exclusion code of that name, or because it names the case that it duplicates.
    "duplicate": ("", "The case is excluded as a duplicate, so it is not counted."),
}
NO_CONTACT_YET = "The case is open and has had no initial interaction yet."
CODED_EXCLUSION = "The case has the exclusion code {reason}, so it is not counted."
ACKNOWLEDGED_BY = {"verified": "event", "no_further_action": "event", "survey": "answer"}


@dataclass(frozen=True)
class Step:
    """Something that happened in a case, with what it meant for the outcome."""

    at: datetime
    tie_order: int
    id: str
    kind: str  # interaction, event or answer
    what: str
    agent_id: str | None
    qualification: str | None
    is_initial: bool
    is_acknowledgement: bool
    is_deciding: bool
    is_late: bool
    meaning: str


def trace_case(connection: Connection, case_id: str) -> Trace:
    """The case, what happened in it in order, and the verdict with its rule."""
    hint = "cases opened after the as-of day are not published; `casemart show fct_cases` lists them"
    case = entity(connection, "case", "facts.fct_cases", case_id, hint)
    basis = read_basis(connection, POLICIES, [METRIC])
    steps, rule = _steps(connection, case, basis), _rule(case)
    content = {"case": case, "steps": [vars(step) for step in steps], "rule": rule, **basis.content()}
    return Trace(content, [*_sheets(case, steps, rule), basis.sheet()])


def _sheets(case: dict[str, Any], steps: list[Step], rule: str) -> list[Sheet]:
    deciding = next((step for step in steps if step.is_deciding), None)
    acknowledgement = [text(case[name]) for name in ("acknowledgement", "acknowledgement_id", "acknowledged_at") if case[name]]
    lines = [{**vars(step), "agent": step.agent_id, "meaning": _meaning(step)} for step in steps]
    late = [index for index, step in enumerate(steps) if step.is_late]
    outcome = [
        ("status", case["fcr_status"]),
        ("reason", case["fcr_reason"]),
        ("rule", rule),
        ("decided by", f"{deciding.id}, {deciding.what}" if deciding else case["deciding_id"]),
        ("decided at", case["deciding_at"]),
        ("counts on", case["fcr_on"]),
        ("initial interaction", case["initial_interaction_id"]),
        ("acknowledgement", ", ".join(acknowledgement) or MISSING),
        *((name, case[name]) for name in OUTCOMES),
    ]
    return [
        known_pairs(f"case {case['case_id']}", case, [name for name in case if name not in (*TOLD, *OUTCOMES)]),
        grid("what happened (UTC)", lines, ["at", "id", "what", "agent", "meaning"], late),
        pairs("outcome at first contact", outcome),
    ]


def _steps(connection: Connection, case: dict[str, Any], basis: Basis) -> list[Step]:
    """Interactions, events and answers in the order that decides: time, tie order with the initial interaction's own, id."""
    rows = records(connection, STEPS, case["case_id"])
    for row in rows:
        row["is_initial"] = row["kind"] == "interaction" and row["id"] == case["initial_interaction_id"]
        if row["is_initial"]:
            row["tie_order"] = INITIAL_TIE_ORDER
    rows.sort(key=lambda row: (row["at"], row["tie_order"], row["id"]))
    start = next((index for index, row in enumerate(rows) if row["is_initial"]), len(rows))
    acknowledgement = _position(rows, ACKNOWLEDGED_BY.get(case["acknowledgement"]), case["acknowledgement_id"])
    deciding = _position(rows, RULES.get(case["fcr_reason"], ("", ""))[0], case["deciding_id"])
    for index, row in enumerate(rows):
        row["is_after"] = index > start
        row["is_acknowledgement"] = index == acknowledgement
        row["is_acknowledged"] = acknowledgement is not None and index > acknowledgement
        row["is_deciding"] = index == deciding
    does_transfer_count = (basis.policy("fcr_transfer_counts_against") or "true").lower() == "true"
    names = {column.name for column in fields(Step)} - {"meaning"}
    return [
        Step(**{name: row[name] for name in names}, meaning=_explain(row, case["delivery_model"], does_transfer_count))
        for row in rows
    ]


def _explain(row: dict[str, Any], delivery_model: str, does_transfer_count: bool) -> str:
    """What the step means by its place: before, at or after the initial interaction and the acknowledgement."""
    is_interaction, event = row["kind"] == "interaction", row["event_type"]
    if row["is_initial"]:
        return "the initial interaction"
    if is_interaction and row["direction"] == "inbound" and not row["is_agent_interaction"]:
        return "from the customer"
    if row["is_late"]:
        return "after the settlement: changes nothing"
    if row["is_acknowledgement"]:
        return "the acknowledgement"
    if not row["is_evidence"]:
        return _explain_other(row, delivery_model)
    if row["kind"] == "answer":
        return "a later answer holds instead" if row["is_superseded"] else "the answer that holds"
    if event == "reopened":
        return "counts against it, even after an acknowledgement"
    if event not in ("transferred", "escalated") and not is_interaction:
        return "an acknowledgement came before it" if row["is_acknowledged"] else ""
    if row["is_acknowledged"]:
        return "after the acknowledgement: does not count"
    if not does_transfer_count and (event == "transferred" or row["is_follow_up_of_transfer"]):
        return "a transfer and the contact that follows it do not count, by policy"
    return "a further agent interaction: counts against it" if is_interaction else "counts against it"


def _explain_other(row: dict[str, Any], delivery_model: str) -> str:
    """What a step means that is no evidence: before the initial interaction, or of a kind that never counts."""
    if row["kind"] == "interaction":
        if row["is_after"]:
            return "no agent interaction: does not count"
        return QUALIFICATIONS.get(row["qualification"], str(row["qualification"])).format(delivery_model=delivery_model)
    is_of_a_kind_that_counts = row["kind"] == "answer" or row["event_type"] in EVIDENCE_EVENTS
    return "not after an initial interaction: does not count" if is_of_a_kind_that_counts else ""


def _meaning(step: Step) -> str:
    """The meaning, and whether it decided the case."""
    return "; ".join(part for part in (step.meaning, "DECIDES" if step.is_deciding else "") if part)


def _position(rows: list[dict[str, Any]], kind: str | None, wanted: str | None) -> int | None:
    """Where the row of that kind and id stands: an event may have the same id as an interaction."""
    if wanted is None:
        return None
    return next((index for index, row in enumerate(rows) if row["id"] == wanted and kind in (row["kind"], "", None)), None)


def _rule(case: dict[str, Any]) -> str:
    if case["fcr_status"] == "awaiting_first_contact":
        return NO_CONTACT_YET
    reason = case["fcr_reason"]
    return RULES[reason][1] if reason in RULES else CODED_EXCLUSION.format(reason=reason)

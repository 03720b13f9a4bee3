"""Where one self-help session's place in deflection comes from: its entitlement, its answers, the case that followed."""

from __future__ import annotations

from datetime import date, timedelta

from casemart.render import Sheet
from casemart.trace import Basis, Record, Trace, days, entity, grid, known_pairs, pairs, read_basis, records
from casemart.warehouse import Connection

METRICS = ["deflection_rate"]
POLICIES = ("deflection_contact_window_days", "survey_settlement_days", "timezone")
VISIT = (
    *("session_at", "session_on", "channel", "account_id", "contact_id", "product", "topic", "process"),
    *("account_segment", "region", "events"),
)
FLAGS = ("is_success", "is_intended", "is_no_further_action", "is_deflected_floor", "is_deflected_ceiling")

# The questions of the chain, in its order.
QUESTIONS = {
    "found_answer": "did you find an answer?",
    "would_have_contacted_support": "would you have contacted support otherwise?",
    "further_action_needed": "was further action needed?",
}

# The rule in words, by deflection_state: the first that holds along the chain.
RULES = {
    "unknown_visitor": "Nobody knows whose session it is, so it is counted apart and is in no rate.",
    "not_entitled": "The account was not entitled to support on that day, so the session is counted apart and is in no rate.",
    "no_answer": "Nobody said whether the session gave an answer: the rates of those who did say stand for it.",
    "not_found": "The visitor found no answer: nothing was deflected.",
    "intent_unknown": "An answer was found; nobody said whether support would have been contacted otherwise.",
    "not_intended": "An answer was found, but support would not have been contacted anyway: nothing was deflected.",
    "case_observed": "An answer was found, and yet a case followed: further action was needed, whatever the third answer says.",
    "further_action_unknown": "An answer was found instead of contacting support; nobody said whether further action was needed.",
    "further_action_needed": "An answer was found instead of contacting support, but further action was needed.",
    "deflected": "An answer was found instead of contacting support, and nothing more was needed: a deflected case.",
}

# What a stretch of a contract means for the entitlement on one of its days.
COVERAGES = {
    "in_force": "in force, without support: does not entitle",
    "late_renewal_gap": "between its end and a late renewal: does not entitle",
    "awaiting_renewal": "ended, the renewal awaited: does not entitle",
}

STRETCHES = """
    select
        contract_id, product, contract_type, is_support_entitled, coverage, covered_from_on, covered_to_on,
        coverage = 'in_force' and is_support_entitled as is_entitling
    from facts.fct_contract_coverage
    where account_id = $1 and $2 between covered_from_on and covered_to_on
    order by covered_from_on, contract_id
"""

# The entitled stretch that holds the day, else the last one before and the first one after it.
PERIODS = """
    with periods as (
        select
            entitled_from_on, entitled_to_on,
            entitled_from_on <= $2 as is_begun,
            $2 between entitled_from_on and entitled_to_on as is_holding
        from facts.fct_entitled_periods where account_id = $1
    )

    select entitled_from_on, entitled_to_on, is_holding
    from periods
    where entitled_from_on in (
        (select max(entitled_from_on) from periods where is_begun), (select min(entitled_from_on) from periods where not is_begun)
    )
    order by entitled_from_on
"""

ANSWERS = """
    select responded_at as at, response_id as id, question, is_yes, is_late, is_in_force
    from facts.fct_self_help_answers where session_id = $1
    order by responded_at, response_id, question
"""

CASES = "select case_id, account_id, contact_id, product, channel, opened_at from facts.fct_cases where case_id = $1"


def trace_session(connection: Connection, session_id: str) -> Trace:
    """The visit, its entitlement with the contracts of that day, its answers, the case that followed, and the chain's end."""
    hint = "sessions after the as-of day are not published; `casemart show fct_self_help_sessions` lists them"
    session = entity(connection, "session", "facts.fct_self_help_sessions", session_id, hint)
    basis = read_basis(connection, POLICIES, METRICS)
    account, day = session["account_id"], session["session_on"]
    content = {
        "session": session,
        "entitled_periods": records(connection, PERIODS, account, day),
        "contracts": records(connection, STRETCHES, account, day),
        "answers": records(connection, ANSWERS, session_id),
        "observed_case": next(iter(records(connection, CASES, session["observed_case_id"])), None),
        "rule": RULES[session["deflection_state"]],
        "settles_on": _settles_on(session, basis),
    }
    for row in content["contracts"]:
        row["meaning"] = "entitles" if row["is_entitling"] else COVERAGES[row["coverage"]]
    for row in content["answers"]:
        row["meaning"] = _answer_meaning(row, basis)
    return Trace({**content, **basis.content()}, [*_sheets(content, basis), basis.sheet()])


def _sheets(content: Record, basis: Basis) -> list[Sheet]:
    session, contracts = content["session"], content["contracts"]
    answers = [
        {**row, "question": QUESTIONS.get(row["question"], row["question"]), "answer": row["is_yes"]}
        for row in content["answers"]
    ]
    settles_on, as_of = content["settles_on"], basis.as_of
    is_settled = settles_on is None or as_of is None or settles_on <= as_of
    outcome = [
        ("state", session["deflection_state"]),
        ("rule", content["rule"]),
        ("case that followed", _observed(content, basis)),
        *((name, session[name]) for name in (*QUESTIONS, *FLAGS, "late_answers")),
        ("settled", f"since {settles_on}" if is_settled else f"not before {settles_on}: until then it may change"),
    ]
    return [
        known_pairs(f"self-help session {session['session_id']}", session, VISIT),
        pairs(
            f"entitlement on {session['session_on']}",
            [("entitlement", session["entitlement"]), ("because", _entitlement(session, content["entitled_periods"], contracts))],
        ),
        grid(
            f"contracts of the account on {session['session_on']}",
            contracts,
            ["contract_id", "product", "contract_type", "covered_from_on", "covered_to_on", "meaning"],
            (index for index, row in enumerate(contracts) if not row["is_entitling"]),
        ),
        grid(
            "answers (UTC)",
            answers,
            ["at", "id", "question", "answer", "meaning"],
            (index for index, row in enumerate(answers) if not row["is_in_force"]),
        ),
        pairs("the chain of answers, and where it ends", outcome),
    ]


def _entitlement(session: Record, periods: list[Record], contracts: list[Record]) -> str:
    """Why the visitor was, or was not, entitled on the session's day."""
    if session["account_id"] is None:
        return "no event of the session names an account"
    holding = next((row for row in periods if row["is_holding"]), None)
    if holding:
        until = "" if holding["entitled_to_on"] == date.max else f" to {holding['entitled_to_on']}"
        return f"the account was entitled without a break from {holding['entitled_from_on']}{until}"
    found = "no contract in force on that day includes support" if contracts else "the account had no contract on that day"
    for row in periods:
        is_before = row["entitled_to_on"] < session["session_on"]
        found += f"; entitled until {row['entitled_to_on']}" if is_before else f"; entitled from {row['entitled_from_on']}"
    return found


def _answer_meaning(answer: Record, basis: Basis) -> str:
    if answer["is_late"]:
        settlement = basis.policy("survey_settlement_days")
        return f"later than the settlement{f' of {days(int(settlement))}' if settlement else ''}: changes nothing"
    return "the answer that holds" if answer["is_in_force"] else "a later answer holds instead"


def _observed(content: Record, basis: Basis) -> str:
    """The case of the same visitor within the window, and whether it mattered."""
    session, case = content["session"], content["observed_case"]
    window = basis.policy("deflection_contact_window_days")
    within = f" within {days(int(window))}" if window else ""
    if session["observed_case_id"] is None:
        return f"none{within}"
    found = str(session["observed_case_id"])
    if case:
        by_contact = session["contact_id"] is not None and session["contact_id"] == case["contact_id"]
        found += f", opened {case['opened_at']} by the same {'contact' if by_contact else 'account'}{within}"
    is_deciding = session["deflection_state"] == "case_observed"
    return found + (": DECIDES" if is_deciding else ": does not matter, the chain ended before")


def _settles_on(session: Record, basis: Basis) -> date | None:
    """The first day on which neither an answer nor a case can change the session any more; None where no policy is published."""
    windows = [basis.policy(name) for name in ("deflection_contact_window_days", "survey_settlement_days")]
    known = [int(value) for value in windows if value is not None]
    return session["session_on"] + timedelta(days=max(known)) if known else None

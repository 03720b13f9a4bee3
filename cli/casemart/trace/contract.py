"""Where one contract's renewal comes from: its days, what it is linked to, what it is charged, and the rule that decided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from casemart.render import Sheet
from casemart.trace import (
    ENDLESS,
    Basis,
    Record,
    Trace,
    days,
    entity,
    grid,
    known_pairs,
    listed,
    pairs,
    read_basis,
    records,
    text,
)
from casemart.warehouse import Connection

METRICS = ["contract_renewal_rate", "contract_renewal_value_rate", "committed_retention_rate"]
POLICIES = ("renewal_grace_days", "reporting_currency", "timezone")
DAY = timedelta(days=1)
HEAD = (
    *("account_id", "product", "contract_type", "is_support_entitled", "churn_reason"),
    *("account_segment", "region", "industry", "size_band"),
)
DAYS = (
    *("known_on", "starts_on", "ends_on", "cancelled_on", "renewal_committed_on", "first_covered_on", "own_last_covered_on"),
    *("last_covered_on", "latest_renewal_on", "due_on", "renewed_on"),
)
OUTCOMES = (
    *("is_renewed", "is_renewed_on_time", "is_renewed_late", "renewal_number"),
    *("expiring_value", "renewing_value", "renewed_value"),
)
BASES = {
    "link": "by a link",
    "inference": "inferred: the first contract of the same account and product to begin after it",
}
COVERAGES = {
    "in_force": "in force",
    "late_renewal_gap": "the gap before a late renewal: counts as active, entitles to nothing",
    "awaiting_renewal": "the grace still runs: neither active nor lost",
}
COMMITMENTS = {
    "stated": "the customer said so",
    "open_ended": "it has no end",
    "linked_successor": "{by}, which renews it by a link, is known",
    "inferred_successor": "{by}, of the same account and product, is known",
}

# Each pair of contracts that a link or the inference connects, with what became of it.
PAIRS = """
    with connected as (
        select contract_id, renewed_contract_id, 'link' as basis from facts.fct_contract_links
        union
        select contract_id, renewed_contract_id, renewal_basis from facts.fct_contract_renewals
    )

    select
        connected.contract_id, connected.renewed_contract_id, connected.basis,
        renewals.contract_id is not null as is_renewal,
        renewing.known_on, renewing.first_covered_on as begins_on,
        renewed.is_ever_in_force, renewed.first_covered_on, renewed.latest_renewal_on,
        inferred.contract_id as inferred_contract_id
    from connected
    inner join facts.fct_contract_dates as renewing on connected.contract_id = renewing.contract_id
    inner join facts.fct_contract_dates as renewed on connected.renewed_contract_id = renewed.contract_id
    left join facts.fct_contract_renewals as renewals
        on
            connected.contract_id = renewals.contract_id
            and connected.renewed_contract_id = renewals.renewed_contract_id
            and connected.basis = renewals.renewal_basis
    left join facts.fct_contract_renewals as inferred
        on connected.renewed_contract_id = inferred.renewed_contract_id and inferred.renewal_basis = 'inference'
    where {condition}
    order by begins_on, connected.contract_id, connected.renewed_contract_id, connected.basis
"""

# For each contract the first one of the same account and product to begin after it, in time or not.
NEXT = """
    select ended.contract_id, arg_min(following.contract_id, (following.first_covered_on, following.contract_id)) as next_id,
        min(following.first_covered_on) as next_on
    from facts.fct_contract_dates as ended
    inner join facts.fct_contract_dates as following
        on ended.account_id = following.account_id and ended.product is not distinct from following.product
    where
        ended.account_id = $1 and following.is_ever_in_force
        and following.first_covered_on > ended.own_last_covered_on and following.first_covered_on <= $2
    group by ended.contract_id
"""

STRETCHES = """
    select coverage, covered_from_on, covered_to_on from facts.fct_contract_coverage where contract_id = $1
    order by covered_from_on
"""
COMMITTED = """
    select commitment, committed_by_id, committed_from_on, committed_until_on
    from facts.fct_contract_commitments where contract_id = $1
    order by committed_from_on, commitment, committed_by_id
"""
CHARGES = """
    select * exclude (contract_id, account_id, contract_type, is_orphan)
    from facts.fct_contract_charges where contract_id = $1
    order by covered_from_on nulls last, charge_id
"""


def trace_contract(connection: Connection, contract_id: str) -> Trace:
    """The contract, its days and what they mean, its links in both directions, coverage, commitments, charges, and the rule."""
    hint = "contracts signed after the as-of day are not published; `casemart show fct_contract_terms` lists them"
    term = entity(connection, "contract", "facts.fct_contract_terms", contract_id, hint)
    basis = read_basis(connection, POLICIES, METRICS)
    connected = read_pairs(connection, "$1 in (connected.contract_id, connected.renewed_contract_id)", contract_id)
    renewed_by = [row for row in connected if row["renewed_contract_id"] == contract_id]
    content: Record = {
        "contract": term,
        "days": _explain_days(term, basis),
        "renewed_by": renewed_by,
        "renews": [row for row in connected if row["contract_id"] == contract_id],
        "coverage": [{**row, "meaning": COVERAGES[row["coverage"]]} for row in records(connection, STRETCHES, contract_id)],
        "commitments": [{**row, "meaning": _commitment(row)} for row in records(connection, COMMITTED, contract_id)],
        "charges": [{**row, "meaning": _charge(row)} for row in records(connection, CHARGES, contract_id)],
        "rule": rule(term, renewed_by, read_next(connection, term["account_id"], basis).get(contract_id), basis),
    }
    return Trace({**content, **basis.content()}, [*_sheets(content), basis.sheet()])


def read_pairs(connection: Connection, condition: str, wanted: str) -> list[Record]:
    """The connected pairs that meet the condition on `$1`, each with what it means."""
    rows = records(connection, PAIRS.format(condition=condition), wanted)
    shown = ("contract_id", "renewed_contract_id", "basis", "known_on", "begins_on", "is_renewal")
    return [{**{name: row[name] for name in shown}, "meaning": _pair(row)} for row in rows]


def read_next(connection: Connection, account_id: str | None, basis: Basis) -> dict[str, tuple[str, date]]:
    """By contract of the account: the contract that begins next, and when."""
    rows = records(connection, NEXT, account_id, basis.as_of)
    return {row["contract_id"]: (row["next_id"], row["next_on"]) for row in rows}


def rule(term: Record, renewed_by: list[Record], following: tuple[str, date] | None, basis: Basis) -> str:
    """What decided the renewal state, in words. `renewed_by`: pairs in which it is renewed; `following`: the next contract."""
    state, last, own_last = term["renewal_state"], term["last_covered_on"], term["own_last_covered_on"]
    first, latest, limit = term["first_covered_on"], term["latest_renewal_on"], _limit(term, basis)
    if state == "never_in_force":
        return f"Its first covered day, {first}, is after its last one, {own_last}: it never was in force and is in no rate."
    if state == "not_started":
        return f"It begins on {first}, after the as-of day, {basis.as_of}."
    if state == "in_force":
        return f"It is in force on {basis.as_of}" + (f" and ends on {last}: not due yet." if last else " and has no end.")
    if state == "undetermined":
        return f"It ended on {last}, nothing has renewed it yet, and {limit} runs to {latest}: not known yet."
    if state == "lost":
        missed = _missed(latest, following)
        return f"It ended on {last}; {limit} ran out on {latest} and nothing had renewed it by then: lost.{missed}"
    return _renewed(term, [row for row in renewed_by if row["is_renewal"]], limit)


def _renewed(term: Record, renewals: list[Record], limit: str) -> str:
    last, own_last, renewed_on = term["last_covered_on"], term["own_last_covered_on"], term["renewed_on"]
    who = listed(f"{row['contract_id']} ({BASES[row['basis']]})" for row in renewals if row["begins_on"] == renewed_on)
    later = [f"{row['contract_id']} on {row['begins_on']}" for row in renewals if row["begins_on"] > renewed_on]
    split = f" Another part of it followed: {listed(later)}." if later else ""
    if own_last is None or renewed_on <= own_last:
        until = f"before its own end, {own_last}" if own_last else "and it had no end of its own"
        return f"{who} began on {renewed_on}, {until}: it ended the day before and was renewed early, on time.{split}"
    if renewed_on == last + DAY:
        return f"It ended on {last} and {who} began on the next day: renewed on time.{split}"
    gap, latest = days((renewed_on - last - DAY).days), term["latest_renewal_on"]
    return f"It ended on {last} and {who} began on {renewed_on}, {gap} late, within {limit} to {latest}: renewed late.{split}"


def _missed(latest: date, following: tuple[str, date] | None) -> str:
    """Why the next contract of the same account and product did not renew a lost one."""
    if following is None:
        return ""
    why = "too late: that is new business" if following[1] > latest else "but a link says that another contract renews it"
    return f" {following[0]} began on {following[1]}, {why}."


def _limit(term: Record, basis: Basis) -> str:
    """What ends the time in which a renewal may begin: the grace, or a cancellation, which leaves none."""
    if term["latest_renewal_on"] == term["cancelled_on"]:
        return "the time that its cancellation leaves"
    grace = basis.policy("renewal_grace_days")
    return f"the grace of {days(int(grace))}" if grace else "the grace"


def _explain_days(term: Record, basis: Basis) -> list[Record]:
    """The contract's days in their order, each with what made it so."""
    signed_late = term["first_covered_on"] > term["starts_on"]
    own_last, last = term["own_last_covered_on"], term["last_covered_on"]
    is_cancelled = term["cancelled_on"] is not None and own_last != term["ends_on"]
    meanings = {
        "known_on": "signed" if term["known_on"] != term["starts_on"] else "signed, or the start where no signature is recorded",
        "starts_on": "start of the term",
        "ends_on": "end of the term" if term["ends_on"] else "open-ended",
        "cancelled_on": "first day not covered, by the cancellation"
        if is_cancelled
        else "ends the grace; no day of the term is lost",
        "renewal_committed_on": "the customer committed to renew",
        "first_covered_on": "signed after the start: in force no earlier" if signed_late else "the start of the term",
        "own_last_covered_on": "the day before the cancellation" if is_cancelled else "the end of the term",
        "last_covered_on": "the same" if last == own_last else "the day before the renewal, which came early",
        "latest_renewal_on": f"last day on which a renewal may begin: {_limit(term, basis)}",
        "due_on": "the last covered day: dates the renewal",
        "renewed_on": "the first renewing contract began",
    }
    shown = [name for name in DAYS if term[name] is not None or name == "ends_on"]
    return [{"day": name, "on": term[name], "meaning": meanings[name]} for name in shown]


def _pair(row: Record) -> str:
    """Why the connection is a renewal, or why it is none."""
    if row["is_renewal"]:
        return BASES[row["basis"]]
    if not row["is_ever_in_force"]:
        return "no renewal: the contract that it names was never in force"
    if row["begins_on"] <= row["first_covered_on"]:
        return "no renewal: it did not begin after the contract that it names"
    if row["latest_renewal_on"] and row["begins_on"] > row["latest_renewal_on"]:
        return f"no renewal: it begins too late, after {row['latest_renewal_on']}"
    if row["inferred_contract_id"]:
        return f"no renewal: {row['inferred_contract_id']} had begun as the inferred one while this link did not stand"
    return "no renewal yet: it has not begun"


def _commitment(row: Record) -> str:
    """What shows the commitment, and what ended it."""
    meaning = COMMITMENTS[row["commitment"]].format(by=row["committed_by_id"])
    return meaning if row["committed_until_on"].year == ENDLESS else f"{meaning}, until {row['committed_until_on']}"


def _charge(row: Record) -> str:
    """What of the charge does not go without saying."""
    if row["covered_from_on"] is None:
        return "never in force: outside its contract's days"
    held = f"goes on to {text(row['held_to_on'])} ({row['hold_reason'].replace('_', ' ')})" if row["hold_reason"] else ""
    discount = "a discount" if row["amount"] < 0 else ""
    return "; ".join(
        part for part in (discount, "its dates reach outside the contract's" if row["is_clipped"] else "", held) if part
    )


def _sheets(content: Record) -> list[Sheet]:
    term = content["contract"]
    links = [{**row, "direction": "renewed by", "other": row["contract_id"]} for row in content["renewed_by"]]
    links += [{**row, "direction": "renews", "other": row["renewed_contract_id"]} for row in content["renews"]]
    committed = [{**row, "by": row["committed_by_id"], "from": row["committed_from_on"]} for row in content["commitments"]]
    charges = [
        {
            **row,
            "charged": f"{text(row['amount'])} {row['currency']} a {row['billing_period']}",
            "monthly": row["monthly_amount"],
            "in_force": f"{row['covered_from_on']} to {text(row['covered_to_on'])}" if row["covered_from_on"] else None,
        }
        for row in content["charges"]
    ]
    outcome: list[tuple[str, Any]] = [("state", term["renewal_state"]), ("rule", content["rule"])]
    return [
        known_pairs(f"contract {term['contract_id']}", term, HEAD),
        grid("its days", content["days"], ["day", "on", "meaning"]),
        grid(
            "links and inferred renewals",
            links,
            ["direction", "other", "basis", "known_on", "begins_on", "meaning"],
            (index for index, row in enumerate(links) if not row["is_renewal"]),
        ),
        grid("coverage", content["coverage"], ["coverage", "covered_from_on", "covered_to_on", "meaning"]),
        grid("commitments", committed, ["commitment", "by", "from", "meaning"]),
        grid("charges", charges, ["charge_id", "product", "charged", "monthly", "quantity", "in_force", "meaning"]),
        pairs("outcome", outcome + [(name, text(term[name], name)) for name in OUTCOMES]),
    ]

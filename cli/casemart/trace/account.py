"""Where an account's retention and recurring revenue come from: its contracts, its state by month, each movement of its value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from casemart.render import Sheet, period_label
from casemart.trace import Record, Trace, entity, grid, pairs, read_basis, records, text
from casemart.trace.contract import read_next, read_pairs, rule
from casemart.warehouse import Connection

METRICS = ["net_recurring_revenue_rate", "recurring_revenue", "committed_retention_rate", "logo_retention_rate"]
POLICIES = ("renewal_grace_days", "nrr_lookback_months", "reporting_currency", "timezone")
ATTRIBUTES = ("account_segment", "region", "industry", "size_band")
QUIET = ("unchanged", "none")

# The rule in words, of the value at the opening and now, by movement; the zero cases come first.
MOVEMENTS = {
    "new": "none ever before",
    "reactivation": "none at the opening, some before",
    "churn": "none left",
    "expansion": "more, apart from fx",
    "contraction": "less, apart from fx",
    "unchanged": "the same, apart from fx",
    "none": "none at either end",
}
# What each movement adds to the opening.
VALUES = ("new_value", "reactivation_value", "expansion_value", "contraction_value", "churn_value")
TAKEN = ("contraction_value", "churn_value")

# An account that only a contract names is one as well.
KNOWN = "(select account_id from dimensions.dim_accounts union select account_id from facts.fct_contract_terms)"
PERIODS = """
    select account_name, parent_account_id, account_segment, region, industry, size_band, created_on, valid_from_at, valid_to_at
    from dimensions.dim_accounts where account_id = $1 order by valid_from_at
"""
TERMS = """
    select * exclude (account_id, account_segment, region, industry, size_band)
    from facts.fct_contract_terms where account_id = $1
    order by first_covered_on, contract_id
"""
STATES = """
    select month_start, stock_on, account_state, contracts_in_force, committed_contracts, is_committed
    from facts.fct_account_months where account_id = $1 order by month_start
"""
MONTHS = "select * exclude (account_id) from facts.fct_recurring_revenue where account_id = $1 order by month_start"
# Of the months in which the account has value at both ends, the products that changed.
PRODUCTS = """
    with stood as (
        select
            month_start, product, bool_or(is_at_opening) as is_at_opening, bool_or(is_at_closing) as is_at_closing
        from facts.fct_recurring_value_changes where account_id = $1
        group by month_start, product
    )

    select
        changes.month_start, changes.product, changes.change_value, changes.opening_quantity, changes.closing_quantity,
        changes.volume_change, changes.price_change, changes.unsplit_change, stood.is_at_opening, stood.is_at_closing
    from facts.fct_recurring_product_changes as changes
    inner join facts.fct_recurring_revenue as months
        on changes.account_id = months.account_id and changes.month_start = months.month_start
    inner join stood
        on changes.month_start = stood.month_start and changes.product is not distinct from stood.product
    where
        changes.account_id = $1 and changes.segment_by = 'all' and months.opening_value > 0 and months.closing_value > 0
        and (changes.change_value <> 0 or changes.volume_change <> 0)
    order by changes.month_start, changes.product
"""


def trace_account(connection: Connection, account_id: str) -> Trace:
    """The account over time: attributes, contracts with their renewals, states, movements, transfers and products."""
    entity(
        connection, "account", KNOWN, account_id, "accounts come from `accounts` and `contracts`: `casemart show dim_accounts`"
    )
    basis = read_basis(connection, POLICIES, METRICS)
    terms, following = records(connection, TERMS, account_id), read_next(connection, account_id, basis)
    connected = read_pairs(connection, "renewed.account_id = $1", account_id)
    for term in terms:
        renewed_by = [row for row in connected if row["renewed_contract_id"] == term["contract_id"]]
        term["renewed_by"] = [row["contract_id"] for row in renewed_by if row["is_renewal"]]
        term["rule"] = rule(term, renewed_by, following.get(term["contract_id"]), basis)
    months = records(connection, MONTHS, account_id)
    content: Record = {
        "account_id": account_id,
        "attributes": records(connection, PERIODS, account_id),
        "contracts": terms,
        "states": list(_states(records(connection, STATES, account_id))),
        "movements": list(_movements(months)),
        "transfers": list(_transfers(months)),
        "products": [{**row, "rule": _product_rule(row)} for row in records(connection, PRODUCTS, account_id)],
    }
    return Trace({**content, **basis.content()}, [*_sheets(content), basis.sheet()])


def _stretches(rows: Iterable[Record], key: Callable[[Record], Any]) -> Iterator[tuple[date, date, list[Record]]]:
    """Consecutive rows of one key, with the first and last month."""
    for _, group in groupby(rows, key):
        months = list(group)
        yield months[0]["month_start"], months[-1]["month_start"], months


def _states(rows: list[Record]) -> Iterator[Record]:
    """The account's state, in stretches of months that are alike."""
    names = ("account_state", "contracts_in_force", "committed_contracts", "is_committed")
    for first, last, months in _stretches(rows, lambda row: tuple(row[name] for name in names)):
        state = {name: months[0][name] for name in names}
        yield {"from_month": first, "to_month": last, **state, "rule": _state_rule(state)}


def _state_rule(state: Record) -> str:
    in_force, committed = state["contracts_in_force"], state["committed_contracts"]
    if state["account_state"] == "undetermined":
        return "none in force, the grace of one still runs"
    if state["account_state"] == "inactive":
        return "none in force"
    if not in_force:
        return "none in force, but a late renewal closed the gap"
    if state["is_committed"]:
        return "all in force are committed"
    return f"{in_force - committed:,} of {in_force:,} in force not committed"


def _movements(rows: list[Record]) -> Iterator[Record]:
    """Each month in which the value moved; the months between, in which at most rates did, as one row."""
    # A month that moved is a stretch of its own.
    quiet = (row | {"key": row["movement"] if row["movement"] in QUIET else row["month_start"]} for row in rows)
    for first, last, months in _stretches(quiet, lambda row: (row["key"], row["is_undetermined"])):
        movement = months[0]["movement"]
        change = sum(-months[0][name] if name in TAKEN else months[0][name] for name in VALUES)
        yield {
            "from_month": first,
            "to_month": last,
            "movement": movement,
            "opening_value": months[0]["opening_value"],
            "change_value": change,
            "closing_value": months[-1]["closing_value"],
            **{
                name: sum(row[name] for row in months) for name in ("fx_value", "volume_change", "price_change", "unsplit_change")
            },
            "churn_reason": months[0]["churn_reason"],
            "awaiting_renewal_value": months[-1]["awaiting_renewal_value"],
            "is_undetermined": months[0]["is_undetermined"],
            "rule": _movement_rule(months[0], months[-1]),
        }


def _movement_rule(month: Record, last: Record) -> str:
    parts = [MOVEMENTS[month["movement"]]]
    if month["movement"] == "churn":
        parts.append(f"reason: {month['churn_reason']}")
    if last["awaiting_renewal_value"]:
        until = "its grace still runs" if month["is_undetermined"] else "it was renewed late"
        parts.append(f"{text(last['awaiting_renewal_value'])} goes on after the contract's end: {until}")
    return "; ".join(parts)


def _transfers(rows: list[Record]) -> Iterator[Record]:
    """Months in which the account stood in another segment than at the opening: its opening value moves with it."""
    for row in rows:
        for name in ATTRIBUTES:
            old, new = row[f"opening_{name}"], row[name]
            if row["opening_value"] and row["closing_value"] and old != new:
                yield {
                    "month_start": row["month_start"],
                    "segment_by": name,
                    "from": old,
                    "to": new,
                    "value": row["opening_value"],
                }


def _product_rule(row: Record) -> str:
    if not row["is_at_opening"]:
        return "all volume: not there at the opening"
    if not row["is_at_closing"]:
        return "all volume: not there at the closing"
    if row["unsplit_change"] is not None:
        return "not split: a quantity is not known"
    return "volume: the quantity's change at the old price"


def _sheets(content: Record) -> list[Sheet]:
    terms = [
        {
            **term,
            "what": ", ".join(term[name] for name in ("product", "contract_type") if term[name]) or None,
            "from": term["first_covered_on"],
            "to": term["last_covered_on"] or "open-ended",
            "state": term["renewal_state"],
            "expiring": term["expiring_value"],
            "renewed": term["renewed_value"],
        }
        for term in content["contracts"]
    ]
    states = [{**row, "months": _months(row), "state": row["account_state"]} for row in content["states"]]
    states = [{**row, "in_force": row["contracts_in_force"], "committed": row["committed_contracts"]} for row in states]
    amounts = ("opening", "fx", "closing")
    movements = [
        {**row, "months": _months(row), "change": row["change_value"] or None, **{name: row[f"{name}_value"] for name in amounts}}
        for row in content["movements"]
    ]
    renamed = {"change": "change_value", "volume": "volume_change", "price": "price_change", "unsplit": "unsplit_change"}
    products = [
        {**row, "month": period_label("month", row["month_start"]), **{new: row[old] for new, old in renamed.items()}}
        for row in content["products"]
    ]
    transfers = [{**row, "month": period_label("month", row["month_start"])} for row in content["transfers"]]
    attributes = [
        {**row, "name": row["account_name"], "from": row["valid_from_at"], "to": row["valid_to_at"]}
        for row in content["attributes"]
    ]
    return [
        pairs(f"account {content['account_id']}", _now(content)),
        grid("attributes (UTC)", attributes, ["from", "to", "name", "parent_account_id", *ATTRIBUTES]),
        grid("contracts", terms, ["contract_id", "what", "from", "to", "state", "expiring", "renewed"]),
        pairs("what decided their renewals", [(term["contract_id"], term["rule"]) for term in terms]),
        grid("state at the end of the months", states, ["months", "state", "in_force", "committed", "rule"]),
        grid(
            "recurring revenue by month",
            movements,
            ["months", "movement", "opening", "change", "fx", "closing", "rule"],
            (index for index, row in enumerate(movements) if row["movement"] in QUIET),
        ),
        grid("transfers between segments", transfers, ["month", "segment_by", "from", "to", "value"]),
        grid(
            "volume and price by product",
            products,
            ["month", "product", "change", "opening_quantity", "closing_quantity", "volume", "price", "unsplit", "rule"],
        ),
    ]


def _now(content: Record) -> Iterator[tuple[str, str]]:
    """Where the account stands at the as-of day."""
    counts = Counter(term["renewal_state"] for term in content["contracts"])
    found = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
    yield "contracts", found or "none"
    for name, rows, value in (("state", "states", "account_state"), ("recurring revenue", "movements", "closing_value")):
        last = content[rows][-1] if content[rows] else None
        yield name, f"{text(last[value])} at the end of {period_label('month', last['to_month'])}" if last else "never any"


def _months(row: Record) -> str:
    """`2026-03`, or `2026-03 to 2026-05`."""
    first, last = (period_label("month", row[name]) for name in ("from_month", "to_month"))
    return first if first == last else f"{first} to {last}"

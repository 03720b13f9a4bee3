"""Sessions, contracts and an account's value in the published version of `published_fixture`, written by hand.

The grace is 90 days, and the as-of day 10 June 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from published_fixture import HOSTILE, VERSION, insert, publish

POLICIES = {"renewal_grace_days": "90", "deflection_contact_window_days": "7", "survey_settlement_days": "30"}
NEVER, DAY = "9999-12-31", timedelta(days=1)

# contract, account, product: first covered, ends, state; and what does not follow from these.
CONTRACTS: dict[str, tuple[str, str, str, str, str | None, str, dict[str, Any]]] = {
    "K-1": ("K-1", "AC-1", "Atlas", "2024-01-01", "2024-12-31", "renewed", {"renewed_on": "2025-01-11"}),
    "K-2": ("K-2", "AC-1", "Atlas", "2025-01-11", "2026-01-10", "renewed", {"renewed_on": "2026-01-11"}),
    "K-3": ("K-3", "AC-1", "Atlas", "2026-01-11", None, "in_force", {}),
    "K-4": ("K-4", "AC-1", "Beacon", "2024-01-01", "2024-03-31", "lost", {"churn_reason": HOSTILE}),
    # Cancelled half way: its last covered day is the one before, and no grace follows.
    "K-5": ("K-5", "AC-1", "Beacon", "2024-07-01", "2025-06-30", "lost", {"cancelled_on": "2025-01-01"}),
    "K-6": ("K-6", "AC-2", "Atlas", "2026-01-01", "2026-05-31", "undetermined", {}),
    "K-7": ("K-7", "AC-2", "Atlas", "2026-07-01", "2026-12-31", "not_started", {"known_on": "2026-05-01"}),
    "K-8": ("K-8", "AC-2", "Beacon", "2025-02-01", "2025-01-31", "never_in_force", {"starts_on": "2025-01-01"}),
    "K-9": ("K-9", "AC-3", "Atlas", "2024-01-01", None, "renewed", {"renewed_on": "2025-01-01", "last": "2024-12-31"}),
    "K-10": ("K-10", "AC-3", "Atlas", "2025-01-01", "2026-12-31", "in_force", {}),
    "K-11": ("K-11", "AC-3", "Beacon", "2025-01-01", "2026-12-31", "in_force", {}),
    "K-12": ("K-12", "AC-3", "Cobalt", "2025-02-01", "2026-12-31", "in_force", {}),
}
# renewing, renewed; and whether it is a renewal, by which basis.
LINKS = [("K-2", "K-1"), ("K-5", "K-4"), ("K-7", "K-6"), ("K-10", "K-9"), ("K-11", "K-9"), ("K-12", "K-9")]
RENEWALS = [("K-2", "K-1", "link"), ("K-3", "K-2", "inference"), *((k, "K-9", "link") for k in ("K-10", "K-11", "K-12"))]


def publish_traced(home: Path) -> Path:
    """Publishes a version in `home` with all that the four traces tell."""
    publish(home)
    with duckdb.connect(str(home / "published" / VERSION / "casemart.duckdb")) as connection:
        rows = (
            {"policy": f"casemart_{name}", "value": value, "description": "what it means"} for name, value in POLICIES.items()
        )
        insert(connection, "marts.build_policies", rows)
        _fill_contracts(connection)
        _fill_sessions(connection)
        _fill_account(connection)
    return home


def _fill_contracts(connection: duckdb.DuckDBPyConnection) -> None:
    for dates, outcome in _contracts():
        is_ever_in_force = outcome["renewal_state"] != "never_in_force"
        insert(connection, "facts.fct_contract_dates", [{**dates, "is_ever_in_force": is_ever_in_force}])
        insert(connection, "facts.fct_contract_terms", [{**dates, **outcome}])
    begins = {key: row[3] for key, row in CONTRACTS.items()}
    insert(
        connection,
        "facts.fct_contract_links",
        ({"contract_id": new, "renewed_contract_id": old, "first_covered_on": begins[new]} for new, old in LINKS),
    )
    insert(
        connection,
        "facts.fct_contract_renewals",
        (
            {"contract_id": new, "renewed_contract_id": old, "renewal_basis": basis, "renewed_on": begins[new]}
            for new, old, basis in RENEWALS
        ),
    )
    stretches = [
        ("K-1", "in_force", "2024-01-01", "2024-12-31"),
        ("K-1", "late_renewal_gap", "2025-01-01", "2025-01-10"),
        ("K-2", "in_force", "2025-01-11", "2026-01-10"),
        ("K-3", "in_force", "2026-01-11", NEVER),
        ("K-6", "awaiting_renewal", "2026-06-01", "2026-06-10"),
    ]
    insert(
        connection,
        "facts.fct_contract_coverage",
        (
            {
                **{"contract_id": key, "account_id": CONTRACTS[key][1], "product": CONTRACTS[key][2]},
                **{"is_support_entitled": key != "K-3", "coverage": coverage, "covered_from_on": first, "covered_to_on": last},
            }
            for key, coverage, first, last in stretches
        ),
    )
    committed = [("K-1", "stated", "K-1", "2024-06-01", NEVER), ("K-1", "inferred_successor", "K-2", "2024-10-01", "2024-11-01")]
    names = ("contract_id", "commitment", "committed_by_id", "committed_from_on", "committed_until_on")
    insert(connection, "facts.fct_contract_commitments", (dict(zip(names, row, strict=True)) for row in committed))
    base = {"contract_id": "K-1", "product": "Atlas", "currency": "usd", "billing_period": "year", "is_clipped": False}
    whole = {"covered_from_on": "2024-01-01", "covered_to_on": "2024-12-31"}
    held = {"held_from_on": "2025-01-01", "held_to_on": "2025-01-10", "hold_reason": "late_renewal_gap"}
    charges = [
        {"charge_id": "base", "amount": 1000, "monthly_amount": "83.33333333", "quantity": 20, **whole, **held},
        {"charge_id": "discount", "amount": -120, "monthly_amount": -10, **whole, "is_clipped": True},
        {"charge_id": "outside", "amount": 12, "monthly_amount": 1, "quantity": 1},
    ]
    insert(connection, "facts.fct_contract_charges", ({**base, **row} for row in charges))


def _contracts() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The rows of `fct_contract_dates`, and what `fct_contract_terms` has beside them."""
    for key, account, product, first, ends, state, more in CONTRACTS.values():
        others = {name: more[name] for name in ("cancelled_on", "churn_reason") if name in more}
        own_last = date.fromisoformat(more["cancelled_on"]) - DAY if "cancelled_on" in more else ends and date.fromisoformat(ends)
        latest = more.get("cancelled_on") or (own_last and own_last + 91 * DAY)
        last = more.get("last", own_last)
        dates = {
            **{"contract_id": key, "account_id": account, "product": product, "contract_type": "subscription", "ends_on": ends},
            **{"known_on": more.get("known_on", first), "starts_on": more.get("starts_on", first), "first_covered_on": first},
            **{"own_last_covered_on": own_last, "latest_renewal_on": latest, **others},
        }
        is_due = state in ("renewed", "lost", "undetermined")
        value = {"expiring_value": 100, "renewed_value": 90 if state == "renewed" else 0} if state in ("renewed", "lost") else {}
        yield (
            dates,
            {
                **{"renewal_state": state, "last_covered_on": last, "due_on": last if is_due else None, **value},
                "renewed_on": more.get("renewed_on"),
            },
        )


def _fill_sessions(connection: duckdb.DuckDBPyConnection) -> None:
    insert(
        connection,
        "facts.fct_entitled_periods",
        [
            {"account_id": "AC-1", "entitled_from_on": "2024-01-01", "entitled_to_on": "2024-12-31"},
            {"account_id": "AC-1", "entitled_from_on": "2025-01-11", "entitled_to_on": "2026-01-10"},
        ],
    )
    visit = {"channel": "portal", "account_id": "AC-1", "contact_id": "P-1", "topic": HOSTILE, "events": 3, "late_answers": 0}
    asked = {"found_answer": True, "would_have_contacted_support": True, "further_action_needed": False}
    sessions = [
        {"session_id": "S-1", "session_on": "2024-12-31", "entitlement": "entitled", "deflection_state": "case_observed"}
        | {"observed_case_id": "C-1001", "late_answers": 1, **asked},
        {"session_id": "S-2", "session_on": "2025-01-05", "entitlement": "not_entitled", "deflection_state": "not_entitled"},
        {"session_id": "S-3", "session_on": "2026-05-12", "entitlement": "not_entitled", "deflection_state": "not_entitled"},
        {"session_id": "S-4", "session_on": "2024-05-01", "entitlement": "unknown", "deflection_state": "unknown_visitor"}
        | {"account_id": None, "contact_id": None},
        {"session_id": "S-5", "session_on": "2024-05-01", "entitlement": "entitled", "deflection_state": "not_found"}
        | {"observed_case_id": "C-1001", "found_answer": False},
    ]
    insert(
        connection,
        "facts.fct_self_help_sessions",
        ({**visit, "session_at": f"{row['session_on']} 09:00:00", **row} for row in sessions),
    )
    answers: list[tuple[str, str, str, bool, str]] = [
        ("R-1", "found_answer", "2024-12-31 10:00:00", False, ""),
        ("R-2", "found_answer", "2025-01-30 10:00:00", True, "is_in_force"),
        ("R-2", "would_have_contacted_support", "2025-01-30 10:00:00", True, "is_in_force"),
        ("R-3", "found_answer", "2025-01-31 10:00:00", False, "is_late"),
    ]
    insert(
        connection,
        "facts.fct_self_help_answers",
        (
            {
                **{"response_id": key, "question": question, "session_id": "S-1", "responded_at": at, "is_yes": is_yes},
                **{"is_late": flag == "is_late", "is_in_force": flag == "is_in_force"},
            }
            for key, question, at, is_yes, flag in answers
        ),
    )


def _fill_account(connection: duckdb.DuckDBPyConnection) -> None:
    """AC-1 starts, changes segment, drops a product, is lost, and comes back; exchange rates move all the while."""
    ends_of_days = (("0001-01-01", "2024-03-10", "small"), ("2024-03-10", NEVER, "large"))
    insert(
        connection,
        "dimensions.dim_accounts",
        (
            {
                "account_id": "AC-1",
                "account_name": HOSTILE,
                "account_segment": segment,
                "valid_from_at": first,
                "valid_to_at": last,
            }
            for first, last, segment in ends_of_days
        ),
    )
    states = [
        ("01", "active", 2, 2),
        ("02", "active", 2, 2),
        ("03", "active", 2, 1),
        ("04", "active", 0, 0),
        ("05", "inactive", 0, 0),
    ]
    states += [("06", "undetermined", 0, 0)]
    insert(
        connection,
        "facts.fct_account_months",
        (
            {
                **{"account_id": "AC-1", "month_start": f"2024-{month}-01", "account_state": state},
                **{"contracts_in_force": in_force, "committed_contracts": committed},
                "is_committed": in_force > 0 and in_force == committed if state == "active" else None,
            }
            for month, state, in_force, committed in states
        ),
    )
    # month, movement: opening, its change, fx, closing
    movements: list[tuple[str, str, float, float, float, float, dict[str, Any]]] = [
        ("01", "new", 0, 100, 0, 100, {"new_value": 100}),
        ("02", "unchanged", 100, 0, 1.25, 101.25, {"volume_change": 5, "price_change": -5}),
        ("03", "unchanged", 101.25, 0, -0.5, 100.75, {"opening_account_segment": "small"}),
        ("04", "contraction", 100.75, -40.75, 0, 60, {"contraction_value": 40.75, "awaiting_renewal_value": 60}),
        ("05", "churn", 60, -60, 0, 0, {"churn_value": 60, "churn_reason": "price"}),
        ("06", "none", 0, 0, 0, 0, {}),
        ("07", "reactivation", 0, 70, 0, 70, {"reactivation_value": 70}),
        ("08", "expansion", 70, 5, 0, 75, {"expansion_value": 5, "is_undetermined": True, "awaiting_renewal_value": 75}),
    ]
    nothing = dict.fromkeys((*(f"{name}_value" for name in ("new", "reactivation", "expansion", "contraction", "churn")),), 0)
    nothing |= dict.fromkeys(("volume_change", "price_change", "unsplit_change", "awaiting_renewal_value"), 0)
    insert(
        connection,
        "facts.fct_recurring_revenue",
        (
            {
                **{"account_id": "AC-1", "month_start": f"2024-{month}-01", "movement": movement, "is_undetermined": False},
                **{"opening_value": opening, "fx_value": fx, "closing_value": closing, **nothing},
                **{"account_segment": "small" if month < "03" else "large"},
                **{"opening_account_segment": "small" if month < "03" else "large", **more},
            }
            for month, movement, opening, _, fx, closing, more in movements
        ),
    )
    products: list[tuple[str, str, tuple[float | None, float | None], tuple[float | None, float | None, float | None], float]] = [
        ("04", "Atlas", (20, 10), (-30, -0.75, None), -30.75),
        ("04", "Beacon", (5, 0), (-5, 0, None), -5),
        ("04", "Cobalt", (None, 3), (None, None, -5), -5),
        # The account is lost in May: that is no contraction of a product.
        ("05", "Atlas", (10, 0), (-60, 0, None), -60),
    ]
    for month, product, (opening, closing), (volume, price, unsplit), change in products:
        key = {"account_id": "AC-1", "month_start": f"2024-{month}-01", "product": product}
        split = {"volume_change": volume, "price_change": price, "unsplit_change": unsplit, "change_value": change}
        quantities = {"opening_quantity": opening, "closing_quantity": closing}
        insert(
            connection,
            "facts.fct_recurring_product_changes",
            [{**key, "segment_by": "all", "segment": "all", **quantities, **split}],
        )
        stood = {"is_at_opening": True, "is_at_closing": closing != 0}
        insert(connection, "facts.fct_recurring_value_changes", [{**key, "currency": "usd", **stood}])

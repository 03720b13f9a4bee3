"""What a reader must know to read a number rightly, found in the data."""

from __future__ import annotations

from dataclasses import dataclass

from casemart.catalogue import Catalogue, Metric, Table
from casemart.reading import Selection, read_span
from casemart.warehouse import Connection, identifier


@dataclass(frozen=True)
class Evidence:
    """What the strict reading of a mart's metrics rests on: a column of a fact that is NULL where nothing was recorded."""

    fact: str
    column: str
    counted: str
    entity: str
    what: str


# A strict reading counts only what evidence shows; its `_upper` reading also what evidence could still show.
EVIDENCE = {"first_contact_resolution": Evidence("fct_cases", "acknowledged_at", "is_counted", "case", "acknowledgement")}


@dataclass(frozen=True)
class Gap:
    """What a mart's metrics need and nobody has recorded. `query` counts the rows, and those that have it, in one row."""

    query: str
    text: str


UNENTITLED = Gap(
    "select count(*), count(*) filter (where entitlement = 'entitled') from facts.fct_self_help_sessions",
    "none of {count:,} self-help sessions is of an entitled account, so there is no deflection; accounts are entitled by"
    " `contracts.is_support_entitled`",
)
UNANSWERED = Gap(
    "select count(*), count(found_answer) from facts.fct_self_help_sessions where entitlement = 'entitled'",
    "none of {count:,} entitled self-help sessions answered the survey, so deflection is not known (it is not nought);"
    " `deflected_cases_floor` and `deflected_cases_ceiling` bound it",
)
UNCHARGED = Gap(
    "select count(*), (select count(*) from facts.fct_contract_charges) from facts.fct_contract_terms",
    "{count:,} contracts are there but no charges, so there is no recurring revenue; charges come from `contract_charges`",
)
# By mart; the first one that holds is told.
GAPS = {
    "deflection": (UNENTITLED, UNANSWERED),
    "recurring_revenue": (UNCHARGED,),
    "net_recurring_revenue": (UNCHARGED,),
}


def missing_evidence(connection: Connection, catalogue: Catalogue, metric: Metric, selection: Selection) -> str | None:
    """Why a metric has no value, or a strict one is nought: what it needs was not recorded at all. Else None."""
    table = catalogue.tables[metric.mart]
    if table.name in EVIDENCE:
        return _strict_reading(connection, catalogue, metric, selection)
    for gap in GAPS.get(table.name, ()):
        count, recorded = connection.execute(gap.query).fetchall()[0]
        if count and not recorded:
            return "note: " + gap.text.format(count=count)
    return None


def _strict_reading(connection: Connection, catalogue: Catalogue, metric: Metric, selection: Selection) -> str | None:
    """Why a strict value is nought while its upper reading is not."""
    table, evidence = catalogue.tables[metric.mart], EVIDENCE[metric.mart]
    upper = f"{metric.value_column}_upper"
    if upper not in table.columns:
        return None
    clause, parameters = selection.conditions()
    strict_value, upper_value, pending = connection.execute(
        f"select max({identifier(metric.value_column)}), max({identifier(upper)}), coalesce(sum(pending), 0)"
        f" from {table.relation}{clause}",
        parameters,
    ).fetchall()[0]
    if strict_value or not upper_value:
        return None
    counted, recorded = connection.execute(
        f"select count(*), count({evidence.column}) from {catalogue.tables[evidence.fact].relation} where {evidence.counted}"
    ).fetchall()[0]
    if recorded:
        return None
    entities = f"{evidence.entity}s"
    return (
        f"note: no {evidence.entity} has a recorded {evidence.what} (0 of {counted:,} counted {entities}). {metric.name} is"
        f" strict and counts only acknowledged {entities}; the upper reading, {upper}, counts the {pending:,} pending as well"
    )


def nothing_found(connection: Connection, table: Table) -> str:
    """Where there would be rows."""
    if span := read_span(connection, table):
        return f"note: no rows; {table.name} has periods from {span[0]} to {span[1]}"
    count = connection.execute(f"select count(*) from {table.relation}").fetchall()[0][0]
    return f"note: no rows; {table.name} " + (f"has {count:,} others" if count else "is empty")

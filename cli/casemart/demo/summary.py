"""What a published version says in a few lines, and what to ask it next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casemart.overview import cells, rows_of
from casemart.reading import Field, read_overview, read_version
from casemart.render import Sheet, caption, cell, printable
from casemart.warehouse import Connection


@dataclass(frozen=True)
class Summary:
    """What to print; `findings` are rows that the build found odd, `quarantined` rows that landing refused."""

    states: Sheet
    headlines: Sheet
    findings: int
    finding_kinds: int
    quarantined: int
    case_id: str | None
    account_id: str | None


def summarize(connection: Connection) -> Summary:
    """Reads the states of the cases, and the headlines of the latest complete month."""
    finding_kinds, findings = _row(connection, "select count(*), coalesce(sum(row_count), 0) from marts.data_findings")
    (quarantined,) = _row(
        connection, "select cast(coalesce(sum(quarantined), 0) as bigint) from marts.loads where withdrawn_at is null"
    )
    (case_id,) = _row(connection, "select min(case_id) from facts.fct_cases where fcr_status = 'not_resolved'")
    (account_id,) = _row(connection, "select min(account_id) from facts.fct_recurring_revenue where movement = 'reactivation'")
    states, headlines = _states(connection), _headlines(connection)
    return Summary(states, headlines, int(findings), finding_kinds, quarantined, case_id, account_id)


def _headlines(connection: Connection) -> Sheet:
    """The headline metrics, each in its latest complete month."""
    headers = ["metric", "period", "complete", "value", "interval", "numerator", "denominator"]
    # Where a terminal is too narrow, the mark of a period that is not complete must do.
    sheet = Sheet("headlines", headers, [], caption(*read_version(connection)), right={3, 4, 5, 6}, spare=[2])
    for row in rows_of(read_overview(connection, "month")):
        if row["is_headline"]:
            found = cells(row) | {"metric": printable(row["label"])}
            found |= {name: cell(row[name], Field(name, "count")) for name in ("numerator", "denominator")}
            interval = found["interval"] if row["ci_low"] is not None else ""
            sheet.add([{**found, "interval": interval}[name] for name in headers], is_dim=not row["is_complete"])
    return sheet


def _states(connection: Connection) -> Sheet:
    rows = connection.execute(
        "select fcr_status, count(*) from facts.fct_cases group by fcr_status order by count(*) desc, fcr_status"
    ).fetchall()
    total = sum(cases for _, cases in rows)
    sheet = Sheet(f"{total:,} cases by state of first contact resolution", ["state", "cases"], [], right={1})
    for state, cases in rows:
        sheet.add([state, cell(cases, Field("count"))])
    return sheet


def _row(connection: Connection, query: str) -> tuple[Any, ...]:
    return connection.execute(query).fetchall()[0]

"""What a published version says in a few lines, and what to ask it next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casemart.reading import Field, read_overview, read_version
from casemart.render import Sheet, caption, cell, period_label
from casemart.warehouse import Connection

UPPER = "_upper"


@dataclass(frozen=True)
class Summary:
    """Sheets to print; `findings` are rows that the build found odd, `quarantined` rows that landing refused."""

    sheets: list[Sheet]
    findings: int
    finding_kinds: int
    quarantined: int
    case_id: str | None


def summarize(connection: Connection) -> Summary:
    """Reads the headlines of the latest complete month and year, and the states of the cases."""
    finding_kinds, findings = _row(connection, "select count(*), coalesce(sum(row_count), 0) from marts.data_findings")
    (quarantined,) = _row(
        connection, "select cast(coalesce(sum(quarantined), 0) as bigint) from marts.loads where withdrawn_at is null"
    )
    (case_id,) = _row(connection, "select min(case_id) from facts.fct_cases where fcr_status = 'not_resolved'")
    return Summary([_headlines(connection), _states(connection)], int(findings), finding_kinds, quarantined, case_id)


def _headlines(connection: Connection) -> Sheet:
    """The headline metrics, each with its upper reading below."""
    headers = ["metric", "period", "complete", "value", "numerator", "denominator"]
    sheet = Sheet("headlines", headers, [], caption(*read_version(connection)), right={3, 4, 5})
    for grain in ("month", "year"):
        answer = read_overview(connection, grain)
        names = [column.name for column in answer.fields]
        rows = [dict(zip(names, row, strict=True)) for batch in answer.batches for row in batch]
        headlines = {row["metric"] for row in rows if row["is_headline"]}
        for row in rows:
            if row["period_start"] and row["metric"].removesuffix(UPPER) in headlines:
                sheet.add(
                    [
                        row["label"],
                        period_label(grain, row["period_start"]),
                        cell(row["is_complete"], Field("is_complete")),
                        cell(row["value"], Field("value", row["unit"])),
                        cell(row["numerator"], Field("count")),
                        cell(row["denominator"], Field("count")),
                    ],
                    is_dim=not row["is_complete"],
                )
    return sheet


def _states(connection: Connection) -> Sheet:
    rows = connection.execute(
        "select fcr_status, count(*) from facts.fct_cases group by fcr_status order by count(*) desc, fcr_status"
    ).fetchall()
    sheet = Sheet("cases by state of first contact resolution", ["state", "cases"], [], right={1})
    for state, cases in [*rows, ("all", sum(cases for _, cases in rows))]:
        sheet.add([state, cell(cases, Field("count"))])
    return sheet


def _row(connection: Connection, query: str) -> tuple[Any, ...]:
    return connection.execute(query).fetchall()[0]

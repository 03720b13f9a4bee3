"""Where all metrics stand: the headlines beside each other, then the others by family, each in its own unit."""

from __future__ import annotations

from typing import Any

from casemart.reading import Answer
from casemart.render import MISSING, Field, Sheet, cell, period_label, printable, unit_shown

Row = dict[str, Any]

STILL_CHANGING = "*"
# The columns of a metric that is no headline. On a narrow terminal the spare ones give way, the first of them first.
COLUMNS = ("metric", "period", "value", "interval", "numerator", "denominator", "target", "gap", "running", "so far")
TEXTS = ("metric", "period", "running")
SPARE = ("gap", "target", "interval", "so far", "running")


def rows_of(answer: Answer) -> list[Row]:
    """The rows of `read_overview`, by the names of its columns."""
    names = [column.name for column in answer.fields]
    return [dict(zip(names, row, strict=True)) for batch in answer.batches for row in batch]


def overview(answer: Answer, caption: str) -> list[Sheet]:
    """The headlines as columns, and a sheet for the rest of each family, amounts apart from rates."""
    rows = rows_of(answer)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if not row["is_headline"]:
            title = printable(row["family"] or "others").replace("_", " ")
            groups.setdefault(f"{title}: amounts" if row["unit"] == "money" else title, []).append(row)
    headlines = [row for row in rows if row["is_headline"]]
    sheets = [_headlines(headlines)] if headlines else []
    sheets += [_family(title, group) for title, group in groups.items()]
    if sheets:
        grain = rows[0]["period_grain"]
        is_marked = any(row["is_complete"] is False for row in rows)
        mark = f"{STILL_CHANGING} no {grain} is complete yet: the latest one, which may still change; " if is_marked else ""
        sheets[-1].caption = mark + caption
    return sheets


def cells(row: Row) -> dict[str, str]:
    """All that is said of one metric. Where no period is complete the latest one stands in its place, marked."""
    unit = unit_shown(row["metric"], row["unit"])
    # An amount in cents is no whole number, but now and then.
    is_amount = row["denominator"] is not None and not float(row["denominator"]).is_integer()
    measured, counted = Field("value", unit), Field("count", "money" if is_amount else "")
    grain, start, running = row["period_grain"], row["period_start"], row["running_period_start"]
    is_rate = row["denominator"] is not None
    bounds = [cell(row[name], measured) for name in ("ci_low", "ci_high")]
    return {
        "metric": printable(row["metric"] + ("" if row["segment_by"] == "all" else f" ({row['segment']})")),
        "period": period_label(grain, start) + STILL_CHANGING * (not row["is_complete"]) if start else MISSING,
        "complete": "none yet" if row["is_complete"] is False else cell(row["is_complete"], Field("is_complete")),
        "value": cell(row["value"], measured),
        "interval": MISSING if MISSING in bounds else " - ".join(bounds),
        "numerator": cell(row["numerator"], counted) if is_rate else MISSING,
        "denominator": cell(row["denominator"], counted),
        "target": cell(row["target"], measured),
        "gap": cell(row["gap"], Field("gap", unit, is_gap=True)),
        "running": period_label(grain, running) if running else MISSING,
        "so far": cell(row["running_value"], measured),
    }


def _headlines(rows: list[Row]) -> Sheet:
    """A column for each headline."""
    columns = [cells(row) for row in rows]
    names = ("period", "complete", *COLUMNS[2:])
    lines = [[name, *(column[name] for column in columns)] for name in names]
    headers = ["", *(column["metric"] for column in columns)]
    return Sheet("headlines", headers, lines, right=set(range(1, len(headers))))


def _family(title: str, rows: list[Row]) -> Sheet:
    found = [cells(row) for row in rows]
    names = [name for name in COLUMNS if name in COLUMNS[:3] or any(columns[name] != MISSING for columns in found)]
    sheet = Sheet(
        title,
        names,
        [],
        right={position for position, name in enumerate(names) if name not in TEXTS},
        spare=[names.index(name) for name in SPARE if name in names],
    )
    for row, columns in zip(rows, found, strict=True):
        sheet.add([columns[name] for name in names], is_dim=row["is_complete"] is False)
    return sheet

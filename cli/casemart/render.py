"""What a person sees on a terminal: values in their units, tables, and nothing that the data could smuggle in.

Only printing a table imports rich.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from casemart.catalogue import PERIOD_COLUMNS as PERIOD
from casemart.catalogue import Field, Metric

if TYPE_CHECKING:
    from casemart.reading import Answer

MISSING = "-"
WIDE = 10_000
HEADER_WIDTH = 12
LONGEST_WORD = 40  # longer ones are folded on a terminal where need be: nothing is cut off
# Cc and Cf could move the cursor or turn the direction of writing, Zl and Zp break a line, Cs and Co have no sign of their own.
UNSAFE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co"})


@dataclass
class Sheet:
    """A table for people: texts, already formatted and safe. `right` are columns to align right, `dim` rows of less weight."""

    title: str
    headers: list[str]
    rows: list[list[str]]
    caption: str = ""
    right: set[int] = field(default_factory=set)
    dim: set[int] = field(default_factory=set)

    def add(self, row: list[str], *, is_dim: bool = False) -> None:
        if is_dim:
            self.dim.add(len(self.rows))
        self.rows.append(row)

    def cut(self, count: int) -> bool:
        """Keeps the first rows; whether there were more."""
        is_longer = len(self.rows) > count
        del self.rows[count:]
        return is_longer


def printable(text: str) -> str:
    r"""The text with every control or invisible character written out, `\x1b`, so that data cannot steer a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii") if unicodedata.category(character) in UNSAFE else character
        for character in text
    )


def cell(value: Any, column: Field) -> str:
    """One value as a person reads it: rates in percent, their gaps in percentage points, money to the cent."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return _number(value, column)
    return printable(str(value))


def period_label(grain: str, start: date) -> str:
    """`2026-03`, `2026-Q1`, `2026`, or the ISO week `2026-W10`."""
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{start:%Y}-Q{(start.month + 2) // 3}"
    if grain == "year":
        return f"{start:%Y}"
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02}"


def caption(version: str, as_of: date | None) -> str:
    """What a number belongs to."""
    return f"as of {as_of or MISSING}, version {printable(version)}"


def title(name: str, metric: Metric | None, by: str | None, grain: str | None) -> str:
    """`First contact resolution (first_contact_resolution) by product, month`."""
    label = f"{printable(metric.label)} ({name})" if metric else name
    by_segment = f" by {printable(by)}" if by and by != "all" else ""
    return label + by_segment + (f", {grain}" if grain else "")


def sheet_of(title: str, caption: str, answer: Answer, by: str | None) -> Sheet:
    """An answer as a sheet: the columns of the period become one, and so do those of the segment; incomplete rows are dimmed."""
    names = [column.name for column in answer.fields]
    has_periods = set(PERIOD) <= set(names)
    left_out = set(PERIOD) if has_periods else set()
    if by:
        left_out |= {"segment_by", "segment"} if by == "all" else {"segment_by"}
    kept = [(index, column) for index, column in enumerate(answer.fields) if column.name not in left_out]
    sheet = Sheet(title, ["period"] * has_periods + [column.name for _, column in kept], [], caption)
    for row in (row for batch in answer.batches for row in batch):
        values = dict(zip(names, row, strict=True))
        period = [period_label(values["period_grain"], values["period_start"])] if has_periods else []
        sheet.add(period + [cell(row[index], column) for index, column in kept], is_dim=values.get("is_complete") is False)
        numbers = (position for position, (index, _) in enumerate(kept, start=len(period)) if is_number(row[index]))
        sheet.right.update(numbers)
    return sheet


def overview(answer: Answer, caption: str) -> Sheet:
    """The metrics with their latest complete and their running period, each row in its metric's own unit."""
    headers = ["metric", "label", "period", "value", "numerator", "denominator", "target", "gap", "complete", "running", "so far"]
    sheet = Sheet("metrics, headlines first", headers, [], caption, right=set(range(3, 8)) | {10})
    names = [column.name for column in answer.fields]
    for row in (dict(zip(names, row, strict=True)) for batch in answer.batches for row in batch):
        measured, counted = Field("value", row["unit"]), Field("count")
        periods = [
            period_label(row["period_grain"], row[name]) if row[name] else MISSING
            for name in ("period_start", "running_period_start")
        ]
        sheet.add(
            [
                printable(row["metric"]),
                printable(row["label"]),
                periods[0],
                cell(row["value"], measured),
                cell(row["numerator"], counted),
                cell(row["denominator"], counted),
                cell(row["target"], measured),
                cell(row["gap"], Field("gap", row["unit"], is_gap=True)),
                cell(row["is_complete"], Field("is_complete")),
                periods[1],
                cell(row["running_value"], measured),
            ],
            is_dim=row["is_complete"] is False,
        )
    return sheet


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def print_sheets(sheets: Sequence[Sheet], stream: IO[str]) -> None:
    """One below the other, with an empty line between."""
    for position, sheet in enumerate(sheets):
        if position:
            stream.write("\n")
        print_sheet(sheet, stream)


def print_sheet(sheet: Sheet, stream: IO[str]) -> None:
    """On a terminal it fits the width as far as its words do, else runs over; elsewhere each row is one line, without colour."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    is_terminal = stream.isatty()
    shown = stream if is_terminal else io.StringIO()
    console = Console(
        file=shown,
        width=None if is_terminal else WIDE,
        color_system="auto" if is_terminal else None,
        force_terminal=is_terminal,
        highlight=False,
        markup=False,
        emoji=False,
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, show_header=any(sheet.headers))
    headers = [_broken(header) if is_terminal else [header] for header in sheet.headers]
    gaps = 2 * (len(headers) - 1)
    widths = _widths(sheet, headers, console.width - gaps if is_terminal else None)
    # Rich would crop what is wider than its console.
    console.width = max(console.width, sum(widths) + gaps)
    for position, (lines, width) in enumerate(zip(headers, widths, strict=True)):
        justify = "right" if position in sheet.right else "left"
        table.add_column(Text("\n".join(lines), style="bold"), justify=justify, overflow="fold", width=width)
    for index, row in enumerate(sheet.rows):
        table.add_row(*map(Text, row), style="dim" if index in sheet.dim else None)
    console.print(Text(sheet.title, style="bold"), soft_wrap=True)
    console.print(table)
    if sheet.caption:
        console.print(Text(sheet.caption, style="dim"), soft_wrap=True)
    if isinstance(shown, io.StringIO) and shown is not stream:
        stream.writelines(line.rstrip() + "\n" for line in shown.getvalue().splitlines())


def _widths(sheet: Sheet, headers: list[list[str]], available: int | None) -> list[int]:
    """The columns' widths in characters. Those of text give way until all fit in `available`, the widest first, down to their
    longest word; numbers and the first column stay whole."""
    from rich.cells import cell_len

    widest, narrowest = [], []
    for position, lines in enumerate(headers):
        cells = [row[position] for row in sheet.rows]
        widest.append(max(map(cell_len, [*lines, *cells])))
        words = max((cell_len(word) for text in cells for word in text.split()), default=0)
        may_fold = available is not None and position and position not in sheet.right
        narrowest.append(max(min(words, LONGEST_WORD), *map(cell_len, lines)) if may_fold else widest[-1])
    if available is None:
        return widest
    widths = [max(least, min(width, available)) for least, width in zip(narrowest, widest, strict=True)]
    while sum(widths) > available:
        position = max(range(len(widths)), key=lambda index: (widths[index] > narrowest[index], widths[index]))
        if widths[position] == narrowest[position]:
            break
        widths[position] -= 1
    return widths


def _broken(header: str) -> list[str]:
    """A column's name in lines, broken at its underscores."""
    lines = [""]
    for part in re.split(r"(?<=[_ ])", header):
        if lines[-1] and len(lines[-1]) + len(part) > HEADER_WIDTH:
            lines.append("")
        lines[-1] += part
    return lines


def _number(value: float | Decimal, column: Field) -> str:
    sign = "+" if column.is_gap else ""
    is_share = column.name.endswith(("_rate", "_share")) or column.name.startswith("share_")
    if column.unit in ("rate", "ratio") or (not column.unit and is_share):
        suffix = " pp" if column.is_gap else "%"
        return f"{100 * value:{sign}z,.1f}{suffix}"
    if column.unit == "money":
        return f"{value:{sign}z,.2f}"
    if column.unit == "count":
        return f"{value:{sign}z,.0f}"
    if column.unit:
        return f"{value:{sign}z,.1f}"
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return f"{value:,.0f}" if is_whole else f"{value:,.2f}"

"""What a person sees on a terminal: values in their units, tables, and nothing that the data could smuggle in.

Only printing a table imports rich.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from casemart.catalogue import PERIOD_COLUMNS as PERIOD
from casemart.catalogue import Field, Metric

if TYPE_CHECKING:
    from casemart.reading import Answer

MISSING = "-"
MULTIPLES = ("_ratio", "_per_", "_impact_", "contact_rate")  # so many times, or so many of one thing for another
WIDE = 10_000
HEADER_WIDTH = 12
GAP = 2  # characters between columns
LONGEST_WORD = 40  # longer ones are folded on a terminal where need be: nothing is cut off
# Cc and Cf could move the cursor or turn the direction of writing, Zl and Zp break a line, Cs and Co have no sign of their own.
UNSAFE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co"})


@dataclass
class Sheet:
    """A table for people: texts, already formatted and safe. `right` are columns to align right, `dim` rows of less weight.

    `spare` are columns that a terminal too narrow for all of them leaves out, the first one first, and names below.
    """

    title: str
    headers: list[str]
    rows: list[list[str]]
    caption: str = ""
    right: set[int] = field(default_factory=set)
    dim: set[int] = field(default_factory=set)
    spare: list[int] = field(default_factory=list)

    def add(self, row: list[str], *, is_dim: bool = False) -> None:
        if is_dim:
            self.dim.add(len(self.rows))
        self.rows.append(row)

    def without(self, left_out: Collection[int]) -> Sheet:
        """The sheet without the columns at these positions."""
        kept = [position for position in range(len(self.headers)) if position not in left_out]
        places = {position: index for index, position in enumerate(kept)}
        return Sheet(
            self.title,
            [self.headers[position] for position in kept],
            [[row[position] for position in kept] for row in self.rows],
            self.caption,
            {places[position] for position in self.right if position in places},
            self.dim,
            [places[position] for position in self.spare if position in places],
        )

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
    sheet = Sheet(title, ["period"] * has_periods + [printable(column.name) for _, column in kept], [], caption)
    for row in (row for batch in answer.batches for row in batch):
        values = dict(zip(names, row, strict=True))
        period = [period_label(values["period_grain"], values["period_start"])] if has_periods else []
        sheet.add(period + [cell(row[index], column) for index, column in kept], is_dim=values.get("is_complete") is False)
        numbers = (position for position, (index, _) in enumerate(kept, start=len(period)) if is_number(row[index]))
        sheet.right.update(numbers)
    return sheet


def unit_shown(name: str, unit: str) -> str:
    """The unit in which a metric is read: a ratio is a share of something, in percent, unless its name makes it a multiple."""
    return "multiple" if unit == "ratio" and any(word in name for word in MULTIPLES) else unit


def unit_of(column: Field) -> str:
    """The unit in which a column's numbers are read, `rate` for all that are read in percent; empty where nothing tells."""
    unit = unit_shown(column.name, column.unit)
    is_share = column.name.endswith(("_rate", "_share")) or column.name.startswith("share_")
    return "rate" if unit == "ratio" or (not unit and is_share) else unit


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
    if is_terminal:
        sheet = _narrowed(sheet, console.width)
    headers = [_broken(header) if is_terminal else [header] for header in sheet.headers]
    gaps = GAP * (len(headers) - 1)
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


def _narrowed(sheet: Sheet, width: int) -> Sheet:
    """The sheet without those of its spare columns for which a terminal of that width has no room."""
    left_out: list[int] = []
    narrower = sheet
    for position in sheet.spare:
        available = width - GAP * (len(narrower.headers) - 1)
        if sum(_widths(narrower, [_broken(header) for header in narrower.headers], available)) <= available:
            break
        left_out.append(position)
        narrower = sheet.without(left_out)
    if left_out:
        names = ", ".join(sheet.headers[position] for position in sorted(left_out))
        narrower.caption = "; ".join(part for part in (f"no room for: {names}", sheet.caption) if part)
    return narrower


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
    unit = unit_of(column)
    if unit == "rate":
        suffix = " pp" if column.is_gap else "%"
        return f"{100 * value:{sign}z,.1f}{suffix}"
    if unit in ("money", "multiple", "score"):
        return f"{value:{sign}z,.2f}"
    if unit == "count":
        return f"{value:{sign}z,.0f}"
    if unit:
        return f"{value:{sign}z,.1f}"
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return f"{value:,.0f}" if is_whole else f"{value:,.2f}"

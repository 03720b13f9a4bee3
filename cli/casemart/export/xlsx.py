"""Answers as spreadsheets: numbers as numbers, dates as dates, text never a formula."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from casemart.catalogue import Field
from casemart.errors import CasemartError
from casemart.export.text import in_utc, json_text, starts_formula
from casemart.reading import Answer
from casemart.render import unit_of

LAST_ROW = 1_048_575  # of a sheet, from 0, which is the header's
LONGEST_TEXT = 32_767
DIGITS = 15  # that a spreadsheet keeps of a number
FIRST_YEAR = 1900
NAME_LENGTH = 31
OTHERWISE = "narrow it with `--where` or `--limit`, or write csv or parquet"
# Noncharacters that XML cannot hold, not even escaped. XlsxWriter escapes the other control characters.
NO_XML = re.compile("[\ufffe\uffff]")


class _Exact(float):
    """A number that XlsxWriter writes with all its digits, not with 16 of them."""

    def __format__(self, _spec: str) -> str:
        return float.__repr__(self)


class _Sheet:
    """One worksheet and the formats of its cells."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheet: Worksheet, fields: tuple[Field, ...]) -> None:
        self._sheet = sheet
        self._fields = fields
        self._plain = workbook.add_format()
        self._guard = workbook.add_format({"quote_prefix": True})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._whole = workbook.add_format({"num_format": "#,##0"})
        self._numbers: list[Format | None] = [
            workbook.add_format({"num_format": code}) if (code := number_format(column)) else None for column in fields
        ]
        header = workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(fields):
            sheet.set_column(index, index, max(12, min(len(column.name), 40) + 2))
            self._text(0, index, column.name, header)

    def write(self, row: int, column: int, value: Any) -> None:
        """NULL, NaN and infinity are empty. A number of more digits than a spreadsheet keeps is written as text."""
        if value is None:
            return
        if isinstance(value, str):
            self._text(row, column, value)
        elif isinstance(value, bool):
            self._sheet.write_boolean(row, column, value)
        elif isinstance(value, float):
            if math.isfinite(value):
                self._sheet.write_number(row, column, _Exact(value), self._numbers[column])
        elif isinstance(value, int | Decimal):
            self._exact_number(row, column, value)
        elif isinstance(value, date) and value.year >= FIRST_YEAR:
            is_moment = isinstance(value, datetime)
            moment = in_utc(value) if is_moment else value
            self._sheet.write_datetime(row, column, moment, self._moment if is_moment else self._day)
        else:
            self._text(row, column, json_text(value).strip('"'))

    def _exact_number(self, row: int, column: int, value: int | Decimal) -> None:
        number = Decimal(value)
        if not number.is_finite():
            return
        if len(number.normalize().as_tuple().digits) > DIGITS:
            self._text(row, column, format(number, "f"))
            return
        style = self._numbers[column] or (self._whole if isinstance(value, int) else None)
        self._sheet.write_number(row, column, _Exact(number), style)

    def _text(self, row: int, column: int, text: str, style: Format | None = None) -> None:
        if len(text) > LONGEST_TEXT:
            where = f"row {row}, column {self._fields[column].name}"
            raise CasemartError(f"a text has {len(text):,} characters ({where}); a cell holds {LONGEST_TEXT:,}", OTHERWISE)
        text = NO_XML.sub("\ufffd", text)
        if style is None and starts_formula(text):
            style = self._guard
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes this for markup of its own and does not escape it; in two pieces it does.
            self._sheet.write_rich_string(row, column, "<", self._plain, text[1:], *([style] if style else []))
        elif text:
            self._sheet.write_string(row, column, text, style)


def write_xlsx(answer: Answer, file: Path, name: str) -> int:
    """One sheet with a header and one line per row, written as the rows come. Counts the rows.

    CasemartError for what a sheet cannot hold: more rows, or a longer text.
    """
    workbook = xlsxwriter.Workbook(str(file), {"constant_memory": True, "tmpdir": str(file.parent)})
    sheet = _Sheet(workbook, workbook.add_worksheet(sheet_name(name)), answer.fields)
    count = 0
    for batch in answer.batches:
        if count + len(batch) > LAST_ROW:
            raise CasemartError(f"there are more rows than the {LAST_ROW:,} of a sheet", OTHERWISE)
        for row in batch:
            count += 1
            for index, value in enumerate(row):
                sheet.write(count, index, value)
    try:
        workbook.close()
    except XlsxWriterException as error:
        raise CasemartError(f"the spreadsheet cannot be written: {error}", OTHERWISE) from error
    return count


def number_format(column: Field) -> str | None:
    """Rates in percent, money to the cent, counts whole; None for a number that has no unit."""
    unit = unit_of(column)
    if not unit:
        return None
    code = {"rate": "0.0%", "money": "#,##0.00", "multiple": "#,##0.00", "score": "#,##0.00", "count": "#,##0"}.get(
        unit, "#,##0.0"
    )
    return f"+{code};-{code};{code}" if column.is_gap else code


def sheet_name(name: str) -> str:
    """A name that a spreadsheet program accepts."""
    allowed = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name)[:NAME_LENGTH].strip("'")
    return allowed if allowed and allowed.lower() != "history" else "data"

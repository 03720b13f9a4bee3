"""Tables for people: however narrow the terminal is, nothing is cut off."""

from __future__ import annotations

import io
import re

import pytest

from casemart.catalogue import Field
from casemart.reading import Answer
from casemart.render import LONGEST_WORD, Sheet, print_sheet, sheet_of

WORDS = "an answer was given after the acknowledgement of a correspondent"
IDENTIFIER = "first_contact_resolution_no_repeat"
SHEETS = {
    "wide": Sheet(
        "",
        ["metric", "label", *(f"{name}_of_the_period" for name in "abcdefgh"), "complete"],
        [[IDENTIFIER, WORDS, *(f"{number},000.25%" for number in range(8)), "yes"], ["x", "y", *"12345678", "no"]],
        right=set(range(2, 10)),
    ),
    "two texts": Sheet("", ["at", "what", "meaning"], [["2026-04-03 08:00:00", IDENTIFIER, WORDS], ["-", WORDS, "宽的字 " * 30]]),
    "pairs": Sheet("", ["", ""], [["rule", WORDS * 4], [IDENTIFIER, "x" * 500]]),
    "no rows": Sheet("", ["one_column", "another_column"], []),
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [20, 60, 80, 120])
@pytest.mark.parametrize("name", SHEETS)
def test_every_word_is_there_at_any_width(monkeypatch: pytest.MonkeyPatch, name: str, width: int) -> None:
    lines = _lines(monkeypatch, SHEETS[name], width)
    for text in (text for row in SHEETS[name].rows for text in row):
        for word in text.split():
            pieces = [word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD)]
            assert all(any(piece in line for line in lines) for piece in pieces), word
    assert sum(line.count("x") for line in lines) >= sum(text.count("x") for row in SHEETS[name].rows for text in row)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_folds_where_it_fits(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    sheet = Sheet("", ["at", "meaning"], [["2026-04-03 08:00:00", WORDS]])
    lines = _lines(monkeypatch, sheet, width)
    assert max(map(len, lines)) <= width
    assert " ".join(line.removeprefix(sheet.rows[0][0]).strip() for line in lines[2:]) == WORDS


@pytest.mark.parametrize(
    ("width", "headers", "below"),
    [
        (26, ["metric", "period", "value", "gap"], ["the caption"]),
        (25, ["metric", "period", "value"], ["no room for: gap; the caption"]),
        (21, ["metric", "period", "value"], ["no room for: gap; the caption"]),
        (20, ["metric", "value"], ["no room for: period, gap; the caption"]),
        (2, ["metric", "value"], ["no room for: period, gap; the caption"]),
    ],
)
def test_spare_columns_give_way_and_are_named(monkeypatch: pytest.MonkeyPatch, width: int, headers: list[str], below: list[str]):
    sheet = Sheet("", ["metric", "period", "value", "gap"], [["x", "2026", "1", "2"]], "the caption", {1, 2, 3}, spare=[3, 1])
    lines = _lines(monkeypatch, sheet, width)
    assert (lines[0].split(), lines[3:]) == (headers, below)
    assert sheet.headers == ["metric", "period", "value", "gap"], "what a pipe gets is whole"


def test_names_of_columns_are_safe_as_well() -> None:
    answer = Answer((Field("case\x1b[31m_id"),), iter([[("1",)]]))
    assert sheet_of("", "", answer, None).headers == ["case\\x1b[31m_id"]


def _lines(monkeypatch: pytest.MonkeyPatch, sheet: Sheet, width: int) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    print_sheet(sheet, terminal)
    plain = re.sub("\x1b\\[[0-9;]*m", "", terminal.getvalue())
    return [line.rstrip() for line in plain.splitlines()][1:]

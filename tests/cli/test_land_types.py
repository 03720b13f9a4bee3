"""Typing: which spellings of a value land as what, and what is said of the others."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from land_kit import check_ledger, query

from casemart.errors import UsageError
from casemart.landing import land
from casemart.workspace import Workspace

# For each type a column of the contract, and a sound row around it.
COLUMNS = {
    "timestamp": ("service_audits", "audited_at", {"channel": "phone", "check_name": "busy", "passed": "1"}),
    "date": ("costs", "cost_month", {"category": "other", "amount": "1", "currency": "usd"}),
    "boolean": ("service_audits", "passed", {"channel": "phone", "check_name": "busy", "audited_at": "2026-01-05 10:00"}),
    "integer": (
        "service_audits",
        "wait_seconds",
        {"channel": "phone", "check_name": "busy", "passed": "1", "audited_at": "2026-01-05 10:00"},
    ),
    "decimal": ("quality_reviews", "max_score", {"reviewed_at": "2026-01-05 10:00", "score": "0"}),
    "rate": ("exchange_rates", "rate", {"currency": "usd"}),
    "codes": ("costs", "category", {"cost_month": "2026-01-01", "amount": "1", "currency": "usd"}),
    "code": ("costs", "currency", {"cost_month": "2026-01-01", "amount": "1", "category": "other"}),
    "id": ("quality_reviews", "agent_id", {"reviewed_at": "2026-01-05 10:00", "score": "0", "max_score": "9"}),
    "text": ("knowledge_articles", "title", {}),
}
KEYS = {"service_audits": "audit_id", "costs": "cost_id", "quality_reviews": "review_id", "knowledge_articles": "article_id"}
TEN = datetime(2026, 1, 5, 10)
BLANK = "\t \u00a0"


def spelled(home: Path, kind: str, spellings: list[str], **options: Any) -> dict[str, Any]:
    """Lands a row for each spelling: what became of it, a value or the list of reasons."""
    table, column, others = COLUMNS[kind]
    key = KEYS.get(table, "rate_on")
    names = [key, column, *others]
    file = home / f"{table}.csv"
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for number, spelling in enumerate(spellings):
            writer.writerow([date.fromordinal(738000 + number) if key == "rate_on" else number, spelling, *others.values()])
    land(Workspace(home), [file], max_rejects=1, **options)
    check_ledger(home)
    landed = dict(query(home, f"select _line, {column} from raw.{table}"))
    refused = dict(query(home, "select line, reasons from quarantine.rows"))
    assert len(landed) + len(refused) == len(spellings)
    return {spelling: {**landed, **refused}[line] for line, spelling in enumerate(spellings, 2)}


@pytest.mark.parametrize(
    ("kind", "sound"),
    [
        (
            "timestamp",
            {
                "2026-01-05T10:00": TEN,
                "2026-01-05 10:00:00": TEN,
                "2026-01-05T10:00:00Z": TEN,
                "2026-01-05 10:00:00.000000": TEN,
                "2026-01-05T10:00:00.123456789Z": TEN.replace(microsecond=123456),
                "2026-01-05T15:30+05:30": TEN,
                "2026-01-05T05:00:00-0500": TEN,
                "2026-01-05 11:00:00+01": TEN,
                "  2026-01-05T10:00:00Z\t": TEN,
                "2026-01-01T00:30+01:00": datetime(2025, 12, 31, 23, 30),
                "1900-01-01 00:00": datetime(1900, 1, 1),
                "2999-12-31 23:59:59": datetime(2999, 12, 31, 23, 59, 59),
            },
        ),
        ("date", {"2026-01-05": date(2026, 1, 5), " 2024-02-29 ": date(2024, 2, 29)}),
        (
            "boolean",
            dict.fromkeys(("true", "T", "Yes", "y", " 1 ", "TRUE"), True) | dict.fromkeys(("false", "f", "No", "N", "0"), False),
        ),
        ("integer", {"0": 0, "007": 7, "+5": 5, " 12 ": 12, "2147483647": 2147483647, "": None, BLANK: None}),
        (
            "decimal",
            {"1": Decimal(1), "1.5": Decimal("1.5"), ".5": Decimal("0.5"), "5.": Decimal(5), " 2.12340000 ": Decimal("2.1234")}
            | {"99999999999999.9999": Decimal("99999999999999.9999"), "+3": Decimal(3)},
        ),
        ("rate", {"0.00000001": Decimal("0.00000001"), "1": Decimal(1)}),
        ("codes", {"other": "other", "Self_Help": "self_help", " AUTOMATION\t": "automation"}),
        ("code", {"USD": "usd", " eur ": "eur", "Ünbekannt": "ünbekannt", "n/a": "n/a"}),
        ("id", {"007": "007", " A-1 ": "A-1", BLANK + "x": "x", "Ünï\u00a0": "Ünï", "a b": "a b", BLANK: None, "N/A": "N/A"}),
        (
            "text",
            {" keeps blanks ": " keeps blanks ", "": None, "  ": None, "N/A": "N/A", 'q"': 'q"', "two\r\nlines": "two\r\nlines"},
        ),
    ],
)
def test_sound_spellings(tmp_path: Path, kind: str, sound: dict[str, Any]) -> None:
    assert spelled(tmp_path, kind, list(sound)) == sound


@pytest.mark.parametrize(
    ("kind", "reason", "spellings"),
    [
        (
            "timestamp",
            "audited_at: not a timestamp",
            [
                "05/01/2026 11:00",
                "2026-01-05",
                "2026-02-30 10:00",
                "0024-01-05 10:00",
                "24-01-05 10:00",
                "3000-01-01 10:00",
                "2026-01-05 10:00 PM",
                "2026-01-05 25:00",
                "2026-01-05 10:60",
                "2026-01-05T10:00:00+99:00",
                "2026-01-05 10",
                "N/A",
                "2026-1-5 10:00",
                "20260105T100000",
                "2026-01-05 10:00:00 Europe/Berlin",
                "1767607200",
            ],
        ),
        (
            "date",
            "cost_month: not a date",
            ["2026-02-30", "05.01.2026", "2026-1-5", "0026-01-05", "2026-01-05 00:00:00", "2026-01", "N/A"],
        ),
        ("boolean", "passed: not a boolean", ["maybe", "2", "ja", "on", "N/A"]),
        ("integer", "wait_seconds: not an integer", ["4.5", "4.0", "1e3", "1,000", "12 s", "2147483648", "0x10", "N/A"]),
        ("decimal", "max_score: more than 4 decimal places", ["1.00001", ".12345"]),
        (
            "decimal",
            "max_score: not a number of decimal(18,4)",
            ["1,5", "1e3", "nan", "inf", "999999999999999", "1.2.3", "$1", ".", "N/A"],
        ),
        ("rate", "rate: more than 8 decimal places", ["1.000000001"]),
        (
            "codes",
            "category: not one of assisted_support, self_help, knowledge_management, automation, community, other",
            ["selfhelp", "N/A"],
        ),
    ],
)
def test_unsound_spellings(tmp_path: Path, kind: str, reason: str, spellings: list[str]) -> None:
    assert spelled(tmp_path, kind, spellings) == {spelling: [f"{reason}: {spelling}"] for spelling in spellings}


@pytest.mark.parametrize("kind", ["timestamp", "date", "boolean", "decimal", "codes", "code"])
def test_blank_is_missing_where_it_is_required(tmp_path: Path, kind: str) -> None:
    _, column, _ = COLUMNS[kind]
    assert spelled(tmp_path, kind, ["", BLANK]) == {"": [f"{column}: required"], BLANK: [f"{column}: required"]}


def test_a_zone_reads_only_times_without_offset(tmp_path: Path) -> None:
    found = spelled(
        tmp_path,
        "timestamp",
        [
            "2026-01-05 10:00",
            "2026-07-05T10:00",
            "2026-07-05T10:00Z",
            " 2026-07-05T10:00+03:00",
            "2026-03-29 02:30",
            "2026-10-25 02:30",
            "x",
        ],
        timezone="Europe/Berlin",
    )
    assert list(found.values()) == [
        datetime(2026, 1, 5, 9),
        datetime(2026, 7, 5, 8),
        datetime(2026, 7, 5, 10),
        datetime(2026, 7, 5, 7),
        ["audited_at: skipped by the clocks of Europe/Berlin: 2026-03-29 02:30"],
        datetime(2026, 10, 25, 1, 30),
        ["audited_at: not a timestamp: x"],
    ]


@pytest.mark.parametrize(
    ("kind", "date_format", "found"),
    [
        ("date", "%d/%m/%Y", {"05/01/2026": date(2026, 1, 5), "2026-01-05": ["cost_month: not a date: 2026-01-05"]}),
        ("date", "%d %b %y", {"5 Jan 26": date(2026, 1, 5), "5 Foo 26": ["cost_month: not a date: 5 Foo 26"]}),
        ("date", "%d/%m/%Y", {"05/01/26": ["cost_month: not a date: 05/01/26"]}),
        ("date", "%d/%m/%Y %H:%M", {"2026-01-05": date(2026, 1, 5)}),
        ("timestamp", "%d/%m/%Y", {"05/01/2026 10:00": TEN, "05/01/2026T15:30+05:30": TEN, "2026-01-05 10:00": TEN}),
        ("timestamp", "%m/%d/%Y %I:%M %p", {"01/05/2026 10:00 AM": TEN, "2026-01-05T10:00": TEN}),
        ("timestamp", "%d.%m.%Y %H:%M %z", {"05.01.2026 11:00 +0100": TEN}),
        (
            "timestamp",
            "%Y-%d-%m",
            {"2026-05-01 10:00": TEN, "2026-01-13 10:00": ["audited_at: not a timestamp: 2026-01-13 10:00"]},
        ),
    ],
)
def test_a_date_format_is_the_spelling(tmp_path: Path, kind: str, date_format: str, found: dict[str, Any]) -> None:
    assert spelled(tmp_path, kind, list(found), date_format=date_format) == found


@pytest.mark.parametrize(
    "options",
    [
        {"timezone": "Europe/Nowhere"},
        {"timezone": "'; drop"},
        {"date_format": "%d/%m"},
        {"date_format": "%Y-%m-%d %Q"},
        {"date_format": ""},
    ],
)
def test_unknown_options_are_usage_errors(tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        spelled(tmp_path, "timestamp", ["2026-01-05 10:00"], **options)
    assert not Workspace(tmp_path).warehouse.exists()


def test_all_reasons_of_a_row_and_no_rule_on_a_refused_column(tmp_path: Path) -> None:
    file = tmp_path / "contract_charges.csv"
    file.write_text(
        "charge_id,contract_id,starts_on,ends_on,amount,billing_period,quantity,currency\n"
        "1,c,2026-01-01,2025-01-01,1,term,-1,usd\n"
        "2,c,2026-01-01,soon,x,term,,\n"
        f"3,c,2026-01-01,,{'9' * 500},term,,usd\n"
    )
    land(Workspace(tmp_path), [file], max_rejects=1)
    assert query(tmp_path, "select reasons from quarantine.rows order by line") == [
        (["ends_on is before starts_on", "quantity is negative"],),
        (["ends_on: not a date: soon", "amount: not a number of decimal(18,4): x", "currency: required"],),
        ([f"amount: not a number of decimal(18,4): {'9' * 59}…", "a charge per term needs ends_on"],),
    ]


def test_yes_no_answers(tmp_path: Path) -> None:
    file = tmp_path / "survey_responses.csv"
    rows = [
        "issue_resolved,,1",
        "Issue_Resolved,YES,",
        "issue_resolved,maybe,",
        "issue_resolved,,0.5",
        "issue_resolved,,",
        "nps,,9",
    ]
    header = "response_id,survey_type,responded_at,question,answer,score\n"
    file.write_text(header + "".join(f"r{number},post_case,2026-01-05 10:00,{row}\n" for number, row in enumerate(rows)))
    land(Workspace(tmp_path), [file], max_rejects=1)
    assert query(tmp_path, "select _line from raw.survey_responses order by 1") == [(2,), (3,), (7,)]
    assert query(tmp_path, "select distinct reasons from quarantine.rows") == [(["not a yes/no answer"],)]

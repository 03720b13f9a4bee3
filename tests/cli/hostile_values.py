"""Cases of single values: moments, days, numbers, codes and booleans."""

from __future__ import annotations

from hostile_files import CASES, COSTS, Case, accepted, case, cost, normalised, quarantined, quote, refused, shown

TEN = "2026-01-05 10:00:00"
CLOSED_OR_OPEN = "status: not one of open, closed"
CALLS = "interaction_id,case_id,occurred_at,ended_at,direction,kind,talk_seconds\n"
CALL = "§1,C,2026-01-05 10:00,,inbound,message,7\n"
AGENTS = "agent_id,is_qualified\n§1,yes\n"
DAYS = "outage_id,started_at\n"


def at(value: str) -> str:
    """A sound case, and one that was opened at this moment."""
    return CASES + case(1) + case(2, at=quote(value))


def month(value: str) -> str:
    return COSTS + cost(1) + cost(2, month=quote(value))


def money(value: str) -> str:
    return COSTS + cost(1) + cost(2, amount=quote(value))


def seconds(value: str) -> str:
    return CALLS + CALL + f"§2,C,2026-01-05 10:00,,inbound,message,{quote(value)}\n"


def status(value: str) -> str:
    return CASES + case(1) + case(2, status=quote(value))


def named(values: dict[str, str]) -> list[tuple[str, str]]:
    return [(f"{what}: {shown(value)}", value) for what, value in values.items()]


NO_MOMENTS = {
    "day first": "05/01/2026 10:00",
    "month first": "01/05/2026 10:00 AM",
    "day and month with dots": "05.01.2026 10:00",
    "half a day with am/pm": "2026-01-05 10:00 PM",
    "30 February": "2026-02-30 10:00",
    "29 February of no leap year": "2025-02-29 10:00",
    "month 13": "2026-13-01 10:00",
    "hour 25": "2026-01-05 25:00",
    "minute 60": "2026-01-05 10:60",
    "second 61": "2026-01-05 10:00:61",
    "a year of two digits": "26-01-05 10:00",
    "a year that begins with zeros": "0026-01-05 10:00",
    "a year of five digits": "20260-01-05 10:00",
    "the zero date of MySQL": "0000-00-00 00:00:00",
    "a day without its time": "2026-01-05",
    "seconds since 1970": "1767607200",
    "milliseconds since 1970": "1767607200000",
    "a day of Excel": "46027.4166667",
    "no separators": "20260105T100000Z",
    "a week": "2026-W02-1T10:00",
    "a day of the year": "2026-005T10:00",
    "a month by name": "5 Jan 2026 10:00",
    "an offset beyond all zones": "2026-01-05T10:00:00+25:00",
    "a zone by name": "2026-01-05 10:00 Europe/Berlin",
    "a zone by letters": "2026-01-05 10:00 EST",
    "small letters": "2026-01-05t10:00:00z",
    "en dashes": "2026\u201301\u201305 10:00",
    "digits of another script": "٢٠٢٦-\u0660\u0661-\u0660\u0665 10:00",
    "wide digits": "\uff12\uff10\uff12\uff16-01-05 10:00",
    "a comma before the fraction": "2026-01-05 10:00:00,5",
    "text behind": "2026-01-05T10:00:00Z (about)",
    "two moments": "2026-01-05 10:00; 2026-01-06 10:00",
    "a word": "yesterday",
    "a word that the database knows": "infinity",
    "another such word": "epoch",
    "not a number": "NaT",
    "NULL as a word": "NULL",
    "SQL": "2026-01-05'::timestamp; drop table raw.cases; --",
}
MOMENTS_BY_OTHER_NAMES = {
    "an offset east": ("2026-01-05T15:30:00+05:30", TEN),
    "an offset west, without colon": ("2026-01-05T05:00:00-0500", TEN),
    "an offset of hours, over midnight": ("2026-01-06 00:00+14", TEN),
    "nanoseconds": ("2026-01-05T10:00:00.123456789Z", "2026-01-05 10:00:00.123456"),
    "no seconds": ("2026-01-05 10:00", TEN),
    "blanks around": ("\t2026-01-05 10:00:00 \xa0", TEN),
    "29 February of a leap year": ("2024-02-29T00:00:00Z", "2024-02-29 00:00:00"),
}
NO_DAYS = {
    "day first": "05/01/2026",
    "30 February": "2026-02-30",
    "a moment": "2026-01-05 00:00:00",
    "a month": "2026-01",
    "a year of two digits": "26-01-05",
    "one digit for the month": "2026-1-5",
    "a day of Excel": "46027",
}
BERLIN = ("--timezone", "Europe/Berlin")

MOMENTS = [
    *(quarantined(what, at(value), "opened_at: not a timestamp: ") for what, value in named(NO_MOMENTS)),
    *(
        normalised(f"{what}: {shown(value)}", at(value), {"opened_at": found}, 2)
        for what, (value, found) in MOMENTS_BY_OTHER_NAMES.items()
    ),
    *(quarantined(f"day, {what}", month(value), "cost_month: not a date: ", file="costs.csv") for what, value in named(NO_DAYS)),
    quarantined(
        "day first and year first in one file, by `--date-format`",
        CASES + case(1, at="05/01/2026 10:00") + case(2, at="13/01/2026 10:00") + case(3, at="01/13/2026 10:00"),
        "opened_at: not a timestamp: 01/13/2026 10:00",
        (2, 0, 1),
        options=("--date-format", "%d/%m/%Y"),
    ),
    normalised(
        "am/pm by `--date-format`",
        CASES + case(1, at="05.01.2026 10:00 PM"),
        {"opened_at": "2026-01-05 22:00:00"},
        options=("--date-format", "%d.%m.%Y %I:%M %p"),
    ),
    quarantined(
        "an hour that the clocks skipped", at("2026-03-29 02:30"), "skipped by the clocks of Europe/Berlin", options=BERLIN
    ),
    normalised(
        "an hour that the clocks showed twice, with its offset",
        at("2026-10-25T02:30:00+02:00"),
        {"opened_at": "2026-10-25 00:30:00"},
        2,
        options=BERLIN,
    ),
    refused("a format without a year", at(TEN), "does not say year, month and day", 2, options=("--date-format", "%d/%m")),
    refused("SQL as a format", at(TEN), "", 2, options=("--date-format", "%Y-%m-%d' || version() || '%Q")),
    refused("a zone that does not exist", at(TEN), "there is no time zone", 2, options=("--timezone", "Mars/Base")),
    refused("SQL as a zone", at(TEN), "there is no time zone", 2, options=("--timezone", "UTC' || version() || '")),
]

NO_NUMBERS = {
    "decimal comma": "12,5",
    "thousands and decimal comma": "1.234,56",
    "thousands separator": "1,234.56",
    "thousands by blanks": "1 234.56",
    "thousands by no-break blanks": "1\u202f234.56",
    "thousands by apostrophes": "1'234.56",
    "underscores": "1_000",
    "dollar in front": "$12.50",
    "euro behind": "12.50 €",
    "a currency's code": "USD 12.50",
    "negative in brackets": "(12.50)",
    "minus behind": "12.50-",
    "minus of typographers": "\u221212.50",
    "two signs": "--5",
    "a share": "12%",
    "exponent": "1e3",
    "hexadecimal": "0x1F",
    "a fraction": "1/2",
    "not a number": "NaN",
    "infinity": "inf",
    "minus infinity": "-Infinity",
    "beyond the type": "100000000000000",
    "400 digits": "9" * 400,
    "digits of another script": "١٢٣",
    "wide digits": "\uff11\uff12",
    "superscript": "10²",
    "an error of Excel": "#DIV/0!",
    "a formula": "=1+1",
    "a word": "N/A",
    "a dash": "-",
    "a point": ".",
}

NUMBERS = [
    *(
        quarantined(what, money(value), "amount: not a number of decimal(18,4): ", file="costs.csv")
        for what, value in named(NO_NUMBERS)
    ),
    quarantined(
        "five decimal places: `1.00001`", money("1.00001"), "amount: more than 4 decimal places: 1.00001", file="costs.csv"
    ),
    quarantined("nothing where a number is required", money(""), "amount: required", file="costs.csv"),
    normalised("zeros behind: `1.5000000`", money("1.5000000"), {"amount": "1.5000"}, 2, file="costs.csv"),
    normalised("zeros in front, a sign, blanks: ` +007.5 `", money(" +007.5 "), {"amount": "7.5000"}, 2, file="costs.csv"),
    accepted(
        "the largest: `99999999999999.9999`",
        money("99999999999999.9999"),
        2,
        finds={"amount": "99999999999999.9999"},
        file="costs.csv",
    ),
    quarantined(
        "a whole number with a half: `4.5`", seconds("4.5"), "talk_seconds: not an integer: 4.5", file="interactions.csv"
    ),
    quarantined(
        "a whole number beyond the type: `2147483648`",
        seconds("2147483648"),
        "talk_seconds: not an integer",
        file="interactions.csv",
    ),
    quarantined(
        "a whole number as a clock: `00:07:00`", seconds("00:07:00"), "talk_seconds: not an integer", file="interactions.csv"
    ),
]

CODES = [
    *(
        quarantined(f"status {what}", status(value), CLOSED_OR_OPEN)
        for what, value in named(
            {
                "misspelled": "opne",
                "with a Cyrillic letter": "\u043epen",
                "in wide letters": "\uff4f\uff50\uff45\uff4e",
                "with an invisible character": "op\u200ben",
                "with a long s": "clo\u017fed",
                "as a word for nothing": "N/A",
                "as markup": "<b>open</b>",
                "as a template": "{{ open }}",
            }
        )
    ),
    normalised("status in capitals with blanks: ` OPEN `", status(" OPEN "), {"status": "open"}, 2),
    quarantined("no status", status(""), "status: required"),
    accepted("an open code that nobody knows", CASES + case(1).replace("phone", "pigeon_post"), finds={"channel": "pigeon_post"}),
    *(
        quarantined(f"boolean {what}", AGENTS + f"§2,{quote(value)}\n", "is_qualified: not a boolean: ", file="agents.csv")
        for what, value in named(
            {"in another language": "ja", "as a number": "2", "as a decimal": "1.0", "as a mark": "✓", "as a word": "on"}
        )
    ),
    normalised("boolean in capitals: ` TRUE`", AGENTS + "§2, TRUE\n", {"is_qualified": "true"}, 2, file="agents.csv"),
]

VALUES: dict[str, list[Case]] = {"Moments and days": MOMENTS, "Numbers": NUMBERS, "Codes and booleans": CODES}

"""Opening hours, holidays, promises and targets of the worlds: many zones, nights over changes of clocks, versions."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from service_time_hours import Line

WEEK, WORKDAYS = "1234567", "12345"
SCHEDULE = ("schedule", "weekday", "opens", "closes", "timezone", "valid_from", "valid_to")
SCHEDULES = """
always_open 1234567 00:00-24:00
weekdays 12345 09:00-17:00
berlin 12345 09:00-17:00 Europe/Berlin
new_york_nights 1234567 22:00-06:00 America/New_York
new_york_saturdays 6 22:00-06:00 America/New_York
new_york_gap 7 02:30-03:00,02:15-12:00,01:30-01:45 America/New_York
sydney_split 123456 08:00-12:00,12:30-18:00 Australia/Sydney
sydney_split 3 11:00-13:00 Australia/Sydney
sydney_split 5 12:00-12:30 Australia/Sydney
sydney_split 67 23:30-03:30 Australia/Sydney
lord_howe 1234567 02:00-02:15,01:40-01:50 Australia/Lord_Howe
lord_howe 7 22:00-22:00 Australia/Lord_Howe
havana 1234567 20:00-00:00,05:00-06:00 America/Havana
havana 67 00:00-02:00 America/Havana
santiago 1234567 18:00-10:00 America/Santiago
cairo 1234567 20:00-00:00,00:00-06:00 Africa/Cairo
auckland 1234567 00:00-00:00 Pacific/Auckland
kathmandu 1234 10:00-19:30 Asia/Kathmandu
emergency 1234567 00:00-24:00 Europe/Berlin
Mixed_Case 123 07:00-08:00,07:30-07:45 UTC
moved 12345 09:00-17:00 America/New_York - 2025-12-03
moved 12345 09:00-17:00 Europe/Berlin 2025-12-03
versions 12345 09:00-17:00 Europe/Berlin
versions 1234567 22:00-06:00 Europe/Berlin 2025-11-12 2025-12-10
versions 24 10:00-12:00 Europe/Berlin 2025-11-20 2025-11-28
versions 6 10:00-12:00 Europe/Berlin 2025-11-20 2025-12-20
versions 135 06:00-07:00 Europe/Berlin 2026-01-14
ended 1234567 08:00-20:00 - - 2025-12-15
nights_ended 1234567 21:00-05:00 Europe/Berlin - 2025-12-15
never 1234567 08:00-20:00 - 2025-12-15 2025-12-15
"""
# Eves and mornings of nights, days on which clocks change, a midnight that does not exist and one that comes twice.
HOLIDAYS = (
    *(("", "2025-12-25"), ("", "2026-01-01"), ("berlin", "2025-12-26"), ("berlin", "2025-12-24")),
    *(("new_york_nights", "2025-11-02"), ("new_york_nights", "2026-03-08"), ("new_york_nights", "2025-11-27")),
    *(("new_york_nights", "2025-11-28"), ("sydney_split", "2025-10-05"), ("sydney_split", "2026-04-05")),
    *(("lord_howe", "2025-10-06"), ("havana", "2025-11-02"), ("havana", "2026-03-08"), ("santiago", "2026-04-05")),
    *(("santiago", "2025-12-08"), ("cairo", "2026-04-24"), ("cairo", "2025-10-31"), ("auckland", "2026-04-05")),
    *(("auckland", "2025-09-28"), ("versions", "2025-11-12"), ("versions", "2025-11-19"), ("versions", "2025-12-13")),
    *(("mixed_case", "2025-12-01"), ("emergency", "2025-12-31"), ("nights_ended", "2025-12-15"), ("unknown", "2025-12-01")),
)
TARGET = (
    "sla_metric",
    "priority",
    "schedule",
    "target_minutes",
    "is_business_time",
    "pauses_on_customer",
    "valid_from",
    "valid_to",
)
TARGETS = """
first_response urgent - 60 true false
first_response urgent - 45 true false 2025-12-01
first_response high - 240.25 true true
first_response high berlin 30 false true
first_response normal - 480 true false - 2026-01-15
first_response Normal - 120.5 true false 2026-01-15
first_response low sydney_split 0 true false
first_response - new_york_nights 90 true true
first_response - unheard_of 0 true true
first_response slow - 100000 true false
resolution urgent - 480 true true
resolution high - 960 true false
resolution high BERLIN 1000 true true 2025-11-01 2026-02-02
resolution normal - 2400 true true
resolution normal weekdays 240 true true
resolution low - 1440.0001 false true
resolution low sydney_split 0 true true
resolution slow - 100000 true true
resolution - berlin 600 true true - 2026-01-20
resolution - berlin 300 true true 2026-01-20
resolution - new_york_nights 300 true true
resolution - auckland 2880 true true
resolution - unheard_of 45 false true
"""
METRIC_TARGET = (
    *("metric", "segment_by", "segment", "target", "optimal", "benchmark", "benchmark_source", "valid_from", "valid_to"),
)
METRIC_TARGETS = """
sla_attainment all all 0.9 0.95
sla_attainment sla_metric resolution 0.8 - - - - 2026-01-31
sla_attainment sla_metric resolution 0.85 - - - 2026-01-31
sla_attainment team (none) 0.5
reopen_rate all all 0.05 0.01 - - 2025-11-30 2026-03-01
first_response_minutes all all 60
first_response_minutes_p90 priority urgent 600
first_response_business_minutes channel email 240.5
resolution_minutes all all 2880
resolution_minutes_mean product router 4000
resolution_business_minutes_median all all 960
"""


def lines(names: tuple[str, ...], text: str) -> list[Line]:
    """Rows of a table of words; `-` and what is missing at the end are empty."""
    rows = [["" if word == "-" else word for word in line.split()] for line in text.strip().splitlines()]
    return [dict(zip(names, row + [""] * (len(names) - len(row)), strict=True)) for row in rows]


def schedule_lines(last_day: date) -> list[Line]:
    """The rows of `schedules`; two of them are open from the last day of the horizon, and from the day after it, on."""
    names = ("schedule", "weekdays", "times", "timezone", "valid_from", "valid_to")
    late = [f"last_day {WEEK} 06:00-18:00 - {last_day}", f"too_late {WEEK} 06:00-18:00 - {last_day + timedelta(days=1)}"]
    found = []
    for line in [*lines(names, SCHEDULES), *lines(names, "\n".join(late))]:
        for weekday in line["weekdays"]:
            for shift in line["times"].split(","):
                opens, closes = shift.split("-")
                found.append(line | {"weekday": weekday, "opens": opens, "closes": closes})
    return [{name: line[name] for name in SCHEDULE} for line in found]


def holiday_lines() -> list[Line]:
    return [{"schedule": schedule, "holiday_on": day, "name": "closed"} for schedule, day in HOLIDAYS]


def target_lines() -> list[Line]:
    return lines(TARGET, TARGETS)


def metric_target_lines() -> list[Line]:
    return lines(METRIC_TARGET, METRIC_TARGETS)


def as_csv(rows: list[Line]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def seed_files(last_day: date) -> dict[str, str]:
    """The seeds as CSV texts; `last_day` is that of the horizon."""
    return {
        "schedules": as_csv(schedule_lines(last_day)),
        "holidays": as_csv(holiday_lines()),
        "sla_targets": as_csv(target_lines()),
        "metric_targets": as_csv(metric_target_lines()),
    }

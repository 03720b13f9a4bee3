"""Months of the calendar: adding them, counting them, and the days on which stocks are taken."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)


@cache
def month_start(day: date) -> date:
    return day.replace(day=1)


@cache
def month_length(day: date) -> int:
    """Days of the month that holds `day`."""
    return calendar.monthrange(day.year, day.month)[1]


@cache
def month_end(day: date) -> date:
    return day.replace(day=month_length(day))


@cache
def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, month_length(first)))


def whole_months(first: date, day: date) -> int:
    """The largest number of months that `day` lies after `first`."""
    months = (day.year - first.year) * 12 + day.month - first.month
    return months if add_months(first, months) <= day else months - 1


def months_between(first: date, last: date) -> Iterator[date]:
    """First days of the months from that of `first` to that of `last`."""
    month = month_start(first)
    while month <= last:
        yield month
        month = add_months(month, 1)

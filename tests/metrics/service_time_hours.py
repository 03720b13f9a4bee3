"""Opening hours by walking through local days: shifts of a day in its zone, without holidays, as instants in UTC.

Nothing is summed in advance and nothing laid out: each question walks the days that it is about. Exact to the microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NOTHING = timedelta()
STEP = 16 * DAY
Piece = tuple[datetime, datetime]
Line = dict[str, str]


def occurrences(zone: str, day: date, clock: time) -> tuple[datetime, datetime]:
    """A local time read with the rules before and after a change of clocks; both are the same at any other time."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    first, second = (local.replace(fold=fold).astimezone(UTC).replace(tzinfo=None) for fold in (0, 1))
    return first, second


def instant(zone: str, day: date, clock: time) -> datetime:
    """A skipped local time moves forward by the gap, a repeated one is its second occurrence: the later reading, each time."""
    return max(occurrences(zone, day, clock))


def first_moment(zone: str, day: date) -> datetime:
    """Begin of a local day: midnight by the rules before a change, so the first of two, and the end of a gap."""
    return occurrences(zone, day, time())[0]


def read_day(text: str, default: date) -> date:
    return date.fromisoformat(text) if text else default


def without(piece: Piece, holes: Iterable[Piece]) -> Iterator[Piece]:
    """What is left of a piece of time; the holes are in the order of time."""
    start, end = piece
    for from_at, to_at in holes:
        if start < from_at < end:
            yield start, from_at
        if from_at < end:
            start = max(start, to_at)
    if start < end:
        yield start, end


def overlap(piece: Piece, other: Piece) -> timedelta:
    return max(NOTHING, min(piece[1], other[1]) - max(piece[0], other[0]))


class Hours:
    """The seeds `schedules` and `holidays`; an empty zone is `zone`, an empty schedule of a holiday is any but `holiday_free`."""

    def __init__(self, schedules: list[Line], holidays: list[Line], zone: str, holiday_free: tuple[str, ...]) -> None:
        self.zone = zone
        self.lines: dict[str, list[Line]] = {}
        for line in schedules:
            self.lines.setdefault(line["schedule"].lower(), []).append(line)
        self.free = {name.lower() for name in holiday_free}
        self.holidays = {(line["schedule"].lower(), date.fromisoformat(line["holiday_on"])) for line in holidays}
        self.shifts = cache(self._shifts)

    def is_known(self, schedule: str) -> bool:
        return schedule in self.lines

    def is_holiday(self, schedule: str, day: date) -> bool:
        return (schedule, day) in self.holidays or (schedule not in self.free and ("", day) in self.holidays)

    def version(self, schedule: str, day: date) -> list[Line]:
        """The rows in force on a day: those of the latest begin among the valid ones."""
        valid = [
            line
            for line in self.lines[schedule]
            if read_day(line["valid_from"], date.min) <= day < read_day(line["valid_to"], date.max)
        ]
        latest = max((line["valid_from"] for line in valid), default="")
        return [line for line in valid if line["valid_from"] == latest]

    def _shifts(self, schedule: str, day: date) -> list[Piece]:
        """What opens on a local day; a shift over midnight is that of the day on which it opens."""
        found: list[Piece] = []
        for line in self.version(schedule, day):
            if int(line["weekday"]) != day.isoweekday():
                continue
            zone = line["timezone"] or self.zone
            is_next = line["closes"] == "24:00" or line["closes"] <= line["opens"]
            closes = time.fromisoformat("00:00" if line["closes"] == "24:00" else line["closes"])
            shift = instant(zone, day, time.fromisoformat(line["opens"])), instant(zone, day + is_next * DAY, closes)
            off = [each for each in (day, day + DAY) if self.is_holiday(schedule, each)]
            found += without(shift, [(first_moment(zone, each), first_moment(zone, each + DAY)) for each in off])
        return [piece for piece in found if piece[0] < piece[1]]

    def pieces(self, schedule: str, from_at: datetime, to_at: datetime) -> list[Piece]:
        """Open time between two moments, without breaks where shifts overlap or touch."""
        found: list[Piece] = []
        day, last = from_at.date() - 2 * DAY, to_at.date() + DAY
        while day <= last:
            found += self.shifts(schedule, day)
            day += DAY
        merged: list[Piece] = []
        for start, end in sorted(found):
            start, end = max(start, from_at), min(end, to_at)
            if start >= end:
                continue
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], end)
            else:
                merged.append((start, end))
        return merged

    def open_time(self, schedule: str, from_at: datetime, to_at: datetime) -> timedelta:
        if to_at <= from_at:
            return NOTHING
        return sum((end - start for start, end in self.pieces(schedule, from_at, to_at)), NOTHING)

    def due(
        self, schedule: str | None, start: datetime, target: timedelta, pauses: list[Piece], limit: datetime
    ) -> datetime | None:
        """The earliest moment up to `limit` at which the target has run out; without a schedule all time counts."""
        if not target:
            return start
        cursor, left = start, target
        while cursor < limit:
            stop = min(cursor + STEP, limit)
            for piece in [(cursor, stop)] if schedule is None else self.pieces(schedule, cursor, stop):
                for from_at, to_at in without(piece, pauses):
                    if to_at - from_at >= left:
                        return from_at + left
                    left -= to_at - from_at
            cursor = stop
        return None

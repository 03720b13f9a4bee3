"""How often generated cases lie on, just before and just after each edge of service times, and how often each situation comes up:
counted from what is there, not from what was meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from service_time_counting import MartRow
from service_time_hours import DAY, NOTHING, Hours, first_moment, overlap
from service_time_oracle import RESOLUTIONS, Clock, Service, ServiceOracle
from service_time_scenarios import ZONES
from service_time_seeds import HOLIDAYS, schedule_lines
from vocabulary import Period, is_agent_interaction

Hit = tuple[str, int]
SIDES = (-1, 0, 1)
MOMENTS = (*RESOLUTIONS, "closed")
STATES = ("no_target", "no_schedule", "running", "withdrawn", "attained", "breached")
EDGES = (
    *("first_response and due", "resolution and due", "closing without contact and due", "due and end of as-of"),
    *("pause and due", "sign and question", "stop and question", "stop and sign", "sign and opening"),
    *("question and end of as-of", "sign and end of as-of", "stop and end of as-of", "opening and end of as-of"),
    *("response and opening", "resolution and opening", "opening and hours", "response and hours"),
    *("settled resolution", "settled closing", "closing and window", "contact and closing"),
    *("change of priority and opening", "change of schedule and opening", "opening and target version"),
    *(f"{what} and end of period" for what in ("opening", "response", "closed", "reopened", "pause", "due")),
    *(f"reopening and {what} of {kind}" for kind in MOMENTS for what in ("window", "last midnight", "instant")),
)
SITUATIONS = (
    *(f"{metric} {state}" for metric in ("first_response", "resolution") for state in STATES),
    *("resolution paused", "stopped in a pause", "stopped before due, not due yet", "due unknown beyond the horizon"),
    *("two pauses", "pauses without moving due", "calendar target", "target 0", "withdrawn after the end of a pause"),
    *(f"resolution {state}" for state in ("resolved", "provisional", "no_contact", "closed_undated", "open")),
    *(f"response {state}" for state in ("responded", "waiting", "none")),
    *(f"reopening {state}" for state in ("reopened", "late", "not_reopened", "undetermined")),
    *("reopened so far", "second moment", "resolution before opening", "customer wait", "unknown schedule", "never open"),
    *(
        f"hours of {line}"
        for line in sorted({each["schedule"].lower() for each in schedule_lines(date.max - DAY)} - {"too_late"})
    ),
    *(f"clocks change: {schedule}" for schedule in ZONES),
)


def seconds(name: str, at: datetime | None, edge: datetime | None) -> Iterator[Hit]:
    """The side of an edge on which a moment lies, if it lies within a second."""
    if at is not None and edge is not None and abs((at - edge).total_seconds()) <= 1:
        yield name, (at > edge) - (at < edge)


def days(name: str, distance: int) -> Iterator[Hit]:
    if abs(distance) <= 1:
        yield name, distance


class ServiceBoundaries:
    """Counts cases and clocks per edge and side; the side is -1, 0 or +1 of the edge's unit (up to a second, or a day)."""

    def __init__(self, oracle: ServiceOracle) -> None:
        self.oracle, self.calendar, self.window = oracle, oracle.calendar, oracle.policies.reopen_window_days
        self.signs: dict[str, list[datetime]] = defaultdict(list)
        for row in oracle.tables["interactions"]:
            if row["direction"] == "inbound" and row["kind"] != "automatic_reply":
                self.signs[row["case_id"]].append(row["occurred_at"])
        for row in oracle.tables["case_events"]:
            if row["event_type"] == "resumed":
                self.signs[row["case_id"]].append(row["occurred_at"])

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter(self._of_rows())
        for service in self.oracle.services.values():
            hits.update(set(self._of_case(service)))
            hits.update(set(self._of_reopenings(service)))
        for clock in self.oracle.clocks.values():
            hits.update(set(self._of_clock(clock)))
        return hits

    def _midnight(self, day: date) -> datetime:
        return self.calendar.utc(day)

    def _of_rows(self) -> Iterator[Hit]:
        """Raw rows at the end of as-of, whatever as-of says."""
        end, tables = self.oracle.end, self.oracle.tables
        for row in tables["cases"]:
            yield from seconds("opening and end of as-of", row["opened_at"], end)
        for row in tables["case_events"]:
            if row["event_type"] == "pending_customer":
                yield from seconds("question and end of as-of", row["occurred_at"], end)
            elif row["event_type"] in MOMENTS:
                yield from seconds("stop and end of as-of", row["occurred_at"], end)
        for row in tables["interactions"]:
            if is_agent_interaction(row):
                yield from seconds("stop and end of as-of", row["occurred_at"], end)
        for moments in self.signs.values():
            for at in moments:
                yield from seconds("sign and end of as-of", at, end)

    def _of_case(self, service: Service) -> Iterator[Hit]:
        oracle, opened, closed = self.oracle, service.opened_at, service.case.first_closed_at
        key = service.case.row["case_id"]
        yield from seconds("response and opening", service.response_at, opened)
        for moment in service.moments:
            yield from seconds("resolution and opening", moment.at, opened)
            left = (oracle.as_of - self.calendar.day(moment.at)).days - self.window
            yield from days("settled closing" if moment.id == "closed" else "settled resolution", left)
        if service.is_closed_without_contact and service.moments and closed is not None:
            yield from days("closing and window", oracle.days(service.moments[0].at, closed) - self.window)
        for row in service.case.interactions:
            yield from seconds("contact and closing", row["occurred_at"], closed)
        for row in oracle.cases.changes.get(key, []):
            yield from seconds(f"change of {row['field']} and opening", row["occurred_at"], opened)
        for line in oracle.targets:
            for text in filter(None, (line["valid_from"], line["valid_to"])):
                yield from seconds("opening and target version", opened, self._midnight(date.fromisoformat(text)))
        for name, at in (("opening", opened), ("response", service.response_at)):
            if at is not None:
                yield from self._of_period(name, at)
                if oracle.hours.is_known(service.schedule) and service.schedule != "always_open":
                    for piece in oracle.hours.pieces(service.schedule, at - DAY, at + DAY):
                        for edge in set(piece) - {at - DAY, at + DAY}:
                            yield from seconds(f"{name} and hours", at, edge)
        for row in service.events:
            if row["event_type"] in ("closed", "reopened") and service.response is None:
                yield from self._of_period(row["event_type"], row["occurred_at"])
            if row["event_type"] == "pending_customer":
                for at in self.signs[key]:
                    yield from seconds("sign and question", at, row["occurred_at"])

    def _of_period(self, name: str, at: datetime) -> Iterator[Hit]:
        day = self.calendar.day(at)
        for first in (day, day + DAY):
            if first.day == 1 or first.isoweekday() == 1:
                yield from seconds(f"{name} and end of period", at, self._midnight(first))

    def _of_reopenings(self, service: Service) -> Iterator[Hit]:
        for row in service.events:
            for moment in service.moments if row["event_type"] == "reopened" else ():
                what, at = moment.id, row["occurred_at"]
                yield from seconds(f"reopening and instant of {what}", at, moment.at)
                if at > moment.at:
                    yield from days(f"reopening and window of {what}", self.oracle.days(moment.at, at) - self.window)
                    last = self._midnight(self.calendar.day(moment.at) + (self.window + 1) * DAY)
                    yield from seconds(f"reopening and last midnight of {what}", at, last)

    def _of_clock(self, clock: Clock) -> Iterator[Hit]:
        service, due = clock.service, clock.due_at
        yield from seconds("due and end of as-of", due, self.oracle.end)
        if due is not None and target_is_due(clock):
            yield from seconds(f"{clock.metric} and due", clock.stopped_at, due)
            yield from self._of_period("due", due)
            if service.is_closed_without_contact:
                yield from seconds("closing without contact and due", service.case.first_closed_at, due)
        if clock.metric == "resolution" and clock.target is not None and clock.target["pauses_on_customer"] == "true":
            for start, end in service.pauses:
                yield from seconds("pause and due", start, due)
                yield from seconds("stop and question", clock.stopped_at, start)
                yield from seconds("stop and sign", clock.stopped_at, end)
                yield from seconds("sign and opening", end, service.opened_at)
                for at in filter(None, (start, end)):
                    yield from self._of_period("pause", at)

    # Situations

    def situations(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for clock in self.oracle.clocks.values():
            found.update(self._about_clock(clock))
        for service in self.oracle.services.values():
            found.update(self._about_case(service))
        return found

    def _about_clock(self, clock: Clock) -> Iterator[str]:
        due, stopped = clock.due_at, clock.stopped_at
        yield f"{clock.metric} {clock.state}"
        facts = {
            "stopped in a pause": bool(clock.pauses) and clock.pauses[-1][1] == stopped,
            "stopped before due, not due yet": clock.state == "running" and stopped is not None,
            "due unknown beyond the horizon": clock.state == "running" and due is None,
            "two pauses": len(clock.pauses) > 1,
            "pauses without moving due": clock.is_judged and due is not None and any(start >= due for start, _ in clock.pauses),
            "calendar target": clock.target is not None and clock.target["is_business_time"] == "false",
            "target 0": clock.target is not None and clock.target["target_minutes"] == "0",
            "withdrawn after the end of a pause": clock.state == "withdrawn" and bool(clock.pauses),
        }
        yield from (name for name, holds in facts.items() if holds)

    def _about_case(self, service: Service) -> Iterator[str]:
        yield f"resolution {service.resolution_state}"
        yield f"response {service.response_state}"
        yield f"reopening {service.reopening_state}"
        schedule, hours = service.schedule, self.oracle.hours
        facts = {
            "reopened so far": service.reopening_state == "undetermined" and service.reopened_at is not None,
            "second moment": service.resolved_at is not None and service.resolved_at != service.moments[0].at,
            "resolution before opening": service.resolved_at is not None and service.resolution_time is None,
            "customer wait": (service.customer_wait or NOTHING) > NOTHING,
            "unknown schedule": not hours.is_known(schedule) and service.response is not None,
        }
        yield from (name for name, holds in facts.items() if holds)
        for end in {service.response_at, service.resolved_at} - {None}:
            assert end is not None
            used = self.oracle.business(service, end)
            if used is not None and end > service.opened_at:
                yield "never open" if not used else f"hours of {schedule}"
                if schedule == "never":
                    yield "hours of never"
                if schedule in ZONES and used and any(self._changes(schedule, service.opened_at, end)):
                    yield f"clocks change: {schedule}"
        if schedule == "last_day":
            yield "hours of last_day"

    def _changes(self, schedule: str, from_at: datetime, to_at: datetime) -> Iterator[bool]:
        """Whether, of the days of a stretch, one does not have 24 hours in the schedule's zone."""
        zone, day = ZONES[schedule], from_at.date() - DAY
        while day <= to_at.date() + DAY and (to_at - from_at).days < 5:
            begin, end = first_moment(zone, day), first_moment(zone, day + DAY)
            yield end - begin != DAY and overlap((begin, end), (from_at, to_at)) > NOTHING
            day += DAY

    def holidays(self) -> Counter[tuple[str, str]]:
        """Per holiday the cases of which it takes open time."""
        hours = self.oracle.hours
        everyday = Hours([line for each in hours.lines.values() for line in each], [], hours.zone, ())
        found: Counter[tuple[str, str]] = Counter()
        for named, text in HOLIDAYS:
            noon = datetime.fromisoformat(f"{text} 12:00:00")
            around = noon - 2 * DAY, noon + 2 * DAY
            for service in self.oracle.services.values():
                end = service.response_at or service.resolved_at
                if named not in ("", service.schedule) or end is None or not hours.is_known(service.schedule):
                    continue
                spell = max(service.opened_at, around[0]), min(end, around[1])
                if spell[0] < spell[1]:
                    lost = everyday.open_time(service.schedule, *spell) - hours.open_time(service.schedule, *spell)
                    found[named, text] += lost > NOTHING
        return found


def target_is_due(clock: Clock) -> bool:
    return clock.is_judged or clock.state == "withdrawn"


def complete_edges(marts: dict[str, dict[Period, MartRow]], oracle: ServiceOracle) -> Iterable[Hit]:
    """How many days periods end, or are settled, before or after as-of."""
    for mart, rows in marts.items():
        window = oracle.policies.reopen_window_days if mart == "resolution_time" else 0
        for period in {each._replace(segment_by="", segment="") for each in rows}:
            yield from days(f"complete {mart}", (period.end - oracle.as_of).days + window)

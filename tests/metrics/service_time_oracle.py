"""First response, resolution, reopening and SLA clocks once more, in plain Python straight from their definitions.

What the SQL models are compared with. Where two readings are possible the literal one is taken, else the documented decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from oracle import Oracle
from service_time_hours import DAY, NOTHING, Hours, Line, Piece, overlap, read_day
from vocabulary import ORDER, Case, Policies, Position, Row, Seeds, Tables

RESOLUTIONS = ("resolved", "resolution_confirmed", "no_further_action")
CLOCK_METRICS = ("first_response", "resolution")
CASE_SEGMENTS = (
    *("product", "queue", "channel", "delivery_model", "priority", "case_type", "topic"),
    *("team", "site", "shift", "account_segment", "region"),
)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class ServicePolicies(Policies):
    """The choices that service times add."""

    reopen_window_days: int = 30
    default_schedule: str = "always_open"
    holiday_free: tuple[str, ...] = ("always_open",)
    horizon_days: int = 400

    @property
    def variables(self) -> dict[str, Any]:
        return {
            "casemart_reopen_window_days": self.reopen_window_days,
            "casemart_default_schedule": self.default_schedule,
            "casemart_holiday_free_schedules": list(self.holiday_free),
            "casemart_business_time_horizon_days": self.horizon_days,
        }


@dataclass
class Service:
    """One counted case: its first response, its resolution and its reopening."""

    case: Case
    schedule: str
    events: list[Row]
    moments: list[Position] = field(default_factory=list)  # at which it was held to be solved; the id is the kind
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    is_closed_without_contact: bool = False
    response_state: str = ""
    resolution_state: str = ""
    resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    reopening_state: str | None = None
    response_segments: dict[str, str | None] = field(default_factory=dict)
    resolution_segments: dict[str, str | None] = field(default_factory=dict)

    @property
    def opened_at(self) -> datetime:
        at: datetime = self.case.row["opened_at"]
        return at

    @property
    def response(self) -> Row | None:
        return next(iter(self.case.interactions), None)

    @property
    def response_at(self) -> datetime | None:
        return self.response["occurred_at"] if self.response else None

    @property
    def response_time(self) -> timedelta | None:
        return None if self.response_at is None else max(NOTHING, self.response_at - self.opened_at)

    @property
    def resolution_time(self) -> timedelta | None:
        return None if self.resolved_at is None or self.resolved_at < self.opened_at else self.resolved_at - self.opened_at

    @property
    def customer_wait(self) -> timedelta | None:
        """Of the time to the resolution, what the customer was waited for."""
        if self.resolved_at is None or self.resolution_time is None:
            return None
        life = self.opened_at, self.resolved_at
        return sum((overlap(life, (start, end or self.resolved_at)) for start, end in self.pauses), NOTHING)


@dataclass
class Clock:
    """One promise about a counted case."""

    service: Service
    metric: str
    priority: str | None
    target: Line | None
    stopped_at: datetime | None
    pauses: list[Piece] = field(default_factory=list)  # those in its life
    is_pause_running: bool = False
    due_at: datetime | None = None
    state: str = ""
    segments: dict[str, str | None] = field(default_factory=dict)

    @property
    def schedule(self) -> str | None:
        """The schedule that the clock goes by; None for one in calendar time."""
        return self.service.schedule if self.target and self.target["is_business_time"] == "true" else None

    @property
    def is_judged(self) -> bool:
        return self.state in ("attained", "breached")

    @property
    def dated_at(self) -> datetime | None:
        """Due for a verdict and for withdrawn clocks; the start of those that can have none."""
        if self.state in ("no_target", "no_schedule"):
            return self.service.opened_at
        return self.due_at if self.is_judged or self.state == "withdrawn" else None


def promised(targets: list[Line], metric: str, priority: str | None, schedule: str, day: date) -> Line | None:
    """The most specific target of a day: priority before schedule, then the latest begin."""
    fitting = [
        line
        for line in targets
        if line["sla_metric"] == metric
        and line["priority"].lower() in ("", priority)
        and line["schedule"].lower() in ("", schedule)
        and read_day(line["valid_from"], date.min) <= day < read_day(line["valid_to"], date.max)
    ]
    return max(fitting, key=lambda line: (line["priority"] != "", line["schedule"] != "", line["valid_from"]), default=None)


def target_time(target: Line) -> timedelta:
    return timedelta(microseconds=int(Fraction(target["target_minutes"]) * 60_000_000))


class ServiceOracle:
    """Judges every counted case of `tables`. `targets`: the lines of the seed `sla_targets`."""

    def __init__(
        self,
        tables: Tables,
        seeds: Seeds,
        hours: Hours,
        targets: list[Line],
        policies: ServicePolicies,
        event_at: dict[str, tuple[str, ...]],
    ) -> None:
        self.tables, self.hours, self.targets, self.policies = tables, hours, targets, policies
        self.cases = Oracle(tables, seeds, policies, event_at)  # as-of, cases, agent interactions, attributes at a moment
        self.calendar, self.as_of = self.cases.calendar, self.cases.as_of
        self.end = self.calendar.utc(self.as_of + DAY)
        self.horizon = self.calendar.utc(self.as_of + (policies.horizon_days + 1) * DAY)
        events: dict[str, list[Row]] = defaultdict(list)
        for row in tables["case_events"]:
            if self.cases.is_present(row["occurred_at"]):
                events[row["case_id"]].append(row)
        self.services = {
            key: self._service(case, events[key]) for key, case in self.cases.cases.items() if case.is_counted
        }  # fmt: skip
        self.clocks = {
            (key, metric): self._clock(each, metric) for key, each in self.services.items() for metric in CLOCK_METRICS
        }

    def days(self, earlier: datetime, later: datetime) -> int:
        return (self.calendar.day(later) - self.calendar.day(earlier)).days

    def has_run_out(self, at: datetime) -> bool:
        """Whether the window of a reopening after a moment is over."""
        return self.calendar.day(at) + self.policies.reopen_window_days * DAY <= self.as_of

    # Cases

    def _service(self, case: Case, events: list[Row]) -> Service:
        schedule = self.cases.field_at(case, "schedule", case.row["opened_at"]) or self.policies.default_schedule
        service = Service(case, schedule.lower(), events)
        service.moments = sorted(self._moments(case, events))
        service.pauses = list(self._pauses(case, events))
        closed = case.first_closed_at
        touched = [row for row in case.interactions if closed is None or row["occurred_at"] <= closed]
        service.is_closed_without_contact = closed is not None and not touched
        is_over = case.is_closed or case.is_undated
        service.response_state = "responded" if service.response else "none" if is_over else "waiting"
        self._resolve(service)
        self._reopen(service)
        if service.response_at is not None:
            service.response_segments = self.segments(case, service.response_at, service.response)
        if service.resolved_at is not None:
            last = self.calendar.day(service.resolved_at) + self.policies.reopen_window_days * DAY
            met = self._met(case, self.calendar.utc(last + DAY))
            service.resolution_segments = self.segments(case, service.resolved_at, met)
        return service

    def _moments(self, case: Case, events: list[Row]) -> Iterator[Position]:
        yield from (
            Position(row["occurred_at"], ORDER.get(row["event_type"], 0), row["event_type"])
            for row in events
            if row["event_type"] in (*RESOLUTIONS, "closed")
        )
        if case.first_closed_at is not None and not any(row["event_type"] == "closed" for row in events):
            yield Position(case.first_closed_at, ORDER["closed"], "closed")

    def _pauses(self, case: Case, events: list[Row]) -> Iterator[tuple[datetime, datetime | None]]:
        """From a question to the first later sign of the customer or resumption."""
        asked = sorted(row["occurred_at"] for row in events if row["event_type"] == "pending_customer")
        heard = [row["occurred_at"] for row in events if row["event_type"] == "resumed"]
        heard += [row["occurred_at"] for row in case.inbound]
        free_from = datetime.min
        for at in asked:
            if at >= free_from:
                end = min((other for other in heard if other > at), default=None)
                yield at, end
                free_from = end or datetime.max

    def _resolve(self, service: Service) -> None:
        reopened = [
            Position(row["occurred_at"], ORDER["reopened"], "") for row in service.events if row["event_type"] == "reopened"
        ]
        window, closed = self.policies.reopen_window_days, service.case.first_closed_at
        lasting = (
            moment
            for moment in service.moments
            if not any(each > (moment.at, moment.order, "") and self.days(moment.at, each.at) <= window for each in reopened)
        )
        resolution = next(lasting, None)
        if resolution is not None and service.is_closed_without_contact:
            assert closed is not None
            if self.days(resolution.at, closed) <= window:
                resolution = None
        if resolution is not None:
            service.resolved_at = resolution.at
            service.resolution_state = "resolved" if self.has_run_out(resolution.at) else "provisional"
        elif service.is_closed_without_contact:
            service.resolution_state = "no_contact"
        else:
            service.resolution_state = "closed_undated" if service.case.is_undated else "open"

    def _reopen(self, service: Service) -> None:
        closed = service.case.first_closed_at
        if closed is None:
            return
        reopened = (row["occurred_at"] for row in service.events if row["event_type"] == "reopened")
        service.reopened_at = min((at for at in reopened if at > closed), default=None)
        if not self.has_run_out(closed):
            service.reopening_state = "undetermined"
        elif service.reopened_at is None:
            service.reopening_state = "not_reopened"
        else:
            is_late = self.days(closed, service.reopened_at) > self.policies.reopen_window_days
            service.reopening_state = "late" if is_late else "reopened"

    def segments(self, case: Case, at: datetime, interaction: Row | None) -> dict[str, str | None]:
        """Attributes at a moment; codes match whatever their letter case."""
        found = self.cases.segments(case, at, interaction)
        return found | {"priority": found["priority"] and found["priority"].lower()}

    def _met(self, case: Case, before: datetime) -> Row | None:
        """The interaction whose agent a case is counted for: the initial one, else the first up to the first closing."""
        closed = case.first_closed_at
        known = [
            row for row in case.interactions if row["occurred_at"] < before and (closed is None or row["occurred_at"] <= closed)
        ]
        return next((row for row in known if row is case.initial), next(iter(known), None))

    def business(self, service: Service, to_at: datetime | None) -> timedelta | None:
        """Open time from the opening; unknown with the schedule."""
        if to_at is None or not self.hours.is_known(service.schedule):
            return None
        return self.hours.open_time(service.schedule, service.opened_at, to_at)

    def is_waiting(self, service: Service, at: datetime) -> bool:
        """Whether, just before a moment, the case was open and nobody had responded."""
        if service.case.is_undated or service.opened_at >= at or (service.response_at is not None and service.response_at < at):
            return False
        closed = max((each for each in service.moments if each.id == "closed" and each.at < at), default=None)
        reopened = (row["occurred_at"] for row in service.events if row["event_type"] == "reopened")
        last = max((Position(each, ORDER["reopened"], "") for each in reopened if each < at), default=None)
        return closed is None or (last is not None and last > closed)

    # Clocks

    def _clock(self, service: Service, metric: str) -> Clock:
        case, started = service.case, service.opened_at
        priority = self.cases.field_at(case, "priority", started)
        target = promised(self.targets, metric, priority and priority.lower(), service.schedule, case.opened_on)
        solved = service.moments[0].at if service.moments else None
        clock = Clock(service, metric, priority, target, service.response_at if metric == "first_response" else solved)
        if target is None:
            clock.state = "no_target"
        else:
            if metric == "resolution" and target["pauses_on_customer"] == "true":
                self._pause(clock)
            self._judge(clock)
        if clock.dated_at is not None:
            day_end = self.calendar.utc(self.calendar.day(clock.dated_at) + DAY)
            clock.segments = self.segments(case, clock.dated_at, self._met(case, day_end))
        return clock

    def _pause(self, clock: Clock) -> None:
        started, stopped = clock.service.opened_at, clock.stopped_at
        for start, end in clock.service.pauses:
            last = min(at for at in (end, stopped, self.end) if at is not None)
            if max(start, started) < last:
                clock.pauses.append((max(start, started), last))
                clock.is_pause_running = end is None and stopped is None

    def _judge(self, clock: Clock) -> None:
        assert clock.target is not None
        service, schedule = clock.service, clock.schedule
        is_known = schedule is None or self.hours.is_known(schedule)
        limit = self.horizon if schedule else datetime.max
        if clock.is_pause_running:
            limit = clock.pauses[-1][0]
        if is_known:
            clock.due_at = self.hours.due(schedule, service.opened_at, target_time(clock.target), clock.pauses, limit)
        due, closed = clock.due_at, service.case.first_closed_at
        if schedule is not None and (not is_known or (due is None and not self.hours.pieces(schedule, self.end, self.horizon))):
            clock.state = "no_schedule"
        elif due is None or due >= self.end:
            clock.state = "paused" if clock.is_pause_running and due is None else "running"
        elif service.is_closed_without_contact and closed is not None and closed <= due:
            clock.state = "withdrawn"
        else:
            clock.state = "attained" if clock.stopped_at is not None and clock.stopped_at <= due else "breached"

    def clock_time(self, clock: Clock, to_at: datetime | None) -> timedelta | None:
        """What the clock would have run up to a moment without pauses."""
        if to_at is None or clock.target is None or (clock.schedule is not None and not self.hours.is_known(clock.schedule)):
            return None
        if clock.schedule is None:
            return max(NOTHING, to_at - clock.service.opened_at)
        return self.hours.open_time(clock.schedule, clock.service.opened_at, to_at)

    def used(self, clock: Clock) -> timedelta | None:
        whole = self.clock_time(clock, clock.stopped_at)
        if whole is None:
            return None
        schedule, hours = clock.schedule, self.hours
        return whole - sum((b - a if schedule is None else hours.open_time(schedule, a, b) for a, b in clock.pauses), NOTHING)

    def stock_state(self, clock: Clock, at: datetime) -> str | None:
        """`running` or `paused` just before a moment, for a clock that had begun and was not due by then."""
        if clock.state in ("no_target", "no_schedule") or clock.service.opened_at >= at:
            return None
        if clock.due_at is not None and clock.due_at < at:
            return None
        is_paused = any(start < at <= end and (clock.due_at is None or start < clock.due_at) for start, end in clock.pauses)
        return "paused" if is_paused else "running"

    def stock_segments(self, case: Case, at: datetime, *, is_met: bool) -> dict[str, str | None]:
        """Attributes just before a moment; nobody's team where nobody has responded."""
        return self.segments(case, at - INSTANT, self._met(case, at) if is_met else None)

"""What services and clocks add up to: the rows of `response_time`, `resolution_time` and `sla_attainment`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from service_time_hours import DAY, NOTHING, Line, read_day
from service_time_oracle import CASE_SEGMENTS, ServiceOracle
from vocabulary import NONE, Period

MartRow = dict[str, Any]
Durations = dict[str, list[int]]  # microseconds
MEASURES = ("median", "p90", "mean")
RESPONSE_METRICS = ("first_response_minutes", "first_response_business_minutes")
RESOLUTION_METRICS = ("resolution_minutes", "resolution_business_minutes")
# Mart: its metrics and whether higher is better.
METRICS = {
    "response_time": {name + suffix: False for name in RESPONSE_METRICS for suffix in ("", *(f"_{each}" for each in MEASURES))},
    "resolution_time": {
        **{name + suffix: False for name in RESOLUTION_METRICS for suffix in ("", *(f"_{each}" for each in MEASURES))},
        "reopen_rate": False,
    },
    "sla_attainment": {"sla_attainment": True},
}
COUNTS = {
    "response_time": ("responded_cases", "responded_before_opening_cases", "business_responded_cases", "waiting_cases"),
    "resolution_time": (
        *("resolved_cases", "provisional_cases", "timed_cases", "business_timed_cases", "first_closed_cases"),
        *("no_contact_cases", "settled_closed_cases", "reopened_cases", "reopened_so_far_cases"),
    ),
    "sla_attainment": (
        *("attained_clocks", "breached_clocks", "judged_clocks", "withdrawn_clocks", "no_target_clocks", "no_schedule_clocks"),
        *("running_clocks", "paused_clocks", "attained_so_far_clocks"),
    ),
}


def minutes(micros: int, count: int = 1) -> Fraction:
    return Fraction(micros, count * 60_000_000)


def quantile(values: list[int], share: Fraction) -> Fraction | None:
    """In minutes; linear between the two values around the place."""
    if not values:
        return None
    place = share * (len(values) - 1)
    around = sorted(values)[int(place) :][:2]
    return (around[0] + (around[-1] - around[0]) * (place - int(place))) / 60_000_000


def mean(values: list[int]) -> Fraction | None:
    return minutes(sum(values), len(values)) if values else None


class Stock(NamedTuple):
    """A period, and the moment after the day on which its stocks are taken."""

    grain: str
    start: date
    end: date
    at: datetime


class Marts:
    """All rows of the three marts. `targets`: the lines of the seed `metric_targets`."""

    def __init__(self, oracle: ServiceOracle, targets: list[Line]) -> None:
        self.oracle, self.targets = oracle, targets
        self.stocks = {grain: list(self._all_stocks(grain)) for grain in oracle.policies.grains}
        self.counts: dict[str, dict[Period, Counter[str]]] = {mart: defaultdict(Counter) for mart in METRICS}
        self.durations: dict[str, dict[Period, Durations]] = {mart: defaultdict(lambda: defaultdict(list)) for mart in METRICS}
        for service in oracle.services:
            self._respond(service)
            self._resolve(service)
        for key in oracle.clocks:
            self._clock(*key)

    def _periods(self, day: date, segments: dict[str, str | None]) -> Iterator[Period]:
        for grain in self.oracle.policies.grains:
            start, end = self.oracle.calendar.period(day, grain)
            yield from self._rows(grain, start, end, segments)

    def _rows(self, grain: str, start: date, end: date, segments: dict[str, str | None]) -> Iterator[Period]:
        yield Period(grain, start, end, "all", "all")
        for name in (*CASE_SEGMENTS, *(("sla_metric",) if "sla_metric" in segments else ())):
            value = segments[name]
            yield Period(grain, start, end, name, NONE if value is None else value)

    def _stocks(self, opened_on: date, due_at: datetime | None = None) -> Iterator[Stock]:
        """Per grain the periods from the opening to as-of, or to the last one that ends before a moment of due."""
        for stocks in self.stocks.values():
            for stock in stocks:
                if due_at is not None and due_at < stock.at:
                    break
                if stock.end >= opened_on:
                    yield stock

    def _all_stocks(self, grain: str) -> Iterator[Stock]:
        oracle = self.oracle
        day = min((service.case.opened_on for service in oracle.services.values()), default=oracle.as_of)
        while day <= oracle.as_of:
            start, end = oracle.calendar.period(day, grain)
            yield Stock(grain, start, end, oracle.calendar.utc(min(end, oracle.as_of) + DAY))
            day = end + DAY

    def _add(self, mart: str, periods: Iterator[Period], counts: dict[str, bool], durations: dict[str, timedelta | None]) -> None:
        names = [name for name, is_in in counts.items() if is_in]
        known = [(name, value // timedelta(microseconds=1)) for name, value in durations.items() if value is not None]
        for period in periods:
            row = self.counts[mart][period]
            for name in names:
                row[name] += 1
            for name, micros in known:
                self.durations[mart][period][name].append(micros)

    def _respond(self, key: str) -> None:
        oracle, service = self.oracle, self.oracle.services[key]
        if service.response_at is not None:
            business = oracle.business(service, service.response_at)
            counts = {
                "responded_cases": True,
                "responded_before_opening_cases": service.response_at < service.opened_at,
                "business_responded_cases": business is not None,
            }
            periods = self._periods(oracle.calendar.day(service.response_at), service.response_segments)
            durations = dict(zip(RESPONSE_METRICS, (service.response_time, business), strict=True))
            self._add("response_time", periods, counts, durations)
        for grain, start, end, at in self._stocks(service.case.opened_on):
            if service.response_at is not None and service.response_at < at:
                continue
            if oracle.is_waiting(service, at):
                rows = self._rows(grain, start, end, oracle.stock_segments(service.case, at, is_met=False))
                self._add("response_time", rows, {"waiting_cases": True}, {"wait": at - service.opened_at})

    def _resolve(self, key: str) -> None:
        oracle, service = self.oracle, self.oracle.services[key]
        if service.resolved_at is not None:
            business = oracle.business(service, service.resolved_at) if service.resolution_time is not None else None
            counts = {
                "resolved_cases": True,
                "provisional_cases": service.resolution_state == "provisional",
                "timed_cases": service.resolution_time is not None,
                "business_timed_cases": business is not None,
            }
            durations = dict(zip(RESOLUTION_METRICS, (service.resolution_time, business), strict=True))
            periods = self._periods(oracle.calendar.day(service.resolved_at), service.resolution_segments)
            self._add("resolution_time", periods, counts, {**durations, "customer_wait": service.customer_wait})
        closed = service.case.first_closed_at
        if closed is not None:
            counts = {
                "first_closed_cases": True,
                "no_contact_cases": service.resolution_state == "no_contact",
                "settled_closed_cases": service.reopening_state != "undetermined",
                "reopened_cases": service.reopening_state == "reopened",
                "reopened_so_far_cases": service.reopening_state == "undetermined" and service.reopened_at is not None,
            }
            self._add("resolution_time", self._periods(oracle.calendar.day(closed), service.case.closing_segments), counts, {})

    def _clock(self, key: str, metric: str) -> None:
        oracle, clock = self.oracle, self.oracle.clocks[key, metric]
        of_metric: dict[str, str | None] = {"sla_metric": metric}
        if clock.dated_at is not None:
            counts = {f"{clock.state}_clocks": True, "judged_clocks": clock.is_judged}
            for period in self._periods(oracle.calendar.day(clock.dated_at), clock.segments | of_metric):
                late = None
                if clock.state == "breached":
                    assert clock.due_at is not None
                    end = oracle.calendar.utc(min(period.end, oracle.as_of) + DAY)
                    late = min(clock.stopped_at or end, end) - clock.due_at
                self._add("sla_attainment", iter([period]), counts, {"late": late})
        if clock.state in ("no_target", "no_schedule"):
            return
        for grain, start, end, at in self._stocks(clock.service.case.opened_on, clock.due_at):
            if (state := oracle.stock_state(clock, at)) is None:
                continue
            is_stopped = clock.stopped_at is not None and clock.stopped_at < at
            rows = self._rows(grain, start, end, oracle.stock_segments(clock.service.case, at, is_met=True) | of_metric)
            self._add("sla_attainment", rows, {f"{state}_clocks": True, "attained_so_far_clocks": is_stopped}, {})

    def rows(self, mart: str) -> dict[Period, MartRow]:
        return {period: self._row(mart, period) for period in self.counts[mart]}

    def _row(self, mart: str, period: Period) -> MartRow:
        counts, durations = self.counts[mart][period], self.durations[mart][period]
        row: MartRow = {name: counts[name] for name in COUNTS[mart]}
        for name in {"response_time": RESPONSE_METRICS, "resolution_time": RESOLUTION_METRICS}.get(mart, ()):
            values = durations[name]
            row[f"{name}_total"] = minutes(sum(values)) if values else None
            row[name] = row[f"{name}_median"] = quantile(values, Fraction(1, 2))
            row[f"{name}_p90"] = quantile(values, Fraction(9, 10))
            row[f"{name}_mean"] = mean(values)
        settled_after = NOTHING
        if mart == "response_time":
            row["oldest_wait_minutes"] = minutes(max(durations["wait"])) if durations["wait"] else None
        elif mart == "resolution_time":
            row["customer_wait_minutes_mean"] = mean(durations["customer_wait"])
            row["reopen_rate"] = over(counts["reopened_cases"], counts["settled_closed_cases"])
            settled_after = timedelta(days=self.oracle.policies.reopen_window_days)
        else:
            row["sla_attainment"] = over(counts["attained_clocks"], counts["judged_clocks"])
            row["late_minutes_median"] = quantile(durations["late"], Fraction(1, 2))
        for metric, is_higher_better in METRICS[mart].items():
            target, value = self._target(metric, period), row[metric]
            row[f"{metric}_target"] = target
            gap = None if target is None or value is None else target - value
            row[f"{metric}_gap"] = gap if is_higher_better or gap is None else -gap
        row["is_complete"] = period.end + settled_after <= self.oracle.as_of
        return row

    def _target(self, metric: str, period: Period) -> Fraction | None:
        """The target of the period's last day."""
        valid = [
            line
            for line in self.targets
            if (line["metric"], line["segment_by"], line["segment"]) == (metric, period.segment_by, period.segment)
            and read_day(line["valid_from"], date.min) <= period.end < read_day(line["valid_to"], date.max)
        ]
        latest = max(valid, key=lambda line: line["valid_from"], default=None)
        return None if latest is None or not latest["target"] else Fraction(latest["target"])


def over(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None

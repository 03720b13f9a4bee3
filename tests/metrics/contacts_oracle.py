"""Contacts offered to queues, and contacts that agents handled, once more in plain Python straight from their definitions:
what became of each, how long it took, and what they add up to per period and segment. Nothing is shared with the models.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from counting import count_periods
from deflection_counting import over
from oracle import Oracle
from vocabulary import NONE, OF_AGENT, SEGMENTS, Period, Row, Seeds, Tables, valid_row
from voice_oracle import VoicePolicies

MartRow = dict[str, Any]
OF_CONTACT = (*SEGMENTS[:9], "topic", *SEGMENTS[9:])
ENDS = {"answered": "answered_at", "abandoned": "abandoned_at"}


@dataclass(frozen=True)
class Threshold:
    """One row of the seed: within how many seconds an answer is in time, and an abandonment short."""

    channel: str
    queue: str | None
    seconds: int
    short: int
    valid_from: date | None
    valid_to: date | None


def thresholds_of(lines: Iterable[dict[str, str]]) -> list[Threshold]:
    return [
        Threshold(
            line["channel"],
            line["queue"] or None,
            int(line["threshold_seconds"]),
            int(line["short_abandon_seconds"]),
            *(date.fromisoformat(line[name]) if line[name] else None for name in ("valid_from", "valid_to")),
        )
        for line in lines
    ]


@dataclass
class Attempt:
    """One contact offered to a queue; flags are None where it is in neither side."""

    row: Row
    on: date
    state: str
    ended_at: datetime | None  # where it was answered or abandoned
    is_late: bool
    threshold: Threshold | None

    @property
    def is_ended(self) -> bool:
        return self.state in ENDS

    @property
    def is_answered(self) -> bool:
        return self.state == "answered"

    @property
    def wait(self) -> timedelta | None:
        return None if self.ended_at is None else self.ended_at - self.row["offered_at"]

    @property
    def wait_seconds(self) -> int | None:
        return None if self.wait is None else whole_seconds(self.wait)

    @property
    def is_within(self) -> bool | None:
        if self.wait is None or self.threshold is None:
            return None
        return self.wait <= timedelta(seconds=self.threshold.seconds)

    @property
    def is_short(self) -> bool | None:
        if self.wait is None or self.threshold is None or self.is_answered:
            return None
        return self.wait <= timedelta(seconds=self.threshold.short)

    def flags(self) -> dict[str, bool | None]:
        """The five readings of the service level, and abandonment."""
        within, answered = self.is_within, self.is_answered
        known = within is not None
        in_time = bool(within and answered)
        return {
            "is_service_level": in_time if known and (answered or not within) else None,
            "is_service_level_answered_only": in_time if known and answered else None,
            "is_service_level_offered": in_time if known else None,
            "is_service_level_abandons_as_met": within,
            "is_service_level_short_abandons_as_met": (in_time or self.is_short is True) if known else None,
            "is_abandoned": not answered if self.is_ended else None,
        }


@dataclass
class Contact:
    """One handled contact of a counted case."""

    row: Row
    on: date
    state: str
    seconds: int | None
    is_partial: bool | None
    is_running: bool
    attributes: dict[str, str | None]


class ContactsOracle:
    """Judges every attempt and every handled contact of `tables`."""

    def __init__(
        self,
        tables: Tables,
        seeds: Seeds,
        policies: VoicePolicies,
        event_at: dict[str, tuple[str, ...]],
        thresholds: list[Threshold],
    ) -> None:
        self.tables, self.policies, self.thresholds = tables, policies, thresholds
        self.cases = Oracle(tables, seeds, policies, event_at)
        self.calendar, self.as_of = self.cases.calendar, self.cases.as_of
        present = self.cases.is_present
        self.attempts = [self._attempt(row) for row in tables.get("contact_attempts", []) if present(row["offered_at"])]
        rows = [row for row in tables.get("interactions", []) if present(row["occurred_at"]) and self.is_handled(row)]
        self.contacts = [self._contact(row) for row in rows]

    # Attempts

    def _attempt(self, row: Row) -> Attempt:
        on = self.calendar.day(row["offered_at"])
        last = on + timedelta(days=self.policies.contact_settlement_days)
        ends = {state: row.get(name) for state, name in ENDS.items()}
        known = {state: at for state, at in ends.items() if at is not None and self.cases.is_present(at)}
        state = min(known, key=lambda name: (known[name], name != "answered"), default="")
        is_late = bool(state) and self.calendar.day(known[state]) > last
        if any(at < row["offered_at"] for at in known.values()):
            return Attempt(row, on, "invalid", None, False, self.threshold(row, on))
        if not state or is_late:
            return Attempt(row, on, "no_outcome" if last <= self.as_of else "waiting", None, is_late, self.threshold(row, on))
        return Attempt(row, on, state, known[state], False, self.threshold(row, on))

    def threshold(self, row: Row, on: date) -> Threshold | None:
        """That of channel and queue, else that of the channel, valid on the day of the offer."""
        valid = [
            each
            for each in self.thresholds
            if each.channel == row["channel"]
            and each.queue in (None, row.get("queue"))
            and (each.valid_from or date.min) <= on < (each.valid_to or date.max)
        ]
        return min(valid, key=lambda each: each.queue is None, default=None)

    # Handled contacts

    def is_handled(self, row: Row) -> bool:
        """An agent's conversation, or what an agent wrote or said to the customer, about a counted case."""
        case = self.cases.cases.get(row["case_id"])
        if case is None or not case.is_counted or row.get("agent_id") is None or row["direction"] == "internal":
            return False
        return row["kind"] == "live_conversation" or (row["kind"] in ("message", "voicemail") and row["direction"] == "outbound")

    def _contact(self, row: Row) -> Contact:
        case = self.cases.cases[row["case_id"]]
        at, on = row["occurred_at"], max(self.calendar.day(row["occurred_at"]), case.opened_on)
        talk, hold, wrap, ended_at = (row.get(name) for name in ("talk_seconds", "hold_seconds", "wrap_seconds", "ended_at"))
        is_live = row["kind"] == "live_conversation"
        is_over = self.cases.is_present(ended_at)
        state, seconds, is_partial = "missing", None, None
        if talk is not None:
            state, seconds, is_partial = "measured", talk + (hold or 0) + (wrap or 0), None in (hold, wrap)
        elif is_live and is_over and ended_at >= row["occurred_at"]:
            seconds = whole_seconds(ended_at - row["occurred_at"]) + (wrap or 0)
            state, is_partial = "derived", wrap is None
        is_running = talk is None and is_live and ended_at is not None and not is_over
        agent = valid_row(self.cases.agents.get(row["agent_id"], []), self.calendar.day(at)) or {}
        attributes = self.cases.segments(case, at, None) | {name: agent.get(name) for name in OF_AGENT}
        attributes["channel"] = row.get("channel")
        return Contact(row, on, state, seconds, is_partial, is_running, attributes)

    # Marts

    def rows_of(self, day: date, by: Iterable[tuple[str, str | None]]) -> Iterable[Period]:
        for grain in self.policies.grains:
            start, end = self.calendar.period(day, grain)
            for name, value in (("all", "all"), *by):
                yield Period(grain, start, end, name, NONE if value is None else value)

    def service_level(self) -> dict[Period, MartRow]:
        rows: dict[Period, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            for period in self.rows_of(attempt.on, [(name, attempt.row.get(name)) for name in ("channel", "queue")]):
                rows[period].append(attempt)
        return {period: self._service_level(period, members) for period, members in rows.items()}

    def _service_level(self, period: Period, attempts: list[Attempt]) -> MartRow:
        states = Counter(attempt.state for attempt in attempts)
        row: MartRow = {name: states[name] for name in ("answered", "abandoned", "waiting", "no_outcome", "invalid")}
        ended = [attempt for attempt in attempts if attempt.is_ended]
        flags = [attempt.flags() for attempt in ended]
        row |= {"attempts": len(attempts), "ended": len(ended)}
        row["no_threshold"] = sum(attempt.threshold is None for attempt in ended)
        metrics = {
            "service_level": ("answered_in_time", "service_level_attempts"),
            "service_level_answered_only": ("answered_in_time", "answered_with_threshold"),
            "service_level_offered": ("answered_in_time", "ended_with_threshold"),
            "service_level_abandons_as_met": ("ended_in_time", "ended_with_threshold"),
            "service_level_short_abandons_as_met": ("answered_in_time_or_short_abandoned", "ended_with_threshold"),
        }
        for metric, (numerator, denominator) in metrics.items():
            known = [each[f"is_{metric}"] for each in flags if each[f"is_{metric}"] is not None]
            row |= {numerator: sum(map(bool, known)), denominator: len(known)}
            row[metric] = over(row[numerator], row[denominator])
        row["abandonment_rate"] = over(row["abandoned"], row["ended"])
        waits = sorted(attempt.wait_seconds or 0 for attempt in ended if attempt.is_answered)
        row["answered_wait_seconds"] = sum(waits)
        row["average_speed_of_answer"] = over(sum(waits), len(waits))
        row["speed_of_answer_p90"] = quantile(waits, 9, 10)
        row["is_complete"] = period.end <= self.as_of and not states["waiting"]
        return row

    def handle_time(self) -> dict[Period, MartRow]:
        rows: dict[Period, list[Contact]] = defaultdict(list)
        for contact in self.contacts:
            for period in self.rows_of(contact.on, [(name, contact.attributes[name]) for name in OF_CONTACT]):
                rows[period].append(contact)
        first_contacts = count_periods(self.cases)
        return {period: self._handle_time(period, members, first_contacts.get(period)) for period, members in rows.items()}

    def _handle_time(self, period: Period, contacts: list[Contact], first_contacts: Counter[str] | None) -> MartRow:
        states = Counter(contact.state for contact in contacts)
        timed = [contact for contact in contacts if contact.seconds is not None]
        row: MartRow = {f"{name}_contacts": states[name] for name in ("measured", "derived", "missing")}
        row |= {"handled_contacts": len(contacts), "timed_contacts": len(timed)}
        row["running_contacts"] = sum(contact.is_running for contact in contacts)
        row["partial_contacts"] = sum(contact.is_partial is True for contact in contacts)
        row["handle_time_coverage"] = over(len(timed), len(contacts))
        row["handle_seconds"] = seconds = sum(contact.seconds or 0 for contact in timed)
        row["average_handle_time"] = over(seconds, len(timed))
        row["handled_hours"] = seconds / len(timed) * len(contacts) / 3600 if timed else None
        row["is_complete"] = period.end <= self.as_of and not row["running_contacts"]
        row["first_contact_resolution"] = None
        if first_contacts is not None and period.segment_by != "topic":
            row["first_contact_resolution"] = over(first_contacts["resolved"], first_contacts["first_contact_cases"])
        settlement = timedelta(days=self.policies.settlement_days)
        row["is_first_contact_resolution_complete"] = period.end + settlement <= self.as_of
        return row


def whole_seconds(duration: timedelta) -> int:
    """Rounded; half a second to the even one."""
    return round(duration / timedelta(seconds=1))


def quantile(values: list[int], part: int, whole: int) -> float | None:
    """Of sorted values, linear between two of them."""
    if not values:
        return None
    place, rest = divmod((len(values) - 1) * part, whole)
    following = values[min(place + 1, len(values) - 1)]
    return values[place] + (following - values[place]) * rest / whole

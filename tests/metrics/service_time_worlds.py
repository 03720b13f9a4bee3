"""The desk of a world of service times: cases on schedules, and the moments of their opening hours and promises to aim at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service_time_hours import DAY, Hours, first_moment
from service_time_oracle import ServicePolicies, promised, target_time
from service_time_seeds import holiday_lines, schedule_lines, target_lines
from vocabulary import Row
from worlds import World

SECOND = timedelta(seconds=1)
UNKNOWN = "unheard_of"
NIGHTS = ("new_york_nights", "new_york_saturdays", "sydney_split", "havana", "santiago", "cairo", "lord_howe", "auckland")
PLAIN = ("always_open", "weekdays", "berlin", "kathmandu", "emergency", "mixed_case", "moved", "versions", "new_york_gap")
ENDING = ("ended", "nights_ended", "never", "last_day", "too_late", UNKNOWN)
VERSION_DAYS = ("2025-11-12", "2025-11-20", "2025-11-28", "2025-12-10", "2025-12-20", "2026-01-14", "2025-12-03")
TARGET_DAYS = ("2025-12-01", "2026-01-15", "2026-01-20", "2025-11-01", "2026-02-02")
PRIORITIES = ("urgent", "high", "normal", "low", None)
SIGNS = ("resumed", "live_conversation", "message", "voicemail")


def hours_of(policies: ServicePolicies) -> Hours:
    """The opening hours of the worlds' seeds under these policies."""
    assert policies.as_of is not None
    last_day = policies.as_of + timedelta(days=policies.horizon_days)
    return Hours(schedule_lines(last_day), holiday_lines(), policies.timezone, policies.holiday_free)


@dataclass
class Desk(World):
    """One world. `hours` are shared by all worlds of a build."""

    hours: Hours

    def __post_init__(self) -> None:
        super().__post_init__()
        self.targets = target_lines()

    @property
    def policies(self) -> ServicePolicies:
        policies = self.setting.policies
        assert isinstance(policies, ServicePolicies)
        return policies

    @property
    def end(self) -> datetime:
        """The end of as-of."""
        return self.midnight(self.setting.as_of + DAY)

    def schedule(self) -> str:
        return self.rng.choice([*PLAIN, *NIGHTS, *NIGHTS[:3]])

    def opened(self, at: datetime, schedule: str | None = None, **given: object) -> Row:
        """A case on a schedule: by the column, by a change at the very opening, or by the old value of a later change."""
        priority = self.rng.choice(PRIORITIES)
        row = self.case(at, **{"priority": priority, "schedule": schedule, "account_id": self.account, **given})
        if schedule is not None and self.rng.random() < 0.25:
            old, new, moved_at = self.rng.choice(
                [("never", schedule.upper(), at), (schedule, "never", at + SECOND), (schedule, None, self.after(at, 250))]
            )
            self.changed(row, "schedule", moved_at, old, new)
            row["schedule"] = "never"
        return row

    def changed(self, case: Row, name: str, at: datetime, old: str | None, new: str | None) -> None:
        row = {"field": name, "old_value": old, "new_value": new, "occurred_at": at}
        self.add("case_field_changes", change_id=self.new_id("f"), case_id=case["case_id"], **row)

    def edge(self, schedule: str, day: date) -> datetime:
        """A moment near a day at which the schedule opens or closes; any moment where it does neither."""
        start = self.midnight(day)
        edges = [at for piece in self.hours.pieces(schedule, start - 2 * DAY, start + 4 * DAY) for at in piece]
        return self.rng.choice(edges) if edges else self.at(day)

    def within(self, schedule: str, day: date) -> datetime:
        """A moment near a day at which the schedule is open."""
        start = self.midnight(day)
        pieces = self.hours.pieces(schedule, start, start + 5 * DAY)
        if not pieces:
            return self.at(day)
        opens, closes = self.rng.choice(pieces)
        return opens + timedelta(seconds=self.rng.randrange(max(1, int((closes - opens).total_seconds()))))

    def due(
        self, case: Row, schedule: str, metric: str, pauses: list[tuple[datetime, datetime]] | None = None
    ) -> datetime | None:
        """When the promise of a case falls due, given its pauses; None without one."""
        target = promised(self.targets, metric, case["priority"], schedule, self.calendar.day(case["opened_at"]))
        if target is None or not self.hours.is_known(schedule):
            return None
        by = schedule if target["is_business_time"] == "true" else None
        opened: datetime = case["opened_at"]
        return self.hours.due(by, opened, target_time(target), pauses or [], opened + 60 * DAY)

    def promise(self, metric: str, *, pauses: bool = False, day: date | None = None) -> tuple[Row, str, datetime]:
        """A case whose promise falls due within two months, and that moment."""
        while True:
            schedule = self.schedule()
            priorities = ("urgent", "low", "normal", None) if pauses else PRIORITIES
            case: Row = {"opened_at": self.begin(schedule, day), "priority": self.rng.choice(priorities)}
            due = self.due(case, schedule, metric)
            if due is not None:
                opened = self.opened(case["opened_at"], schedule, priority=case["priority"])
                return opened, schedule, due

    def begin(self, schedule: str, day: date | None = None) -> datetime:
        """A moment for an opening: within opening hours, at an edge of them, or anywhere."""
        day = day or self.day(settled=0.85)
        at = self.rng.choice([self.within, self.within, self.edge, lambda _, day: self.at(day)])(schedule, day)
        micro = self.rng.choice([0, 0, 0, 1, 500_000])
        return min(at, self.end - SECOND) + timedelta(microseconds=micro)

    def respond(self, case: Row, at: datetime, agent: str | None = None) -> Row:
        """An agent interaction by anyone."""
        shape = self.rng.choice(
            [{}, {"kind": "voicemail"}, {"kind": "live_conversation", "direction": "inbound"}, {"response_kind": "other"}]
        )
        return self.touch(case, at, agent or self.rng.choice(["qualified", "second", "triage", "moved", "unknown"]), **shape)

    def sign(self, case: Row, at: datetime, kind: str | None = None) -> None:
        """What ends a pause: a resumption, or the customer."""
        kind = kind or self.rng.choice(SIGNS)
        if kind == "resumed":
            self.event(case, kind, at)
        else:
            self.touch(case, at, None, direction="inbound", kind=kind, response_kind=None)

    def no_sign(self, case: Row, at: datetime) -> None:
        """What does not end a pause."""
        shapes = [
            {"direction": "inbound", "kind": "automatic_reply"},
            {"direction": "outbound", "kind": "message", "response_kind": "acknowledgement"},
            {"direction": "internal", "kind": "live_conversation"},
            {"direction": "internal", "kind": "internal_note"},
        ]
        if self.rng.random() < 0.3:
            self.event(case, self.rng.choice(["assigned", "solution_suggested", "pending_customer"]), at)
        else:
            self.touch(case, at, self.rng.choice([None, "qualified"]), **self.rng.choice(shapes))

    def solve(self, case: Row, at: datetime, kind: str | None = None) -> None:
        """A resolution moment of any kind."""
        kind = kind or self.rng.choice(["resolved", "resolved", "resolution_confirmed", "no_further_action", "closed"])
        if kind == "closed":
            self.close(case, at, self.rng.choice(["event", "column", "both"]) if at >= case["opened_at"] else "event")
        else:
            self.event(case, kind, at)

    def clock_change(self, zone: str) -> date:
        """A day of the setting that does not have 24 hours in a zone; any day where there is none."""
        days = [self.setting.first_day + n * DAY for n in range((self.setting.as_of - self.setting.first_day).days)]
        odd = [day for day in days if first_moment(zone, day + DAY) - first_moment(zone, day) != DAY]
        return self.rng.choice(odd or days)

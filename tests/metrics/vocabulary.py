"""The words of the definition of first contact resolution: policies, calendar, evidence, case and period.

Rows are dicts as in the raw tables (a missing column is NULL), timestamps naive UTC, dates local.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Tables = dict[str, list[Row]]
NONE = "(none)"
TRUE, FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
CHANGING = ("product", "queue", "priority")
OF_AGENT = ("team", "site", "shift")
SEGMENTS = ("product", "queue", "channel", "delivery_model", *OF_AGENT, "priority", "case_type", "account_segment", "region")
RATES = {
    "first_contact_resolution": ("resolved", "first_contact_cases"),
    "first_contact_resolution_upper": ("resolved_or_pending", "first_contact_cases"),
    "net_first_contact_resolution": ("net_resolved", "net_first_contact_cases"),
    "first_contact_resolution_no_repeat": ("no_repeat_resolved", "no_repeat_first_contact_cases"),
    "one_touch_resolution": ("one_touch_cases", "first_closed_cases"),
}


@dataclass(frozen=True)
class Policies:
    """The choices that a build makes; days are calendar days in `timezone`."""

    timezone: str = "UTC"
    as_of: date | None = None
    settlement_days: int = 30
    repeat_window_days: int = 7
    contact_window_days: int = 7
    survey_settlement_days: int = 30
    renewal_grace_days: int = 90
    onboarding_window_days: int = 90
    impact_window_days: int = 365
    health_silence_days: int = 90
    health_min_weight_coverage: float = 0.5
    reporting_currency: str = "USD"
    silence_days: int | None = None
    transfer_counts_against: bool = True
    grains: tuple[str, ...] = ("month", "quarter", "year")

    @property
    def variables(self) -> dict[str, Any]:
        """Vars beyond those of the headline metrics, by name: what the policies of one topic add."""
        return {}


@dataclass(frozen=True)
class Seeds:
    """`channels`: channel -> (is assisted, delivery model); `case_types`: case type -> resolvable at first contact."""

    channels: dict[str, tuple[bool, str | None]]
    case_types: dict[str, bool]


@dataclass(frozen=True)
class Calendar:
    """Local days and periods of one zone."""

    timezone: str

    def day(self, at: datetime) -> date:
        return at.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone)).date()

    def utc(self, day: date, clock: time = time()) -> datetime:
        """The UTC instant of a local wall clock time."""
        return datetime.combine(day, clock, ZoneInfo(self.timezone)).astimezone(UTC).replace(tzinfo=None)

    def period(self, day: date, grain: str) -> tuple[date, date]:
        """First and last day of the period that holds `day`."""
        if grain == "week":
            start = day - timedelta(days=day.weekday())
            return start, start + timedelta(days=6)
        length = {"month": 1, "quarter": 3, "year": 12}[grain]
        first = (day.month - 1) // length * length + 1
        after = first + length
        return date(day.year, first, 1), date(day.year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)


class Position(NamedTuple):
    """Place of an event in the life of its case: time, then kind of event, then id."""

    at: datetime
    order: int
    id: str


ORDER = {"transferred": 1, "escalated": 1, "resolution_confirmed": 3, "no_further_action": 3, "reopened": 5, "closed": 6}
INITIAL, ANSWER, FURTHER = 2, 3, 4


class Evidence(NamedTuple):
    """Something after the initial interaction that can decide: `kind` is the event type, `further_contact`, `yes` or `no`."""

    position: Position
    kind: str


@dataclass
class Case:
    """One case with everything known about it up to as-of, and what the definitions make of it."""

    row: Row
    opened_on: date
    delivery_model: str | None = None
    exclusion: str | None = None
    first_closed_at: datetime | None = None
    interactions: list[Row] = field(default_factory=list)  # agent interactions only, in time order
    inbound: list[Row] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)  # within settlement
    initial: Row | None = None
    initial_on: date | None = None
    acknowledgement: Evidence | None = None
    acknowledged_on: date | None = None
    status: str = ""
    reason: str | None = None
    dated_at: datetime | None = None
    dated_on: date | None = None
    deciding_id: str | None = None
    no_repeat_state: str | None = None
    repeat_case_ids: list[str] = field(default_factory=list)
    late_evidence: int = 0
    further: list[Row] = field(default_factory=list)  # agent interactions beyond the first that counts, settled
    is_closed: bool = False
    is_qualification_known: bool = True
    is_undated: bool = False  # its status says closed, but nothing says when
    segments: dict[str, str | None] = field(default_factory=dict)
    closing_segments: dict[str, str | None] = field(default_factory=dict)
    is_resolvable: bool = True

    @property
    def is_counted(self) -> bool:
        return self.exclusion is None

    @property
    def is_in_rate(self) -> bool:
        return self.status in ("resolved", "not_resolved", "pending")

    @property
    def is_resolved(self) -> bool | None:
        return self.status == "resolved" if self.is_in_rate else None

    @property
    def is_resolved_upper(self) -> bool | None:
        return self.status != "not_resolved" if self.is_in_rate else None

    @property
    def is_net_resolved(self) -> bool | None:
        return self.is_resolved if self.is_resolvable else None

    @property
    def is_resolved_no_repeat(self) -> bool | None:
        return None if self.no_repeat_state in (None, "undetermined") else self.no_repeat_state == "resolved"

    @property
    def is_response_kind_known(self) -> bool:
        """False where the initial interaction is a message of which nobody says what it was."""
        return self.initial is None or self.initial["kind"] != "message" or self.initial.get("response_kind") is not None

    @property
    def touches(self) -> int | None:
        """Agent interactions up to the first closing."""
        closed = self.first_closed_at
        return None if closed is None else sum(row["occurred_at"] <= closed for row in self.interactions)


class Period(NamedTuple):
    """Key of one row of the mart."""

    grain: str
    start: date
    end: date
    segment_by: str
    segment: str


def is_agent_interaction(row: Row) -> bool:
    """A live conversation, or an outbound message or voicemail, with an agent, that is no acknowledgement."""
    if row.get("agent_id") is None or row.get("response_kind") == "acknowledgement" or row["direction"] == "internal":
        return False
    return row["kind"] == "live_conversation" or (row["kind"] in ("message", "voicemail") and row["direction"] == "outbound")


def answered(row: Row) -> str | None:
    """`yes` or `no`: the answer in the boolean spellings, else a score of 1 or 0."""
    answer = (row.get("answer") or "").strip().lower()
    if answer in TRUE | FALSE:
        return "yes" if answer in TRUE else "no"
    score = row.get("score")
    return None if score is None else {1: "yes", 0: "no"}.get(int(score))


def handle_seconds(row: Row) -> int:
    """Talk, hold and wrap of an interaction; without a talk time, what a live conversation lasted; unknown adds nothing."""
    talk, ended_at = row.get("talk_seconds"), row.get("ended_at")
    wrap = row.get("wrap_seconds") or 0
    if talk is not None:
        return talk + (row.get("hold_seconds") or 0) + wrap
    if row["kind"] == "live_conversation" and ended_at is not None:
        return int((ended_at - row["occurred_at"]).total_seconds()) + wrap
    return 0


def valid_row(rows: Iterable[Row], day: date) -> Row | None:
    """The row that holds on a day; of overlapping ones the latest `valid_from`."""
    holding = [
        row
        for row in rows
        if (row.get("valid_from") or date.min) <= day and (row.get("valid_to") is None or day < row["valid_to"])
    ]
    return max(holding, key=lambda row: row.get("valid_from") or date.min, default=None)

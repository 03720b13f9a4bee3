"""Builds of service times on generated worlds, and the comparison of opening hours, facts and marts with the oracle."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from builds import GRAINS, built
from harness import EVENT_AT, Build, Difference, compare_row, history, period_of, project_seeds
from service_time_counting import COUNTS, METRICS, MartRow, Marts
from service_time_hours import DAY, NOTHING, Hours
from service_time_oracle import CASE_SEGMENTS, Clock, Service, ServiceOracle, ServicePolicies
from service_time_scenarios import generate
from service_time_seeds import metric_target_lines, seed_files, target_lines
from service_time_worlds import hours_of
from vocabulary import Period, Row, Tables
from worlds import Setting

from casemart.workspace import SETTINGS_FILE

SELECT = tuple(f"+{mart}" for mart in METRICS)
COPIES = 5
FIRST_DAY = date(2025, 9, 20)  # clocks of both hemispheres change between it and either as-of
FREE = ("always_open", "Emergency")
UTC = ServicePolicies(as_of=date(2026, 4, 30), grains=GRAINS, holiday_free=FREE, horizon_days=60)
# The day of 23 hours on which New York's clocks go forward.
NEW_YORK = ServicePolicies(
    "America/New_York",
    date(2026, 3, 8),
    grains=GRAINS,
    reopen_window_days=8,
    default_schedule="weekdays",
    holiday_free=FREE,
    horizon_days=45,
)


@dataclass(frozen=True)
class Served:
    """The rows of one build, what the oracle says of them, and the build."""

    tables: Tables
    oracle: ServiceOracle
    marts: dict[str, dict[Period, MartRow]]
    build: Build


def bring_seeds(seeds: dict[str, str], folder: Path) -> None:
    """CSV texts in place of shipped seeds, for a build in `folder`."""
    folder.mkdir(exist_ok=True)
    for name, text in seeds.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    settings = ["[seeds]", *(f'{name} = "{name}.csv"' for name in seeds)]
    (folder / SETTINGS_FILE).write_text("\n".join(settings) + "\n", encoding="utf-8")


def served(policies: ServicePolicies, seed: int, folder: Path, **env: str) -> Served:
    """Judges generated worlds both ways."""
    assert policies.as_of is not None
    hours = hours_of(policies)
    tables = generate(Setting(policies, FIRST_DAY), hours, seed, COPIES)
    bring_seeds(seed_files(policies.as_of + timedelta(days=policies.horizon_days)), folder)
    build = built(tables, policies, folder, SELECT, **env)
    oracle = ServiceOracle(tables, project_seeds(), hours, target_lines(), policies, EVENT_AT)
    marts = Marts(oracle, metric_target_lines())
    return Served(tables, oracle, {mart: marts.rows(mart) for mart in METRICS}, build)


def seconds(duration: timedelta | None) -> Decimal | None:
    return None if duration is None else Decimal(duration // timedelta(microseconds=1)) / 1_000_000


def timed(name: str, duration: timedelta | None) -> dict[str, Any]:
    """The columns of a duration in seconds, exact, and in minutes."""
    exact = seconds(duration)
    return {f"{name}_seconds": exact, f"{name}_minutes": None if exact is None else float(Fraction(exact) / 60)}


def day_of(oracle: ServiceOracle, at: datetime | None) -> date | None:
    return None if at is None else oracle.calendar.day(at)


def expected_service(oracle: ServiceOracle, service: Service) -> dict[str, Any]:
    """What `fct_case_service` has to say about a counted case."""
    case, state = service.case, service.reopening_state
    solved = service.resolution_time
    return {
        "account_id": case.row.get("account_id"),
        "schedule": service.schedule,
        "opened_at": service.opened_at,
        "opened_on": case.opened_on,
        "first_response_state": service.response_state,
        "first_response_at": service.response_at,
        "first_response_on": day_of(oracle, service.response_at),
        "first_response_interaction_id": (service.response or {}).get("interaction_id"),
        "is_response_before_opening": service.response_at is not None and service.response_at < service.opened_at,
        **timed("first_response", service.response_time),
        **timed("first_response_business", oracle.business(service, service.response_at)),
        "first_closed_at": case.first_closed_at,
        "first_closed_on": day_of(oracle, case.first_closed_at),
        "is_closed_without_contact": service.is_closed_without_contact,
        "resolution_state": service.resolution_state,
        "first_resolution_moment_at": service.moments[0].at if service.moments else None,
        "resolved_at": service.resolved_at,
        "resolved_on": day_of(oracle, service.resolved_at),
        **timed("resolution", solved),
        **timed("resolution_business", oracle.business(service, service.resolved_at) if solved is not None else None),
        **timed("customer_wait", service.customer_wait),
        "reopened_at": service.reopened_at,
        "reopening_state": state,
        "is_reopened": None if state in (None, "undetermined") else state == "reopened",
        "is_reopened_so_far": state == "undetermined" and service.reopened_at is not None,
    }


def expected_clock(oracle: ServiceOracle, clock: Clock) -> dict[str, Any]:
    """What `fct_sla_clocks` has to say about a promise; the attributes of one without a date are those of the stocks."""
    service, target = clock.service, clock.target
    is_stopped_early = clock.state in ("running", "paused") and clock.stopped_at is not None
    is_late = clock.state == "breached" and clock.stopped_at is not None
    dated_on = day_of(oracle, clock.dated_at)
    return {
        "sla_state": clock.state,
        "is_attained": clock.state == "attained" if clock.is_judged else None,
        "is_attained_so_far": is_stopped_early,
        "dated_on": dated_on,
        "due_on": dated_on if clock.is_judged or clock.state == "withdrawn" else None,
        "due_at": clock.due_at,
        "started_at": service.opened_at,
        "started_on": service.case.opened_on,
        "stopped_at": clock.stopped_at,
        "schedule": service.schedule,
        "priority_at_start": clock.priority and clock.priority.lower(),
        "target_minutes": None if target is None else Decimal(target["target_minutes"]),
        "is_business_time": None if target is None else target["is_business_time"] == "true",
        "pauses_on_customer": None if target is None else target["pauses_on_customer"] == "true" and clock.metric == "resolution",
        "used_seconds": seconds(oracle.used(clock)),
        "late_seconds": seconds((clock.stopped_at or oracle.end) - (clock.due_at or oracle.end)) if is_late else None,
        **({"seconds_to_due": seconds(oracle.clock_time(clock, clock.due_at))} if clock.due_at is not None else {}),
        **{name: clock.segments[name] for name in CASE_SEGMENTS if clock.segments},
    }


def compare_facts(what: str, key: tuple[str, ...], expected: dict[object, Row], rows: Iterable[Row]) -> Iterator[Difference]:
    """Differences row by row and column by column; a key that comes twice is one as well."""
    found: dict[object, Row] = {}
    for row in rows:
        one = row[key[0]] if len(key) == 1 else tuple(row[name] for name in key)
        if one in found:
            yield Difference(f"{what} row twice", one, 1, 2)
        found[one] = row
    yield from (Difference(f"{what} row", each, each in expected, each in found) for each in expected.keys() ^ found.keys())
    for each in expected.keys() & found.keys():
        case_id = each[0] if isinstance(each, tuple) else each
        for difference in compare_row(str(case_id), expected[each], found[each], f"{what}."):
            if not is_near(difference.expected, difference.found):
                yield difference


def is_near(expected: object, found: object) -> bool:
    """Equal, but for the last places of floating point numbers."""
    if isinstance(expected, float | Fraction) and isinstance(found, float):
        return math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(expected, Fraction) and isinstance(found, Decimal):
        return math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)
    return expected == found


def compare_services(oracle: ServiceOracle, rows: Iterable[Row]) -> Iterator[Difference]:
    expected: dict[object, Row] = {key: expected_service(oracle, service) for key, service in oracle.services.items()}
    return compare_facts("fct_case_service", ("case_id",), expected, rows)


def compare_responses(oracle: ServiceOracle, rows: Iterable[Row]) -> Iterator[Difference]:
    names = ("first_response_at", "first_response_on", "first_response_interaction_id", "is_response_before_opening")
    parts = (*names, *(f"first_response{kind}_{unit}" for kind in ("", "_business") for unit in ("seconds", "minutes")))
    expected: dict[object, Row] = {}
    for key, service in oracle.services.items():
        if service.response is not None:
            whole = expected_service(oracle, service)
            expected[key] = {name: whole[name] for name in ("account_id", "opened_at", *parts)} | service.response_segments
    return compare_facts("fct_case_responses", ("case_id",), expected, rows)


def compare_resolutions(oracle: ServiceOracle, rows: Iterable[Row]) -> Iterator[Difference]:
    kinds = ("resolution", "resolution_business", "customer_wait")
    parts = (
        "resolution_state",
        "resolved_at",
        "resolved_on",
        *(f"{kind}_{unit}" for kind in kinds for unit in ("seconds", "minutes")),
    )
    expected: dict[object, Row] = {}
    for key, service in oracle.services.items():
        if service.resolved_at is not None:
            whole = expected_service(oracle, service)
            expected[key] = {name: whole[name] for name in ("account_id", "opened_at", *parts)} | service.resolution_segments
    return compare_facts("fct_case_resolutions", ("case_id",), expected, rows)


def compare_clocks(oracle: ServiceOracle, rows: Iterable[Row]) -> Iterator[Difference]:
    expected: dict[object, Row] = {key: expected_clock(oracle, clock) for key, clock in oracle.clocks.items()}
    return compare_facts("fct_sla_clocks", ("case_id", "sla_metric"), expected, rows)


def compare_hours(hours: Hours, first: datetime, last: datetime, rows: Iterable[Row]) -> Iterator[Difference]:
    """Differences in the intervals between two moments; and what an interval says of itself and of those before it."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["schedule"]].append(row)
    for schedule in hours.lines.keys() | found.keys():
        ordered = sorted(found[schedule], key=lambda row: row["open_at"])
        cut = [(max(row["open_at"], first), min(row["close_at"], last)) for row in ordered]
        known = [piece for piece in cut if piece[0] < piece[1]]
        expected = hours.pieces(schedule, first, last) if hours.is_known(schedule) else []
        if expected != known:
            odd = sorted(set(expected) ^ set(known))[:4]
            yield Difference("dim_open_intervals", (schedule, odd), len(expected), len(known))
        before = NOTHING
        for row in ordered:
            length = row["close_at"] - row["open_at"]
            if (row["open_seconds"], row["open_seconds_before"]) != (seconds(length), seconds(before)):
                yield Difference("dim_open_intervals sums", (schedule, row["open_at"]), (length, before), row)
            before += length


def compare_mart(mart: str, expected: dict[Period, MartRow], rows: Iterable[Row]) -> Iterator[Difference]:
    found = {period_of(row): row for row in rows}
    yield from (
        Difference(f"{mart} row", period, period in expected, period in found) for period in expected.keys() ^ found.keys()
    )
    for period in expected.keys() & found.keys():
        row = found[period]
        for name, value in expected[period].items():
            if not is_near(value, row[name]):
                shown = float(value) if isinstance(value, Fraction) else value
                yield Difference(f"{mart}.{name}", period, shown, row[name])
        for name in (*COUNTS[mart], *METRICS[mart]):
            if name not in expected[period]:
                yield Difference(f"{mart}.{name}", period, "a value of the oracle", None)


def compare(done: Served) -> list[Difference]:
    """Everything that the models and the oracle see differently."""
    oracle, rows = done.oracle, done.build.rows
    first = oracle.calendar.utc(min(service.case.opened_on for service in oracle.services.values()))
    return [
        *compare_hours(oracle.hours, first, oracle.horizon - 2 * DAY, rows("dimensions.dim_open_intervals")),
        *compare_services(oracle, rows("facts.fct_case_service")),
        *compare_responses(oracle, rows("facts.fct_case_responses")),
        *compare_resolutions(oracle, rows("facts.fct_case_resolutions")),
        *compare_clocks(oracle, rows("facts.fct_sla_clocks")),
        *(each for mart in METRICS for each in compare_mart(mart, done.marts[mart], rows(f"marts.{mart}"))),
    ]


def report(differences: list[Difference], tables: Tables) -> str:
    """A summary by kind, cases before periods, with the first few of each and the history of the first case."""
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        kinds[difference.what].append(difference)
    parts = [f"{len(differences)} differences"]
    for what, members in sorted(kinds.items(), key=lambda item: (not isinstance(item[1][0].key, str), -len(item[1]))):
        parts.append(f"{what}: {len(members)}\n" + "\n".join(f"  {member}" for member in members[:4]))
        if isinstance(members[0].key, str):
            parts.append(history(members[0].key, tables))
    return "\n".join(parts)

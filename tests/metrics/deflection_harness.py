"""Builds of deflection's models on generated worlds, and the comparison of facts, mart and long table with the oracle."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from builds import GRAINS, built
from deflection_counting import CHAIN, COUNTS, METRICS, WITH_INTERVAL, MartRow, count_sessions
from deflection_oracle import ATTRIBUTES, QUESTIONS, DeflectionOracle, Opening, Session, joined
from deflection_scenarios import generate
from harness import EVENT_AT, Build, Difference, compare_row, period_of, project_seeds
from vocabulary import Period, Policies, Row, Tables
from worlds import Setting

SELECT = ("+deflection", "+fct_self_help_sessions", "+fct_case_openings", "+fct_entitled_periods")
COPIES = 24
# Thirty days before as-of a month ends (UTC); ten days and one before it a week does (New York).
UTC_AS_OF, NEW_YORK_AS_OF, LATER_AS_OF = date(2026, 3, 30), date(2026, 1, 29), date(2026, 3, 29)
FIRST_DAY = date(2025, 10, 1)  # both changes of New York's clocks lie between the first day and the later as-of
NEW_YORK = Policies("America/New_York", NEW_YORK_AS_OF, contact_window_days=5, survey_settlement_days=10, grains=GRAINS)
SAMPLED = (*CHAIN, "self_help_response_rate")
SESSION_COLUMNS = ("channel", *ATTRIBUTES, "account_segment", "region")


@dataclass(frozen=True)
class Deflected:
    """The rows of one build, what the oracle says of them, and the build."""

    tables: Tables
    oracle: DeflectionOracle
    mart: dict[Period, MartRow]
    build: Build


def utc_worlds() -> Tables:
    setting = Setting(Policies(as_of=UTC_AS_OF, grains=GRAINS), FIRST_DAY)
    return generate(setting, seed=20260330, copies=COPIES, event_at=EVENT_AT, is_as_of_derived=True)


@cache
def new_york_worlds() -> Tables:
    """Worlds around the first as-of, and some that go on after it."""
    tables = generate(Setting(NEW_YORK, FIRST_DAY), seed=20260129, copies=COPIES, event_at=EVENT_AT, is_as_of_derived=False)
    later = Setting(replace(NEW_YORK, as_of=LATER_AS_OF), NEW_YORK_AS_OF - timedelta(days=25))
    for name, rows in generate(later, seed=20260329, copies=3, event_at=EVENT_AT, is_as_of_derived=False, prefix="later").items():
        tables[name] += rows
    return tables


def disturbed(tables: Tables, seed: int) -> Tables:
    """The same rows in another order, with excluded cases and sessions of others than entitled visitors: they change no rate."""
    rng = random.Random(seed)
    more: Tables = {name: list(rows) for name, rows in tables.items()}
    for number, case in enumerate(rng.sample(tables["cases"], 600)):
        excluded = rng.choice([{"exclusion_code": "spam"}, {"duplicate_of_case_id": case["case_id"]}, {"channel": "chatbot"}])
        opened = case["opened_at"] - timedelta(seconds=rng.randrange(3))
        more["cases"].append({**case, "opened_at": opened, **excluded, "case_id": f"noise-c{number}"})
    sessions = sorted({row["session_id"] for row in tables["self_help_events"]})
    accounts = {session_id: rng.choice(["noise-a", None]) for session_id in rng.sample(sessions, 900)}
    for table, key in (("self_help_events", "event_id"), ("survey_responses", "response_id")):
        for row in tables[table]:
            if row.get("session_id") in accounts:
                ids = {"session_id": f"noise-{row['session_id']}", key: f"noise-{row[key]}"}
                more[table].append({**row, **ids, "account_id": accounts[row["session_id"]]})
    for rows in more.values():
        rng.shuffle(rows)
    return more


def deflected(tables: Tables, policies: Policies, folder: Path, select: Sequence[str] = SELECT, **env: str) -> Deflected:
    """Judges `tables` both ways."""
    build = built(tables, policies, folder, select, **env)
    oracle = DeflectionOracle(tables, project_seeds(), policies, EVENT_AT)
    return Deflected(tables, oracle, count_sessions(oracle), build)


def is_near(left: float | None, right: float | None) -> bool:
    """Equal but for the twelve decimal places of rates, which count in the sessions that they are multiplied by."""
    return left is right if left is None or right is None else math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def expected_session(session: Session) -> dict[str, Any]:
    """What `fct_self_help_sessions` has to say about a session."""
    return {
        "session_at": session.at,
        "session_on": session.on,
        **{name: session.attributes[name] for name in SESSION_COLUMNS},
        "events": session.event_count,
        "entitlement": session.entitlement,
        **{question: session.answers[question] for question in QUESTIONS},
        "late_answers": session.late_answers,
        "observed_case_id": session.observed_case_id,
        "is_success": session.is_success,
        "is_intended": session.is_intended,
        "is_no_further_action": session.is_no_further_action,
        "is_deflected_floor": session.is_deflected(missing=False),
        "is_deflected_ceiling": session.is_deflected(missing=True),
        "deflection_state": session.state,
    }


def expected_opening(opening: Opening) -> dict[str, Any]:
    """What `fct_case_openings` has to say about a counted case."""
    row = opening.case.row
    own = {"account_id": row.get("account_id"), "opened_at": row["opened_at"], "opened_on": opening.case.opened_on}
    return {**own, "is_account_entitled": opening.is_entitled, **opening.attributes}


def compare_facts(name: str, key: str, expected: dict[str, dict[str, Any]], rows: Iterable[Row]) -> Iterator[Difference]:
    """Differences row by row and column by column; a key that comes twice is one as well."""
    found: dict[str, Row] = {}
    for row in rows:
        if row[key] in found:
            yield Difference(f"{name} row twice", row[key], 1, 2)
        found[row[key]] = row
    yield from (Difference(f"{name} row", each, each in expected, each in found) for each in expected.keys() ^ found.keys())
    for each in sorted(expected.keys() & found.keys()):
        yield from compare_row(each, expected[each], found[each], f"{name}.")


def compare_sessions(oracle: DeflectionOracle, rows: Iterable[Row]) -> list[Difference]:
    expected = {key: expected_session(session) for key, session in oracle.sessions.items()}
    return list(compare_facts("fct_self_help_sessions", "session_id", expected, rows))


def compare_openings(oracle: DeflectionOracle, rows: Iterable[Row]) -> list[Difference]:
    expected = {opening.case.row["case_id"]: expected_opening(opening) for opening in oracle.openings}
    return list(compare_facts("fct_case_openings", "case_id", expected, rows))


def compare_entitled_periods(oracle: DeflectionOracle, rows: Iterable[Row]) -> list[Difference]:
    """Differences in the days up to as-of, and periods of an account that overlap."""
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append((row["entitled_from_on"], row["entitled_to_on"]))
    differences = []
    for account, periods in found.items():
        periods.sort()
        if any(first > last for first, last in periods) or any(a[1] >= b[0] for a, b in pairwise(periods)):
            differences.append(Difference("fct_entitled_periods are disjoint", account, True, periods))
    known = {
        account: joined((first, min(last, oracle.as_of)) for first, last in periods if first <= oracle.as_of)
        for account, periods in found.items()
    }
    expected = oracle.entitled_periods()
    return differences + [
        Difference("fct_entitled_periods", account, expected.get(account, []), known.get(account, []))
        for account in expected.keys() | known.keys()
        if expected.get(account, []) != known.get(account, [])
    ]


def compare_mart(mart: dict[Period, MartRow], rows: Iterable[Row]) -> list[Difference]:
    """Differences between `marts.deflection` and the oracle; without targets every target and gap is NULL."""
    found = {period_of(row): row for row in rows}
    differences = [Difference("mart row", period, period in mart, period in found) for period in mart.keys() ^ found.keys()]
    values = [*METRICS, "deflection_demand", *(f"{name}_ci_{end}" for name in WITH_INTERVAL for end in ("low", "high"))]
    unset = [f"{metric}_{what}" for metric in METRICS for what in ("target", "gap")]
    for period in mart.keys() & found.keys():
        expected, row = mart[period], found[period]
        for name in (*COUNTS, "assisted_cases", "is_complete"):
            if expected[name] != row[name]:
                differences.append(Difference(f"mart {name}", period, expected[name], row[name]))
        differences += [
            Difference(f"mart {name}", period, expected[name], row[name])
            for name in values
            if not is_near(expected[name], row[name])
        ]
        differences += [Difference(f"mart {name}", period, None, row[name]) for name in unset if row[name] is not None]
    return differences


def compare_values(mart: dict[Period, MartRow], rows: Iterable[Row]) -> list[Difference]:
    """Differences between the long table `metric_values` and the oracle, where a metric has a value."""
    found = {(row["metric"], period_of(row)): row for row in rows if row["metric"] in METRICS and row["value"] is not None}
    differences = []
    for metric, sides in METRICS.items():
        for period, row in mart.items():
            given = found.pop((metric, period), None)
            if row[metric] is None:
                differences += [Difference(f"metric_values {metric}", period, None, given)] if given else []
                continue
            ends = [row[f"{metric}_ci_{end}"] if metric in WITH_INTERVAL else None for end in ("low", "high")]
            expected = dict(zip(("value", "ci_low", "ci_high"), (row[metric], *ends), strict=True))
            expected |= {name: row[column] for name, column in zip(("numerator", "denominator"), sides or (), strict=False)}
            if metric in SAMPLED:
                expected["sample_size"] = expected["denominator"]
            is_same = given is not None and all(is_near(value, given[name]) for name, value in expected.items())
            if not is_same or given is None or given["is_complete"] != row["is_complete"]:
                differences.append(Difference(f"metric_values {metric}", period, expected, given))
    return differences + [Difference("metric_values row", key, None, row["value"]) for key, row in found.items()]


def compare(done: Deflected) -> list[Difference]:
    """Everything that the models and the oracle see differently."""
    return [
        *compare_entitled_periods(done.oracle, done.build.rows("facts.fct_entitled_periods")),
        *compare_sessions(done.oracle, done.build.rows("facts.fct_self_help_sessions")),
        *compare_openings(done.oracle, done.build.rows("facts.fct_case_openings")),
        *compare_mart(done.mart, done.build.rows("marts.deflection")),
    ]


def history(key: object, oracle: DeflectionOracle) -> str:
    """The raw rows about a session, a case or an account in time order, to read a difference by."""
    session = oracle.sessions.get(str(key))
    about = {key, *(session.attributes[name] for name in ("account_id", "contact_id"))} if session else {key}
    about |= {oracle.cases.cases[str(key)].row.get("account_id")} if key in oracle.cases.cases else set()
    about -= {None}
    tables = oracle.tables
    about |= {row["invitation_id"] for row in tables["survey_invitations"] if row.get("session_id") == key}
    about |= {row["contract_id"] for row in tables["contracts"] if row["account_id"] in about}
    lines: list[tuple[str, str]] = []
    for table, rows in tables.items():
        for row in rows:
            if about & {value for name, value in row.items() if name.endswith("_id")}:
                at = next((value for name, value in row.items() if name.endswith("_at") or name == "starts_on"), datetime.min)
                told = " ".join(f"{name}={value}" for name, value in row.items() if value is not None)
                lines.append((str(at), f"  {table}: {told}"))
    return "\n".join(text for _, text in sorted(lines))


def report(differences: list[Difference], oracle: DeflectionOracle) -> str:
    """A summary by kind, entities before periods, with the first few of each and the history of the first entity."""
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        kinds[difference.what].append(difference)
    parts = [f"{len(differences)} differences"]
    for what, members in sorted(kinds.items(), key=lambda item: (not isinstance(item[1][0].key, str), -len(item[1]))):
        parts.append(f"{what}: {len(members)}\n" + "\n".join(f"  {member}" for member in members[:3]))
        if isinstance(members[0].key, str):
            parts.append(history(members[0].key, oracle))
    return "\n".join(parts)

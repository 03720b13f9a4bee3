"""Runs the real project on raw rows in a private database, reads facts and marts back, and compares them with the oracle."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from counting import count_periods, is_complete
from oracle import Oracle
from vocabulary import RATES, SEGMENTS, Case, Period, Policies, Row, Seeds, Tables, handle_seconds

from casemart.contract import load_contract
from casemart.seeds import project_of
from casemart.workspace import SETTINGS_FILE, Workspace, project_dir

EVENT_AT = {table.name: table.event_at for table in load_contract().tables.values()}
WAREHOUSE = "warehouse.duckdb"
REF = re.compile(r"ref\('casemart', '(\w+)'\)")
COUNTS = ("resolved", "not_resolved", "pending", "excluded", "awaiting_first_contact", "no_repeat_undetermined")
ACKNOWLEDGEMENTS = {"resolution_confirmed": "verified", "yes": "survey", "no_further_action": "no_further_action"}


@dataclass(frozen=True)
class Build:
    """A finished build; the file is free again."""

    warehouse: Path

    def rows(self, relation: str) -> list[Row]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            cursor = connection.execute(f"select * from {relation}")
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def relations(self, schema: str) -> list[str]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            query = "select table_name from duckdb_tables() where schema_name = ? order by 1"
            return [f"{schema}.{name}" for (name,) in connection.execute(query, [schema]).fetchall()]


@dataclass(frozen=True)
class Difference:
    """One value that the models and the oracle see differently."""

    what: str
    key: object
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.what} of {self.key}: expected {self.expected!r}, found {self.found!r}"


def project_vars(policies: Policies) -> dict[str, Any]:
    """The vars that say what `policies` says; as-of is left to its default where it is not set."""
    chosen = {
        "casemart_timezone": policies.timezone,
        "casemart_period_grains": list(policies.grains),
        "casemart_deflection_contact_window_days": policies.contact_window_days,
        "casemart_survey_settlement_days": policies.survey_settlement_days,
        "casemart_renewal_grace_days": policies.renewal_grace_days,
        "casemart_onboarding_window_days": policies.onboarding_window_days,
        "casemart_impact_window_days": policies.impact_window_days,
        "casemart_health_silence_days": policies.health_silence_days,
        "casemart_health_min_weight_coverage": policies.health_min_weight_coverage,
        "casemart_reporting_currency": policies.reporting_currency,
        "casemart_fcr_silence_confirms_days": policies.silence_days,
        "casemart_fcr_transfer_counts_against": policies.transfer_counts_against,
    }
    return chosen | policies.variables | ({"casemart_as_of": policies.as_of.isoformat()} if policies.as_of else {})


def project_seeds() -> Seeds:
    """Channels and case types as the project ships them: data, not logic."""

    def lines(name: str) -> list[dict[str, str]]:
        with (project_dir() / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    channels = {line["channel"]: (line["is_assisted"] == "true", line["delivery_model"] or None) for line in lines("channels")}
    types = {line["case_type"]: line["is_resolvable_at_first_contact"] == "true" for line in lines("case_types")}
    return Seeds(channels, types)


def write_raw(tables: Tables, folder: Path, warehouse: Path) -> None:
    """Every table of the contract, typed as the contract says, in the order of the rows given."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema raw")
        for table in load_contract().tables.values():
            columns = ", ".join(f"{column.name} {column.duckdb_type}" for column in table.columns)
            connection.execute(f"create table raw.{table.name} ({columns})")
            rows = tables.get(table.name)
            if not rows:
                continue
            file = folder / f"{table.name}.ndjson"
            names = [column.name for column in table.columns]
            assert all(row.keys() <= set(names) for row in rows), f"a column that {table.name} does not have"
            with file.open("w", encoding="utf-8") as lines:
                for row in rows:
                    lines.write(json.dumps({name: row.get(name) for name in names}, default=str) + "\n")
            types = {column.name: column.duckdb_type for column in table.columns}
            connection.execute(
                f"insert into raw.{table.name} select * from read_json('{file}', format = 'newline_delimited', columns = {types})"
            )
            file.unlink()


def project_with(seeds: Mapping[str, str], folder: Path) -> Path:
    """The project to build with: where seeds are given as CSV texts, a copy with these in place of the shipped ones."""
    for name, text in seeds.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    if seeds:
        settings = ["[seeds]", *(f'{name} = "{name}.csv"' for name in seeds)]
        (folder / SETTINGS_FILE).write_text("\n".join(settings) + "\n", encoding="utf-8")
    return project_of(Workspace(folder))


def build(
    tables: Tables,
    policies: Policies,
    folder: Path,
    select: Sequence[str] = (),
    seeds: Mapping[str, str] | None = None,
    **env: str,
) -> None:
    """One `dbt build` of the whole project, or of the models and seeds that `select` names, on raw tables of just these rows."""
    write_raw(tables, folder, folder / WAREHOUSE)
    run_dbt(policies, folder, WAREHOUSE, select, seeds, **env)


def slim_project(project: Path, folder: Path, names: Iterable[str]) -> Path:
    """A copy of the project in `folder` with the models `names`, what they read, and no more: dbt parses it in half the time."""
    models = {file.stem: file for file in (project / "models").rglob("*.sql")}
    texts = [file.read_text(encoding="utf-8") for file in (project / "macros").glob("*.sql")]
    texts.append((project / "seeds" / "_seeds.yml").read_text(encoding="utf-8"))
    waiting = {*names, *(name for text in texts for name in REF.findall(text))}
    wanted: set[Path] = set()
    while waiting:
        file = models.get(waiting.pop())
        if file and file not in wanted:
            read = [each.read_text(encoding="utf-8") for each in (file, file.with_suffix(".yml")) if each.exists()]
            wanted.add(file)
            waiting |= {name for text in read for name in REF.findall(text)}
    for part in ("macros", "seeds", "models/raw", "models/staging"):
        shutil.copytree(project / part, folder / part)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(project / name, folder / name)
    for file in (each for sql in wanted for each in (sql, sql.with_suffix(".yml")) if each.exists()):
        copy = folder / file.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return folder


def run_dbt(
    policies: Policies,
    folder: Path,
    warehouse: str,
    select: Sequence[str] = (),
    seeds: Mapping[str, str] | None = None,
    has_data_tests: bool = True,
    **env: str,
) -> None:
    """The same on raw tables that are there, in a process of its own that works in `folder`, where `warehouse` is.

    `seeds`, or a `casemart.toml` in the folder, bring seeds of its own. Data tests run with the whole project only.
    """
    project = project_with(seeds or {}, folder)
    if select:
        project = slim_project(project, folder / "project", [name.strip("+") for name in select])
    paths = {"project": project, "profiles": project, "target": folder / "target", "log": folder / "logs"}
    options = ["--project-dir", "--profiles-dir", "--target-path", "--log-path"]
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--quiet",
        "--no-use-colors",
    ]
    for option, path in zip(options, paths.values(), strict=True):
        command += [option, str(path)]
    if select or not has_data_tests:
        command += ["--no-write-json", "--resource-type", "model", "--resource-type", "seed"]
    if select:
        command += ["--select", *select]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "DBT_"))}
    result = subprocess.run(
        [*command, "--vars", json.dumps(project_vars(policies))],
        env={**inherited, "CASEMART_WAREHOUSE": warehouse, **env},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"dbt build failed\n{result.stdout[-6000:]}\n{result.stderr[-2000:]}"


def expected_case(case: Case) -> dict[str, Any]:
    """What `fct_cases` has to say about a case; a NULL attribute may be written as NULL or as `(none)`."""
    expected: dict[str, Any] = {
        "is_counted": case.is_counted,
        "opened_on": case.opened_on,
        "first_closed_at": case.first_closed_at,
        "initial_interaction_id": (case.initial or {}).get("interaction_id"),
        "initial_interaction_on": case.initial_on,
        "fcr_status": case.status,
        "fcr_reason": case.reason,
        "fcr_on": case.dated_on,
        "is_first_contact_resolved": case.is_resolved,
        "is_first_contact_resolved_upper": case.is_resolved_upper,
        "is_net_first_contact_resolved": case.is_net_resolved,
        "is_first_contact_resolved_no_repeat": case.is_resolved_no_repeat,
        "no_repeat_state": case.no_repeat_state,
        "late_evidence": case.late_evidence,
        "agent_interactions": len(case.interactions),
        "is_closed": case.is_closed,
        "is_qualification_known": case.is_qualification_known,
        "is_response_kind_known": case.is_response_kind_known,
    }
    if case.is_in_rate and case.reason != "silence":
        expected["acknowledged_on"] = case.acknowledged_on
        expected["acknowledgement"] = ACKNOWLEDGEMENTS[case.acknowledgement.kind] if case.acknowledgement else None
    if case.deciding_id is not None and case.is_in_rate:
        expected["deciding_id"] = case.deciding_id
    return expected


def plain(value: object) -> object:
    """A missing attribute in one spelling."""
    return None if value == "(none)" else value


def compare_row(key: str, expected: dict[str, Any], found: Row, prefix: str = "") -> Iterator[Difference]:
    for column, value in expected.items():
        if plain(found[column]) != plain(value):
            yield Difference(f"{prefix}{column}", key, value, found[column])


def compare_cases(oracle: Oracle, rows: Iterable[Row]) -> list[Difference]:
    """Differences between `fct_cases` and the oracle, case by case."""
    found = {row["case_id"]: row for row in rows}
    differences = [
        Difference("fct_cases row", key, key in oracle.cases, key in found) for key in oracle.cases.keys() ^ found.keys()
    ]
    for key in sorted(oracle.cases.keys() & found.keys()):
        case, row = oracle.cases[key], found[key]
        differences += compare_row(key, expected_case(case), row)
        if case.dated_at is not None:
            differences += compare_row(key, {name: case.segments[name] for name in (*SEGMENTS, "topic")}, row, "segment ")
        if (row["repeat_case_id"] is None) == bool(case.repeat_case_ids) or row["repeat_case_id"] not in (
            None,
            *case.repeat_case_ids,
        ):
            differences.append(Difference("repeat_case_id", key, case.repeat_case_ids, row["repeat_case_id"]))
    return differences


def compare_closings(oracle: Oracle, rows: Iterable[Row]) -> list[Difference]:
    """Differences between `fct_case_closings` and the oracle."""
    found = {row["case_id"]: row for row in rows}
    closed = {key: case for key, case in oracle.cases.items() if case.is_counted and case.first_closed_at is not None}
    differences = [Difference("fct_case_closings row", key, key in closed, key in found) for key in closed.keys() ^ found.keys()]
    for key in sorted(closed.keys() & found.keys()):
        case = closed[key]
        expected = {
            "agent_interactions_to_first_closing": case.touches,
            "is_one_touch": case.touches == 1,
            "first_closed_at": case.first_closed_at,
        }
        differences += compare_row(key, {**expected, **{n: case.closing_segments[n] for n in SEGMENTS}}, found[key], "closing ")
    return differences


def period_of(row: Row) -> Period:
    return Period(*(row[name] for name in ("period_grain", "period_start", "period_end", "segment_by", "segment")))


def is_close(left: float | None, right: float | None) -> bool:
    return left is right if left is None or right is None else math.isclose(left, right, rel_tol=0, abs_tol=1e-9)


def compare_mart(oracle: Oracle, rows: Iterable[Row], mart: dict[Period, Counter[str]]) -> list[Difference]:
    """Differences between `marts.first_contact_resolution` and the oracle: rows, counts, rates, completeness."""
    found = {period_of(row): row for row in rows}
    mart = {period: counts for period, counts in mart.items() if period.segment_by in {"all", *SEGMENTS}}
    found = {period: row for period, row in found.items() if period.segment_by in {"all", *SEGMENTS}}
    differences = [Difference("mart row", period, period in mart, period in found) for period in mart.keys() ^ found.keys()]
    for period in mart.keys() & found.keys():
        counts, row = mart[period], found[period]
        names = {*COUNTS, *(name for pair in RATES.values() for name in pair)}
        expected = {name: counts[name] for name in sorted(names)} | {"is_complete": is_complete(oracle, period, counts)}
        differences += [Difference(f"mart {n}", period, value, row[n]) for n, value in expected.items() if row[n] != value]
        for metric, (numerator, denominator) in RATES.items():
            value = counts[numerator] / counts[denominator] if counts[denominator] else None
            if not is_close(value, row[metric]):
                differences.append(Difference(f"mart {metric}", period, value, row[metric]))
    return differences


def compare_values(oracle: Oracle, rows: Iterable[Row], mart: dict[Period, Counter[str]]) -> list[Difference]:
    """Differences between the long table `metric_values` and the oracle, for the rates of first contact resolution."""
    found = {(row["metric"], period_of(row)): row for row in rows if row["metric"] in RATES}
    differences = []
    for metric, (numerator, denominator) in RATES.items():
        for period, counts in mart.items():
            if period.segment_by not in {"all", *SEGMENTS} or not counts[denominator]:
                continue
            row = found.get((metric, period), {})
            expected = (counts[numerator], counts[denominator], is_complete(oracle, period, counts))
            given = (row.get("numerator"), row.get("denominator"), row.get("is_complete"))
            if given != expected or not is_close(counts[numerator] / counts[denominator], row.get("value")):
                differences.append(Difference(f"metric_values {metric}", period, expected, (*given, row.get("value"))))
    known = {(metric, period) for metric, (_, denominator) in RATES.items() for period, c in mart.items() if c[denominator]}
    strays = [
        key for key, row in found.items() if key not in known and row["value"] is not None and key[1].segment_by in SEGMENTS
    ]
    return differences + [Difference("metric_values row", key, None, found[key]["value"]) for key in strays]


def compare_outcomes(rows: Iterable[Row], mart: dict[Period, Counter[str]]) -> list[Difference]:
    """Differences between `first_contact_outcomes` and the oracle: cases per status and reason."""
    found: Counter[tuple[Period, str]] = Counter()
    for row in rows:
        if row["fcr_reason"] is not None and row["segment_by"] in {"all", *SEGMENTS}:
            found[period_of(row), f"{row['fcr_status']}/{row['fcr_reason']}"] += row["cases"]
    expected = {
        (period, name): number
        for period, counts in mart.items()
        for name, number in counts.items()
        if "/" in name and period.segment_by in {"all", *SEGMENTS}
    }
    keys = expected.keys() | found.keys()
    return [Difference("outcomes", key, expected.get(key, 0), found[key]) for key in keys if expected.get(key, 0) != found[key]]


def compare_inhibitors(oracle: Oracle, rows: Iterable[Row]) -> list[Difference]:
    """Differences between the Pareto of `first_contact_inhibitors` and the oracle, the cost apart."""
    expected: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    totals: Counter[tuple[str, date]] = Counter()
    for case in oracle.cases.values():
        if case.status == "not_resolved" and case.dated_on is not None:
            what = (case.reason, plain(case.segments["topic"]), plain(case.segments["product"]))
            for grain in oracle.policies.grains:
                start = oracle.calendar.period(case.dated_on, grain)[0]
                counts = {"cases": 1, "further_agent_interactions": len(case.further)}
                expected[grain, start, *what].update(counts, further_handle_seconds=sum(map(handle_seconds, case.further)))
                totals[grain, start] += 1
    differences, seen, last_rank = [], set(), {}
    running: Counter[tuple[str, date]] = Counter()
    for row in sorted(rows, key=lambda row: row["inhibitor_rank"]):
        period = (row["period_grain"], row["period_start"])
        key = (*period, row["fcr_reason"], plain(row["topic"]), plain(row["product"]))
        seen.add(key)
        running[period] += row["cases"]
        for name in ("cases", "further_agent_interactions", "further_handle_seconds"):
            if (row[name] or 0) != expected[key][name]:
                differences.append(Difference(f"inhibitors {name}", key, expected[key][name], row[name]))
        shares = row["cases"] / totals[period], running[period] / totals[period]
        is_in_order = row["cases"] <= last_rank.get(period, row["cases"])
        if not (is_in_order and is_close(shares[0], row["share_of_cases"]) and is_close(shares[1], row["cumulative_share"])):
            differences.append(Difference("inhibitors shares", key, shares, (row["share_of_cases"], row["cumulative_share"])))
        last_rank[period] = row["cases"]
    return differences + [Difference("inhibitors row", key, True, False) for key in expected.keys() - seen]


def compare(oracle: Oracle, done: Build) -> list[Difference]:
    """Everything that the models and the oracle see differently."""
    counted = count_periods(oracle)
    return [
        *compare_cases(oracle, done.rows("facts.fct_cases")),
        *compare_closings(oracle, done.rows("facts.fct_case_closings")),
        *compare_mart(oracle, done.rows("marts.first_contact_resolution"), counted),
        *(
            compare_values(oracle, done.rows("marts.metric_values"), counted)
            if "marts.metric_values" in done.relations("marts")
            else ()
        ),
        *compare_inhibitors(oracle, done.rows("marts.first_contact_inhibitors")),
        *compare_outcomes(done.rows("marts.first_contact_outcomes"), counted),
    ]


def history(case_id: object, tables: Tables) -> str:
    """The raw rows of a case in time order, to read a difference by."""
    lines: list[tuple[datetime, str]] = []
    at = {"cases": "opened_at", "interactions": "occurred_at", "case_events": "occurred_at", "case_field_changes": "occurred_at"}
    at |= {"survey_invitations": "sent_at", "survey_responses": "responded_at"}
    invitations = {row["invitation_id"] for row in tables.get("survey_invitations", []) if row.get("case_id") == case_id}
    for table, column in at.items():
        for row in tables.get(table, []):
            if row.get("case_id") == case_id or row.get("invitation_id", "") in invitations:
                lines.append(
                    (row[column], f"  {row[column]} {table}: " + " ".join(f"{k}={v}" for k, v in row.items() if v is not None))
                )
    return "\n".join(text for _, text in sorted(lines))


def report(differences: list[Difference], tables: Tables) -> str:
    """A summary by kind, cases before periods, with the first few of each and the history of the first case."""
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        kinds[difference.what].append(difference)
    parts = [f"{len(differences)} differences"]
    for what, members in sorted(kinds.items(), key=lambda item: (not isinstance(item[1][0].key, str), -len(item[1]))):
        parts.append(f"{what}: {len(members)}\n" + "\n".join(f"  {member}" for member in members[:3]))
        if isinstance(members[0].key, str):
            parts.append(history(members[0].key, tables))
    return "\n".join(parts)

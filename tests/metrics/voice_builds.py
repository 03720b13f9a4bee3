"""The worlds, policies, seeds and builds that the tests of voice and contacts share."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import contacts_scenarios
import voice_scenarios
from builds import GRAINS, built
from contacts_oracle import ContactsOracle, thresholds_of
from contacts_scenarios import threshold_lines
from harness import EVENT_AT, Build, project_seeds
from vocabulary import Row, Tables
from voice_oracle import VoiceOracle, VoicePolicies, questions_of
from worlds import Setting

from casemart.workspace import project_dir

MARTS = ("customer_voice", "survey_response", "employee_satisfaction", "employee_satisfaction_correlation", "experience_drivers")
SELECT = tuple(f"+{name}" for name in (*MARTS, "service_level", "handle_time"))
# Thirty days before as-of a month ends (UTC); as-of is the last day of a week, and eight days before it a month ends (New York).
UTC_AS_OF, NEW_YORK_AS_OF, LATER_AS_OF = date(2026, 3, 30), date(2026, 2, 8), date(2026, 3, 29)
MODULES: tuple[tuple[Any, int], ...] = ((voice_scenarios, 5), (contacts_scenarios, 10))  # with copies of each story
FIRST_DAY = date(2025, 10, 1)  # both changes of New York's clocks lie between the first day and the last one
UTC = VoicePolicies(grains=GRAINS)
NEW_YORK = VoicePolicies(
    "America/New_York",
    NEW_YORK_AS_OF,
    grains=GRAINS,
    survey_settlement_days=8,
    contact_settlement_days=3,
    esat_min_responses=4,
    esat_grain="month",
    correlation_min_points=7,
)
POLICIES = {"utc": UTC, "new_york": NEW_YORK}
# Metric, segment, target, first day, first day no more.
TARGETS = (
    ("customer_satisfaction", "all", "all", 0.7, "", "2025-12-31"),
    ("customer_satisfaction", "all", "all", 0.8, "2025-12-31", ""),
    ("customer_satisfaction", "team", "blue", 0.5, "", ""),
    ("net_promoter_score", "all", "all", 10, "2025-11-01", "2026-01-31"),
    ("customer_effort_score", "all", "all", 5.5, "", ""),
    ("survey_response_rate", "survey_type", "post_case", 0.4, "", ""),
    ("employee_satisfaction", "team", "green", 0.6, "", ""),
    ("driver_dissatisfaction_rate", "driver", "knowledge", 0.2, "", ""),
    ("exceeded_expectations_rate", "all", "all", 0.3, "", "2025-12-01"),
    ("service_level", "channel", "phone", 0.8, "", ""),
    ("abandonment_rate", "all", "all", 0.4, "", ""),
    ("speed_of_answer_p90", "all", "all", 60, "2025-11-30", ""),
    ("average_handle_time", "all", "all", 300, "", ""),
)


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def seed_text(name: str) -> str:
    return (project_dir() / "seeds" / f"{name}.csv").read_text(encoding="utf-8")


def drivers() -> dict[str, tuple[str, str]]:
    return {line["question"]: (line["driver"], line["element"]) for line in lines_of(seed_text("driver_questions"))}


def target_lines() -> str:
    header = "metric,segment_by,segment,target,optimal,benchmark,benchmark_source,valid_from,valid_to"
    lines = [f"{metric},{by},{segment},{target},,,,{first},{end}" for metric, by, segment, target, first, end in TARGETS]
    return "\n".join([header, *lines]) + "\n"


def directions() -> dict[str, int]:
    """Per metric whether more (1) or less (-1) is better; 0 neither."""
    return {line["metric"]: int(line["direction"]) for line in lines_of(seed_text("metric_catalog"))}


@cache
def worlds(name: str) -> Tables:
    """Worlds of surveys and of contacts together, the rows in any order."""
    policies, as_of, seed = {"utc": (UTC, UTC_AS_OF, 20260330), "new_york": (NEW_YORK, NEW_YORK_AS_OF, 20260208)}[name]
    is_derived = policies.as_of is None
    setting = Setting(replace(policies, as_of=as_of), FIRST_DAY)
    tables: Tables = defaultdict(list)
    made = [module.generate(setting, seed, copies, EVENT_AT, is_as_of_derived=is_derived) for module, copies in MODULES]
    if not is_derived:  # and some that go on after as-of
        later = Setting(replace(policies, as_of=LATER_AS_OF), FIRST_DAY)
        given = {"is_as_of_derived": False, "prefix": "later", "with_cells": False}
        made += [module.generate(later, seed + 1, 1, EVENT_AT, **given) for module, _ in MODULES]
    for part in made:
        for table, rows in part.items():
            tables[table] += rows
    if is_derived:
        last = {"case_id": "last", "channel": "email", "opened_at": datetime.combine(as_of, time(12)), "status": "open"}
        tables["cases"].append(last)
    rng = random.Random(seed)
    return {table: rng.sample(rows, len(rows)) for table, rows in tables.items()}


def seeds_of(name: str) -> dict[str, str]:
    """Seeds of one's own in New York, with a question without a scale and one more for employees; the shipped ones in UTC."""
    if name == "utc":
        return {}
    line = "overall_satisfaction,self_help,scale,"
    questions = seed_text("survey_questions").replace(f"{line}1,5,", f"{line},,") + "workload,employee,scale,1,5,false,\n"
    assert f"{line},," in questions
    return {"service_thresholds": threshold_lines(), "metric_targets": target_lines(), "survey_questions": questions}


def voice_of(name: str, policies: VoicePolicies) -> VoiceOracle:
    questions = questions_of(lines_of(seeds_of(name).get("survey_questions") or seed_text("survey_questions")))
    return VoiceOracle(worlds(name), project_seeds(), policies, EVENT_AT, questions)


def contacts_of(name: str, policies: VoicePolicies) -> ContactsOracle:
    thresholds = thresholds_of(lines_of(seeds_of(name).get("service_thresholds") or seed_text("service_thresholds")))
    return ContactsOracle(worlds(name), project_seeds(), policies, EVENT_AT, thresholds)


def build_of(name: str, folder: Path) -> Build:
    """The build that both tests share; on a machine in a third zone."""
    env = {"TZ": "Pacific/Auckland"} if name == "new_york" else {}
    return built(worlds(name), POLICIES[name], folder / f"voice_{name}", SELECT, seeds_of(name), **env)


def targets_of(name: str) -> list[Row]:
    """The targets that hold: their days as dates."""
    lines = lines_of(seeds_of(name).get("metric_targets") or seed_text("metric_targets"))
    return [
        {**line, "target": float(line["target"])}
        | {"valid_from": date.fromisoformat(line["valid_from"] or "0001-01-01")}
        | {"valid_to": date.fromisoformat(line["valid_to"] or "9999-12-31")}
        for line in lines
        if line["target"]
    ]

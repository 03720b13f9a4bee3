"""The voice of customers and employees: the models against an independent implementation, on answers around every edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from boundaries import table
from deflection_boundaries import days
from deflection_harness import is_near
from harness import EVENT_AT, Build, project_seeds
from vocabulary import Period, Row, Tables
from voice_boundaries import SITUATIONS, VoiceBoundaries, expected_edges, situations
from voice_builds import (
    LATER_AS_OF,
    NEW_YORK,
    NEW_YORK_AS_OF,
    POLICIES,
    build_of,
    drivers,
    lines_of,
    seed_text,
    targets_of,
    voice_of,
    worlds,
)
from voice_comparison import compare, compare_mart, report, voice_expected
from voice_counting import (
    MartRow,
    correlation,
    customer_voice,
    employee_satisfaction,
    experience_drivers,
    survey_response,
)
from voice_oracle import VoiceOracle, VoicePolicies, questions_of

BUILDS = ["utc", "new_york"]
LEAST_HITS = 3
MARCH = Period("month", date(2026, 3, 1), date(2026, 3, 31), "all", "all")
NOON = datetime(2026, 3, 2, 12)
AS_OF = date(2026, 4, 30)


@pytest.fixture(scope="module")
def oracles() -> dict[str, VoiceOracle]:
    return {name: voice_of(name, POLICIES[name]) for name in BUILDS}


@pytest.fixture(scope="module")
def builds(folder: Path) -> dict[str, Build]:
    return {name: build_of(name, folder) for name in BUILDS}


@pytest.mark.parametrize("name", BUILDS)
def test_models_agree_with_the_oracle(name: str, oracles: dict[str, VoiceOracle], builds: dict[str, Build]) -> None:
    differences = [
        difference
        for relation, expected in voice_expected(oracles[name]).items()
        for difference in compare(relation, expected, builds[name].rows(relation), targets_of(name))
    ]
    assert not differences, report(differences, worlds(name))


@pytest.mark.parametrize("name", BUILDS)
def test_worlds_reach_every_state_and_edge(name: str, oracles: dict[str, VoiceOracle]) -> None:
    """Agreement says nothing where there is nothing to agree on."""
    oracle = oracles[name]
    hits, found = VoiceBoundaries(oracle).count(), situations(oracle, drivers())
    for settlement, mart in ((0, customer_voice(oracle)), (oracle.policies.survey_settlement_days, survey_response(oracle))):
        ends = [period.end + timedelta(days=settlement) for period in mart]
        hits.update((f"complete after {settlement} days", side) for end in ends for side in days(end, oracle.as_of))
    edges = expected_edges(is_as_of_derived=name == "utc") | {"complete after 0 days": (0,) if name == "new_york" else (-1, 1)}
    edges[f"complete after {oracle.policies.survey_settlement_days} days"] = (0,)
    missed = {(edge, side): hits[edge, side] for edge, sides in edges.items() for side in sides if hits[edge, side] < LEAST_HITS}
    scarce = {each: found[each] for each in SITUATIONS if not found[each]}
    assert not missed, f"too few on {missed}\n{table(hits)}"
    assert not scarce, f"never: {scarce}\n{found}"


def test_later_as_of_changes_no_complete_period(builds: dict[str, Build]) -> None:
    """What is published as complete is what the definitions say of a later as-of day, too."""
    later = voice_of("new_york", replace(NEW_YORK, as_of=LATER_AS_OF))
    marts = {
        "customer_voice": customer_voice(later),
        "survey_response": survey_response(later),
        "experience_drivers": experience_drivers(later, drivers()),
        "employee_satisfaction": employee_satisfaction(later),
    }
    settlements = {"survey_response": timedelta(days=NEW_YORK.survey_settlement_days)}
    for name, mart in marts.items():
        complete = [row for row in builds["new_york"].rows(f"marts.{name}") if row["is_complete"]]
        settled = NEW_YORK_AS_OF - settlements.get(name, timedelta())
        known = {period: row for period, row in mart.items() if period.end <= settled}
        changed = compare_mart(name, known, complete, targets_of("new_york"))
        assert complete, name
        assert not changed, "\n".join(map(str, changed[:5]))


def judged(tables: Tables, **policies: object) -> VoiceOracle:
    given = VoicePolicies(as_of=AS_OF, **policies)  # type: ignore[arg-type]
    empty: Tables = {name: [] for name in ("cases", "agents", "accounts", "interactions")}
    return VoiceOracle(
        {**empty, **tables}, project_seeds(), given, EVENT_AT, questions_of(lines_of(seed_text("survey_questions")))
    )


def said(question: str, survey: str, scores: list[int], **given: object) -> list[Row]:
    """So many responses of nobody in particular."""
    row: Row = {"question": question, "survey_type": survey, "responded_at": NOON, **given}
    return [{"response_id": f"{question}{survey}{number}", "score": score, **row} for number, score in enumerate(scores)]


def close(row: MartRow, expected: dict[str, float | None], places: int) -> None:
    assert {name: row[name] for name in expected} == {
        name: value if value is None else pytest.approx(value, abs=0.5 * 10**-places) for name, value in expected.items()
    }


def test_worked_examples_of_customers() -> None:
    """The examples that the definitions give."""
    stars = [score for score, times in {5: 42, 4: 32, 3: 10, 2: 9, 1: 14}.items() for _ in range(times)]
    rows = said("overall_satisfaction", "post_case", stars)
    rows += said("likelihood_to_recommend", "relationship", [9] * 291 + [7] * 476 + [6] * 395)
    rows += said("effort_ease", "post_case", [7, 6, 6, 5, 5, 4, 3, 2, 7, 5])
    row = customer_voice(judged({"survey_responses": rows}))[MARCH]
    close(
        row, {"customer_satisfaction": 0.6916, "customer_satisfaction_ci_low": 0.5987, "customer_satisfaction_ci_high": 0.7712}, 4
    )
    close(row, {"net_promoter_score": -8.95, "net_promoter_score_ci_low": -13.34, "net_promoter_score_ci_high": -4.56}, 2)
    close(row, {"customer_effort_score": 5.0, "customer_effort_easy_rate": 0.7, "relationship_satisfaction": None}, 9)


def test_worked_example_of_invitations() -> None:
    sent = [
        {"invitation_id": f"i{number}", "survey_type": "relationship", "sent_at": datetime.combine(date(2026, 3, 1), time())}
        for number in range(100)
    ]
    answers = said("overall_satisfaction", "relationship", [5] * 9 + [3])
    for number, row in enumerate(answers):
        row["invitation_id"] = f"i{number}"
    row = survey_response(judged({"survey_responses": answers, "survey_invitations": sent}))[MARCH]
    close(row, {"survey_response_rate": 0.1, "satisfaction_floor": 0.09, "satisfaction_ceiling": 0.99}, 9)


def test_worked_example_of_a_driver() -> None:
    row = experience_drivers(judged({"survey_responses": said("driver_rapid_response", "post_case", [5, 5, 4, 3, 1])}), drivers())
    close(
        row[MARCH._replace(segment_by="driver", segment="rapid_response")],
        {"driver_satisfaction_rate": 0.6, "driver_dissatisfaction_rate": 0.2, "correlation_with_satisfaction": None},
        9,
    )
    pairs = [(Fraction(one), Fraction(other)) for one, other in ((1, 2), (2, 1), (3, 4), (4, 3), (5, 6), (6, 5))]
    assert is_near(correlation(pairs, 6)[0], float(Decimal(29) / 35))
    assert correlation(pairs, 7) == (None, None, None)


def test_worked_example_of_employees() -> None:
    """Teams of 8, 6 and 3 answers: the 3 is hidden, so the 6 too; published are the 8 and the 17."""
    rows: list[Row] = []
    for team, size in (("a", 8), ("b", 6), ("c", 3)):
        rows += [{**row, "response_id": f"{team}{row['response_id']}", "team": team} for row in said("x", "employee", [4] * size)]
    oracle = judged({"survey_responses": [{**row, "question": "employee_satisfaction"} for row in rows]})
    mart = employee_satisfaction(oracle)
    assert {period.segment: row["employee_answers"] for period, row in mart.items()} == {"a": 8, "b": None, "c": None, "all": 17}


def test_comparison_reports_one_wrong_value(oracles: dict[str, VoiceOracle], builds: dict[str, Build]) -> None:
    """Every table that is compared: one wrong value, one missing row."""
    wrong = {
        "facts.fct_survey_responses": {"answer_state": "?", "normalised_score": 2, "team": "?"},
        "facts.fct_survey_invitations": {"invitation_state": "?", "has_late_answer": None},
        "private.fct_employee_answers": {"experience": "?"},
        "private.fct_employee_satisfaction": {"customer_answers": -1},
        "marts.customer_voice": {"passives": -1, "net_promoter_score_ci_low": -1000, "customer_satisfaction_gap": 9},
        "marts.survey_response": {"satisfaction_floor": -1, "is_complete": None},
        "marts.experience_drivers": {"driver_points": -1, "element": "?"},
        "marts.employee_satisfaction": {"is_suppressed": None},
        "marts.employee_satisfaction_correlation": {"pairs": -1},
    }
    expected = voice_expected(oracles["new_york"])
    assert expected.keys() == wrong.keys()
    for relation, columns in wrong.items():
        each = expected[relation]
        rows = builds["new_york"].rows(relation)[:50]
        few = replace(each, rows={each.key(row): each.rows[each.key(row)] for row in rows})
        changes = [[*rows[:-1], {**rows[-1], column: value}] for column, value in columns.items()]
        for changed in (*changes, rows[1:], [*rows, rows[0]]):
            found = compare(relation, few, changed, targets_of("new_york"))
            assert len(found) == 1, relation
            assert report(found, worlds("new_york"))

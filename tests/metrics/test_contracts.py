"""Retention and renewal: the oracle on examples worked out by hand, and the models against it on thousands of contracts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from contract_boundaries import ContractBoundaries, expected_hits, table
from contract_builds import JudgedContracts, shuffled
from contract_comparison import compare_account_months, compare_contracts, compare_coverage, compare_renewals, compare_terms
from contract_judging import Judgement, report_contracts
from contract_marts import account_months, contract_renewal
from contract_oracle import ContractOracle
from contract_survival import Spell, curve
from harness import Difference
from revenue_oracle import RevenueOracle
from vocabulary import Policies, Row

LEAST_HITS = 20
Built = Callable[[str], JudgedContracts]


def day(text: str) -> date:
    return date.fromisoformat(f"2025-{text}" if len(text) == 5 else text)


def contracts(as_of: str, *given: str) -> ContractOracle:
    """Contracts of one account written as `id start..end`, with `product=`, `signed=`, `cancelled=`, `committed=`, `renews=`."""
    columns = {"signed": "signed_on", "cancelled": "cancelled_on", "committed": "renewal_committed_on"}
    rows = []
    for text in given:
        name, dates, *more = text.split()
        start, end = dates.split("..")
        row: Row = {"contract_id": name, "account_id": "a", "starts_on": day(start), "ends_on": day(end) if end else None}
        row |= {"product": "router", "is_support_entitled": True}
        for key, value in (word.split("=") for word in more):
            row |= {columns[key]: day(value)} if key in columns else {"renews_contract_id" if key == "renews" else key: value}
        rows.append(row)
    return ContractOracle({"contracts": rows}, Policies(as_of=day(as_of)), {})


@pytest.mark.parametrize(
    ("as_of", "given", "state", "last_covered", "renewed_by"),
    [
        pytest.param("03-31", ["a 01-01..03-31"], "undetermined", "03-31", "", id="due on the last day covered"),
        pytest.param("03-30", ["a 01-01..03-31"], "in_force", "03-31", "", id="not yet due"),
        pytest.param("06-28", ["a 01-01..03-31"], "undetermined", "03-31", "", id="grace of 90 days still running"),
        pytest.param("06-30", ["a 01-01..03-31"], "lost", "03-31", "", id="grace of 90 days has run out"),
        pytest.param("06-29", ["a 01-01..03-31"], "undetermined", "03-31", "", id="90 days after the day after"),
        pytest.param(
            "12-31", ["a 01-01..03-31", "b 06-30.."], "renewed", "03-31", "b", id="renewed on the last day of the grace"
        ),
        pytest.param("12-31", ["a 01-01..03-31", "b 07-01.."], "lost", "03-31", "", id="a day too late"),
        pytest.param("12-31", ["a 01-01..03-31", "b 04-01.. product=modem"], "lost", "03-31", "", id="another product"),
        pytest.param("12-31", ["a 01-01..03-31", "b 03-31.."], "lost", "03-31", "", id="an overlap renews by a link only"),
        pytest.param("12-31", ["a 01-01..03-31", "b 03-01.. renews=a"], "renewed", "02-28", "b", id="early renewal"),
        pytest.param("12-31", ["a 01-01..03-31", "c 04-05..", "b 04-05.."], "renewed", "03-31", "b", id="lowest id of one day"),
        pytest.param("12-31", ["a 01-01..03-31", "b 04-01.. signed=04-09"], "renewed", "03-31", "b", id="signed late is late"),
        pytest.param("12-31", ["a 01-01..03-31 cancelled=04-01", "b 04-02.."], "lost", "03-31", "", id="cancelled: no grace"),
        pytest.param(
            "12-31", ["a 01-01..03-31 cancelled=04-01", "b 04-01.."], "renewed", "03-31", "b", id="by the cancelled day"
        ),
        pytest.param("12-31", ["a 01-01..03-31 cancelled=03-01"], "lost", "02-28", "", id="cancelled within the term"),
        pytest.param("02-10", ["a 01-01..03-31 cancelled=02-11"], "in_force", "03-31", "", id="a cancellation after as-of"),
        pytest.param("05-01", ["a 01-01..03-31 cancelled=05-01"], "lost", "03-31", "", id="a cancellation ends the grace"),
        pytest.param(
            "12-31", ["a 01-01..03-31 cancelled=05-01", "b 04-20.."], "renewed", "03-31", "b", id="and undoes no renewal before"
        ),
        pytest.param("12-31", ["a 01-01.. ", "b 07-01.. renews=a"], "renewed", "06-30", "b", id="open-ended, renewed"),
        pytest.param("12-31", ["a 01-01..03-31 signed=04-01"], "never_in_force", "", "", id="signed after its end"),
        pytest.param(
            "12-31",
            ["a 01-01..03-31", "c 04-10..", "b 05-01.. signed=04-10 product=x renews=a"],
            "renewed",
            "03-31",
            "b",
            id="link",
        ),
        pytest.param(
            "12-31",
            ["a 01-01..03-31", "c 04-10..", "b 05-01.. signed=04-11 renews=a"],
            "renewed",
            "03-31",
            "c",
            id="link too late",
        ),
        pytest.param(
            "12-31",
            ["a 01-01..03-31", "c 04-10..", "b 08-01.. signed=04-01 renews=a"],
            "lost",
            "03-31",
            "",
            id="invalid link blocks",
        ),
        pytest.param(
            "12-31",
            ["a 01-01..03-31", "c 04-01..", "b 03-31..06-30 cancelled=04-01 product=x renews=a"],
            "renewed",
            "03-30",
            "b",
            id="a link that was in force for a day blocks",
        ),
        pytest.param(
            "12-31",
            ["a 01-01..03-31", "c 04-10..", "b 04-09..06-30 signed=04-01 cancelled=04-05 renews=a"],
            "renewed",
            "03-31",
            "c",
            id="a link that was never in force does not block",
        ),
    ],
)
def test_renewals_worked_out(as_of: str, given: list[str], state: str, last_covered: str, renewed_by: str) -> None:
    contract = contracts(as_of, *given).contracts["a"]
    found = (contract.state, "".join(other.id for other in contract.renewed_by))
    assert found == (state, renewed_by)
    if last_covered:
        assert contract.last_on == day(last_covered)


@pytest.mark.parametrize(
    ("given", "is_committed"),
    [
        pytest.param(["a 01-01..12-31"], False, id="nothing is known"),
        pytest.param(["a 01-01..12-31 committed=03-31"], True, id="committed on the last day of the month"),
        pytest.param(["a 01-01..12-31 committed=04-01"], False, id="committed a day later"),
        pytest.param(["a 01-01..", "b 02-01..12-31"], False, id="every contract in force must be committed"),
        pytest.param(["a 01-01.."], True, id="open-ended"),
        pytest.param(["a 01-01..05-31", "b 06-10.. signed=03-31"], True, id="successor known"),
        pytest.param(["a 01-01..05-31", "b 06-10.. signed=04-01"], False, id="successor known a day later"),
        pytest.param(["a 01-01..05-31", "b 06-10.. signed=03-01 cancelled=03-31"], False, id="successor cancelled"),
        pytest.param(["a 01-01..05-31", "b 06-10.. signed=03-01 cancelled=04-01"], True, id="successor cancelled a day later"),
        pytest.param(
            ["a 01-01..05-31", "b 06-10.. signed=03-01 cancelled=03-20 renews=a", "c 06-01.. signed=03-30"], True, id="second try"
        ),
        pytest.param(["a 01-01..03-15", "b 04-05.."], False, id="active by a gap only"),
    ],
)
def test_commitment_worked_out(given: list[str], is_committed: bool) -> None:
    months = account_months(contracts("12-31", *given))["all", "all", "a"]
    assert months[day("03-01")].stock.is_committed is is_committed


def test_a_loss_belongs_to_the_first_day_not_covered() -> None:
    oracle = contracts("12-31", "a 01-01..03-31")
    states = [month.stock.state for month in account_months(oracle)["all", "all", "a"].values()]
    assert states == ["active", "active", "active", "inactive"]
    due = {
        p.start for p, row in contract_renewal(RevenueOracle(oracle)).items() if p.grain == "month" and row.sums["lost_contracts"]
    }
    assert due == {day("03-01")}


def test_survival_worked_out() -> None:
    """Six spells: two lost and one censored at the same age, one lost later, two censored at the end."""
    ends = [("2025-04-01", True), ("2025-04-09", True), ("2025-04-20", False), ("2025-07-01", True), ("2025-09-30", False)]
    spells = [Spell("all", "all", "a", day("01-01"), day(end), day(end), is_lost, {}) for end, is_lost in (*ends, ends[-1])]
    points = curve(spells)
    assert {age: (point.at_risk, point.lost, point.censored) for age, point in points.items()} == {
        3: (6, 2, 1),
        6: (3, 1, 0),
        8: (2, 0, 2),
    }
    assert [point.survival for point in points.values()] == pytest.approx([2 / 3, 4 / 9, 4 / 9])
    # Greenwood: the square root of 2 / (6 x 4) + 1 / (3 x 2) is one half.
    assert points[6].interval == pytest.approx((4 / 9 - 1.959963984540054 * 4 / 9 * 0.5, 4 / 9 + 1.959963984540054 * 4 / 9 * 0.5))


@pytest.mark.parametrize("name", ["utc", "auckland"])
def test_models_agree_with_the_oracle(name: str, contract_build: Built) -> None:
    judged = contract_build(name)
    differences = compare_contracts(judged.judgement, judged.build())
    assert not differences, report_contracts(differences, judged.tables)


@pytest.mark.parametrize("name", ["utc", "auckland"])
def test_worlds_lie_on_every_edge(name: str, contract_build: Built) -> None:
    hits = ContractBoundaries(contract_build(name).judgement).count()
    print(table(hits))
    missed = {hit: hits[hit] for hit in expected_hits() if hits[hit] < LEAST_HITS}
    assert not missed, f"too few contracts on {missed}\n{table(hits)}"


def test_worlds_have_every_state(contract_build: Built) -> None:
    oracle = contract_build("utc").judgement.contracts
    states = Counter(contract.state for contract in oracle.contracts.values())
    assert states.keys() == {"never_in_force", "not_started", "in_force", "renewed", "lost", "undetermined"}
    assert {stretch.coverage for stretch in oracle.stretches} == {"in_force", "late_renewal_gap", "awaiting_renewal"}
    assert min(states.values()) >= LEAST_HITS


def test_order_of_rows_changes_nothing(contract_build: Built) -> None:
    judged = contract_build("utc")
    oracle = judged.judgement.contracts
    again = ContractOracle(shuffled(judged.tables, seed=2), oracle.policies, {"cases": ("opened_at",)})
    for contract_id, contract in oracle.contracts.items():
        other = again.contracts[contract_id]
        assert (contract.state, contract.last_on, contract.number) == (other.state, other.last_on, other.number)
        assert {each.id for each in contract.renewed_by} == {each.id for each in other.renewed_by}


def test_comparison_reports_one_wrong_value(contract_build: Built) -> None:
    judged = contract_build("utc")
    judgement, build = judged.judgement, judged.build()
    checks: list[tuple[str, str, object, Callable[[Judgement, list[Row]], list[Difference]]]] = [
        ("facts.fct_contract_terms", "renewal_state", "tampered", compare_terms),
        ("facts.fct_contract_renewals", "renewed_on", date(2020, 1, 1), compare_renewals),
        ("facts.fct_contract_coverage", "covered_to_on", date(2020, 1, 1), compare_coverage),
        ("facts.fct_account_months", "contracts_in_force", -1, lambda *given: compare_account_months(*given, parts=False)),
    ]
    for relation, column, value, check in checks:
        rows = build.rows(relation)
        honest = len(check(judgement, rows))
        rows[7][column] = value
        found = check(judgement, rows)
        assert len(found) == honest + 1, relation
        assert report_contracts(found, judged.tables)
        del rows[7]
        assert len(check(judgement, rows)) == honest + 1, f"a missing row of {relation}"

"""`casemart trace session`, `contract` and `account`: what is known, what it means, and the rule that decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from published_fixture import HOSTILE, VERSION, InProcess
from traced_fixture import publish_traced

from casemart.trace.account import trace_account
from casemart.trace.contract import trace_contract
from casemart.trace.session import trace_session
from casemart.warehouse import Connection, open_published
from casemart.workspace import Workspace

SAFE = HOSTILE.encode("unicode_escape").decode()
INFERRED = "inferred: the first contract of the same account and product to begin after it"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_traced(tmp_path_factory.mktemp("home"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


@pytest.fixture(scope="module")
def published(demo: Path) -> Iterator[Connection]:
    """The demo's published version: what a whole build made."""
    with open_published(Workspace(demo).demo) as connection:
        yield connection


def traced(run: InProcess, home: Path, what: str, wanted: str) -> dict[str, Any]:
    return json.loads(run("trace", what, wanted, "-f", "json", cwd=home).stdout)


@pytest.mark.parametrize(
    ("contract", "rule"),
    [
        (
            "K-1",
            "It ended on 2024-12-31 and K-2 (by a link) began on 2025-01-11, 10 days late, within the grace of 90 days to"
            " 2025-04-01: renewed late.",
        ),
        ("K-2", f"It ended on 2026-01-10 and K-3 ({INFERRED}) began on the next day: renewed on time."),
        ("K-3", "It is in force on 2026-06-10 and has no end."),
        (
            "K-4",
            "It ended on 2024-03-31; the grace of 90 days ran out on 2024-06-30 and nothing had renewed it by then: lost."
            " K-5 began on 2024-07-01, too late: that is new business.",
        ),
        (
            "K-5",
            "It ended on 2024-12-31; the time that its cancellation leaves ran out on 2025-01-01 and nothing had renewed it by"
            " then: lost.",
        ),
        (
            "K-6",
            "It ended on 2026-05-31, nothing has renewed it yet, and the grace of 90 days runs to 2026-08-30: not known yet.",
        ),
        ("K-7", "It begins on 2026-07-01, after the as-of day, 2026-06-10."),
        (
            "K-8",
            "Its first covered day, 2025-02-01, is after its last one, 2025-01-31: it never was in force and is in no rate.",
        ),
        (
            "K-9",
            "K-10 (by a link) and K-11 (by a link) began on 2025-01-01, and it had no end of its own: it ended the day before"
            " and was renewed early, on time. Another part of it followed: K-12 on 2025-02-01.",
        ),
        ("K-10", "It is in force on 2026-06-10 and ends on 2026-12-31: not due yet."),
    ],
)
def test_the_rule_that_decided_a_contract(run, home, contract, rule):
    assert traced(run, home, "contract", contract)["rule"] == rule


def test_links_are_told_in_both_directions_and_why_they_renew_nothing(run, home):
    def links(contract: str) -> list[tuple[str, ...]]:
        trace = traced(run, home, "contract", contract)
        names = ("contract_id", "renewed_contract_id", "is_renewal", "meaning")
        return [tuple(row[name] for name in names) for row in (*trace["renewed_by"], *trace["renews"])]

    assert links("K-2") == [("K-3", "K-2", True, INFERRED), ("K-2", "K-1", True, "by a link")]
    assert links("K-5") == [("K-5", "K-4", False, "no renewal: it begins too late, after 2024-06-30")]
    assert links("K-6") == [("K-7", "K-6", False, "no renewal yet: it has not begun")]


@pytest.mark.parametrize(
    ("change", "meaning"),
    [
        ("update facts.fct_contract_dates set is_ever_in_force = false where contract_id = 'K-4'", "was never in force"),
        ("update facts.fct_contract_dates set first_covered_on = '2024-01-01' where contract_id = 'K-5'", "did not begin after"),
        (
            "update facts.fct_contract_dates set latest_renewal_on = '2024-07-01' where contract_id = 'K-4';"
            " insert into facts.fct_contract_renewals values ('K-2', 'K-4', 'inference', '2024-06-01')",
            "K-2 had begun as the inferred one while this link did not stand",
        ),
    ],
)
def test_a_link_that_renews_nothing_says_why(run, tmp_path, change, meaning):
    publish_traced(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / VERSION / "casemart.duckdb")) as connection:
        connection.execute(change)
    (link,) = traced(run, tmp_path, "contract", "K-5")["renews"]
    assert meaning in link["meaning"]


def test_a_contract_in_time_and_money(run, home):
    trace = traced(run, home, "contract", "K-1")
    assert [row["coverage"] for row in trace["coverage"]] == ["in_force", "late_renewal_gap"]
    assert [row["meaning"] for row in trace["commitments"]] == [
        "the customer said so",
        "K-2, of the same account and product, is known, until 2024-11-01",
    ]
    assert {row["charge_id"]: row["meaning"] for row in trace["charges"]} == {
        "base": "goes on to 2025-01-10 (late renewal gap)",
        "discount": "a discount; its dates reach outside the contract's",
        "outside": "never in force: outside its contract's days",
    }
    cancelled = {row["day"]: row["meaning"] for row in traced(run, home, "contract", "K-5")["days"]}
    assert cancelled["own_last_covered_on"] == "the day before the cancellation"
    early = {row["day"]: row["meaning"] for row in traced(run, home, "contract", "K-9")["days"]}
    assert (early["ends_on"], early["last_covered_on"]) == ("open-ended", "the day before the renewal, which came early")
    text = run("trace", "contract", "K-1", cwd=home).stdout
    assert "83.33333333" in text
    assert "1,000.00 usd a year" in text


def test_an_account_month_by_month(run, home):
    trace = traced(run, home, "account", "AC-1")
    names = ("from_month", "to_month", "movement", "opening_value", "change_value", "fx_value", "closing_value", "rule")
    held = "goes on after the contract's end"
    assert [tuple(row[name] for name in names) for row in trace["movements"]] == [
        ("2024-01-01", "2024-01-01", "new", 0, 100, 0, 100, "none ever before"),
        ("2024-02-01", "2024-03-01", "unchanged", 100, 0, 0.75, 100.75, "the same, apart from fx"),
        *[
            ("2024-04-01",) * 2
            + ("contraction", 100.75, -40.75, 0, 60, f"less, apart from fx; 60.00 {held}: it was renewed late")
        ],
        ("2024-05-01", "2024-05-01", "churn", 60, -60, 0, 0, "none left; reason: price"),
        ("2024-06-01", "2024-06-01", "none", 0, 0, 0, 0, "none at either end"),
        ("2024-07-01", "2024-07-01", "reactivation", 0, 70, 0, 70, "none at the opening, some before"),
        *[("2024-08-01",) * 2 + ("expansion", 70, 5, 0, 75, f"more, apart from fx; 75.00 {held}: its grace still runs")],
    ]
    # Within a stretch nothing moved in sum, but a product may have.
    assert (trace["movements"][1]["volume_change"], trace["movements"][1]["price_change"]) == (5, -5)
    assert [(row["from_month"], row["to_month"], row["rule"]) for row in trace["states"]] == [
        ("2024-01-01", "2024-02-01", "all in force are committed"),
        ("2024-03-01", "2024-03-01", "1 of 2 in force not committed"),
        ("2024-04-01", "2024-04-01", "none in force, but a late renewal closed the gap"),
        ("2024-05-01", "2024-05-01", "none in force"),
        ("2024-06-01", "2024-06-01", "none in force, the grace of one still runs"),
    ]
    assert trace["transfers"] == [
        {"month_start": "2024-03-01", "segment_by": "account_segment", "from": "small", "to": "large", "value": 101.25}
    ]
    assert [(row["product"], row["rule"]) for row in trace["products"]] == [
        ("Atlas", "volume: the quantity's change at the old price"),
        ("Beacon", "all volume: not there at the closing"),
        ("Cobalt", "not split: a quantity is not known"),
    ]
    assert [(row["contract_id"], row["renewed_by"]) for row in trace["contracts"]] == [
        *[("K-1", ["K-2"]), ("K-4", []), ("K-5", []), ("K-2", ["K-3"]), ("K-3", [])]
    ]


def test_an_account_that_only_a_contract_names(run, home):
    text = run("trace", "account", "AC-2", cwd=home).stdout
    assert "1 never_in_force, 1 not_started, 1 undetermined" in text
    assert "recurring revenue  never any" in text


def test_a_session_with_its_answers_in_time(run, home):
    trace = traced(run, home, "session", "S-1")
    assert [(row["id"], row["question"], row["meaning"]) for row in trace["answers"]] == [
        ("R-1", "found_answer", "a later answer holds instead"),
        ("R-2", "found_answer", "the answer that holds"),
        ("R-2", "would_have_contacted_support", "the answer that holds"),
        ("R-3", "found_answer", "later than the settlement of 30 days: changes nothing"),
    ]
    assert trace["rule"].startswith("An answer was found, and yet a case followed")
    assert (trace["observed_case"]["case_id"], trace["settles_on"]) == ("C-1001", "2025-01-30")
    assert [(row["contract_id"], row["meaning"]) for row in trace["contracts"]] == [("K-1", "entitles")]
    text = run("trace", "session", "S-1", cwd=home).stdout
    assert "entitled without a break from 2024-01-01 to 2024-12-31" in text
    assert "by the same account within 7 days: DECIDES" in text
    assert "settled                       since 2025-01-30" in text
    assert "does not matter, the chain ended before" in run("trace", "session", "S-5", cwd=home).stdout


@pytest.mark.parametrize(
    ("session", "because", "meaning"),
    [
        # In the gap before a late renewal, and under a contract without support.
        ("S-2", "entitled until 2024-12-31; entitled from 2025-01-11", "between its end and a late renewal: does not entitle"),
        (
            "S-3",
            "in force on that day includes support; entitled until 2026-01-10",
            "in force, without support: does not entitle",
        ),
        ("S-4", "no event of the session names an account", "is in no rate"),
    ],
)
def test_why_a_visitor_is_not_entitled(run, home, session, because, meaning):
    text = run("trace", "session", session, cwd=home).stdout
    assert because in text
    assert meaning in text
    assert ("not before 2026-06-11: until then it may change" in text) == (session == "S-3")


@pytest.mark.parametrize(("what", "wanted"), [("session", "S-1"), ("contract", "K-4"), ("account", "AC-1")])
def test_what_data_say_cannot_steer_a_terminal(run, home, what, wanted):
    text = run("trace", what, wanted, cwd=home).stdout
    assert SAFE in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert f"{VERSION}, as of 2026-06-10" in text


@pytest.mark.parametrize(
    ("what", "wanted", "near"),
    [("session", "S-11", "S-1, S-2, S-3"), ("contract", "K-13", "K-1, K-3, K-10"), ("account", "AC1", "AC-1, AC-2, AC-3")],
)
def test_an_unknown_id_is_refused_with_the_nearest_ones(run, home, what, wanted, near):
    refused = run("trace", what, wanted, cwd=home, code=2).stderr
    assert f"there is no {what} '{wanted}'" in refused
    assert f"did you mean {near}?" in refused
    assert "casemart show" in run("trace", what, "\x1bzzz", cwd=home, code=2).stderr
    assert "known: table, json" in run("trace", what, wanted, "-f", "csv", cwd=home, code=2).stderr


def test_nothing_published_is_a_failure_with_a_hint(run, tmp_path):
    for what in ("session", "contract", "account"):
        assert "hint: " in run("trace", what, "x", cwd=tmp_path, code=1).stderr
    assert not list(tmp_path.iterdir())


def test_a_version_of_an_earlier_casemart_is_a_failure_with_a_hint(run, tmp_path):
    publish_traced(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / VERSION / "casemart.duckdb")) as connection:
        connection.execute("drop table facts.fct_contract_links; alter table facts.fct_entitled_periods drop entitled_to_on")
    for what, wanted in (("contract", "K-1"), ("account", "AC-1"), ("session", "S-1")):
        failed = run("trace", what, wanted, cwd=tmp_path, code=1).stderr
        assert "an earlier casemart built it\nhint: build again" in failed


def test_every_account_of_the_demo_adds_up(published):
    """Of a sample with each movement: stretches without a hole, opening + change + fx = closing = the next opening."""
    rows = published.execute(
        "select distinct unnest(min_by(account_id, (account_id, month_start), 6)) from facts.fct_recurring_revenue"
        " group by movement, is_undetermined"
    ).fetchall()
    for (account,) in rows:
        trace = trace_account(published, account).content
        movements = trace["movements"]
        assert all(row["opening_value"] + row["change_value"] + row["fx_value"] == row["closing_value"] for row in movements)
        for row, after in pairwise(movements):
            assert row["closing_value"] == after["opening_value"]
            assert _next_month(row["to_month"]) == after["from_month"]
        months = published.execute(
            "select count(*), sum(volume_change + price_change + unsplit_change)"
            " from facts.fct_recurring_revenue where account_id = ?",
            [account],
        ).fetchall()
        split = sum(row["volume_change"] + row["price_change"] + row["unsplit_change"] for row in movements)
        going_on = sum(row["change_value"] for row in movements if row["movement"] in ("expansion", "contraction"))
        assert (sum(_months(row) for row in movements), split) == months[0]
        assert split == going_on == sum(row["change_value"] for row in trace["products"])
    assert len(rows) > 10


def test_every_rule_of_the_demo_says_what_the_fact_says(published):
    """A sample of contracts and sessions of each state: the words end as the state does, and name the ids that the facts name."""
    ends = {"lost": ": lost.", "undetermined": ": not known yet.", "never_in_force": "in no rate."}
    contracts = published.execute(
        "select renewal_state, is_renewed_late, unnest(min(contract_id, 8)) from facts.fct_contract_terms group by 1, 2"
    ).fetchall()
    for state, is_late, contract in contracts:
        trace = trace_contract(published, contract).content
        if state == "renewed":
            assert ("renewed late." in trace["rule"]) == is_late
            assert ("on time." in trace["rule"]) != is_late
            assert any(row["is_renewal"] and row["contract_id"] in trace["rule"] for row in trace["renewed_by"])
        else:
            assert ends.get(state, "") in trace["rule"]
            assert not any(row["is_renewal"] for row in trace["renewed_by"])
    assert {state for state, *_ in contracts} == {"renewed", "in_force", "not_started", *ends}
    sessions = published.execute(
        "select deflection_state, entitlement, unnest(min(session_id, 4)) from facts.fct_self_help_sessions group by 1, 2"
    ).fetchall()
    for _, entitlement, session in sessions:
        trace = trace_session(published, session).content
        assert any(row["is_entitling"] for row in trace["contracts"]) == (entitlement == "entitled")
        assert any(row["is_holding"] for row in trace["entitled_periods"]) == (entitlement == "entitled")
        held = {row["question"]: row["is_yes"] for row in trace["answers"] if row["is_in_force"]}
        assert all(trace["session"][question] == held.get(question) for question in ("found_answer", "further_action_needed"))
    assert len({state for state, *_ in sessions}) == 10


def _next_month(day: Any) -> Any:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _months(row: dict[str, Any]) -> int:
    first, last = row["from_month"], row["to_month"]
    return 12 * (last.year - first.year) + last.month - first.month + 1

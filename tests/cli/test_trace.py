"""`casemart trace case`: what happened, what counted, and by which rule."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from published_fixture import HOSTILE, VERSION, InProcess, publish


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("home"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def test_tells_the_case_in_order_with_what_each_step_meant(casemart, home):
    trace = json.loads(casemart("trace", "case", "C-1001", "-f", "json", cwd=home).stdout)
    assert [(step["id"], step["meaning"]) for step in trace["steps"]] == [
        ("I-1", "from the customer"),
        ("I-2", "not the initial interaction: an automatic reply, nobody answered"),
        ("I-3", "not the initial interaction: internal, the customer does not see it"),
        ("I-4", "not the initial interaction: the agent was not qualified to resolve at that time"),
        # At one instant a transfer comes before the initial interaction.
        ("E-1", "not after an initial interaction: does not count"),
        ("I-5", "the initial interaction"),
        ("X-1", "the acknowledgement"),
        ("R-1", "a later answer holds instead"),
        ("X-1", "after the acknowledgement: does not count"),
        ("R-2", "the answer that holds"),
        # 31 days after the initial interaction, and 30 settle.
        ("E-3", "after the settlement: changes nothing"),
    ]
    # Two steps have the same id: the confirmation decided, not the message.
    assert [(step["kind"], step["id"]) for step in trace["steps"] if step["is_deciding"]] == [("event", "X-1")]
    assert [step["id"] for step in trace["steps"] if step["is_initial"]] == ["I-5"]
    assert [step["id"] for step in trace["steps"] if step["is_late"]] == ["E-3"]
    assert trace["case"]["topic"] == HOSTILE
    assert trace["case"]["initial_interaction_at"] == "2026-04-01T12:00:00Z"
    assert (trace["version"], trace["as_of"]) == (VERSION, "2026-06-10")
    assert [(metric["name"], metric["definition_version"]) for metric in trace["metrics"]] == [("first_contact_resolution", "3")]
    assert {row["policy"]: row["value"] for row in trace["policies"]} == {
        "casemart_fcr_settlement_days": "30",
        "casemart_fcr_transfer_counts_against": "true",
        "casemart_fcr_silence_confirms_days": None,
    }


def test_reads_well_and_safely(run, home):
    text = run("trace", "case", "C-1001", cwd=home).stdout
    for part in (
        "case C-1001",
        "The customer confirmed the resolution",
        "X-1, resolution confirmed",
        "verified, X-1, 2026-04-03 08:00:00",
        "the acknowledgement; DECIDES",
        "first_contact_resolution, version 3",
        f"{VERSION}, as of 2026-06-10",
        HOSTILE.encode("unicode_escape").decode(),
    ):
        assert part in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[bold]" in text


@pytest.mark.parametrize(
    ("policy", "meanings"),
    [
        ("true", ["counts against it", "a further agent interaction: counts against it"]),
        ("false", ["a transfer and the contact that follows it do not count, by policy"] * 2),
    ],
)
def test_the_policy_decides_about_transfers(run, tmp_path, policy, meanings):
    publish(tmp_path, has_acknowledgements=False)
    with duckdb.connect(str(tmp_path / "published" / VERSION / "casemart.duckdb")) as connection:
        connection.execute("update marts.build_policies set value = ? where policy like '%transfer%'", [policy])
        connection.execute("update facts.fct_case_events set occurred_at = '2026-04-02' where event_id = 'E-1'")
        connection.execute(
            "insert into facts.fct_first_contact_evidence (case_id, evidence_id, evidence, occurred_at, tie_order)"
            " values ('C-1001', 'E-1', 'transferred', '2026-04-02', 1)"
        )
        connection.execute(
            "update facts.fct_first_contact_evidence set is_follow_up_of_transfer = true where evidence_id = 'X-1'"
        )
        connection.execute(
            "update facts.fct_cases set fcr_status = 'not_resolved', fcr_reason = 'transferred', deciding_id = 'E-1'"
            " where case_id = 'C-1001'"
        )
    trace = json.loads(run("trace", "case", "C-1001", "-f", "json", cwd=tmp_path).stdout)
    assert [step["meaning"] for step in trace["steps"] if step["id"] in ("E-1", "X-1")] == meanings
    assert [step["id"] for step in trace["steps"] if step["is_deciding"]] == ["E-1"]
    assert trace["rule"].startswith("The case was transferred after the initial interaction")


def test_a_case_without_first_contact_and_an_excluded_one(run, home):
    trace = json.loads(run("trace", "case", "C-1002", "-f", "json", cwd=home).stdout)
    assert (trace["steps"], trace["rule"]) == ([], "The case is open and has had no initial interaction yet.")
    excluded = run("trace", "case", "c[bold]\x1b", cwd=home).stdout
    assert "case c[bold]\\x1b" in excluded
    assert "The case has the exclusion code spam, so it is not counted." in excluded


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("duplicate", "The case is excluded as a duplicate, so it is not counted."),
        ("closed_undated", "nobody knows when, and it has no initial interaction: it is in no rate."),
    ],
)
def test_the_rule_of_an_exclusion_claims_no_more_than_is_known(run, tmp_path, reason, rule):
    publish(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / VERSION / "casemart.duckdb")) as connection:
        connection.execute("update facts.fct_cases set fcr_reason = ? where fcr_status = 'excluded'", [reason])
    trace = json.loads(run("trace", "case", "c[bold]\x1b", "-f", "json", cwd=tmp_path).stdout)
    assert trace["rule"].endswith(rule)


def test_an_unknown_case_is_refused_with_the_nearest_ids(run, home):
    assert "did you mean C-1001, C-1002?" in run("trace", "case", "C-101", cwd=home, code=2).stderr
    near = run("trace", "case", "c[bold]", cwd=home, code=2).stderr
    assert "c[bold]\\x1b" in near
    assert "\x1b" not in near
    assert "hint: " in run("trace", "case", "zzz", cwd=home, code=2).stderr
    assert "known: table, json" in run("trace", "case", "C-1001", "-f", "csv", cwd=home, code=2).stderr

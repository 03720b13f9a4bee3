"""The guards before publishing: each fires on its fault, none on the ordinary, and what is accepted leaves a trace."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import published_fixture
import pytest
from tiny_builds import Tiny

from casemart import guarding, publishing
from casemart.errors import CasemartError
from casemart.warehouse import open_private, open_published
from casemart.workspace import Workspace

# 60 days with an event each: in `cases` one case a day, in `outages` one outage in ten days.
RAW = (
    "create schema raw",
    """create table raw.cases as
    select 'C' || i as case_id, timestamp '2026-01-01' + to_days(i) as opened_at from range(60, 120) as r(i), range(4)""",
    """create table raw.outages as
    select 'O' || i as outage_id, timestamp '2026-01-01' + to_days(i) as started_at from range(0, 120, 10) as r(i)""",
    "create table raw.accounts as select 'A1' as account_id",
    "update dimensions.dim_as_of set as_of = date '2026-04-30'",
)


def change(tiny: Tiny, *statements: str) -> None:
    with open_private(tiny.workspace) as connection:
        for statement in statements:
            connection.execute(statement)


def publish(tiny: Tiny, *accept: str) -> list[str]:
    """Publishes what stands in the warehouse; what was said."""
    said: list[str] = []
    publishing.publish(tiny.workspace, force=True, accept=accept, project=tiny.project, say=said.append)
    return said


@pytest.fixture
def landed(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """With raw tables, and a version that knows them. The contract is the real one."""
    contract = publishing.load_contract()
    monkeypatch.setattr(publishing, "load_contract", lambda _project: contract)
    change(tiny, *RAW)
    publish(tiny)
    return tiny


def test_freshness_is_published_and_shown(landed: Tiny, casemart) -> None:
    with open_published(landed.workspace) as connection:
        rows = connection.execute("select * exclude usual_gap_days from marts.freshness").fetchall()
    assert [(name, count, str(day), behind) for name, count, day, behind in rows] == [
        ("accounts", 1, "None", None),
        ("cases", 240, "2026-04-30", 0),
        ("outages", 12, "2026-04-21", 9),
    ]
    status = casemart("status", cwd=landed.home).stdout
    assert "outages   12    2026-04-21       9            10" in status
    shown = json.loads(casemart("status", "-f", "json", cwd=landed.home).stdout)["freshness"][1]
    assert shown == {"table": "cases", "rows": 240, "latest_event_on": "2026-04-30", "days_behind": 0, "usual_gap_days": 1}


def test_latest_day_is_one_of_the_zone_and_none_after_the_as_of_day(landed: Tiny) -> None:
    change(
        landed,
        "update dimensions.dim_as_of set as_of = date '2026-05-02'",
        "insert into raw.cases values ('late', timestamp '2026-04-30 23:30'), ('future', timestamp '2027-01-01')",
    )
    publish(landed)
    query = "select latest_event_on::varchar, days_behind from marts.freshness where table_name = 'cases'"
    with open_published(landed.workspace) as connection:
        assert connection.execute(query).fetchall() == [("2026-04-30", 2)]
    (landed.project / "dbt_project.yml").write_text("vars: {casemart: {casemart_timezone: Asia/Tokyo}}\n")
    publish(landed)
    with open_published(landed.workspace) as connection:
        assert connection.execute(query).fetchall() == [("2026-05-01", 1)]


@pytest.mark.parametrize(
    ("changes", "alarms"),
    [
        (["delete from raw.accounts"], ["empty_table raw.accounts: had 1 rows, has none"]),
        (["drop table raw.accounts"], ["empty_table raw.accounts: had 1 rows, has none"]),
        (
            ["delete from raw.cases where opened_at < timestamp '2026-04-01 12:00'"],
            ["volume raw.cases: had 240 rows, has 116; 50 % of them may go"],
        ),
        (
            ["delete from facts.fct_cases where amount > 100"],
            ["volume facts.fct_cases: had 3,000 rows, has 303; 50 % of them may go"],
        ),
        (["delete from facts.fct_cases"], ["empty_facts facts: every fact is empty", "volume facts.fct_cases"]),
        (
            ["update dimensions.dim_as_of set as_of = date '2026-05-08'"],
            ["stale_feed raw.cases: latest event 2026-04-30, 8 days before the as-of day (7 are allowed); the version before"],
        ),
    ],
)
def test_fault_stops_the_publishing(landed: Tiny, changes: list[str], alarms: list[str]) -> None:
    before = landed.read()
    change(landed, *changes)
    with pytest.raises(CasemartError, match="readers keep the version they have") as caught:
        publish(landed)
    assert all(alarm in caught.value.message for alarm in alarms), caught.value.message
    assert caught.value.message.count(": had ") + caught.value.message.count("latest event") <= len(alarms), "no other guard"
    assert "`casemart publish --accept " in str(caught.value.hint)
    assert landed.read() == before
    assert sorted(path.suffix for path in landed.workspace.published.iterdir()) == ["", "", ""], "two versions and the link"


@pytest.mark.parametrize(
    "changes",
    [
        ["insert into raw.cases select 'D' || i, timestamp '2026-05-01' from range(9999) as r(i)"],
        ["create table raw.engagements as select 'E1' as engagement_id, timestamp '2020-01-01' as occurred_at"],
        ["update dimensions.dim_as_of set as_of = date '2026-05-07'"],
        ["delete from raw.cases where opened_at < timestamp '2026-03-20'"],
        ["update dimensions.dim_as_of set as_of = date '2026-02-01'", "delete from facts.fct_cases where amount > 100"],
        ["truncate marts.case_counts"],
    ],
    ids=["bigger load", "new table", "later as of", "some fewer", "as of moved back", "mart by policy"],
)
def test_the_ordinary_passes(landed: Tiny, changes: list[str]) -> None:
    change(landed, *changes)
    assert "accepted" not in "".join(publish(landed))


def test_stale_feed_is_told_once_and_again_after_it_had_come_back(landed: Tiny) -> None:
    change(landed, "update dimensions.dim_as_of set as_of = date '2026-05-20'")
    with pytest.raises(CasemartError, match=r"stale_feed raw\.cases") as caught:
        publish(landed)
    assert "raw.outages" in caught.value.message, "29 days are more than twice its gap of 10"
    publish(landed, "stale_feed")
    publish(landed)
    change(landed, "insert into raw.cases values ('back', timestamp '2026-05-20')")
    publish(landed)
    change(landed, "update dimensions.dim_as_of set as_of = date '2026-06-20'")
    with pytest.raises(CasemartError, match=r"stale_feed raw\.cases"):
        publish(landed)


def test_what_is_accepted_leaves_a_trace(landed: Tiny, casemart) -> None:
    change(landed, "delete from raw.accounts", "delete from raw.cases where opened_at < timestamp '2026-04-20'")
    for accept in ("volume", "volume:raw.accounts", "empty_table:raw.accounts"):
        with pytest.raises(CasemartError, match="the numbers would change"):
            publish(landed, accept)
    accept = ["--accept", "volume:raw.cases", "--accept", "empty_table"]
    said = casemart("publish", "--force", *accept, cwd=landed.home).stderr
    assert "warning: accepted: empty_table raw.accounts: had 1 rows, has none" in said
    version = json.loads(casemart("versions", "-f", "json", cwd=landed.home).stdout)[0]
    assert [(alarm["guard"], alarm["name"]) for alarm in version["accepted"]] == [
        ("empty_table", "raw.accounts"),
        ("volume", "raw.cases"),
    ]
    assert "empty_table:raw.accounts, volume:raw.cases" in casemart("versions", cwd=landed.home).stdout
    assert "accepted volume raw.cases: had 240 rows" in casemart("status", cwd=landed.home).stdout
    with open_published(landed.workspace) as connection:
        ((accepted,),) = connection.execute("select accepted from marts.build_info").fetchall()
    assert json.loads(accepted) == version["accepted"]


@pytest.mark.parametrize(
    ("arguments", "settings", "refusal"),
    [
        (("build", "--accept", "volum"), "", "unknown guard 'volum'\nhint: did you mean `volume`?"),
        (("publish", "--accept", "volume:"), "", "no name behind the colon"),
        (("build",), "[guards]\nvolume_los = 1\n", "unknown `volume_los` in [guards] of casemart.toml\nhint: did you mean"),
        (("build",), "[guards]\nvolume_loss = -1\n", "`volume_loss` in [guards] is not a number from 0 upwards: -1"),
        (("build",), "guards = 1\n", "`guards` is not a table"),
    ],
)
def test_wrong_guards_are_refused(casemart, tmp_path: Path, arguments: tuple[str, ...], settings: str, refusal: str) -> None:
    (tmp_path / "casemart.toml").write_text(settings)
    assert refusal in casemart(*arguments, cwd=tmp_path, code=2).stderr


def test_thresholds_are_settings(landed: Tiny, casemart, tmp_path: Path) -> None:
    casemart("init", cwd=tmp_path)
    written = (tmp_path / "casemart.toml").read_text()
    lines = [line.removeprefix("#") for line in written.partition("[guards]\n")[2].splitlines() if not line.startswith("# ")]
    (tmp_path / "casemart.toml").write_text("[guards]\n" + "\n".join(lines))
    assert guarding.watch_of(Workspace(tmp_path), ()) == guarding.Watch(), "what init writes is the default"
    change(landed, "delete from raw.cases where opened_at < timestamp '2026-04-20'")
    (landed.home / "casemart.toml").write_text("[guards]\nvolume_loss = 0.9\n")
    publish(landed)


COMPARED = """
    create schema {catalog}.marts;
    create schema {catalog}.facts;
    create table {catalog}.marts.build_info as select date '2026-03-31' as as_of;
    create table {catalog}.marts.metric_catalog as select 'fcr' as metric union all select 'nps';
    create table {catalog}.marts.metric_values as
        select metric, 'month' as period_grain, make_date(2026, m, 1) as period_start, segment_by, 0.5::double as value,
            m < 3 as is_complete
        from (values ('fcr'), ('nps')) as m(metric), (values ('all'), ('product')) as s(segment_by), range(1, 4) as r(m);
    create table {catalog}.facts.fct_survey_responses as
        select 'relationship' as survey_type, question, score::decimal(18, 4) as score,
            scale_max - scale_max::decimal(18, 4) as scale_min, scale_max::decimal(18, 4) as scale_max
        from (values ('nps', 10)) as v(question, scale_max), range(0, 11) as scores(score)
        union all
        select 'relationship', 'unstated', 1 + score % 5, null, null from range(0, 50) as scores(score)"""
CATALOG, VALUES, SCALES = (
    "published.marts.metric_catalog",
    "published.marts.metric_values",
    "published.facts.fct_survey_responses",
)
MOVED_BACK = "update published.marts.build_info set as_of = '2026-02-28'"
LAST = "period_start > '2026-02-01'"


@pytest.mark.parametrize(
    ("guard", "changes", "alarms"),
    [
        (
            guarding.LOST_METRIC,
            [f"update {VALUES} set value = null where metric = 'fcr'"],
            {"fcr": "in 3 of its periods, first the month of 2026-01-01 (was 0.5), last that of 2026-03-01"},
        ),
        (guarding.LOST_METRIC, [f"delete from {VALUES} where metric = 'nps' and not {LAST}"], {"nps": "2 of its periods"}),
        (guarding.LOST_METRIC, [f"delete from {VALUES} where not is_complete"], {}),
        (guarding.LOST_METRIC, [f"update {VALUES} set value = null where segment_by <> 'all'"], {}),
        (guarding.LOST_METRIC, [f"delete from {each} where metric = 'nps'" for each in (VALUES, CATALOG)], {}),
        (guarding.LOST_METRIC, [f"update {VALUES} set period_grain = 'quarter'"], {}),
        (guarding.LOST_METRIC, [MOVED_BACK, f"delete from {VALUES} where {LAST}"], {}),
        (guarding.LOST_METRIC, [f"truncate {VALUES}"], {"fcr": "3 of its periods", "nps": "3 of its periods"}),
        (
            guarding.SURVEY_SCALE,
            [f"insert into {SCALES} values ('relationship', 'nps', 4, 1, 5)"],
            {"relationship/nps": "1 answers on the scale 1 to 5, so far it was 0 to 10"},
        ),
        (
            guarding.SURVEY_SCALE,
            [f"update {SCALES} set score = 2 * score where question = 'unstated'"],
            {},
        ),
        (
            guarding.SURVEY_SCALE,
            [f"insert into {SCALES} values ('relationship', 'unstated', 10, null, null)"],
            {"relationship/unstated": "scores from 1 to 10, so far from 1 to 5; no scale is stated"},
        ),
        (guarding.SURVEY_SCALE, [f"insert into {SCALES} values ('x', 'new', 1, 0, 3), ('x', 'nps', 1, 1, 5)"], {}),
        (guarding.SURVEY_SCALE, [f"insert into {SCALES} values ('relationship', 'nps', null, 1, 5)"], {}),
    ],
)  # fmt: skip
def test_numbers_are_compared(guard: guarding.Guard, changes: list[str], alarms: dict[str, str]) -> None:
    with duckdb.connect() as connection:
        for catalog in ("previous", "published"):
            connection.execute(f"attach ':memory:' as {catalog}")
            connection.execute(COMPARED.format(catalog=catalog))
        for statement in changes:
            connection.execute(statement)
        found = {alarm.name: alarm.message for alarm in guarding.look(connection, guard, guarding.Watch().thresholds)}
    assert found.keys() == alarms.keys()
    for name, message in alarms.items():
        assert message in found[name]


def test_guards_know_the_columns_of_the_models(tmp_path: Path) -> None:
    """A version with the columns of the project's contracts, compared with itself and with an empty one."""
    file = published_fixture.publish(tmp_path) / "published" / "current" / "casemart.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as previous (read_only)")
        connection.execute("attach ':memory:' as published")
        connection.execute("copy from database previous to published")
        for guard in (guarding.LOST_METRIC, guarding.SURVEY_SCALE):
            assert guarding.look(connection, guard, guarding.Watch().thresholds) == []
        connection.execute("truncate published.marts.metric_values")
        assert guarding.look(connection, guarding.LOST_METRIC, guarding.Watch().thresholds) != []


def test_currency_without_a_rate_is_named_with_its_day(tiny: Tiny) -> None:
    """The rows of the real test, as a failing test of the tiny project."""
    before = tiny.read()
    row = "'EUR' as currency, date '2026-03-31' as day_without_rate, 7 as row_count"
    test = tiny.project / "tests" / "data" / "assert_every_cost_has_a_rate.sql"
    test.write_text(f"select {row} from {{{{ ref('casemart', 'case_counts') }}}} limit 1\n")
    failed = tiny.run("build", code=1)
    assert "data test assert_every_cost_has_a_rate on case_counts: 1 rows" in failed.stderr
    assert "  currency: EUR, day_without_rate: 2026-03-31, row_count: 7" in failed.stderr
    assert tiny.read() == before

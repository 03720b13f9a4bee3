"""What a version is, how versions follow each other, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from tiny_builds import Tiny

from casemart import auditing, publishing
from casemart.dbt_results import Node
from casemart.errors import CasemartError, UsageError
from casemart.landing.ledger import LOADS
from casemart.status import status as look
from casemart.versions import Version
from casemart.warehouse import open_private, open_published, open_to_publish
from casemart.workspace import Workspace


def again(tiny: Tiny, keep: int = 5) -> tuple[Version, str]:
    """Publishes once more, without dbt; the version and what was said."""
    said: list[str] = []
    version = publishing.publish(tiny.workspace, force=True, keep=keep, project=tiny.project, say=said.append)
    return version, "\n".join(said)


def names(tiny: Tiny) -> list[str]:
    return sorted(path.name for path in tiny.workspace.published.iterdir())


def change(tiny: Tiny, *statements: str) -> None:
    with open_private(tiny.workspace) as connection:
        for statement in statements:
            connection.execute(statement)


def test_version_holds_tables_and_tells_where_it_comes_from(tiny: Tiny) -> None:
    name, _ = tiny.read()
    with open_published(tiny.workspace) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables() order by 1").fetchall()
        views = connection.execute("select count(*) from duckdb_views() where not internal").fetchall()
        info = connection.execute("from marts.build_info").fetchall()
        columns = [column[0] for column in connection.description]
        counts = connection.execute("select table_name, row_count, previous_row_count from marts.build_tables").fetchall()
    assert [table for (table,) in tables] == [
        "dimensions.dim_as_of",
        "facts.fct_cases",
        "marts.build_info",
        "marts.build_tables",
        "marts.busy",
        "marts.case_counts",
        "marts.freshness",
        "seeds.channels",
    ], "fct_answers is private"
    assert views == [(0,)]
    (row,) = info
    found = dict(zip(columns, row, strict=True))
    assert found["version"] == name
    assert str(found["as_of"]) == "2026-03-31"
    assert found["contract_version"] == 1
    assert found["duckdb_version"] == duckdb.__version__
    assert ("fct_cases", 3000, None) in counts


def test_version_is_for_its_owner_and_opens_in_older_clients(tiny: Tiny) -> None:
    folder = tiny.workspace.current.parent.resolve()
    assert [path.name for path in folder.iterdir()] == ["casemart.duckdb"], "no write-ahead log"
    for path in (tiny.workspace.published, folder, folder / "casemart.duckdb", tiny.workspace.state):
        assert path.stat().st_mode & 0o077 == 0
    # Bytes 12 to 19 of a DuckDB file are its storage version; 1.4 reads up to 67.
    header = (folder / "casemart.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") <= 67


def test_published_version_is_read_only_and_reaches_nothing_else(tiny: Tiny, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    with open_published(tiny.workspace) as connection:
        for statement in (
            "create table marts.mine as select 1 as one",
            f"from read_text('{secret}')",
            f"copy marts.case_counts to '{tmp_path / 'out.csv'}'",
            f"attach '{tmp_path / 'other.duckdb'}'",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
    with open_published(tiny.workspace, folder_to_write=tmp_path / "out") as connection:
        (tmp_path / "out").mkdir()
        connection.execute(f"copy marts.case_counts to '{tmp_path / 'out' / 'counts.csv'}'")
        with pytest.raises(duckdb.Error):
            connection.execute(f"from read_text('{secret}')")
    assert (tmp_path / "out" / "counts.csv").read_text().count("\n") == 4


def test_nothing_published_says_how_to_go_on(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(CasemartError) as caught, open_published(Workspace(tmp_path / "empty")):
        pass
    assert caught.value.hint == "build it: `casemart land FOLDER`, then `casemart build`"
    outer = Workspace(tmp_path / "outer")
    outer.demo.state.parent.parent.mkdir(parents=True)
    tiny.home.rename(outer.demo.home)
    with pytest.raises(CasemartError) as caught, open_published(outer):
        pass
    assert "`--demo`" in str(caught.value.hint)


def test_names_are_never_reused_and_old_versions_go(tiny: Tiny) -> None:
    first, _ = tiny.read()
    second = again(tiny)[0].name
    publishing.rollback(tiny.workspace, first)
    # `first` is current, so the newest two of three remain only after it is not.
    third, said = again(tiny, keep=2)
    assert first < second < third.name
    assert f"removed version {first}" in said
    assert names(tiny) == [second, third.name, "current"]
    assert tiny.read()[0] == third.name
    with pytest.raises(UsageError):
        again(tiny, keep=0)


def test_left_overs_of_killed_runs_are_removed(tiny: Tiny) -> None:
    left = tiny.workspace.published / "20260101T000000Z-aaaaaaaa.tmp"
    left.mkdir()
    (left / "casemart.duckdb").write_bytes(b"half")
    (tiny.workspace.published / "current.tmp").symlink_to("nowhere")
    version, said = again(tiny)
    assert f"removed {left.name}, left by a run that did not end" in said
    assert names(tiny)[1:] == [version.name, "current"]


def test_versions_and_rollback(tiny: Tiny, casemart) -> None:
    first, _ = tiny.read()
    casemart("rollback", cwd=tiny.home, code=1)
    second = again(tiny)[0].name
    listed = json.loads(casemart("versions", "-f", "json", cwd=tiny.home).stdout)
    assert [(row["version"], row["is_current"]) for row in listed] == [(second, True), (first, False)]
    assert listed[0]["as_of"] == "2026-03-31"
    assert casemart("rollback", cwd=tiny.home).stdout == first + "\n"
    assert tiny.read()[0] == first
    assert casemart("versions", cwd=tiny.home).stdout.splitlines()[2].endswith("current")
    unknown = casemart("rollback", second[:-1] + "x", cwd=tiny.home, code=2)
    assert f"hint: did you mean {second}?" in unknown.stderr
    (tiny.workspace.published / second / "casemart.duckdb").write_bytes(b"broken")
    casemart("rollback", second, cwd=tiny.home, code=1)
    assert tiny.read()[0] == first


def test_rows_without_a_load_are_refused(tiny: Tiny) -> None:
    before = tiny.read()
    change(tiny, "create schema raw", "create table raw.cases as select 'C1' as case_id", "create schema landing", LOADS)
    with pytest.raises(CasemartError, match=r"raw\.cases has 1 rows, the ledger of loads says 0"):
        again(tiny)
    assert tiny.read() == before
    assert names(tiny) == [before[0], "current"]


def test_landing_after_the_build_is_refused_and_seen_by_status(tiny: Tiny, casemart) -> None:
    assert json.loads(casemart("status", "-f", "json", cwd=tiny.home).stdout)["is_ahead"] is False
    columns = "1 as load_id, 'cases' as table_name, 1 as landed, 0 as superseded, 0 as withdrawn"
    load = f"insert into landing.loads by name select {columns}, '/in/cases.csv' as file"
    withdrawn = (
        f"insert into landing.loads by name select {columns.replace('1 as load_id', '2 as load_id')}, now() as withdrawn_at"
    )
    change(
        tiny,
        "create schema raw",
        "create table raw.cases as select 'C1' as case_id",
        "create schema landing",
        LOADS,
        load,
        withdrawn,
    )
    with pytest.raises(CasemartError, match="rows have landed since the build began"):
        again(tiny)
    status = json.loads(casemart("status", "-f", "json", cwd=tiny.home).stdout)
    assert status["is_ahead"] is True
    assert status["raw_tables"] == [{"table": "cases", "rows": 1, "loads": 1}], "load 2 is withdrawn"
    assert status["loads"] == [{"load": 1, "table": "cases", "rows": 1, "landed_at": None, "files": ["cases.csv"]}]
    assert "cases.csv" in casemart("status", cwd=tiny.home).stdout


def test_where_no_invocation_is_recorded_the_clock_decides(tiny: Tiny, casemart) -> None:
    change(tiny, "drop schema builds cascade", "create schema landing", LOADS)
    again(tiny)
    assert json.loads(casemart("status", "-f", "json", cwd=tiny.home).stdout)["is_ahead"] is False
    counts = "0 as landed, 0 as superseded, 0 as withdrawn, timestamp '2026-01-01' as landed_at"
    change(tiny, f"insert into landing.loads by name select 'cases' as table_name, {counts}")
    again(tiny)
    change(tiny, "update landing.loads set withdrawn_at = current_timestamp::timestamp")
    with pytest.raises(CasemartError, match="rows have landed since the build began"):
        again(tiny)


def test_failure_while_writing_leaves_nothing_behind(tiny: Tiny) -> None:
    before = tiny.read()
    change(tiny, "drop table marts.busy")
    with pytest.raises(CasemartError, match=r"no table marts\.busy"):
        again(tiny)
    assert names(tiny) == [before[0], "current"]


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        ("delete from published.facts.t where a = 2", "number of rows"),
        ("update published.facts.t set b = 'z' where a = 2", "b"),
        ("update published.facts.t set b = case b when 'x' then 'y' else 'x' end", "rows"),
        ("update published.facts.t set c = null where a = 1", "c"),
    ],
)
def test_audit_compares_every_column(tmp_path: Path, damage: str, part: str) -> None:
    workspace = Workspace(tmp_path)
    node = Node("model.casemart.t", "model", "t", "t.sql", schema="facts", table="t", is_published=True)
    with open_private(workspace) as connection:
        connection.execute("create schema facts")
        connection.execute("create table facts.t as from (values (1, 'x', 1.5), (2, 'y', null)) as v(a, b, c)")
    with open_to_publish(workspace, tmp_path / "copy.duckdb") as connection:
        connection.execute("create schema published.facts")
        connection.execute("create table published.facts.t as from private.facts.t")
        auditing._audit_table(connection, node)
        connection.execute(damage)
        with pytest.raises(CasemartError, match=rf"facts\.t: the copy differs from the warehouse \({part}\)"):
            auditing._audit_table(connection, node)


def test_status_and_build_agree_on_what_is_new(tiny: Tiny) -> None:
    first, _ = tiny.read()
    again(tiny)
    change(tiny, "update builds.last_invocation set invocation_id = 'interrupted'")
    publishing.rollback(tiny.workspace, first)
    assert look(tiny.workspace, tiny.project).is_ahead is False
    assert tiny.run("build").stderr == f"nothing to do: version {first} is up to date\n"
    (tiny.home / "casemart.toml").write_text("[vars]\noffset = 1\n")
    assert look(tiny.workspace, tiny.project).is_ahead is True


def test_results_that_dbt_has_overwritten_are_missed(tiny: Tiny) -> None:
    tiny.dbt("build", "--profiles-dir", ".", "--vars", "offset: 2")
    tiny.dbt("compile", "--profiles-dir", ".")
    with pytest.raises(CasemartError, match="`dbt compile` or `dbt docs generate`") as caught:
        publishing.publish(tiny.workspace, project=tiny.project)
    assert caught.value.hint == auditing.BUILD_AGAIN


def test_nothing_is_written_where_nothing_is(casemart, tmp_path: Path) -> None:
    casemart("versions", cwd=tmp_path)
    casemart("status", cwd=tmp_path)
    assert "nothing is published" in casemart("rollback", cwd=tmp_path, code=1).stderr
    assert list(tmp_path.iterdir()) == []


def test_damaged_version_is_an_error_with_a_way_out(tiny: Tiny, casemart) -> None:
    file = tiny.workspace.current
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    failed = casemart("metrics", cwd=tiny.home, code=1)
    assert "Traceback" not in failed.stderr
    assert "`casemart rollback`" in failed.stderr

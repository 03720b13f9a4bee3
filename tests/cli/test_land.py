"""`casemart land` and `casemart unland` as a user runs them: every record accounted for, all or nothing, once only."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from land_kit import CASE_HEADER, case, check_ledger, printed, query, write_cases

from casemart.contract import load_contract
from casemart.errors import CasemartError, UsageError
from casemart.landing import land, unland
from casemart.locking import hold_lock
from casemart.warehouse import open_private
from casemart.workspace import Workspace

Run = Callable[..., CompletedProcess[str]]
COUNTS = ("records", "landed", "duplicates", "superseded", "quarantined")


def counts(result: CompletedProcess[str]) -> dict[str, tuple[int, ...]]:
    return {Path(row["file"]).name: tuple(int(row[name]) for name in COUNTS) for row in printed(result.stdout)}


def test_every_record_of_dirty_files_is_accounted_for(tmp_path: Path, casemart: Run) -> None:
    random_ = random.Random(7)
    folder = tmp_path / "export"
    folder.mkdir()
    expected = {}
    damages: dict[str, Callable[[int], str]] = {
        "landed": lambda number: case(number, "café"),
        "landed, quoted": lambda number: f'"{number}",Phone,"2026-01-05 10:00","",OPEN,"two\r\nlines, ""said"""\n',
        "duplicates": lambda number: case(number) * 2,
        "conflict": lambda number: case(number, "a") + case(number, "b") + case(number, "b"),
        "status": lambda number: case(number, status="opne"),
        "ragged": lambda number: f"{number},phone\n",
        "too wide": lambda number: case(number).rstrip() + ",\n",
        "quotes": lambda number: f'{number},"ph"one,2026-01-05 10:00,,open,\n',
        "order": lambda number: f"{number},phone,2026-01-05 10:00,2026-01-04 10:00,closed,\n",
        "blank": lambda number: "\n" if number % 2 else "\r\n",
    }
    for part, name in enumerate(("cases_1.csv", "cases_2.csv.x", "cases-2.csv"), 1):
        made = random_.choices(list(damages), k=500)
        text = "".join(damages[kind](number + 1000 * part) for number, kind in enumerate(made))
        landed = sum(kind.startswith(("landed", "duplicates")) for kind in made)
        duplicates, refused = made.count("duplicates"), 2 * made.count("conflict") + len(made) - landed - made.count("blank")
        write_cases(folder / name, text)
        expected[name] = (landed + duplicates + refused, landed, duplicates, 0, refused)
    del expected["cases_2.csv.x"]
    result = casemart("land", folder, "--max-rejects", "90%", cwd=tmp_path)
    assert counts(result) == expected
    assert "cases_2.csv.x: ignored" in result.stderr
    assert f"warning: {sum(row[-1] for row in expected.values()):,} rows are quarantined" in result.stderr
    assert f"load 1: {sum(row[1] for row in expected.values()):,} rows of 2 files; take it back with `casemart unland 1`" in (
        result.stderr
    )
    assert query(tmp_path, "select product, count(*) > 20 from raw.cases where product is not null group by 1 order by 1") == [
        ("café", True),
        ('two\r\nlines, "said"', True),
    ]
    check_ledger(tmp_path)
    # Line and text of every refused row are those of the file.
    for file, line, raw in query(tmp_path, "select file, line, raw_text from quarantine.rows"):
        physical = Path(file).read_bytes().decode().split("\n")
        assert physical[line - 1] == raw
    for file, line, case_id in query(tmp_path, "select _file, _line, case_id from raw.cases"):
        physical = Path(file).read_bytes().decode().split("\n")
        assert physical[line - 1].lstrip('"').startswith(case_id)


def test_the_same_content_lands_once(tmp_path: Path, casemart: Run) -> None:
    write_cases(tmp_path / "cases.csv", case(1), case(2))
    assert counts(casemart("land", "cases.csv", cwd=tmp_path)) == {"cases.csv": (2, 2, 0, 0, 0)}
    again = casemart("land", "cases.csv", cwd=tmp_path)
    assert (again.stdout, "nothing to do: all files are landed already" in again.stderr) == ("", True)
    (tmp_path / "cases.csv").rename(tmp_path / "cases_old.csv")
    write_cases(tmp_path / "cases.csv", case(2), case(3))
    assert counts(casemart("land", ".", cwd=tmp_path)) == {"cases.csv": (2, 1, 1, 0, 0)}
    other_zone = casemart("land", "cases.csv", "--timezone", "Europe/Berlin", cwd=tmp_path)
    assert counts(other_zone) == {"cases.csv": (2, 0, 2, 0, 0)}
    assert casemart("unland", 1, cwd=tmp_path).stdout == "cases: 2 rows withdrawn\n"
    assert counts(casemart("land", "cases_old.csv", cwd=tmp_path)) == {"cases_old.csv": (2, 1, 1, 0, 0)}
    check_ledger(tmp_path)


def test_the_later_load_wins_and_can_be_taken_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    current = "select case_id, product, _load_id from raw.cases order by case_id"
    for load, product in enumerate("abc", 1):
        file = write_cases(tmp_path / f"cases_{load}.csv", case("same", "-"), case("changing", product))
        found = land(workspace, [file]).files[0]
        assert (found.landed, found.duplicates, found.superseded) == ((2, 0, 0) if load == 1 else (1, 1, 1))
    assert query(tmp_path, current) == [("changing", "c", 3), ("same", "-", 1)]
    assert unland(workspace, 2) == {"cases": 1}
    assert query(tmp_path, current) == [("changing", "c", 3), ("same", "-", 1)]
    # The third load said the same of `same`, and the first is what `changing` was before.
    unland(workspace, 1)
    assert query(tmp_path, current) == [("changing", "c", 3), ("same", "-", 3)]
    for load, message in ((1, "was withdrawn at"), (9, "there is no load 9")):
        with pytest.raises(UsageError, match=message):
            unland(workspace, load)
    check_ledger(tmp_path)


def test_a_snapshot_is_the_whole_table_and_can_be_taken_back(tmp_path: Path, casemart: Run) -> None:
    write_cases(tmp_path / "cases_1.csv", case(1), case(2), case(3))
    write_cases(tmp_path / "cases_2.csv", case(2), case(3, "new"))
    write_cases(tmp_path / "cases_none.csv")
    casemart("land", "cases_1.csv", cwd=tmp_path)
    rows = "select case_id, product, _load_id from raw.cases order by all"
    assert counts(casemart("land", "cases_2.csv", "--replace", cwd=tmp_path)) == {"cases_2.csv": (2, 1, 1, 2, 0)}
    assert query(tmp_path, rows) == [("2", None, 1), ("3", "new", 2)]
    # The first file is no longer in force: landing it again changes something.
    assert counts(casemart("land", "cases_1.csv", cwd=tmp_path)) == {"cases_1.csv": (3, 2, 1, 1, 0)}
    casemart("unland", 3, cwd=tmp_path)
    assert counts(casemart("land", "cases_none.csv", "--replace", cwd=tmp_path)) == {"cases_none.csv": (0, 0, 0, 2, 0)}
    assert "nothing to do" in casemart("land", "cases_none.csv", "--replace", cwd=tmp_path).stderr
    assert query(tmp_path, rows) == []
    casemart("unland", 4, cwd=tmp_path)
    assert query(tmp_path, rows) == [("2", None, 1), ("3", "new", 2)]
    casemart("unland", 2, cwd=tmp_path)
    assert [case_id for case_id, _, load in query(tmp_path, rows) if load == 1] == ["1", "2", "3"]
    check_ledger(tmp_path)


def test_one_call_is_one_transaction(tmp_path: Path, casemart: Run) -> None:
    write_cases(tmp_path / "cases.csv", case(1))
    casemart("land", "cases.csv", cwd=tmp_path)
    before = query(tmp_path, "select * from landing.loads")
    write_cases(tmp_path / "cases_good.csv", *map(case, range(50)))
    (tmp_path / "case_events.csv").write_text(
        "event_id,case_id,occurred_at,event_type\n" + "1,1,soon,closed\n" * 3 + "2,1,x,y\n3,1\n"
    )
    refused = casemart("land", "cases_good.csv", "case_events.csv", cwd=tmp_path, code=1)
    assert refused.stdout == ""
    assert "case_events.csv: 5 of 5 records are refused (100.00%, limit 1.00%)" in refused.stderr
    assert "4 x occurred_at: not a timestamp  (line 2, 3, 4)" in refused.stderr
    assert "1 x 2 fields instead of 4  (line 6)" in refused.stderr
    assert "hint: correct the file, or quarantine these rows: `--max-rejects 100%`" in refused.stderr
    assert query(tmp_path, "select * from landing.loads") == before
    assert query(tmp_path, "select count(*) from raw.cases") == [(1,)]
    assert query(tmp_path, "select count(*) from quarantine.rows") == [(0,)]
    assert list((tmp_path / ".casemart").glob("landing-*")) == []


def test_the_share_of_rejects_is_measured_per_file(tmp_path: Path) -> None:
    large = write_cases(tmp_path / "cases_1.csv", *map(case, range(99)), case("x", status="?"))
    small = write_cases(tmp_path / "cases_2.csv", case("a"), case("y", status="?"))
    workspace = Workspace(tmp_path)
    with pytest.raises(CasemartError, match=r"^\S*cases_2.csv: 1 of 2 records"):
        land(workspace, [large, small])
    with pytest.raises(CasemartError, match="1 of 100 records"):
        land(workspace, [large], max_rejects=0.0099)
    assert land(workspace, [large]).quarantined == 1
    assert land(workspace, [small], max_rejects=0.5).quarantined == 1


def test_conflicts_and_duplicates_reach_over_files(tmp_path: Path) -> None:
    one = write_cases(tmp_path / "cases_1.csv", case(1, "a"), case(2, "same"), case(3))
    two = write_cases(tmp_path / "cases_2.csv", case(1, "b"), case(2, "same"), " 3 ,PHONE,2026-01-05T11:00+01:00,,Open,\n")
    found = land(Workspace(tmp_path), [one, two, one], max_rejects=1).files
    assert [(file.landed, file.duplicates, file.quarantined) for file in found] == [(2, 0, 1), (0, 2, 1)]
    reasons = query(tmp_path, "select reasons from quarantine.rows")
    assert reasons == [([f"case_id: one key with different content: 1 in {one}:2, {two}:2"],)] * 2


def test_an_empty_part_of_a_key_is_a_value(tmp_path: Path) -> None:
    file = tmp_path / "agents.csv"
    file.write_text("agent_id,is_qualified,valid_from\na,yes,\na,no,2026-01-01\na,1,\nb,yes,\nb,no,\n")
    [found] = land(Workspace(tmp_path), [file], max_rejects=1).files
    assert (found.landed, found.duplicates, found.quarantined) == (2, 1, 2)
    assert query(tmp_path, "select distinct reasons[1] from quarantine.rows") == [
        (f"agent_id, valid_from: one key with different content: b, (empty) in {file}:5, {file}:6",)
    ]


def test_columns_go_by_name(tmp_path: Path, casemart: Run) -> None:
    (tmp_path / "cases.csv").write_text("Mood,STATUS,Case_ID,opened_at,Channel,Produkt,\nglad,open,1,2026-01-05 10:00,phone,x,\n")
    result = casemart("land", "cases.csv", cwd=tmp_path)
    assert printed(result.stdout)[0]["ignored"] == "mood, produkt, (no name)"
    assert (
        "warning: cases.csv: columns that cases does not have are left out: mood, produkt (did you mean product?), (no name)"
        in result.stderr
    )
    assert query(tmp_path, "select case_id, status, product from raw.cases") == [("1", "open", None)]


def test_the_environment_changes_nothing(tmp_path: Path, casemart: Run) -> None:
    rows = [case(1), "2,phone,2026-01-05 23:30,2026-01-06T01:00+01:00,closed,\n"]
    found = set()
    for zone in ("UTC", "Pacific/Kiritimati", "America/St_Johns"):
        home = tmp_path / zone.replace("/", "-")
        home.mkdir()
        write_cases(home / "cases.csv", *rows)
        casemart("land", "cases.csv", cwd=home, TZ=zone, LC_ALL="tr_TR.UTF-8")
        found.add(str(query(home, "select * from raw.cases order by case_id")))
        [(age,)] = query(home, "select abs(epoch(landed_at) - epoch(now())) from landing.loads")
        assert age < 600
    assert len(found) == 1


def test_demo_and_user_data_stay_apart(tmp_path: Path, casemart: Run) -> None:
    write_cases(tmp_path / "cases.csv", case(1))
    refused = casemart("--demo", "land", "cases.csv", cwd=tmp_path, code=2)
    assert "leave `--demo` out" in refused.stderr
    demo = Workspace(tmp_path).demo
    land(demo, [tmp_path / "cases.csv"], origin="demo")
    casemart("land", "cases.csv", cwd=tmp_path)
    for workspace, origin in ((demo, "user"), (Workspace(tmp_path), "demo")):
        with pytest.raises(UsageError):
            land(workspace, [tmp_path / "cases.csv"], origin=origin)
    # A demo warehouse that was moved to where a user's should be is still one.
    (tmp_path / "moved" / "warehouse").mkdir(parents=True)
    demo.warehouse.rename(tmp_path / "moved" / "warehouse" / "warehouse.duckdb")
    refused = casemart("-C", "moved", "land", "cases.csv", cwd=tmp_path, code=2)
    assert "this warehouse holds demo data" in refused.stderr


def test_a_held_warehouse_is_left_alone(tmp_path: Path, casemart: Run) -> None:
    write_cases(tmp_path / "cases.csv", case(1))
    casemart("land", "cases.csv", cwd=tmp_path)
    with hold_lock(Workspace(tmp_path), "build"):
        for command in (("land", "cases.csv"), ("unland", "1")):
            assert "the warehouse is held by `casemart build`" in casemart(*command, cwd=tmp_path, code=3).stderr


def test_raw_tables_follow_the_contract(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    connection = open_private(workspace)
    connection.execute("create schema raw")
    connection.execute("create table raw.cases (case_id varchar, status varchar)")
    connection.execute("insert into raw.cases values ('1', 'open'), ('stranger', 'open')")
    connection.close()
    file = write_cases(tmp_path / "cases.csv", case(1))
    land(workspace, [file])
    assert query(tmp_path, "select case_id, _load_id, _line from raw.cases order by 1") == [("1", 1, 2), ("stranger", 0, None)]
    unland(workspace, 1)
    assert query(tmp_path, "select case_id, _load_id from raw.cases order by 1") == [("1", 0), ("stranger", 0)]
    for table in load_contract().tables.values():
        columns = query(
            tmp_path, "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?", [table.name]
        )
        own = [column.name for column in table.columns] + ["_load_id", "_file", "_line"]
        assert sorted(name for (name,) in columns) == sorted(own)
    with duckdb.connect(str(workspace.warehouse)) as other:
        other.execute("alter table raw.cases alter opened_at type varchar")
    with pytest.raises(CasemartError, match=r"raw.cases.opened_at is varchar in this warehouse, timestamp in the contract"):
        land(workspace, [write_cases(tmp_path / "cases.csv", case(2))])


def test_an_interrupt_while_a_query_runs_lands_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB turns Ctrl-C into a bare RuntimeError. When it notices depends on the query, so the error itself is raised here."""
    file = write_cases(tmp_path / "cases.csv", case(1))
    land(Workspace(tmp_path), [file])
    write_cases(file, case(2))

    def move(*_arguments: object, **_options: object) -> int:
        raise RuntimeError("Query interrupted")

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("casemart.landing.upsert.move", move)
        land(Workspace(tmp_path), [file])
    assert query(tmp_path, "select case_id from raw.cases") == [("1",)]
    assert query(tmp_path, "select load_id from landing.loads") == [(1,)]
    assert not list(Workspace(tmp_path).state.glob("landing-*"))


def test_a_killed_call_leaves_no_copy_of_the_data(tmp_path: Path) -> None:
    left_over = Workspace(tmp_path).state / "landing-killed"
    left_over.mkdir(parents=True)
    (left_over / "0.csv").write_text(CASE_HEADER)
    seen = []
    file = write_cases(tmp_path / "cases.csv", case(1))
    land(Workspace(tmp_path), [file], watch=lambda *_: seen.extend(left_over.parent.glob("landing-*")))
    assert [folder.name != "landing-killed" for folder in seen] == [True]
    assert not list(left_over.parent.glob("landing-*"))

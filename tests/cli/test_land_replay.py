"""`casemart quarantine replay`: what passes lands as old as the load that it came with, and can be taken back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from land_kit import case, check_ledger, printed, query, write_cases

from casemart.landing import land, unland
from casemart.landing.replay import replay
from casemart.workspace import Workspace

Run = Callable[..., CompletedProcess[str]]


def replayed(result: CompletedProcess[str]) -> list[tuple[str, ...]]:
    """Per file: load that the rows came with, records, landed, duplicates, superseded, quarantined, new load."""
    names = ("from_load", "records", "landed", "duplicates", "superseded", "quarantined", "load")
    return [(Path(row["file"]).name, *(row[name] for name in names)) for row in printed(result.stdout)]


def in_raw(home: Path) -> list[tuple[object, ...]]:
    return query(home, "select case_id, product, _load_id, parse_filename(_file), _line from raw.cases order by all")


def test_rows_are_replayed_once_the_cause_is_gone(tmp_path: Path, casemart: Run) -> None:
    """The same rows in each format: what passes is a load of its own, what fails stays with its new reason."""
    day = "05/01/2026 10:00"
    rows = [("1", day, "open"), ("2", day, "opne"), ("3", "soon", "open"), ("4", day, "open"), ("4", day, "open")]
    records = [{"case_id": key, "channel": "phone", "opened_at": at, "status": status} for key, at, status in rows]
    (tmp_path / "cases_1.csv").write_text(
        "status;opened_at;channel;case_id\n" + "".join(f'"{status}";{at};phone;{key}\n' for key, at, status in rows) + "5;6\n"
    )
    (tmp_path / "cases_2.ndjson").write_text("".join(json.dumps(one) + "\n" for one in records) + "{\n")
    columns = "case_id, 'phone' as channel, opened_at, status, timestamp '2026-01-06 10:00' as closed_at"
    values = ", ".join(map(str, rows))
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns} from (values {values}) as rows(case_id, opened_at, status)) to '{tmp_path}/cases_3.parquet'"
        )
    for number, file in enumerate(("cases_1.csv", "cases_2.ndjson", "cases_3.parquet"), 1):
        options = ("--delimiter", ";", "--timezone", "Europe/Berlin", "--max-rejects", "100%")
        casemart("land", file, *options, cwd=tmp_path)
        before = query(tmp_path, "select * from quarantine.rows order by all")
        nothing = casemart("quarantine", "replay", "--load", number, cwd=tmp_path)
        structural = "0" if number == 3 else "1"
        assert replayed(nothing) == [(file, str(number), str(5 + int(structural)), "0", "0", "0", str(5 + int(structural)), "")]
        assert query(tmp_path, "select * from quarantine.rows order by all") == before
    for file, load, structural, new in (("cases_1.csv", 1, 1, 4), ("cases_2.ndjson", 2, 1, 5), ("cases_3.parquet", 3, 0, 6)):
        result = casemart("quarantine", "replay", "--file", file, "--date-format", "%d/%m/%Y", cwd=tmp_path)
        # Each file is newer than the one before, and the third one also has a closing.
        landed, superseded, duplicates = {4: (2, 0, 1), 5: (0, 0, 3), 6: (2, 2, 1)}[new]
        counts = (5 + structural, landed, duplicates, superseded, 2 + structural, new)
        assert replayed(result) == [(file, str(load), *map(str, counts))]
        assert f"take it back with `casemart unland {new}`" in result.stderr
        reasons = query(
            tmp_path, "select line, reasons[1] from quarantine.rows where load_id = ? and replayed_by is null", [load]
        )
        assert [reason for _, reason in sorted(reasons)][:2] == [
            "status: not one of open, closed: opne",
            "opened_at: not a timestamp: soon",
        ]
        check_ledger(tmp_path)
    assert in_raw(tmp_path) == [("1", None, 6, "cases_3.parquet", 1), ("4", None, 6, "cases_3.parquet", 4)]
    assert query(tmp_path, "select distinct opened_at::varchar, closed_at::varchar from raw.cases") == [
        ("2026-01-05 09:00:00", "2026-01-06 09:00:00")
    ]
    # The same file is still known as landed, and a replay is known as a load.
    assert (
        "load 1 has the same content"
        in casemart("land", "cases_1.csv", "--delimiter", ";", "--timezone", "Europe/Berlin", cwd=tmp_path).stderr
    )


def test_replays_are_taken_back_with_their_load_or_alone(tmp_path: Path, casemart: Run) -> None:
    write_cases(tmp_path / "cases.csv", case(1), "2,phone,05/01/2026 10:00,,open,\n")
    casemart("land", "cases.csv", "--max-rejects", "100%", cwd=tmp_path)
    again = ("quarantine", "replay", "--date-format", "%d/%m/%Y")
    casemart(*again, cwd=tmp_path)
    assert len(in_raw(tmp_path)) == 2
    assert "nothing is in quarantine" in casemart("quarantine", "list", cwd=tmp_path).stderr
    assert "no such row" in casemart(*again, cwd=tmp_path, code=2).stderr
    casemart("unland", 2, cwd=tmp_path)
    check_ledger(tmp_path)
    assert [row["line"] for row in printed(casemart("quarantine", "show", cwd=tmp_path).stdout)] == ["3"]
    casemart(*again, cwd=tmp_path)
    check_ledger(tmp_path)
    assert casemart("unland", 1, cwd=tmp_path).stdout == "cases: 2 rows withdrawn\n"
    assert (in_raw(tmp_path), query(tmp_path, "select * from quarantine.rows")) == ([], [])
    check_ledger(tmp_path)


def test_a_replayed_row_is_as_old_as_its_load(tmp_path: Path) -> None:
    """What has landed under its key since stands, be it other content, the same again, or a snapshot without it."""
    workspace = Workspace(tmp_path)

    def landed(name: str, *rows: str, replace: bool = False) -> None:
        land(workspace, [write_cases(tmp_path / name, *rows)], max_rejects=1, replace=replace)

    def late(key: str, product: str = "late") -> str:
        return case(key, product).replace("2026-01-05T", "05/01/2026 ").replace("Z", "")

    landed("cases_1.csv", case("repeated", "old"), case("older", "old"))
    landed(
        "cases_2.csv",
        *map(late, ("new", "older", "newer", "repeated", "same", "twice")),
        late("twice", "x"),
        case("here"),
        late("here"),
    )
    landed("cases_3.csv", case("newer", "new"), case("repeated", "old"), case("same", "late"))
    [done] = replay(workspace, date_format="%d/%m/%Y")
    assert (done.load_id, done.result.landed, done.result.duplicates, done.result.superseded) == (4, 2, 1, 1)
    found = {(key, product): load for key, product, load, _, _ in in_raw(tmp_path)}
    assert found == {
        ("new", "late"): 4, ("older", "late"): 4, ("newer", "new"): 3,
        ("repeated", "old"): 1, ("same", "late"): 3, ("here", None): 2,
    }  # fmt: skip
    since = "case_id: other content has landed under this key since: "
    stay = query(tmp_path, "select reasons[1] from quarantine.rows where replayed_by is null order by line")
    conflict = "case_id: one key with different content: twice in "
    assert [reason.partition(conflict)[1] or reason for (reason,) in stay] == [
        since + "newer", since + "repeated", conflict, conflict, since + "here",
    ]  # fmt: skip
    check_ledger(tmp_path)
    # Once what came later is withdrawn, nothing is newer.
    unland(workspace, 3)
    [done] = replay(workspace, date_format="%d/%m/%Y")
    assert (done.load_id, done.result.landed, done.result.superseded) == (5, 2, 1)
    check_ledger(tmp_path)
    landed("cases_6.csv", late("gone"), case("stays"))
    landed("cases_7.csv", case("stays"), replace=True)
    [_, done] = replay(workspace, date_format="%d/%m/%Y")
    assert (done.load_id, done.result.quarantined) == (None, 1)
    reason = query(tmp_path, "select reasons[1] from quarantine.rows where load_id = 6")
    assert reason == [("case_id: the whole table has been replaced since: load 7",)]
    check_ledger(tmp_path)


@pytest.mark.parametrize("seed", range(2))
def test_random_sequences_of_replays_follow_the_model(tmp_path: Path, seed: int) -> None:
    """Of all that says something of a key, what came last in its own load is in raw, whatever is replayed or withdrawn when."""
    random_ = random.Random(seed)
    workspace = Workspace(tmp_path)
    ages: dict[int, int] = {}  # load in force -> the load that its rows came with
    claims: dict[int, dict[str, str]] = {}
    waiting: dict[int, dict[str, str]] = {}
    for step in range(24):
        act = random_.choice(["land", "land", "replay", "replay", "unland"]) if waiting else "land"
        load = random_.choice(sorted(waiting)) if waiting else 0
        if act == "land":
            rows = {key: random_.choice("ab") for key in random_.sample("uvwxyz", 4)}
            late = set(random_.sample(sorted(rows), 2))
            texts = [case(key, product).replace("2026-01-05T", "05/01/2026 " if key in late else "2026-01-05T")
                     .replace("Z", "" if key in late else "Z") for key, product in rows.items()]  # fmt: skip
            load = land(workspace, [write_cases(tmp_path / f"cases_{step}.csv", *texts)], max_rejects=1).load_id or 0
            ages[load] = load
            claims[load] = {key: product for key, product in rows.items() if key not in late}
            waiting[load] = {key: rows[key] for key in late}
        elif act == "replay" and waiting[load]:
            newer = [(key, product) for other, age in ages.items() if age >= load for key, product in claims[other].items()]
            passed = {
                key: product
                for key, product in waiting[load].items()
                if all(found == product for other, found in newer if other == key)
            }
            [done] = replay(workspace, load_id=load, date_format="%d/%m/%Y")
            assert done.result.quarantined == len(waiting[load]) - len(passed)
            if passed:
                assert done.load_id
                ages[done.load_id], claims[done.load_id] = load, passed
                waiting[load] = {key: product for key, product in waiting[load].items() if key not in passed}
        elif act == "unland":
            load = random_.choice(sorted(ages))
            unland(workspace, load)
            for other in [other for other, age in ages.items() if other == load or age == load]:
                if ages[other] != other and other == load:
                    waiting[ages[other]] |= claims[other]
                waiting.pop(other, None)
                del ages[other], claims[other]
        expected: dict[str, str] = {}
        for other in sorted(ages, key=lambda other: (ages[other], other)):
            expected |= claims[other]
        assert dict(query(tmp_path, "select case_id, product from raw.cases")) == expected
        check_ledger(tmp_path)


def test_a_conflict_between_files_is_no_less_one_when_one_file_is_chosen(tmp_path: Path, casemart: Run) -> None:
    late = "7,phone,05/01/2026 10:00,,open,"
    write_cases(tmp_path / "cases_a.csv", late + "a\n", late.replace("7", "8", 1) + "\n")
    write_cases(tmp_path / "cases_b.csv", late + "b\n", late.replace("7", "8", 1) + "\n")
    casemart("land", ".", "--max-rejects", "100%", cwd=tmp_path)
    found = casemart("quarantine", "replay", "--file", "cases_b.csv", "--date-format", "%d/%m/%Y", cwd=tmp_path)
    assert replayed(found) == [("cases_b.csv", "1", "2", "1", "0", "0", "1", "2")]
    assert query(
        tmp_path, "select parse_filename(file), line, reasons[1][:50] from quarantine.rows where replayed_by is null order by all"
    ) == [
        ("cases_a.csv", 2, "opened_at: not a timestamp: 05/01/2026 10:00"),
        ("cases_a.csv", 3, "opened_at: not a timestamp: 05/01/2026 10:00"),
        ("cases_b.csv", 2, "case_id: one key with different content: 7 in case"),
    ]
    check_ledger(tmp_path)

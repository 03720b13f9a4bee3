"""`casemart demo`: its world is whole, its numbers are those of its files, and a folder of one's own stays alone."""

from __future__ import annotations

import csv
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml

from casemart.contract import load_contract
from casemart.demo.generate import generate
from casemart.demo.run import check_output, data_workspace, land_alone, note_output
from casemart.errors import UsageError
from casemart.workspace import Workspace, project_dir

Run = Callable[..., subprocess.CompletedProcess[str]]

# They open the demo's private warehouse, which one process at a time may have.

WORLD = yaml.safe_load((Path(__file__).parents[1] / "demo_world.yml").read_text(encoding="utf-8"))

CASES = "case_id,account_id,contact_id,channel,opened_at,status\n"
CASE_ROWS = [
    "K1,A,A1,email,2026-01-05 09:00:00,closed\n",
    "K2,A,A2,email,2026-01-06 09:00:00,closed\n",
    "K3,B,B1,email,2026-01-07 09:00:00,open\n",
]
INTERACTIONS = "interaction_id,case_id,occurred_at,direction,kind,agent_id,response_kind\n"
INTERACTION_ROWS = [
    "I1,K1,2026-01-05 10:00:00,outbound,message,X,recommended_answer\n",
    "I2,K2,2026-01-06 10:00:00,outbound,message,X,recommended_answer\n",
    "I3,K3,2026-01-07 10:00:00,outbound,message,X,information_request\n",
]
EVENTS = "event_id,case_id,occurred_at,event_type\n"
EVENT_ROWS = ["E1,K1,2026-01-05 11:00:00,resolution_confirmed\n", "E2,K2,2026-03-31 11:00:00,closed\n"]


def test_every_state_and_edge_is_there(demo: Path) -> None:
    with duckdb.connect(str(Workspace(demo).demo.warehouse), read_only=True) as connection:
        counts = {
            f"{entry['table']}: {entry['edge']}": connection.execute(
                f"select count(*) from {entry['table']} where {entry['where']}"
            ).fetchall()[0][0]
            for entry in WORLD
        }
    assert len(counts) == len(WORLD), "an edge is listed twice"
    assert [edge for edge, count in counts.items() if not count] == []


def test_rates_are_those_of_a_help_desk(demo: Path) -> None:
    """The shares that make the demo worth looking at: neither perfect nor hopeless, with doubt in between."""
    (row,) = [
        row
        for row in _rows(demo / "out" / "first_contact_resolution.csv")
        if (row["period_grain"], row["period_start"], row["segment_by"]) == ("year", "2025-01-01", "all")
    ]
    strict, upper = float(row["first_contact_resolution"]), float(row["first_contact_resolution_upper"])
    assert 0.4 < strict < 0.6
    assert 0.05 < upper - strict < 0.2
    assert row["is_complete"] == "true"


def test_it_prints_what_is_published(demo: Path) -> None:
    printed = (demo / "demo.txt").read_text(encoding="utf-8")
    month = max(
        (
            row
            for row in _rows(demo / "out" / "first_contact_resolution.csv")
            if (row["period_grain"], row["segment_by"], row["is_complete"]) == ("month", "all", "true")
        ),
        key=lambda row: row["period_start"],
    )
    lines = [line.split() for line in printed.splitlines()]
    (headline,) = [line for line in lines if line[:4] == ["First", "contact", "resolution", month["period_start"][:7]]]
    rate = f"{float(month['first_contact_resolution']):.1%}"
    assert headline[4:] == ["yes", rate, month["resolved"], month["first_contact_cases"]]
    published = Workspace(demo).demo.current
    assert f"published    {published}\n" in printed
    with duckdb.connect(str(published), read_only=True) as connection:
        marts = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        states = connection.execute("select fcr_status, count(*) from facts.fct_cases group by all").fetchall()
    assert {file.stem for file in (demo / "out").glob("*.csv")} == {name for (name,) in marts}
    assert {tuple(line.split()) for line in printed.splitlines()} >= {(state, f"{count:,}") for state, count in states}


def test_metric_values_hold_the_whole_catalogue_and_nothing_else(demo: Path) -> None:
    """Catalogue = columns of the marts = `metric_values`; and in some period each rate lies between its ends."""
    with duckdb.connect(str(Workspace(demo).demo.current), read_only=True) as connection:
        catalogue = connection.execute(
            "select metric, unit, mart, numerator_column, denominator_column from marts.metric_catalog"
        ).fetchall()
        published = connection.execute("select distinct metric from marts.metric_values").fetchall()
        assert {name for (name,) in published} == {metric for metric, *_ in catalogue}
        for metric, unit, mart, numerator, denominator in catalogue:
            numbers = f"{numerator or 'null'}::double, {denominator or 'null'}::double, {metric}::double"
            rows = f"select period_grain, period_start, segment_by, segment, {numbers} from marts.{mart}"
            values = f"""
                select
                    period_grain, period_start, segment_by, segment,
                    numerator::double as numerator, denominator::double as denominator, value::double as value
                from marts.metric_values where metric = '{metric}'"""
            # Segments that a metric does not have are left out: there it has no value.
            differing = f"({rows} where {metric} is not null except {values}) union all ({values} except {rows})"
            assert connection.execute(f"select count(*) from ({differing})").fetchall() == [(0,)], metric
            inside = "0 < numerator and numerator < denominator" if unit == "rate" else "value <> 0"
            assert connection.execute(f"select count(*) from ({values}) where {inside}").fetchall()[0][0] > 0, metric


def test_the_commands_that_it_names_work(demo: Path, casemart: Run) -> None:
    printed = (demo / "demo.txt").read_text(encoding="utf-8")
    following = printed.partition("\nnext\n")[2].partition("\n\n")[0]
    named = [line.partition("casemart ")[2] for line in following.splitlines()]
    named += [part.partition("casemart ")[2] for part in printed.split("`")[1::2]]
    assert len(named) == 5
    for command in named:
        assert casemart(*command.split(), cwd=demo).stdout.strip(), command


def test_a_second_run_does_nothing_again(demo: Path, casemart: Run) -> None:
    for _ in range(2):
        again = casemart("demo", "--out", "again", cwd=demo)
    assert "nothing to do" in again.stderr
    assert "making" not in again.stderr
    assert "records" not in again.stderr
    first = (demo / "demo.txt").read_text(encoding="utf-8")
    assert [line for line in again.stdout.splitlines() if not line.startswith("as CSV")] == [
        line for line in first.splitlines() if not line.startswith("as CSV")
    ]


def test_a_folder_of_ones_own_stays_alone(demo: Path, casemart: Run, tmp_path: Path) -> None:
    """Right after the demo, in the same home; then files that have changed start anew, beside the version for its readers."""
    folder = tmp_path / "my files"
    folder.mkdir()
    (folder / "cases.csv").write_text(CASES + "".join(CASE_ROWS))
    (folder / "interactions.csv").write_text(INTERACTIONS + "".join(INTERACTION_ROWS))
    (folder / "agents.csv").write_text("agent_id,is_qualified\nX,yes\n")
    (folder / "case_events.csv").write_text(EVENTS + "".join(EVENT_ROWS))
    before = Workspace(demo).demo.current.resolve()

    printed = casemart("demo", "--data", folder, "--out", tmp_path / "out", cwd=demo).stdout
    assert _states(tmp_path / "out") == {"resolved": "1", "pending": "1", "not_resolved": "1", "excluded": "0"}

    (folder / "interactions.csv").unlink()
    (folder / "cases.csv").write_text(CASES + CASE_ROWS[1])
    workspace = data_workspace(Workspace(demo), folder)
    assert str(workspace.current) in printed
    land_alone(workspace, folder, load_contract(), max_rejects=0, origin="user", say=lambda _text: None)
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from raw.cases").fetchall() == [(1,)]
        for gone in ("raw.interactions", "information_schema.tables where table_schema = 'marts'"):
            assert connection.execute(f"select count(*) from {gone}").fetchall() == [(0,)], gone
    assert workspace.current.is_file()
    assert Workspace(demo).demo.current.resolve() == before


def test_files_that_it_did_not_write_are_left_alone(tmp_path: Path) -> None:
    workspace, out = Workspace(tmp_path / "home"), tmp_path / "out"
    workspace.home.mkdir()
    check_output(workspace, out)
    # A folder for the files of `--data` stands in that of the demo.
    (out / "mine").mkdir(parents=True)
    check_output(workspace, out)
    note_output(workspace, out)
    (out / "metric_values.csv").write_text("by the demo")
    check_output(workspace, out)
    for other in (Workspace(tmp_path / "other"), Workspace(out)):
        with pytest.raises(UsageError, match="has files that `casemart demo` did not write"):
            check_output(other, out)


def test_a_folder_with_other_files_is_refused_before_anything_is_made(casemart: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "metric_values.csv").write_text("mine")
    refused = casemart("demo", cwd=tmp_path, code=2).stderr
    assert "making" not in refused
    assert "--out" in refused
    assert (tmp_path / "out" / "metric_values.csv").read_text() == "mine"
    assert not Workspace(tmp_path).state.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("demo", "--cases", "-9"), "-9 cases are too few"),
        (("demo", "--data", ""), "a path is empty"),
        (("demo", "--data", "nowhere"), "nowhere is not a folder"),
        (("demo", "--data", "."), "no file in . is called like a table"),
        (("--demo", "demo"), "takes no `--demo`"),
    ],
)
def test_refusals(casemart: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    refused = casemart(*arguments, cwd=tmp_path, code=2).stderr
    assert message in refused
    assert "making" not in refused
    assert not (tmp_path / "out").exists()


def test_the_same_number_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tmp_path / "here", 200)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    generate(tmp_path / "there", 200)
    here, there = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("here", "there"))
    assert here == there
    assert {name.partition(".")[0].partition("-")[0] for name in here} == set(load_contract().tables)


def test_init_writes_every_policy_and_overwrites_nothing(casemart: Run, tmp_path: Path) -> None:
    file = tmp_path / "casemart.toml"
    assert casemart("init", cwd=tmp_path).stdout == f"{file}\n"
    text = file.read_text(encoding="utf-8")
    assert tomllib.loads(text) == {"vars": {}, "seeds": {}, "guards": {}}
    enabled = [line.removeprefix("#") for line in text.partition("[vars]")[2].splitlines() if line[:2] == "#c"]
    defaults = yaml.safe_load((project_dir() / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["casemart"]
    assert [line.split(" ")[0] for line in enabled] == list(defaults)
    values = tomllib.loads("\n".join(line for line in enabled if not line.endswith("=")))
    assert values == {name: value for name, value in defaults.items() if value is not None}
    casemart("init", cwd=tmp_path, code=2)
    assert file.read_text(encoding="utf-8") == text


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _states(folder: Path) -> dict[str, str]:
    (row,) = [
        row
        for row in _rows(folder / "first_contact_resolution.csv")
        if (row["period_grain"], row["segment_by"]) == ("year", "all")
    ]
    return {state: row[state] for state in ("resolved", "pending", "not_resolved", "excluded")}

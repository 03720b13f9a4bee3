"""`casemart forget`: nothing of the person is left in any file, everything else is, and whoever comes back is noticed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from land_kit import query
from tiny_builds import Tiny

from casemart import forget, persons, publishing
from casemart.errors import CasemartError, LockedError, UsageError
from casemart.locking import hold_lock
from casemart.warehouse import open_private
from casemart.workspace import Workspace, project_dir

JANE = "contact-jane-0815"  # `contact-jane-08151` is somebody else
FILES = {
    "cases.csv": """case_id,contact_id,account_id,channel,opened_at,status,topic
C1,contact-jane-0815,A1,phone,2026-01-05T10:00:00Z,open,call contact-jane-0815 back
C2,contact-jane-08151,A1,phone,2026-01-06T10:00:00Z,open,billing
C3,contact-jane-0815,A1,phone,never,open,
""",
    "survey_responses.csv": """response_id,question,survey_type,responded_at,contact_id,case_id,score,answer
R-contact-jane-0815-1,issue_resolved,post_case,2026-01-07T10:00:00Z,contact-jane-0815,C1,,yes
R2,comment,post_case,2026-01-07T10:00:00Z,contact-jane-0815,C1,,my name is Jane
R3,comment,post_case,2026-01-07T10:00:00Z,,C1,,Jane again
R4,comment,post_case,2026-01-07T10:00:00Z,contact-jane-08151,C1,,I am John
""",
    "survey_invitations.csv": """invitation_id,survey_type,sent_at,contact_id
I1,post_case,2026-01-07T10:00:00Z,contact-jane-0815
""",
    "self_help_events.csv": """event_id,session_id,occurred_at,channel,event_type,contact_id
E1,S1,2026-01-04T10:00:00Z,portal,page_view,contact-jane-0815
""",
    "community_posts.csv": """post_id,thread_id,posted_at,author_id,author_role,community,is_hosted
P1,T1,2026-01-04T10:00:00Z,contact-jane-0815,customer,main,true
""",
    "engagements.csv": """engagement_id,account_id,occurred_at
X1,A1,yesterday with contact-jane-0815
""",
}
CHANGED = "case_id,contact_id,channel,opened_at,status\nC1,contact-jane-0815,phone,2026-01-05T10:00:00Z,closed\n"
FACTS = (
    "create or replace table facts.fct_cases as select * exclude (_load_id, _file, _line), 1 as amount, from raw.cases",
    f"create or replace table facts.fct_texts as select '{JANE}, {JANE}' as note, ['x', 'of {JANE}'] as notes",
)
SUMS = "select count(*), count(contact_id), count(distinct case_id) from {}"


@pytest.fixture(scope="module")
def held_once(tiny_built: Tiny, tmp_path_factory: pytest.TempPathFactory, casemart) -> Path:
    """Two versions with the person and one without, a load that replaces a row, and quarantined rows that hold the id."""
    folder = tmp_path_factory.mktemp("held")
    for name in ("home", "project"):
        shutil.copytree(getattr(tiny_built, name), folder / name, symlinks=True)
    tiny = Tiny(folder / "project", folder / "home")
    (folder / "files").mkdir()
    for name, text in FILES.items():
        (folder / "files" / name).write_text(text)
    casemart("land", folder / "files", "--max-rejects", "100%", cwd=tiny.home)
    (folder / "files" / "cases.csv").write_text(CHANGED)
    casemart("land", folder / "files" / "cases.csv", cwd=tiny.home)
    change_facts(tiny)
    for _ in range(2):
        publishing.publish(tiny.workspace, force=True, accept=("volume", "empty_facts"), project=tiny.project)
    return folder


@pytest.fixture
def held(held_once: Path, tmp_path: Path) -> Tiny:
    for folder in held_once.iterdir():
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    return Tiny(tmp_path / "project", tmp_path / "home")


def change_facts(tiny: Tiny) -> None:
    """As if dbt had built these facts from what has landed."""
    with open_private(tiny.workspace) as connection:
        for statement in FACTS:
            connection.execute(statement)
        ledger = connection.execute("select md5(string_agg(loads::varchar, '|' order by loads::varchar)) from landing.loads")
        connection.execute("update builds.last_invocation set ledger = ?", ledger.fetchall()[0])


def files_with(folder: Path, text: str) -> list[str]:
    """Independent of the command: every file whose bytes hold the text, somebody else's longer id aside."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes().replace(b"contact-jane-08151", b"")
            if text.encode() in content:
                found.append(file.relative_to(folder).as_posix())
    return found


def alias_in(tiny: Tiny, contact: str = JANE) -> str:
    ((salt,),) = query(tiny.home, "select salt from landing.forgotten")
    return persons.Person(contact, salt).alias


def texts_of(file: Path) -> str:
    """Every value of every table, as one text."""
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return "\n".join(str(connection.execute(f'from "{schema}"."{table}"').fetchall()) for schema, table in tables)


def test_nothing_is_left_and_all_else_is(held: Tiny, casemart) -> None:
    names = [version.name for version in publishing.versions(held.workspace)]
    assert len(names) == 3
    counts = {table: query(held.home, f"select count(*) from {table}") for table in ("raw.cases", "raw.survey_responses")}
    reader = duckdb.connect(str(held.workspace.current.resolve()), read_only=True)
    sums = reader.execute(SUMS.format("facts.fct_cases")).fetchall()
    assert JANE in texts_of(held.workspace.warehouse)

    done = casemart("forget", "--contact", JANE, "--yes", "-f", "json", cwd=held.home)

    assert JANE not in done.stdout + done.stderr.replace(str(held.home.parent), "")
    rows = json.loads(done.stdout)
    assert [row["file"] for row in rows] == [
        "warehouse/warehouse.duckdb",
        *(f"published/{name}/casemart.duckdb -> {name}-r1" for name in names[:2]),
        f"published/{names[2]}/casemart.duckdb",
    ]
    assert [(row["rows_before"] > 0, row["rows_after"], row["is_clean"]) for row in rows] == [(True, 0, True)] * 3 + [
        (False, 0, True)
    ]
    assert "cases.csv" in done.stderr
    assert "engagements.csv" in done.stderr, "a refused row held it"
    files = [held.workspace.warehouse, *(version.file for version in publishing.versions(held.workspace))]
    for file in files:
        text = texts_of(file).replace("contact-jane-08151", "")
        assert JANE not in text
        assert "Jane" not in text
        assert file.stat().st_mode & 0o077 == 0
    assert files_with(held.home, JANE) == []
    alias = alias_in(held)
    # Every row stays, and what is of others.
    assert {table: query(held.home, f"select count(*) from {table}") for table in counts} == counts
    answers = query(held.home, "select response_id, contact_id, answer from raw.survey_responses order by 1")
    assert answers == [
        (f"R-{alias}-1", None, "yes"),
        ("R2", None, None),
        ("R3", None, None),
        ("R4", "contact-jane-08151", "I am John"),
    ]
    assert query(held.home, "select topic from landing.superseded_cases") == [(f"call {alias} back",)]
    assert query(held.home, "from facts.fct_texts") == [(f"{alias}, {alias}", ["x", f"of {alias}"])]
    assert query(held.home, "select count(*) from quarantine.rows") == [(0,)]
    assert query(held.home, "select sum(quarantined), sum(purged) from landing.loads") == [(2, 2)]
    with duckdb.connect(str(held.workspace.current), read_only=True) as connection:
        (now,) = connection.execute(SUMS.format("facts.fct_cases")).fetchall()
        assert (now[0], now[1], now[2]) == (sums[0][0], sums[0][1] - 1, sums[0][2])
        assert connection.execute("select version, fingerprint from marts.build_info").fetchall() == [(f"{names[0]}-r1", None)]
    # The reader that was there before keeps what it had.
    assert reader.execute(SUMS.format("facts.fct_cases")).fetchall() == sums
    reader.close()
    # What landing needs to go on is still whole, and going back is too.
    assert casemart("rollback", cwd=held.home).stdout == f"{names[1]}-r1\n"
    casemart("unland", "2", cwd=held.home)
    assert query(held.home, "select case_id, contact_id, status from raw.cases order by 1") == [
        ("C1", None, "open"),
        ("C2", "contact-jane-08151", "open"),
    ]


def test_ledger_holds_and_whoever_comes_back_is_noticed(held: Tiny, casemart, tmp_path: Path) -> None:
    casemart("forget", "--contact", JANE, "--yes", cwd=held.home)
    check_purged_ledger(held.home)
    (tmp_path / "files" / "cases.csv").write_text(CHANGED.replace("closed", "open"))
    told = casemart("land", tmp_path / "files" / "cases.csv", cwd=held.home).stderr
    assert "warning: raw.cases: 1 rows of contacts who were forgotten have landed again with cases.csv; take them out" in told
    assert JANE not in told
    change_facts(held)
    with pytest.raises(CasemartError, match=r"forgotten raw\.cases: 1 rows of contacts who were forgotten"):
        publishing.publish(held.workspace, force=True, project=held.project)
    casemart("forget", "--contact", JANE, "--yes", cwd=held.home)
    assert query(held.home, "select count(*) from landing.forgotten") == [(1,)]
    assert files_with(held.home, JANE) == []


def check_purged_ledger(home: Path) -> None:
    assert query(home, "select * from landing.loads where records <> landed + quarantined + duplicates") == []
    assert query(home, "select count(*) from quarantine.rows") == query(
        home, "select sum(quarantined - purged) from landing.loads"
    )
    for table, rows in query(home, "select table_name, sum(landed - superseded - withdrawn) from landing.loads group by 1"):
        assert query(home, f'select count(*) from raw."{table}"') == [(rows,)], table


def test_killed_run_is_finished_by_the_next(held: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off after the warehouse; what a killed run leaves beside the files goes too."""

    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(forget, "_rewrite_version", stop)
        with pytest.raises(KeyboardInterrupt):
            forget.forget(held.workspace, JANE)
    before = {found.file.parent.name: found.is_clean for found in forget.find(held.workspace, JANE)}
    assert before.pop("warehouse")
    assert list(before.values()) == [False, False, True]
    (held.workspace.state / "landing-x").mkdir()
    (held.workspace.state / "landing-x" / "0.csv").write_text(JANE)
    (held.workspace.warehouse.parent / "warehouse.new").write_text(JANE)
    report = forget.forget(held.workspace, JANE)
    assert report.left == []
    assert files_with(held.home, JANE) == []


def test_what_cannot_be_removed_is_told(held: Tiny, casemart) -> None:
    copy = held.workspace.warehouse.with_name("copy.csv")
    copy.write_text(f"of {JANE}\n")
    log = held.workspace.state / "logs" / "dbt.log"
    log.write_text(f"no row of {JANE}\n")
    with open_private(held.workspace) as connection:
        connection.execute(f"insert into raw.accounts (account_id, _file) values ('{JANE}', '/in/{JANE}.csv')")
    failed = casemart("forget", "--contact", JANE, "--yes", cwd=held.home, code=1)
    assert "warehouse/warehouse.duckdb: raw.accounts._file, 1 rows" in failed.stderr
    assert query(held.home, "select account_id from raw.accounts") == [(alias_in(held),)], "it may have had a name of its own"
    assert "warehouse/copy.csv: in its bytes" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not log.exists()
    assert copy.exists()
    assert "LEFT" in failed.stdout


def test_short_id_touches_only_columns_that_name_a_person(held: Tiny) -> None:
    with open_private(held.workspace) as connection:
        connection.execute("update raw.cases set contact_id = '7', topic = '7' where case_id = 'C2'")
        connection.execute("update raw.survey_responses set answer = '7', contact_id = null where response_id = 'R4'")
    assert forget.forget(held.workspace, " 7 ").left == []
    assert query(held.home, "select contact_id, topic from raw.cases where case_id = 'C2'") == [(None, "7")]
    assert query(held.home, "select answer from raw.survey_responses where response_id = 'R4'") == [("7",)]


def test_number_leaves_the_keys_of_other_records(held: Tiny) -> None:
    with open_private(held.workspace) as connection:
        connection.execute("update raw.cases set contact_id = '100045', topic = 'of 100045' where case_id = 'C2'")
        connection.execute("update raw.cases set case_id = '100045' where case_id = 'C1'")
    assert forget.forget(held.workspace, "100045").left == []
    cases = query(held.home, "select case_id, contact_id, topic from raw.cases order by 1")
    assert cases == [("100045", JANE, None), ("C2", None, f"of {alias_in(held, '100045')}")]


def test_nobody_is_forgotten_without_being_asked(held: Tiny, casemart) -> None:
    text = texts_of(held.workspace.warehouse)
    asked = casemart("forget", "--contact", JANE, cwd=held.home, code=2)
    assert "files hold this contact" in asked.stderr
    assert "hint: `--yes` does not ask" in asked.stderr
    program = [str(Path(sys.executable).with_name("casemart")), "forget", "--contact", JANE]
    said_no = subprocess.run(program, cwd=held.home, input="n\n", capture_output=True, text=True, timeout=60, check=False)
    assert said_no.returncode == 2
    with pytest.raises(UsageError, match="empty"):
        forget.forget(held.workspace, " ")
    with hold_lock(held.workspace, "build"), pytest.raises(LockedError):
        forget.forget(held.workspace, JANE)
    assert texts_of(held.workspace.warehouse) == text
    assert forget.forget(held.workspace, "nobody-0001").left == []
    assert texts_of(held.workspace.warehouse) == text


@pytest.mark.parametrize("contact", ['José "Pepe" \\d{6,} naïve-ß', "j.o'hara+(a|b).*[c@example.com"])
def test_any_text_can_be_an_id(held: Tiny, contact: str) -> None:
    with open_private(held.workspace) as connection:
        connection.execute("update raw.cases set contact_id = ?, topic = ? where case_id = 'C2'", [contact, f"<{contact}>, x"])
        rows = [json.dumps({"contact_id": contact}), 'C5,"' + contact.replace('"', '""') + '",x', "C6,someone,123456"]
        for row in rows:
            connection.execute("insert into quarantine.rows by name select 'cases' as table_name, ? as raw_text", [row])
    assert forget.forget(held.workspace, contact).left == []
    assert query(held.home, "select contact_id, topic from raw.cases where case_id = 'C2'") == [
        (None, f"<{alias_in(held, contact)}>, x")
    ]
    assert query(held.home, "select raw_text from quarantine.rows where load_id is null") == [(rows[-1],)]


def test_damaged_version_is_no_proof(held: Tiny) -> None:
    publishing.versions(held.workspace)[1].file.write_bytes(b"broken")
    with pytest.raises(CasemartError, match="cannot be read"):
        forget.forget(held.workspace, JANE)


def test_empty_folder_stays_empty(casemart, tmp_path: Path) -> None:
    assert "nothing" in casemart("forget", "--contact", JANE, "--yes", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []


MARKED = """
select case_id, topic, {{ var('casemart_offset') }} as amount, 'phone' as channel from {{ source('raw', 'cases') }}"""
TESTS = """
version: 2
models:
  - name: fct_marked
    columns:
      - name: topic
        data_tests: [unique, {accepted_values: {arguments: {values: [billing]}}}]
"""


def test_no_data_in_logs_and_no_file_for_others(tiny: Tiny, casemart, tmp_path: Path) -> None:
    """Rows land, are refused, are built and fail tests, under the usual umask."""
    marker = "zebra-4711"
    rows = [f"C{number},phone,2026-01-05T10:00:00Z,open,{marker}" for number in range(3)]
    (tmp_path / "cases.csv").write_text(
        "\n".join(["case_id,channel,opened_at,status,topic", *rows, f"C9,phone,{marker},open,x\n"])
    )
    (tiny.project / "models" / "facts" / "fct_marked.sql").write_text(MARKED)
    (tiny.project / "models" / "facts" / "fct_marked.yml").write_text(TESTS)
    (tiny.project / "models" / "raw" / "_raw.yml").write_text((project_dir() / "models" / "raw" / "_raw.yml").read_text())
    casemart("land", tmp_path / "cases.csv", "--max-rejects", "50%", cwd=tiny.home)
    failed = tiny.run("build", code=1)
    assert marker in failed.stderr, "the person at the terminal sees a sample"
    assert "2 of 13 nodes failed" in failed.stderr
    held = files_with(Workspace(tiny.home).state, marker)
    assert held == [], "logs and dbt's target hold no value of a row"
    open_to_others = [path for path in sorted(tiny.home.rglob("*")) if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert open_to_others == []

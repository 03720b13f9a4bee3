"""Each malformed file ends as hostile_files.py says, and no row of it is lost; docs/hostile_input.md says the same."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from types import FrameType

import pytest
from hostile_files import REFUSED, Case, all_cases, document
from land_kit import check_ledger, printed, warehouse
from published_fixture import InProcess, Result

from casemart.render import printable
from casemart.warehouse import Connection

Land = Callable[[int], tuple[Path, dict[str, dict[str, str]], Connection]]
MOST_SECONDS = 15
PRINTED = ("records", "landed", "duplicates", "quarantined")
ALL = all_cases()
TOGETHER = [one for one in ALL if not one.is_alone]
ALONE = [one for one in ALL if one.is_alone]


def name_of(one: Case) -> str:
    return f"{one.group}: {one.what}"


def file_of(one: Case) -> str:
    """Its file's name: the number makes it the only one of its batch."""
    table, dot, rest = one.file.partition(".")
    return one.file if one.is_name_kept else f"{table}_{ALL.index(one):03d}{dot}{rest}"


def check_landed(connection: Connection, one: Case, files: list[dict[str, str]], content: str) -> None:
    """What was printed of the case's files is what was expected, and what the tables hold."""
    counts = [tuple(int(file[name]) for name in PRINTED) for file in files]
    landed, duplicates, refused = one.counts
    assert tuple(map(sum, zip(*counts, strict=True))) == (sum(one.counts), landed, duplicates, refused)
    assert {file["table"] for file in files} == {one.table}
    names = [file["file"] for file in files]
    loads = connection.execute(
        "select sum(landed), sum(quarantined), min(load_id) from landing.loads where list_contains(?, file)", [names]
    ).fetchall()
    assert loads[0][:2] == (landed, refused)
    placed = f'from raw."{one.table}" where list_contains(?, _file)'
    assert connection.execute(f"select count(*) {placed}", [names]).fetchall() == [(landed,)]
    waiting = connection.execute("select reasons, raw_text from quarantine.rows where list_contains(?, file)", [names]).fetchall()
    assert len(waiting) == refused
    for reasons, raw in waiting:
        assert raw in content or "parquet" in one.file
        assert any(one.says in reason or (one.also and one.also in reason) for reason in reasons), reasons
    if one.finds:
        columns = ", ".join(f"({column})::varchar" for column in one.finds)
        query = f"select {columns} {placed} order by _line desc limit 1"
        assert connection.execute(query, [names]).fetchall() == [tuple(one.finds.values())]


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory, casemart: Callable[..., CompletedProcess[str]]) -> Iterator[Land]:
    """Lands a batch of files by one call of the command. Gives its home, what it printed of each file, and its warehouse."""
    done: dict[int, tuple[Path, dict[str, dict[str, str]], Connection]] = {}
    with ExitStack() as opened:

        def land(batch: int) -> tuple[Path, dict[str, dict[str, str]], Connection]:
            if batch not in done:
                home = tmp_path_factory.mktemp("batch")
                (home / "in").mkdir()
                for one in TOGETHER:
                    if one.batch == batch:
                        (home / "in" / file_of(one)).write_bytes(one.content(f"{ALL.index(one):03d}-"))
                result = casemart("land", "in", "--max-rejects", "100%", cwd=home, timeout=MOST_SECONDS)
                assert "Traceback" not in result.stderr
                check_ledger(home)
                files = {row["file"]: row for row in printed(result.stdout)}
                done[batch] = home, files, opened.enter_context(warehouse(home))
            return done[batch]

        yield land


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """A call that hangs fails."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    start = time.monotonic()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < seconds


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 150
    assert len({name_of(one) for one in ALL}) == len(ALL)
    assert {one.ends for one in ALL} == {"accepted", "normalised", "quarantined", "refused"}


@pytest.mark.parametrize("one", TOGETHER, ids=name_of)
def test_a_file_lands_as_it_should(one: Case, batches: Land) -> None:
    home, files, connection = batches(one.batch)
    name = file_of(one)
    content = (home / "in" / name).read_bytes()
    assert f"in/{printable(name)}" in files, "the file was not taken"
    check_landed(connection, one, [files[f"in/{printable(name)}"]], content.decode(errors="replace").replace("\x00", ""))


@pytest.mark.parametrize("one", ALONE, ids=name_of)
def test_a_call_ends_as_it_should(one: Case, tmp_path: Path, run: InProcess) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with at_most(MOST_SECONDS):
        if one.before:
            (home / "cases_before.csv").write_text(one.before.replace("§", "k-"))
            run("land", "cases_before.csv", cwd=home)
        paths = [one.make(home)] if one.make else [one.file]
        if not one.make:
            (home / one.file).write_bytes(one.content("k-"))
        for name, text in one.others.items():
            (home / name).write_text(text.replace("§", "k-"))
            paths.append(name)
        result = run("land", *paths, "--max-rejects", "100%", *one.options, cwd=home, code=one.code)
    check_messages(result, one)
    if one.ends == REFUSED:
        assert not result.stdout
        if (home / "warehouse" / "warehouse.duckdb").exists():
            with warehouse(home) as connection:
                tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, table in tables:
                    assert connection.execute(f'select count(*) from "{schema}"."{table}"').fetchall() == [(0,)], table
    else:
        content = (
            ""
            if one.make
            else one.content("k-").decode(one.encoding, errors="replace") + "".join(one.others.values()).replace("§", "k-")
        )
        with warehouse(home) as connection:
            check_landed(connection, one, printed(result.stdout), content)
        check_ledger(home)
    left = {path.name for path in (home / ".casemart").glob("*")} if (home / ".casemart").exists() else set()
    assert left <= {"lock"}


def check_messages(result: Result, one: Case) -> None:
    """No traceback, nothing that steers a terminal; an error says what, and what to do."""
    assert "Traceback" not in result.stderr
    assert all(character.isprintable() for character in result.stderr.replace("\n", ""))
    if one.ends == REFUSED:
        lines = result.stderr.splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        assert len(errors) == 1
        assert one.says in result.stderr
        assert sum(line.startswith("hint: ") for line in lines) == 1, result.stderr


def test_the_default_limit_refuses_what_is_mostly_wrong(tmp_path: Path, run: InProcess) -> None:
    """What all cases above are spared by `--max-rejects 100%`."""
    one = next(one for one in TOGETHER if one.ends == "quarantined")
    (tmp_path / one.file).write_bytes(one.content("k-"))
    refusal = run("land", one.file, cwd=tmp_path, code=1).stderr
    assert "1 of 2 records are refused (50.00%, limit 1.00%)" in refusal
    assert one.says in refusal
    assert "nothing was landed" in refusal


def test_the_page_says_the_same() -> None:
    page = Path(__file__).parents[2] / "docs" / "hostile_input.md"
    assert page.read_text(encoding="utf-8") == document(), "print it anew: `python tests/cli/hostile_files.py`"

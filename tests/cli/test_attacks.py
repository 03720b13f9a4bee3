"""Whatever is typed, set or named: nothing is read, written, attached or told. hostile_attacks.py has the list."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_attacks import ATTACKS, SECRET, Attempt, prepare
from published_fixture import VERSION, InProcess, publish

from casemart.landing import land
from casemart.workspace import Workspace

ALL = [(group, one) for group, attempts in ATTACKS.items() for one in attempts]
# The lock is a file that stays; it holds nothing.
MAY_STAY = {"home/.casemart", "home/.casemart/lock"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the canary, and beside it a home with a version, a warehouse and a file whose columns have hostile names."""
    root = tmp_path_factory.mktemp("attacked")
    home = publish(root / "home")
    # One more, for `rollback`.
    shutil.copytree(home / "published" / VERSION, home / "published" / "20260610T080000Z-x")
    header = 'case_id,channel,opened_at,status,"x""; drop table raw.cases; --",=1+1\n'
    (home / "cases.csv").write_text(header + "1,phone,never,open,'; drop table x,=cmd\n")
    land(Workspace(home), [home / "cases.csv"], max_rejects=1)
    (root / "canary").write_text(SECRET)
    prepare(home, root / "canary")
    before = hashes(root)
    yield root
    # Sizes and times could have been restored; the bytes tell.
    assert hashes(root) == before


def look(root: Path) -> dict[str, tuple[object, ...]]:
    """Every path, and what would change with it: a link's target, the place, size and time of a file."""
    found: dict[str, tuple[object, ...]] = {}
    for path in root.rglob("*"):
        status = path.lstat()
        what = (status.st_mode, path.readlink()) if path.is_symlink() else (status.st_mode, status.st_ino)
        if path.is_file():
            what += (status.st_size, status.st_mtime_ns)
        found[str(path.relative_to(root))] = what
    return {name: what for name, what in found.items() if name not in MAY_STAY}


def hashes(root: Path) -> dict[str, str]:
    """The content of every file."""
    files = [path for path in root.rglob("*") if path.is_file() and str(path.relative_to(root)) not in MAY_STAY]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 40
    assert len({(group, one.what) for group, one in ALL}) == len(ALL)


@pytest.mark.parametrize(("group", "one"), ALL, ids=[f"{group}: {one.what}" for group, one in ALL])
def test_an_attempt_fails(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], group: str, one: Attempt
) -> None:
    home, canary = place / "home", place / "canary"

    def filled(text: str) -> str:
        return text.replace("{canary}", str(canary))

    run = InProcess(monkeypatch, capfd)
    for name, value in one.variables.items():
        monkeypatch.setenv(name, filled(value))
    before = look(place)
    try:
        if one.settings is not None:
            (home / "casemart.toml").write_bytes(filled(one.settings).encode(errors="surrogateescape"))
        result = run(*map(filled, one.arguments), cwd=home, code=one.code)
        (home / "casemart.toml").unlink(missing_ok=True)
        after = look(place)
        told = result.stdout + result.stderr
        assert "Traceback" not in told
        assert SECRET not in told
        assert one.says in result.stderr
        if group == "Conditions":
            assert result.stderr.startswith("error: --where ") or "has no column" in result.stderr
        if one.code:
            assert not result.stdout
            assert ("error: " in result.stderr and "hint: " in result.stderr) or "Usage: " in result.stderr
            assert all(character.isprintable() for character in result.stderr.replace("\n", "")), result.stderr
        assert {f"home/{name}" for name in one.writes} | before.keys() >= after.keys()
        assert {name: after.get(name) for name in before} == before
        for name in one.writes:
            content = (home / name).read_bytes()
            assert content
            assert SECRET.encode() not in content
    finally:
        for name in one.writes:
            (home / name).unlink(missing_ok=True)
        for stranger in look(place).keys() - before.keys():
            path = place / stranger
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def test_the_command_itself_refuses(place: Path, casemart) -> None:
    """The same in a process of its own, by words that only a shell could have given."""
    home, before = place / "home", look(place)
    for one in (ATTACKS["Conditions"][0], ATTACKS["Paths to write"][3], ATTACKS["Ids"][0]):
        arguments = [text.replace("{canary}", str(place / "canary")) for text in one.arguments]
        result = casemart(*arguments, cwd=home, code=one.code, timeout=15)
        assert result.stderr.startswith("error: ")
        assert "hint: " in result.stderr
    assert look(place) == before

"""What landing refuses before it lands anything: the wrong path, the wrong kind of file, the wrong header. Nothing is left."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from land_kit import CASE_HEADER, case, query, write_cases

from casemart.errors import CasemartError
from casemart.landing import land
from casemart.landing.content import Limits
from casemart.workspace import Workspace

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Run = Callable[..., object]
SOUND = (CASE_HEADER + case(1)).encode()


def workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


def refusal(home: Path, *arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Runs `casemart land` in this process: exit code and what it says. A refused call leaves nothing behind."""
    from casemart.app import main

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setattr(sys, "argv", ["casemart", "-C", str(home), "land", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
    workspace = Workspace(home)
    assert not workspace.warehouse.exists()
    assert list(workspace.state.glob("landing-*")) == []
    return int(end.value.code or 0), capsys.readouterr().err


CONTENTS = {
    "spreadsheet": ("cases.csv", workbook(), "is a spreadsheet or ZIP archive, not CSV", "export it as CSV"),
    "old workbook": ("cases.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook, not CSV", "export it as CSV"),
    "html": ("cases.csv", b"\n <!DOCTYPE html><html>", "is HTML or XML, not CSV", "log-in page"),
    "json": ("cases.csv", b'\xef\xbb\xbf [{"case_id": 1}]', "is a JSON array, not CSV", "name it .ndjson"),
    "ndjson": ("cases.csv", b'{"case_id": 1}\n', "is JSON, not CSV", "name it .ndjson"),
    "parquet": ("cases.csv", b"PAR1\x15\x04", "is a Parquet file, not CSV", "name it .parquet"),
    "hidden gzip": ("cases.csv", gzip.compress(SOUND), "is compressed with gzip, not CSV", "name it .csv.gz"),
    "hidden zstd": ("cases.csv", zstd.compress(SOUND), "is compressed with zstd, not CSV", "name it .csv.zst"),
    "zip in gzip": ("cases.csv.gz", gzip.compress(workbook()), "is a spreadsheet or ZIP archive, not CSV", ""),
    "no gzip": ("cases.csv.gz", SOUND, "cannot be decompressed: Not a gzipped file", "copy it again"),
    "no zstd": ("cases.csv.zst", SOUND, "cannot be decompressed", "copy it again"),
    "cut gzip": ("cases.csv.gz", gzip.compress(SOUND)[:-9], "is cut off", "copy it again"),
    "cut zstd": ("cases.csv.zst", zstd.compress(SOUND)[:-3], "is cut off", "copy it again"),
    "broken gzip": (
        "cases.csv.gz",
        gzip.compress(SOUND)[:-6] + b"123456",
        "cannot be decompressed: CRC check failed",
        "copy it again",
    ),
    "utf-16": ("cases.csv", SOUND.decode().encode("utf-16"), "is UTF-16", "--encoding utf-16"),
    "nul": ("cases.csv", SOUND + b"2,ph\x00one\n", "has a NUL byte in line 3", "--encoding utf-16-le"),
    "latin": ("cases.csv", SOUND + b"2,phone,Stra\xdfe\n", "is not utf-8: line 3 holds other bytes", "--encoding windows-1252"),
    "torn utf-8": ("cases.csv", SOUND + b"2,\xc3", "is not utf-8: line 3 holds other bytes", "--encoding windows-1252"),
    "empty": ("cases.csv", b"", "is empty", "header"),
    "empty gzip": ("cases.csv.gz", gzip.compress(b""), "is empty", "header"),
    "blank": ("cases.csv", b"\n\r\n", "has only blank lines", "names of its columns"),
    "semicolons": ("cases.csv", SOUND.replace(b",", b";"), "seems to be separated by ';'", "--delimiter ';'"),
    "tabs": ("cases.csv", SOUND.replace(b",", b"\t"), "seems to be separated by tab", "--delimiter tab"),
    "commas": ("cases.tsv", SOUND, "seems to be separated by ','", "--delimiter ','"),
    "missing": (
        "cases.csv",
        SOUND.replace(b"opened_at", b"open_at"),
        "has no column opened_at",
        "rename `open_at` to `opened_at`",
    ),
    "missing all": ("cases.csv", b"x,y\n", "has no column case_id, channel, opened_at, status", "its columns: x, y"),
    "doubled": ("cases.csv", SOUND.replace(b"product", b" STATUS "), "has the column status twice", "rename or remove"),
}


@pytest.mark.parametrize(("name", "content", "message", "hint"), CONTENTS.values(), ids=CONTENTS)
def test_content_is_refused_for_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, message: str, hint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, said = refusal(tmp_path, tmp_path / name, capsys=capsys)
    assert code == 1
    error, _, hinted = said.partition("hint: ")
    assert f"{name} {message}" in error
    assert hint in hinted


def links_and_pipes(home: Path) -> dict[str, tuple[Path, str]]:
    """Paths that are no files to land, and what is said of them."""
    write_cases(home / "real.csv", case(1))
    (home / "link").mkdir()
    (home / "link" / "cases.csv").symlink_to(home / "real.csv")
    os.mkfifo(home / "cases.tsv")
    (home / "folder" / "cases.csv").mkdir(parents=True)
    (home / "nothing").mkdir()
    (home / "nothing" / "notes.md").write_text("x")
    (home / "cases.xlsx").write_text("x")
    (home / "cases.json").write_text("x")
    (home / "casess.csv").write_text("x")
    (home / "casesold.csv").write_text("x")
    (home / "to_folder").symlink_to(home / "nothing")
    return {
        "link": (home / "link" / "cases.csv", "is a symbolic link"),
        "folder with a link": (home / "link", "is a symbolic link"),
        "link to a folder": (home / "to_folder", "is a symbolic link"),
        "pipe": (home / "cases.tsv", "is not a regular file"),
        "device": (Path("/dev/null"), "is not a regular file"),
        "folder with a folder": (home / "folder", "is a folder, not a file"),
        "folder without files": (home / "nothing", "no file in"),
        "absent": (home / "absent.csv", "cannot be found"),
        "extension": (home / "cases.xlsx", "is not called .csv, .tsv, .ndjson, .jsonl or .parquet"),
        "json": (home / "cases.json", "name it .ndjson"),
        "near name": (home / "casess.csv", "did you mean `--table cases`?"),
        "prefix only": (home / "casesold.csv", "is not called like a table"),
    }


def test_paths_that_are_no_files_to_land(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, (path, message) in links_and_pipes(tmp_path).items():
        code, said = refusal(tmp_path, path, capsys=capsys)
        assert code == 2, name
        assert message in said, name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--table", "case"], "did you mean `--table cases`?"),
        (["--encoding", "klingon"], "there is no encoding"),
        (["--encoding", "rot13"], "is not an encoding of text"),
        (["--delimiter", "ab"], "cannot be a delimiter"),
        (["--delimiter", '"'], "cannot be a delimiter"),
        (["--max-rejects", "1"], "1 percent are `1%` or `0.01`"),
        (["--max-rejects", "101%"], "is no share between 0% and 100%"),
        (["--max-rejects", "nan"], "is no share between 0% and 100%"),
        (["--max-rejects", "-0.1"], "is no share between 0% and 100%"),
        ([""], "a path is empty"),
        (["--max-rejects", "few"], "is not a share"),
        (["--timezone", "Mars/Base"], "there is no time zone 'Mars/Base'"),
        (["--date-format", "%Q"], "does not say year, month and day"),
    ],
)
def test_options_that_mean_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    write_cases(tmp_path / "cases.csv", case(1))
    code, said = refusal(tmp_path, "cases.csv", *arguments, capsys=capsys)
    assert (code, message in said) == (2, True), said


def test_bombs_are_refused_while_they_unpack(tmp_path: Path) -> None:
    for name, content in {
        "cases_1.csv.gz": gzip.compress(SOUND + b"1,phone,2026-01-05T10:00:00Z,,open,\n" * 100_000),
        "cases_2.csv.zst": zstd.compress(SOUND + b"1,phone,2026-01-05T10:00:00Z,,open,\n" * 100_000),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CasemartError, match="unpacks to more than 20 times its size"):
            land(Workspace(tmp_path), [tmp_path / name], limits=Limits(ratio=20, ratio_from_bytes=100_000))
    file = write_cases(tmp_path / "cases.csv", *(case(number) for number in range(10_000)))
    with pytest.raises(CasemartError, match="holds more than 200,000 bytes"):
        land(Workspace(tmp_path), [file], limits=Limits(content_bytes=200_000))


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("cases.csv", b"\xef\xbb\xbf" + SOUND, {}),
        ("CASES-2026.CSV", SOUND.upper(), {}),
        ("cases_2.csv.gz", gzip.compress(SOUND[:50]) + gzip.compress(SOUND[50:]), {}),
        ("cases.old.csv.zst", zstd.compress(SOUND[:50]) + zstd.compress(SOUND[50:]), {}),
        ("cases.tsv", SOUND.replace(b",", b"\t"), {}),
        ("x.csv", SOUND.replace(b",", b";"), {"delimiter": ";", "table": "cases"}),
        ("cases.csv", SOUND.replace(b",", b"|"), {"delimiter": "|"}),
        ("cases.csv", SOUND.decode().encode("utf-16"), {"encoding": "utf-16"}),
        ("cases.csv", SOUND.decode().encode("utf-16-le"), {"encoding": "utf-16-le"}),
        ("cases.csv", SOUND[:-1] + b"Stra\xdfe\n", {"encoding": "latin-1"}),
        ("cases.csv", SOUND.replace(b"\n", b"\r\n"), {}),
        ("cases.csv", SOUND.replace(b"\n", b"\r"), {}),
        ("cases.csv", b"\n" + SOUND.rstrip() + b"\n\n\r\n", {}),
        ("cases.csv", b'"status","opened_at","channel","case_id"\n"open","2026-01-05 10:00:00","phone","1"', {}),
    ],
)
def test_sound_files_in_all_forms(tmp_path: Path, name: str, content: bytes, options: dict[str, str]) -> None:
    (tmp_path / name).write_bytes(content)
    result = land(Workspace(tmp_path), [tmp_path / name], **options)
    assert [(file.records, file.landed) for file in result.files] == [(1, 1)]
    [row] = query(tmp_path, "select case_id, channel, status, opened_at::varchar, product from raw.cases")
    product = "Straße" if options.get("encoding") == "latin-1" else None
    assert row == ("1", "phone", "open", "2026-01-05 10:00:00", product)


def test_a_hostile_place_and_name(tmp_path: Path) -> None:
    home = tmp_path / "a*b[c]'; drop table raw.cases; --"
    (home / "acb").mkdir(parents=True)
    for name in ("cases_*.csv", "cases_[a-z]?.csv", "cases_'\"$x\x1b[31m.csv", os.fsdecode(b"cases_\xff.csv")):
        write_cases(home / name, case(repr(name).encode("ascii", "replace").hex()))
    write_cases(home / "cases_x.csv", case("not named"))
    named = sorted(file for file in home.glob("cases*") if file.name != "cases_x.csv")
    result = land(Workspace(home), named)
    assert [(file.records, file.landed) for file in result.files] == [(1, 1)] * 4
    assert query(home, "select count(*), count(distinct _file) from raw.cases where case_id <> 'not named'") == [(4, 4)]
    assert all(file.file.isprintable() for file in result.files)

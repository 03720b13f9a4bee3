"""Cases of paths, names of files, archives, and files that are something else."""

from __future__ import annotations

import gzip
import io
import os
import socket
import sqlite3
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from backports import zstd
from hostile_files import CASES, KEY, Case, accepted, case, refused, shown

SOUND = CASES + case(1)
BYTES = SOUND.encode()
MANY = CASES + "".join(case(number) for number in range(3000))


def linked(folder: Path) -> str:
    (folder / "real.csv").write_text(SOUND)
    (folder / "cases.csv").symlink_to("real.csv")
    return "cases.csv"


def linked_out(folder: Path) -> str:
    (folder / "in").mkdir()
    (folder / "in" / "cases.csv").symlink_to("/etc/passwd")
    return "in"


def dangling(folder: Path) -> str:
    (folder / "cases.csv").symlink_to("nowhere")
    return "cases.csv"


def circle(folder: Path) -> str:
    (folder / "cases.csv").symlink_to("cases.csv")
    return "cases.csv"


def linked_folder(folder: Path) -> str:
    (folder / "real").mkdir()
    (folder / "in").symlink_to("real")
    return "in"


def hard_linked(folder: Path) -> str:
    (folder / "other").mkdir()
    (folder / "other" / "real.csv").write_text(SOUND)
    (folder / "cases.csv").hardlink_to(folder / "other" / "real.csv")
    return "cases.csv"


def pipe(folder: Path) -> str:
    os.mkfifo(folder / "cases.csv")
    return "cases.csv"


def folder_with_pipe(folder: Path) -> str:
    (folder / "in").mkdir()
    (folder / "in" / "cases.csv").write_text(SOUND)
    os.mkfifo(folder / "in" / "costs.csv.gz")
    return "in"


def listening(folder: Path) -> str:
    # The path of a socket may have 107 bytes, and that of a test's folder has more.
    before = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("cases.csv")
    finally:
        os.chdir(before)
    return "cases.csv"


def folder_named(folder: Path) -> str:
    (folder / "cases.csv").mkdir()
    return "cases.csv"


def folder_within(folder: Path) -> str:
    (folder / "in" / "cases.csv").mkdir(parents=True)
    return "in"


def without_tables(folder: Path) -> str:
    (folder / "in").mkdir()
    (folder / "in" / "notes.txt").write_text("x")
    return "in"


def outside(folder: Path) -> str:
    (folder.parent / f"{folder.name}_outside").mkdir()
    (folder.parent / f"{folder.name}_outside" / "cases.csv").write_text(SOUND)
    return f"../{folder.name}_outside/cases.csv"


def beside_ignored(folder: Path) -> str:
    (folder / "in").mkdir()
    (folder / "in" / "cases.csv").write_text(SOUND)
    (folder / "in" / "notes.txt").symlink_to("/etc/passwd")
    (folder / "in" / "-rf.csv").write_text("x")
    return "in"


def path(text: str) -> Any:
    """A path that is given as it is."""
    return lambda _folder: text


NOT_REGULAR, NOT_CALLED, LINK = "is not a regular file", "is not called .csv", "is a symbolic link"
PATHS = [
    refused("a link", "", LINK, 2, make=linked),
    refused("a folder with a link that leads out of it", "", LINK, 2, make=linked_out),
    refused("a link to nothing", "", LINK, 2, make=dangling),
    refused("a link to itself", "", LINK, 2, make=circle),
    refused("a link to a folder", "", LINK, 2, make=linked_folder),
    refused("a FIFO that nobody writes", "", NOT_REGULAR, 2, make=pipe),
    refused("a folder with a FIFO beside a sound file", "", NOT_REGULAR, 2, make=folder_with_pipe),
    refused("a socket", "", NOT_REGULAR, 2, make=listening),
    refused("/dev/zero", "", NOT_REGULAR, 2, make=path("/dev/zero"), options=("--table", "cases")),
    refused("/dev/stdin", "", "", 2, make=path("/dev/stdin"), options=("--table", "cases")),
    refused("/proc/self/environ", "", NOT_CALLED, 2, make=path("/proc/self/environ"), options=("--table", "cases")),
    refused("a folder called cases.csv", "", "no file in cases.csv is called like a table", 2, make=folder_named),
    refused("a folder with a folder called cases.csv", "", "is a folder, not a file", 2, make=folder_within),
    refused("a folder without tables", "", "is called like a table", 2, make=without_tables),
    refused("what is not there", "", "cannot be found", 2, make=path("cases.csv")),
    refused("a path with a NUL-like escape and SQL", "", "cannot be found", 2, make=path("x'; attach 'y' as z; --/cases.csv")),
    refused("an empty path", "", "a path is empty", 2, make=path("")),
    refused("a name of 5,000 characters", "", "cannot be found", 2, make=path("cases_" + "x" * 5000 + ".csv")),
    refused("a URL", "", "cannot be found", 2, make=path("https://example.com/cases.csv")),
    refused("a pattern that finds nothing", "", "no file is called like", 2, make=path("cases_*.csv")),
    accepted("a path out of the folder that the caller names", "", make=outside),
    accepted("a hard link", "", make=hard_linked),
    accepted("a folder with files that are no tables, one a link", "", make=beside_ignored),
]

NAMES = [
    *(
        accepted(f"a file called {shown(name)}", SOUND, file=name, is_name_kept=True)
        for name in (
            "cases_'; drop table raw.cases; --.csv",
            'cases_".csv',
            "cases_=cmd|' calc'!A1.csv",
            "cases_<b>x<b>.csv",
            "cases_{{ x }}.csv",
            "cases_$(touch pwned).csv",
            "cases_*.csv",
            "cases_[1]?.csv",
            "cases_%s%n.csv",
            "cases_\x1b[31mred.csv",
            "cases_a\nb.csv",
            "cases_\u202evsc.csv",
            "cases_日本.csv",
            "cases_\udcff.csv",
            "cases_ .csv",
            "CASES_2026.CSV",
            "cases.old.csv",
            "cases_?wal_autocheckpoint=1.csv",
            "cases_" + "x" * 240 + ".csv",
        )
    ),
    refused("a table that nearly exists", SOUND, "did you mean `--table cases`?", 2, file="case.csv"),
    refused("a name that only begins like a table", SOUND, "is not called like a table", 2, file="casesold.csv"),
    refused("no extension", SOUND, NOT_CALLED, 2, file="cases"),
    refused("two extensions", SOUND, NOT_CALLED, 2, file="cases.csv.exe"),
    refused("a table that does not exist", SOUND, "there is no table nothing", 2, options=("--table", "nothing")),
    refused("SQL as a table", SOUND, "there is no table", 2, options=("--table", "cases; drop table raw.cases")),
    refused("a schema before the table", SOUND, "there is no table", 2, options=("--table", "raw.cases")),
    refused("the ledger as a table", SOUND, "there is no table", 2, options=("--table", "loads")),
    refused("a path as a table", SOUND, "there is no table", 2, options=("--table", "../cases")),
]


def workbook(_key: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    return buffer.getvalue()


def tar(_key: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("cases.csv")
        info.size = len(BYTES)
        archive.addfile(info, io.BytesIO(BYTES))
    return buffer.getvalue()


def sqlite(_key: str) -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table cases (case_id)")
        return connection.serialize()


def bomb_of_rows(_key: str) -> bytes:
    return gzip.compress(CASES.encode() + case(1).encode() * 400_000)


def bomb_of_lines(_key: str) -> bytes:
    return zstd.compress(CASES.encode()) + zstd.compress(b"\n" * (20 << 20))


def bomb_of_short_rows(_key: str) -> bytes:
    return zstd.compress(CASES.encode() + b"x\n" * (10 << 20))


def bomb_of_bombs(_key: str) -> bytes:
    inner = gzip.compress(gzip.compress(b"\0" * (100 << 20)))
    return gzip.compress(inner)


GZ, ZST = gzip.compress(BYTES), zstd.compress(BYTES)
CUT, BROKEN, BOMB = "is cut off", "cannot be decompressed", "unpacks to more than 300 times its size"
ARCHIVES = [
    accepted("gzip", lambda key: gzip.compress(SOUND.replace(KEY, key).encode()), file="cases.csv.gz"),
    accepted(
        "gzip of several parts",
        lambda key: gzip.compress(CASES.encode()) + gzip.compress(case(1).replace(KEY, key).encode()),
        file="cases.csv.gz",
    ),
    accepted("zstd", lambda key: zstd.compress(SOUND.replace(KEY, key).encode()), file="cases.csv.zst"),
    refused("gzip, the end cut off", GZ[:-9], CUT, file="cases.csv.gz"),
    refused("gzip, cut within its header", GZ[:5], CUT, file="cases.csv.gz"),
    refused("gzip of 3,000 rows, half of it", lambda _key: gzip.compress(MANY.encode())[:5000], CUT, file="cases.csv.gz"),
    refused("gzip with a wrong checksum", GZ[:-6] + b"123456", BROKEN, file="cases.csv.gz"),
    refused("gzip with a damaged byte", GZ[:40] + bytes([GZ[40] ^ 255]) + GZ[41:], BROKEN, file="cases.csv.gz"),
    refused("gzip with other bytes behind", GZ + b"more", BROKEN, file="cases.csv.gz"),
    refused("gzip of nothing", gzip.compress(b""), "is empty", file="cases.csv.gz"),
    refused("an empty file called .gz", b"", "", file="cases.csv.gz"),
    refused("zstd, the end cut off", ZST[:-3], CUT, file="cases.csv.zst"),
    refused("zstd with a damaged byte", ZST[:20] + bytes([ZST[20] ^ 255]) + ZST[21:], "", file="cases.csv.zst"),
    refused("text called .gz", SOUND, BROKEN, file="cases.csv.gz"),
    refused("text called .zst", SOUND, BROKEN, file="cases.csv.zst"),
    refused("gzip called .csv", GZ, "is compressed with gzip", file="cases.csv"),
    refused("zstd called .csv", ZST, "is compressed with zstd", file="cases.csv"),
    refused("gzip within gzip", gzip.compress(GZ), "is compressed with gzip", file="cases.csv.gz"),
    refused("a tar archive called .csv.gz", tar, "has a NUL byte in line 1", file="cases.csv.gz"),
    refused("a bomb of rows", bomb_of_rows, BOMB, file="cases.csv.gz"),
    refused("a bomb of short rows that are wrong", bomb_of_short_rows, BOMB, file="cases.csv.zst"),
    refused("a bomb of blank lines", bomb_of_lines, BOMB, file="cases.csv.zst"),
    refused("a bomb within bombs", bomb_of_bombs, "is compressed with gzip", file="cases.csv.gz"),
    refused("bzip2 by its name", b"BZh9", NOT_CALLED, 2, file="cases.csv.bz2"),
]

OTHERS = [
    refused("a workbook", workbook, "is a spreadsheet or ZIP archive, not CSV"),
    refused("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "is an old Excel workbook"),
    refused("a workbook by its name", workbook, NOT_CALLED, 2, file="cases.xlsx"),
    refused("a page of HTML", "<!DOCTYPE html><html><body>Log in</body></html>", "is HTML or XML"),
    refused("a table of HTML behind blanks and a mark", "\ufeff\r\n  <table><tr><td>case_id</td></tr></table>", "is HTML or XML"),
    refused("XML", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", "is HTML or XML"),
    refused("JSON", '{"case_id": "1"}\n', "is JSON"),
    refused("an array of JSON", '[{"case_id": "1"}]', "is a JSON array"),
    refused("a document of RTF", "{\\rtf1 case_id}", "is an RTF document"),
    refused("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF document"),
    refused("a picture", b"\x89PNG\r\n\x1a\n" + bytes(20), ""),
    refused("a program", b"\x7fELF\x02\x01\x01" + bytes(50), "has a NUL byte"),
    refused("a pickle", b"\x80\x04\x95\x1a\x00\x00\x00cos\nsystem\n.", "has a NUL byte"),
    refused("a database of SQLite", sqlite, "is an SQLite database"),
    refused("Parquet called .csv", b"PAR1" + bytes(20) + b"PAR1", "is a Parquet file"),
    refused("Arrow called .csv", b"ARROW1\0\0" + bytes(20), "is an Arrow file"),
    refused("Avro called .csv", b"Obj\x01" + bytes(20), "is an Avro file"),
    refused("bzip2 called .csv", b"BZh91AY&SY", "is compressed with bzip2"),
    refused("xz called .csv", b"\xfd7zXZ\0\0\4", "is compressed with xz"),
    refused("YAML", "cases:\n  - case_id: 1\n    channel: phone\n", "has no column"),
    refused("settings", "[cases]\ncase_id = 1\n", "is a JSON array"),
    refused("a dump of SQL", "INSERT INTO cases VALUES ('1', 'phone');\n", "has no column"),
    refused("a mail", "From: a@example.com\nSubject: cases\n\ncase_id,channel\n", "has no column"),
]

PLACES: dict[str, list[Case]] = {"Paths": PATHS, "Names": NAMES, "Archives": ARCHIVES, "Other kinds of files": OTHERS}

"""Attempts to make conditions, names, paths, settings and variables read, write or tell what they should not.

`CANARY` is the path of a file outside, `SECRET` what stands in it. Every attempt is one call of the command in a folder that has
a published version, a warehouse with quarantined rows, and the links and pipes that `prepare` makes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hostile_files import shown

CANARY = "{canary}"
SECRET = "nothing of this file may come out"
MART = "first_contact_resolution"
DEEP = "[" * 5000 + "]" * 5000


@dataclass(frozen=True)
class Attempt:
    """A call, the exit code that it must end with, and a part of what it says. `writes` are the only files that may appear."""

    what: str
    arguments: tuple[str, ...]
    says: str = ""
    code: int = 2
    variables: Mapping[str, str] = field(default_factory=dict)
    settings: str | None = None
    writes: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        ending = f"exit {self.code}" + (f": {shown(self.says)}" if self.says else "")
        return ending + (f"; writes {', '.join(map(shown, self.writes))}" if self.writes else "")


def prepare(home: Path, canary: Path) -> None:
    """What lies around in the folder that the attempts run in."""
    (home / "link.csv").symlink_to(canary)
    (home / "dangling.csv").symlink_to(canary.with_name("made"))
    (home / "folder").mkdir()
    (home / "folder" / "cases.csv").write_text("case_id,channel,opened_at,status\n")
    (home / "linked").mkdir()
    (home / "linked" / f"{MART}.csv").symlink_to(canary)
    (home / "linked" / f"{MART}.json").symlink_to(canary.with_name("made"))
    (home / "version.csv").symlink_to("published/current/casemart.duckdb")
    os.mkfifo(home / "pipe.csv")
    (home / "-o.csv").write_text("case_id\n")


CONDITIONS = (
    # files
    "read_text('{canary}') = ''",
    "read_blob('{canary}') is not null",
    "(select content from read_text('{canary}')) like '%file%'",
    "segment in (select content from read_text('{canary}'))",
    "segment in (from '{canary}')",
    "exists (from '{canary}')",
    "exists (from read_csv_auto('{canary}'))",
    "not exists (select 1 from glob('/*'))",
    "sniff_csv('{canary}') is null",
    "parquet_scan('{canary}') is null",
    '"{canary}" = 1',
    '"{canary}"."content" = \'\'',
    "cast('{canary}' as blob) is null",
    "segment = '{canary}' or content = ''",
    # settings, catalogue, environment
    "current_setting('allowed_directories') = ''",
    "getvariable('x') is null",
    "exists (select 1 from duckdb_settings())",
    "exists (from information_schema.tables)",
    "query_table('facts.fct_cases') is null",
    "json_execute_serialized_sql('{}') is null",
    "current_database() = 'casemart'",
    "pg_typeof(segment) = 'x'",
    "txid_current() > 0",
    "getenv('PATH') like '%bin%'",
    "today() > period_start",
    "gen_random_uuid() is null",
    # statements
    "1=1; select 1",
    "1=1;;",
    "true; copy (select 1) to '{canary}'",
    "true; attach '{canary}' as x",
    "true; load 'x'",
    "true; set lock_configuration = false",
    "true union select 1",
    "true intersect select true",
    "true limit (select 1)",
    "true) union select * from facts.fct_cases where (true",
    "(pivot facts.fct_cases on channel)",
    "(table facts.fct_cases)",
    "pending between (select 1) and 2",
    "pending = all (select 1)",
    "pending = any(array[1])",
    # comments and quotes
    "pending = 1 --",
    "pending = 1 /*! or true */",
    "pending = 1 /* /* */ */",
    "pending = 1 # or true",
    "segment = $x$phone$x$",
    "segment = U&'\\0070hone'",
    "segment = x'41'",
    "segment = b'1'",
    "segment = N'phone'",
    'segment = "phone',
    "[segment] = 'phone'",
    "@segment = 'phone'",
    # other characters that look like these
    "pending = 1\uff1b drop table x",
    "segment = \u2018phone\u2019",
    "segment = \uff07phone\uff07",
    "\u0455egment = 'phone'",
    "seg\u200bment = 'phone'",
    "\uff53egment = 'phone'",
    "pending \uff1d 1",
    "pending = 1 \u202e or true",
    "pending = \u0661",
    # casts, parameters, names
    "cast(segment as regclass) is null",
    "segment::json is null",
    "cast(pending as enum('a', 'b')) is null",
    "pending::integer[3] is null",
    "cast(pending as decimal(99, 9)) is null",
    "pending = ?1",
    "pending = $canary",
    "pending = :canary",
    "casemart.marts.first_contact_resolution.pending = 1",
    "excluded.pending = 1",
    '"pending""; drop table x; --" = 1',
    '"" = 1',
    "pending.pending = 1",
    "columns(c -> true) is null",
    "struct_pack(a := pending) is null",
    "try(pending / 0) is null",
    "segment like 'x' escape 'yy'",
    "pending = 1 is true is true = 'x'",
    "pending = 1" + "0" * 4000,
)
NOT_READ, NO_COLUMN = "--where ", "has no column"

NAMES = (
    "marts.build_info",
    "casemart.marts.build_info",
    '"build_info"',
    "build_info; drop table marts.build_info",
    "build_info--",
    "information_schema.tables",
    "duckdb_settings()",
    "sqlite_master",
    "read_text('{canary}')",
    "{canary}",
    "'{canary}'",
    "../../etc/passwd",
    "*",
    "%",
    "",
    " ",
    "first_contact_resolution' or '1'='1",
    "\uff46irst_contact_resolution",
    "\x1b[31mx",
    "a\nb",
    "{{ x }}",
    "$(id)",
    "x" * 5000,
)


def show(*arguments: str) -> tuple[str, ...]:
    return ("show", MART, *arguments)


NO_SUCH, NOT_THERE = "there is no", "is there already"
OPTIONS = [
    *(
        Attempt(f"a segment: {shown(text)}", show("--by", text), "there is no segment")
        for text in ("all' or '1'='1", "channel; drop table x", "segment_by", "(select 1)", "{canary}", "\x1b[31m")
    ),
    *(
        Attempt(f"a period: {shown(text)}", show("--grain", text), "there is no grain")
        for text in ("month'--", "month) or (true", "$1")
    ),
    *(
        Attempt(f"a first day: {shown(text)}", show("--from", text), "--from")
        for text in (
            "2026-01-01'; drop table x",
            "\uff12\uff10\uff12\uff16-01-01",
            "2026-02-30",
            "-infinity",
            "now()",
            "0000-00",
            "9999-99-99",
        )
    ),
    *(
        Attempt(f"a limit: {shown(text)}", show("--limit", text))
        for text in ("-1", "1; drop table x", "1e9", "all", "(select 1)", "٣")
    ),
    Attempt("a limit beyond all numbers", show("--limit", "9" * 30), "", 0),
    Attempt("a format that is code", show("-f", "csv; copy x to '{canary}'"), "there is no format"),
    Attempt("a format that is a path", show("-f", "../{canary}"), "there is no format"),
]
IDS = [
    *(
        Attempt(f"a case: {shown(text)}", ("trace", "case", text), "there is no case")
        for text in (
            "C-1001' or '1'='1",
            "%",
            "{canary}",
            "C-1001; drop table facts.fct_cases",
            "$1",
            "",
            "\x1b[2J",
            "[bold]C-1001[/bold]",
        )
    ),
    *(
        Attempt(f"a version: {shown(text)}", ("rollback", text), "there is no version")
        for text in ("../..", ".", "current", "..", "{canary}", "20260611T080000Z/..", "2026*", "", "\x1b[31m")
    ),
    *(
        Attempt(f"a load: {shown(text)}", ("quarantine", "show", "--load", text))
        for text in ("1 or 1=1", "1;", "٣x", "0x1", "null")
    ),
    Attempt("a load that is none", ("quarantine", "show", "--load", "-1"), "no such row", 0),
    *(
        Attempt(f"a table in quarantine: {shown(text)}", ("quarantine", "show", "--table", text), "there is no table")
        for text in ("cases' or '1'='1", "quarantine.rows", "landing.loads", "../cases", "--limit")
    ),
    *(
        Attempt(f"a file in quarantine: {shown(text)}", ("quarantine", "replay", "--file", text))
        for text in ("' or ''='", "{canary}", "%")
    ),
    *(Attempt(f"a load to withdraw: {shown(text)}", ("unland", text)) for text in ("1; drop table x", "1 or 1=1", "all")),
    Attempt("a load to withdraw that is not there: `999`", ("unland", "999")),
    Attempt("an option instead of a name: `--force`", ("show", "--force")),
    Attempt("an option behind `--` as a name", ("show", "--", "--help"), NO_SUCH),
    Attempt("an option behind `--` as a case", ("trace", "case", "--", "-f"), "there is no case"),
    Attempt("a file that is called like an option", ("land", "-o.csv"), "No such option"),
    Attempt("a file that is called like an option, behind `--`", ("land", "--", "-o.csv"), "is not called like a table"),
    Attempt("a table that is called like an option", ("land", "--table", "--replace", "--", "-o.csv"), NO_SUCH),
]
OUTPUTS = [
    Attempt("the file that is there", show("-o", "{canary}", "-f", "csv"), NOT_THERE),
    Attempt("a link to the file", show("-o", "link.csv"), "is a symbolic link"),
    Attempt("a link to the file, by force", show("-o", "link.csv", "--force"), "is a symbolic link"),
    Attempt("a folder with links, by force", ("export", "--all", "-o", "linked", "--force"), "is a symbolic link"),
    Attempt("a link to the published version, by force", show("-o", "version.csv", "--force"), "is a database"),
    Attempt("a link to nothing", show("-o", "dangling.csv"), "is a symbolic link"),
    Attempt("a link to nothing, by force", ("export", MART, "-o", "dangling.csv", "--force"), "is a symbolic link"),
    Attempt("a link, from quarantine", ("quarantine", "export", "-o", "dangling.csv"), "is a symbolic link"),
    Attempt("a folder for all marts with a link in it", ("export", "--all", "-o", "linked"), "is a symbolic link"),
    Attempt(
        "a folder for all marts with a link to nothing in it, by force",
        ("export", "--all", "-o", "linked", "-f", "json", "--force"),
        "is a symbolic link",
    ),
    Attempt(
        "the published version, by force",
        show("-o", "published/current/casemart.duckdb", "-f", "csv", "--force"),
        "is a database",
    ),
    Attempt(
        "the warehouse, by force",
        ("export", MART, "-o", "warehouse/warehouse.duckdb", "-f", "parquet", "--force"),
        "is a database",
    ),
    Attempt("a write-ahead log for the warehouse", show("-o", "warehouse/warehouse.duckdb.wal", "-f", "csv"), "is a database"),
    *(
        Attempt(f"{shown(text)}", show("-o", text, "-f", "csv", "--force"), "is not a regular file")
        for text in ("/dev/null", "/dev/full", "/dev/zero", "pipe.csv", "folder", ".", "/")
    ),
    *(
        Attempt(f"{shown(text)}", show("-o", text, "-f", "csv", "--force"), "is not a regular file")
        for text in ("/dev/stdout", "/dev/stderr", "/dev/fd/1")
    ),
    Attempt("an empty path", show("-o", "", "-f", "csv", "--force")),
    *(
        Attempt(f"{shown(text)}", show("-o", text, "-f", "csv", "--force"))
        for text in (
            "no/such/folder/x.csv",
            "folder/../no/../../x/y.csv",
            "s3://bucket/x.csv",
            "https://example.com/x.csv",
            "pipe.csv/x.csv",
        )
    ),
    Attempt("a path of 5,000 characters", show("-o", "x" * 5000 + ".csv", "-f", "csv"), "x.csv"),
    Attempt("a path with a NUL", show("-o", "x\0.csv", "-f", "csv")),
    *(
        Attempt(f"{shown(text)}", show("-o", text), "names no format")
        for text in ("x", "x.exe", "x.csv.bak", ".csv", "x.duckdb", "-rf")
    ),
    *(
        Attempt(f"{shown(text)}", ("-q", "export", MART, "-o", text), "", 0, writes=(text,))
        for text in (
            "x'; attach 'y' as z; --.parquet",
            "a*b[c]?.parquet",
            "x?access_mode=read_write.parquet",
            '"x".csv',
            "$(id).csv",
            "=cmd.xlsx",
            "{{ x }}.json",
            "\x1b[31m.csv",
            "-x.csv",
        )
    ),
    Attempt("`folder/../x.csv`", ("-q", "export", MART, "-o", "folder/../x.csv"), "", 0, writes=("x.csv",)),
    Attempt("a folder for all marts that is a file", ("export", "--all", "-o", "{canary}"), "is not a folder"),
    Attempt(
        "a folder for all marts that is a link to a file", ("export", "--all", "-o", "link.csv", "--force"), "is not a folder"
    ),
    Attempt(
        "quarantine into a database",
        ("quarantine", "export", "-o", "warehouse/warehouse.duckdb", "--force"),
        "is not called .csv",
    ),
    Attempt("quarantine over a file", ("quarantine", "export", "-o", "-o.csv"), NOT_THERE),
    Attempt(
        "quarantine, with names of columns that are SQL and formulas",
        ("-q", "quarantine", "export", "-o", "bad.csv"),
        "",
        0,
        writes=("bad.csv",),
    ),
]
SETTINGS = [
    Attempt(what, arguments or show(), says, code, settings=text)
    for what, text, says, code, arguments in (
        ("a condition", "[show]\nwhere = \"read_text('{canary}') = ''\"", "--where", 2, ()),
        ("a condition that is a list", "[show]\nwhere = ['true']", "is not one value", 2, ()),
        ("a condition that is a number", "[show]\nwhere = 1", "--where", 2, ()),
        ("a path", "[show]\noutput = '{canary}'\nformat = 'csv'", NOT_THERE, 2, ()),
        ("a path with a NUL", "[show]\noutput = \"x\\u0000.csv\"\nformat = 'csv'", "", 2, ()),
        ("a flag that is a word", "[show]\nforce = 'maybe'", "", 2, ()),
        ("a limit that is a table", "[show]\nlimit = {a = 1}", "is not one value", 2, ()),
        ("a limit that is code", "[show]\nlimit = '__import__(\"os\")'", "", 2, ()),
        ("a command that does not exist", "[shwo]\nwhere = 'true'", "did you mean `show`?", 2, ()),
        ("an escape sequence as a name", '["\\u001b[31m"]\nx = 1', "unknown table", 2, ()),
        ("an escape sequence as an option", '[show]\n"\\u001b[31m" = 1', "unknown", 2, ()),
        ("an internal name", "[show]\n__class__ = 'x'", "unknown", 2, ()),
        ("a command as a value", "show = 'x'", "is not a table", 2, ()),
        ("vars that are no table", "vars = 'x'", "is not a table", 2, ()),
        ("5,000 brackets", f"x = {DEEP}", "cannot be read", 2, ()),
        ("no TOML", SECRET, "cannot be read", 2, ()),
        ("bytes that are no text", "\udcff", "cannot be read", 2, ()),
        ("a table for landing", "[land]\ntable = '../cases'", "there is no table", 2, ("land", "--", "-o.csv")),
        (
            "an encoding for landing",
            "[land]\nencoding = 'zip'",
            "is not an encoding of text",
            2,
            ("land", "--table", "cases", "--", "-o.csv"),
        ),
    )
]
VARIABLES = [
    Attempt(f"{name}={shown(value)}", arguments, says, code, variables={name: value})
    for name, value, says, code, arguments in (
        ("CASEMART_SHOW_WHERE", "read_text('{canary}') = ''", "--where", 2, show()),
        ("CASEMART_SHOW_WHERE", "true; drop table x", "--where", 2, show()),
        ("CASEMART_SHOW_LIMIT", "many", "", 2, show()),
        ("CASEMART_SHOW_OUTPUT", "{canary}", "names no format", 2, show()),
        ("CASEMART_EXPORT_OUTPUT", "dangling.csv", "is a symbolic link", 2, ("export", MART)),
        ("CASEMART_EXPORT_FORCE", "maybe", "", 2, ("export", MART)),
        ("CASEMART_EXPORT_FORMAT", "exe", "there is no format", 2, ("export", MART)),
        ("CASEMART_HOME", "{canary}", "is not a folder", 2, show()),
        ("CASEMART_HOME", "/dev/null", "is not a folder", 2, show()),
        ("CASEMART_HOME", "/nonexistent", "nothing is published", 1, show()),
        ("CASEMART_DEBUG", "maybe", "", 2, show()),
        ("CASEMART_LAND_TABLE", "raw.cases", "there is no table", 2, ("land", "--", "-o.csv")),
        ("CASEMART_LAND_MAX_REJECTS", "nan", "no share", 2, ("land", "--table", "cases", "--", "-o.csv")),
        ("CASEMART_LAND_TIMEZONE", "'; drop table x", "there is no time zone", 2, ("land", "folder/cases.csv")),
        ("CASEMART_QUARANTINE_SHOW_TABLE", "x", "there is no table", 2, ("quarantine", "show")),
        ("TZ", "../../{canary}", "", 0, show()),
    )
]

ATTACKS: dict[str, list[Attempt]] = {
    "Conditions": [
        *(Attempt(shown(text), show("--where", text), "") for text in CONDITIONS),
    ],
    "Names of metrics and marts": [Attempt(shown(text), ("show", text), NO_SUCH) for text in NAMES],
    "Options": OPTIONS,
    "Ids": IDS,
    "Paths to write": OUTPUTS,
    "casemart.toml": SETTINGS,
    "Variables": VARIABLES,
}

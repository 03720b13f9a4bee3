"""Parquet and NDJSON land by the rules of CSV: the same rows, the same reasons, exactly, and nothing unaccounted for."""

from __future__ import annotations

import base64
import gzip
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest
from land_kit import case, check_ledger, printed, query, write_cases

from casemart.errors import CasemartError
from casemart.landing import land
from casemart.landing.content import Limits
from casemart.workspace import Workspace

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Run = Callable[..., CompletedProcess[str]]
SOUND = {"case_id": "1", "channel": "phone", "opened_at": "2026-01-05T10:00:00Z", "status": "open"}

SKIPPED = "skipped by the clocks of Europe/Berlin"

# One row of engagements (e1, a, 2026-01-05 10:00:00.123456), its moment as INT96, its account as a dictionary; by Arrow 26.
INT96 = gzip.decompress(
    base64.b64decode(
        "H4sIAOk6AmsC/22RwUrDQBCGJ0tYSqwQArNkIYccmsVCW4xQT6HiRbD0UHyAliVdasE2NW3qU3jxGXwNX8ejz+BsgtiKsDu7zMw3/+zO9PYhRcAQ"
        "wx4yunDkEQAwux1rTYoueuhNbDgAcMinKTHAwBL+KUEIxTrY+acaeG9fHzHA4TUBdOVkCCHf5Y9mrZEDthMWnpvNUi/N2mz289UigYmF64in87yo"
        "Ttyc3GdFnldlaRZzvQfBZCQzBRG2ZcJB/imHlCBGYqRa9xHaLhlkwpVcqrq/hhsC9+WxWk3NxEw9qbtuj77CcmT8GmcnOG9kj5uq8bEYq3fnV7X7"
        "A4lPRzDVogMu4q0unyuz7+fbbV+XZfESH0y5WxWb+Op6cDlIZUbPbhbc0BSmNLlv+VSwl74BAAA="
    )
)


def parquet(select: str, options: str = "", rows: list[Any] | None = None) -> bytes:
    """A Parquet file with what a query selects, from `rows` if there are any."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        file = Path(folder) / "x.parquet"
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create table rows as select unnest($rows::varchar[][]) as row", {"rows": rows or []})
        connection.execute(f"copy ({select}) to '{file}' (format parquet{options})")
        return file.read_bytes()


def ndjson(*records: dict[str, Any] | str) -> bytes:
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records).encode()


def test_all_formats_land_the_same(tmp_path: Path) -> None:
    """One export in every form, each in a folder of its own: rows, reasons and counts are those of the CSV file."""
    columns = "charge_id,contract_id,starts_on,ends_on,amount,billing_period,quantity,currency,is_new"
    rows = [
        ("0001", "c1", "2026-01-01", None, "0.1000", "month", "3", "EUR", "x"),
        ("0002", "c1", "2026-01-01", "2026-12-31", "99999999999999.9999", "year", None, "USD", "x"),
        ("0003", 'c "1",\n2', "2026-01-01", None, "-12.5000", "month", "1.5000", "usd", None),
        ("0004", "é😀", "2026-01-01", "2025-12-31", "1.0000", "month", "1.0000", "USD", None),
        ("0005", "c1", "2026-01-01", None, "1.0000", "fortnight", None, "USD", None),
        ("0006", None, "2026-01-01", None, "1.0000", "month", None, "USD", None),
        ("0007", "c1", "2026-01-01", None, "1.0000", "month", None, "USD", None),
        ("0007", "c1", "2026-01-01", None, "1.0000", "month", None, "USD", None),
    ]
    typed = """select row[1] as charge_id, row[2] as contract_id, row[3]::date as starts_on, row[4]::date as ends_on,
        row[5]::decimal(18, 4) as amount, row[6] as billing_period, row[7]::decimal(18, 4) as quantity, row[8] as currency,
        row[9] as is_new from rows"""
    records = [{name: value for name, value in zip(columns.split(","), row, strict=True) if value} for row in rows]
    numbers = [
        json.dumps(record).replace(f'"{record["amount"]}"', record["amount"]).replace('"3"', "3").replace('"1.5000"', "1.5e0")
        for record in records
    ]
    packed = parquet(typed, rows=rows)
    texts = '"' + '"\n"'.join('","'.join((value or "").replace('"', '""') for value in row) for row in rows) + '"\n'
    files = {
        "contract_charges.csv": (columns + "\n" + texts).encode(),
        "contract_charges.ndjson": ndjson(*records),
        "contract_charges_2026.jsonl": ndjson(*numbers).replace(b"\n", b"\r\n"),
        "contract_charges.ndjson.gz": gzip.compress(b"\xef\xbb\xbf" + ndjson(*records)),
        "contract_charges.jsonl.zst": zstd.compress(b"\n" + ndjson(*numbers).rstrip()),
        "contract_charges.parquet": packed,
        "contract_charges.old.PARQUET": parquet(typed, ", codec zstd, row_group_size 2048", rows),
        "contract_charges.parquet.gz": gzip.compress(packed),
        "contract_charges.parquet.zst": zstd.compress(packed),
    }
    found = {}
    for name, content in files.items():
        home = tmp_path / name
        home.mkdir()
        (home / name).write_bytes(content)
        [result] = land(Workspace(home), [home], max_rejects=1).files
        landed = query(home, "select * exclude (_file, _line, _load_id) from raw.contract_charges order by all")
        reasons = query(home, "select list_sort(list(reason)) from (select unnest(reasons) as reason from quarantine.rows)")
        check_ledger(home)
        found[name] = (
            result.records,
            result.landed,
            result.duplicates,
            result.quarantined,
            result.ignored_columns,
            landed,
            reasons,
        )
    expected = found["contract_charges.csv"]
    assert expected[:5] == (8, 4, 1, 3, ("is_new",))
    assert {name for name, each in found.items() if each != expected} == set()


def test_a_record_is_quarantined_with_its_text_and_number(tmp_path: Path) -> None:
    bad = [
        ("not JSON: NaN is no JSON number", '{"case_id": NaN}'),
        ("not JSON: Expecting value: column 1", "case_id,channel"),
        ("not JSON: Expecting ',' delimiter: column 15", '{"case_id": 1 "channel": 2}'),
        ("not JSON: Expecting ',' delimiter: column 14", '{"case_id": 007}'),
        ("not JSON: Extra data: column 3", "{}{}"),
        ("not a JSON object", '["case_id"]'),
        ("not a JSON object: nested too deeply", "[" * 200_000),
        ("case_id: the key stands twice", '{"case_id": "1", "x": 1, "x": 2, "Case_ID ": "1"}'),
        ("product: nested value", json.dumps(SOUND | {"product": {"name": "x", "parts": [1]}})),
        ("product: NUL character", json.dumps(SOUND | {"product": "a\x00b"})),
        ("product: half a character: an escaped surrogate without its other half", json.dumps(SOUND | {"product": "a\ud800"})),
        ("case_id: required", "{}"),
        ("opened_at: not a timestamp: 1767607200", json.dumps(SOUND | {"opened_at": 1767607200})),
        ("status: not one of open, closed: true", json.dumps(SOUND | {"status": True})),
    ]
    sound = [SOUND | {"case_id": 10**30}, SOUND | {"case_id": "007", "tags": [{"a": 1}], "product": '😀\r\n"é\u2028'}]
    lines = [
        *(text for _, text in bad),
        "",
        "  ",
        *map(json.dumps, sound),
        json.dumps(SOUND).replace('"1"', "-12.0"),
        json.dumps(SOUND),
    ]
    (tmp_path / "cases.ndjson").write_bytes(ndjson(*lines))
    [result] = land(Workspace(tmp_path), [tmp_path / "cases.ndjson"], max_rejects=1).files
    assert (result.records, result.landed, result.quarantined) == (len(bad) + 4, 4, len(bad))
    assert (result.ignored_columns, result.duplicates) == (("tags",), 0)
    quarantined = query(tmp_path, "select line, reasons[1], raw_text from quarantine.rows order by line")
    assert quarantined == [(number, *each) for number, each in enumerate(bad, 1)]
    assert query(tmp_path, "select case_id, product, _line - ? from raw.cases order by _line", [len(bad) + 2]) == [
        (str(10**30), None, 1),
        ("007", '😀\r\n"é\u2028', 2),
        ("-12", None, 3),
        ("1", None, 4),
    ]
    check_ledger(tmp_path)


def test_values_of_parquet_types_land_exactly(tmp_path: Path) -> None:
    """Per row: a column, the SQL of its value in the file, and what lands (or the reason why it does not)."""
    cases: list[tuple[str, str, str, str]] = [
        ("exchange_rates", "rate", "0.1::double", "0.10000000"),
        ("exchange_rates", "rate", "6.1e-05::double", "0.00006100"),
        ("exchange_rates", "rate", "1.1::float", "1.10000000"),
        ("exchange_rates", "rate", "9999999999.5::double", "9999999999.50000000"),
        ("exchange_rates", "rate", "2::utinyint", "2.00000000"),
        ("exchange_rates", "rate", "1.12345678::decimal(38,10)", "1.12345678"),
        ("exchange_rates", "rate", "1.1234567891::decimal(38,10)", "rate: more than 8 decimal places: 1.1234567891"),
        ("exchange_rates", "rate", "-1e-09::double", "rate: more than 8 decimal places: -0.000000001"),
        ("exchange_rates", "rate", "'nan'::double", "rate: not a number of decimal(18,8): nan"),
        ("exchange_rates", "rate", "1e300::double", "rate: not a number of decimal(18,8): 1e+300"),
        ("exchange_rates", "rate", "true", "rate: not a number of decimal(18,8): true"),
        ("exchange_rates", "rate_on", "timestamp '2026-02-01'", "2026-02-01"),
        ("exchange_rates", "rate_on", "timestamp_ns '2026-02-01'", "2026-02-01"),
        ("exchange_rates", "rate_on", "timestamp '2026-02-01 00:00:01'", "rate_on: not a date: 2026-02-01 00:00:01"),
        ("exchange_rates", "rate_on", "timestamptz '2026-02-01 00:00Z'", "rate_on: not a date: 2026-02-01 00:00:00+00"),
        ("exchange_rates", "rate_on", "date '0024-02-01'", "rate_on: not a date: 0024-02-01"),
        ("cases", "opened_at", "timestamptz '2026-07-01 10:00:00.123456+05:30'", "2026-07-01 04:30:00.123456"),
        ("cases", "opened_at", "timestamp '2026-07-01 10:00'", "2026-07-01 08:00:00"),
        ("cases", "opened_at", "timestamp_ns '2026-07-01 10:00:00.123456789'", "2026-07-01 08:00:00.123456"),
        ("cases", "opened_at", "timestamp '2026-03-29 02:30'", f"opened_at: {SKIPPED}: 2026-03-29 02:30:00"),
        ("cases", "opened_at", "timestamp 'infinity'", "opened_at: not a timestamp: infinity"),
        ("cases", "opened_at", "date '2026-07-01'", "opened_at: not a timestamp: 2026-07-01"),
        ("cases", "opened_at", "'01/07/2026 10:00'", "2026-07-01 08:00:00"),
        ("cases", "closed_at", "timestamptz '2026-07-01 10:00Z'", "2026-07-01 10:00:00"),
        ("cases", "case_id", "12345678901234567890123456789012345678::decimal(38,0)", "12345678901234567890123456789012345678"),
        ("cases", "case_id", "18446744073709551615::ubigint", "18446744073709551615"),
        ("cases", "case_id", "7::double", "7"),
        ("cases", "case_id", "'007'::enum('007')", "007"),
        ("cases", "case_id", "uuid '00000000-0000-4000-8000-000000000001'", "00000000-0000-4000-8000-000000000001"),
        ("cases", "product", "'{\"a\": 1}'::json", '{"a": 1}'),
        ("interactions", "talk_seconds", "4.0::double", "4"),
        ("interactions", "talk_seconds", "4.5::double", "talk_seconds: not an integer: 4.5"),
        ("interactions", "talk_seconds", "2147483648::bigint", "talk_seconds: not an integer: 2147483648"),
        ("contracts", "is_support_entitled", "false", "false"),
        ("contracts", "is_support_entitled", "1::tinyint", "true"),
        ("contracts", "is_support_entitled", "null::boolean", "is_support_entitled: required"),
    ]  # fmt: skip
    sound = {
        "exchange_rates": {"currency": "'EUR'", "rate_on": "date '2026-01-01'", "rate": "1"},
        "cases": {"case_id": "'1'", "channel": "'phone'", "opened_at": "timestamptz '2026-01-01 00:00Z'", "status": "'open'"},
        "interactions": {
            "interaction_id": "1", "case_id": "1", "occurred_at": "timestamptz '2026-01-01 00:00Z'",
            "direction": "'inbound'", "kind": "'message'",
        },
        "contracts": {"contract_id": "1", "account_id": "1", "starts_on": "date '2026-01-01'", "is_support_entitled": "true"},
    }  # fmt: skip
    folder = tmp_path / "in"
    folder.mkdir()
    for number, (table, column, value, _) in enumerate(cases):
        # The key tells the files apart, unless it is what is looked at.
        key = next(iter(sound[table]))
        columns = sound[table] | {key: f"'n{number}'"} | {column: value}
        select = ", ".join(f"{sql} as {name}" for name, sql in columns.items())
        (folder / f"{table}_{number:02}.parquet").write_bytes(parquet(f"select {select}"))
    (folder / "engagements.parquet").write_bytes(INT96)
    # Small, large and whole numbers side by side: none of them takes the path of another.
    mixed = "1e300::double, 5.0::double, 1e-05::double, 'inf'::double, null, -2.5::double, 9007199254740993::double"
    scores = f"select i as review_id, timestamp '2026-01-05' as reviewed_at, [{mixed}][i] as score, 10 as max_score"
    (folder / "quality_reviews.parquet").write_bytes(parquet(f"{scores} from range(1, 8) as numbers(i)"))
    land(Workspace(tmp_path), [folder], max_rejects=1, timezone="Europe/Berlin", date_format="%d/%m/%Y")
    found = []
    for number, (table, column, _, _) in enumerate(cases):
        file = str(folder / f"{table}_{number:02}.parquet")
        landed = query(tmp_path, f"select {column}::varchar from raw.{table} where _file = ?", [file])
        found += landed or query(tmp_path, "select reasons[1] from quarantine.rows where file = ?", [file])
    assert [value for (value,) in found] == [expected for _, _, _, expected in cases]
    assert query(tmp_path, "select review_id, score::varchar from raw.quality_reviews order by 1") == [("2", "5.0000")]
    table = "quality_reviews"
    assert query(tmp_path, "select reasons[1] from quarantine.rows where table_name = ? order by line", [table]) == [
        ("score: not a number of decimal(18,4): 1e+300",),
        ("score: more than 4 decimal places: 0.00001",),
        ("score: not a number of decimal(18,4): inf",),
        ("score: required",),
        ("score is outside 0..max_score",),
        ("score: not a number of decimal(18,4): 9007199254740992.0",),
    ]
    # Moments of INT96 have no zone: that of the call holds.
    assert query(tmp_path, "select engagement_id, account_id, occurred_at::varchar from raw.engagements") == [
        ("e1", "a", "2026-01-05 09:00:00.123456")
    ]
    check_ledger(tmp_path)


ROW = "select '1' as case_id, 'phone' as channel, timestamptz '2026-01-05 10:00Z' as opened_at, 'open' as status"
FILE = parquet(f"{ROW} from range(5000)", ", codec uncompressed")
LINE = json.dumps(SOUND)
REFUSED = {
    "cut": ("cases.parquet", FILE[:-9], "is cut off: a Parquet file ends as it begins"),
    "short": ("cases.parquet", b"PAR1", "is damaged, or no sound Parquet"),
    "hollow": ("cases.parquet", FILE[:4] + FILE[-8:], "is damaged, or no sound Parquet"),
    "torn page": ("cases.parquet", FILE[:4] + b"\xff" * 64 + FILE[68:], "is damaged, or no sound Parquet"),
    "torn footer": ("cases.parquet", FILE[:-160] + b"\x80" * 150 + FILE[-10:], "is damaged, or no sound Parquet"),
    "csv": ("cases.parquet", b"case_id,channel\n1,phone\n", "is not Parquet"),
    "encrypted": ("cases.parquet", b"PARE" + FILE[4:-4] + b"PARE", "is encrypted"),
    "empty": ("cases.parquet", b"", "is empty"),
    "workbook": ("cases.parquet", b"PK\x03\x04", "is a spreadsheet or ZIP archive, not Parquet"),
    "hidden gzip": ("cases.parquet", gzip.compress(FILE), "is compressed with gzip, not Parquet"),
    "cut gzip": ("cases.parquet.gz", gzip.compress(FILE)[:-9], "is cut off: its compressed content has no end"),
    "nested": ("cases.parquet", parquet(f"{ROW}, {{'a': 1}} as product"), "has nested values in the column product (STRUCT"),
    "list": ("cases.parquet", parquet(f"{ROW}, ['x'] as product"), "has nested values in the column product (VARCHAR[])"),
    "binary": ("cases.parquet", parquet(f"{ROW}, 'x'::blob as product"), "has binary values in the column product (BLOB)"),
    "missing": ("cases.parquet", parquet(f"select * rename (opened_at as open_at) from ({ROW})"), "has no column opened_at"),
    "row number": ("cases.parquet", parquet(f"{ROW}, 1 as file_row_number"), "has a column file_row_number"),
    "nul": ("cases.parquet", parquet(f"{ROW}, 'a' || chr(0) as product"), "has a NUL character in row 1"),
    "large": ("cases.parquet", parquet(f"{ROW}, repeat('x', 1100000) as product"), "has a record of more than 1,048,576 bytes"),
    "array": ("cases.ndjson", f"[{LINE}]".encode(), "is a JSON array, not NDJSON"),
    "pretty": ("cases.ndjson", json.dumps(SOUND, indent=2).encode(), "is JSON over several lines, not NDJSON"),
    "html": ("cases.jsonl", b"<html>", "is HTML or XML, not NDJSON"),
    "nothing": ("cases.jsonl", b"", "is empty"),
    "blank": ("cases.jsonl", b"\n \r\n", "has only blank lines"),
    "other names": ("cases.jsonl", LINE.replace("opened_at", "open_at").encode(), "has no column opened_at"),
    "latin": ("cases.jsonl", LINE.replace("phone", "\xe9").encode("latin-1"), "is not utf-8: line 1 holds other bytes"),
    "raw nul": ("cases.jsonl", LINE.encode() + b"\n\x00", "has a NUL byte in line 2"),
    "long": ("cases.jsonl", b'{"a":"' + b"x" * 1_200_000 + b'"}', "has a record of more than 1,048,576 bytes"),
    "cut zstd": ("cases.jsonl.zst", zstd.compress(LINE.encode())[:-3], "is cut off"),
    "rejects": ("cases.jsonl", b"x\n" + LINE.encode(), "1 of 2 records are refused"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_is_refused_for_what_it_is(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CasemartError) as refused:
        land(Workspace(tmp_path), [tmp_path / name])
    assert f"{name} {message}" in refused.value.message or f"{name}: {message}" in refused.value.message
    assert refused.value.hint
    assert not Workspace(tmp_path).warehouse.exists()
    assert list(Workspace(tmp_path).state.glob("landing-*")) == []


def test_bombs_are_refused(tmp_path: Path) -> None:
    limits = Limits(ratio=20, ratio_from_bytes=100_000)
    long = f"{ROW}, repeat('x', 50) as product from range(20_000)"
    many = "select null::varchar as case_id, null as channel, null as opened_at, null as status from range(200_000)"
    for name, content in {
        "cases_1.ndjson.gz": gzip.compress(ndjson(SOUND) * 10_000),
        "cases_2.parquet.zst": zstd.compress(parquet(f"{ROW} from range(200000)", ", codec uncompressed") + b"x" * 10**6),
        "cases_3.parquet": parquet(long),
        "cases_4.parquet": parquet(many),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CasemartError, match="unpacks to more than 20 times its size"):
            land(Workspace(tmp_path), [tmp_path / name], limits=limits)
    (tmp_path / "cases.parquet").write_bytes(FILE)
    with pytest.raises(CasemartError, match="holds more than 4,000 bytes"):
        land(Workspace(tmp_path), [tmp_path / "cases.parquet"], limits=Limits(content_bytes=4000))


def test_patterns_are_expanded_like_a_shell_does(tmp_path: Path, casemart: Run) -> None:
    for folder in ("2025", "2026", ".hidden"):
        (tmp_path / folder).mkdir()
        write_cases(tmp_path / folder / "cases.csv", case(folder))
    (tmp_path / "linked").symlink_to(tmp_path / "2026", target_is_directory=True)
    (tmp_path / "2026" / "notes.md").write_text("x")
    (tmp_path / "2026" / "cases_b.ndjson").write_bytes(ndjson(SOUND))
    assert "no file is called like 19*" in casemart("land", "19*/*.csv", cwd=tmp_path, code=2).stderr
    landed = casemart("land", "20*/*", "2026/cases_[b].*", tmp_path / "**" / "cases.csv", cwd=tmp_path)
    assert [row["file"] for row in printed(landed.stdout)] == [
        str(tmp_path / "2025/cases.csv"),
        str(tmp_path / "2026/cases.csv"),
        "2026/cases_b.ndjson",
    ]
    assert "2026/notes.md: ignored" in landed.stderr
    # A name that is there is that file, whatever is in it; and a pattern may name the table of them all.
    write_cases(tmp_path / "cases_[1].csv", case("brackets"))
    write_cases(tmp_path / "cases_1.csv", case("other"))
    write_cases(tmp_path / "x1.csv", case("x1"))
    casemart("land", "cases_[1].csv", cwd=tmp_path)
    casemart("land", "x?.csv", "--table", "cases", cwd=tmp_path)
    assert query(tmp_path, "select case_id from raw.cases order by _load_id desc, 1 limit 2") == [("x1",), ("brackets",)]
    assert query(tmp_path, "select count(*) from raw.cases") == [(5,)]


def test_a_folder_whose_name_is_a_pattern_reads_itself(tmp_path: Path) -> None:
    home = tmp_path / "a*b[c]?'x".replace("?", "")
    home.mkdir()
    (home / "cases.parquet").write_bytes(parquet(f"{ROW} union all select '2', 'phone', now(), 'opne'"))
    (home / "cases_2.ndjson").write_bytes(ndjson(SOUND, SOUND | {"case_id": 3, "status": "opne"}))
    result = land(Workspace(home), [home], max_rejects=1)
    assert [(file.records, file.quarantined) for file in result.files] == [(2, 1), (2, 1)]
    check_ledger(home)

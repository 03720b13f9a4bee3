"""Cases of NDJSON and Parquet."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from hostile_files import CASES, Case, accepted, case, normalised, quarantined, refused

LINES, FLAT = "cases.ndjson", "cases.parquet"
MISSING = "has no column"


def item(number: object, **other: Any) -> str:
    """A sound object, with other or more values."""
    sound = {"case_id": f"§{number}", "channel": "phone", "opened_at": "2026-01-05T10:00:00Z", "status": "open"}
    return json.dumps(sound | other, ensure_ascii=False) + "\n"


def with_text(text: str) -> str:
    """A sound object, and one whose product is spelled like this."""
    return item(1) + item(2, product=0).replace('"product": 0', f'"product": {text}')


def bad(what: str, line: str, says: str, counts: tuple[int, int, int] = (1, 0, 1)) -> Case:
    """A line behind a sound one."""
    return quarantined(what, item(1) + line, says, counts, file=LINES)


def audit(wait: str) -> str:
    sound = '"audit_id": "§1", "audited_at": "2026-01-05 10:00", "channel": "x", "check_name": "y", "passed": true'
    return f'{{{sound}, "wait_seconds": {wait}}}\n'


NDJSON = [
    accepted("one object a line", item(1) + item(2), 2, file=LINES),
    accepted("called .jsonl, without an end of the last line", item(1).strip(), file="cases.jsonl"),
    accepted("CRLF and blank lines", "\r\n" + item(1).replace("\n", "\r\n") + "\n \t\n" + item(2), 2, file=LINES),
    normalised("a byte order mark", item(1, product="é"), {"product": "é"}, file=LINES, encoding="utf-8-sig"),
    accepted(
        "keys absent, null, in another order, unknown",
        '{"mood": [1, {"a": 2}], "status": "open", "opened_at": "2026-01-05 10:00", '
        '"product": null, "channel": "phone", "case_id": "§1"}\n',
        file=LINES,
        finds={"product": None, "closed_at": None},
    ),
    normalised("capitals and blanks in keys", item(1).replace("status", " STATUS "), {"status": "open"}, file=LINES),
    normalised("letters as escapes", with_text(r'"\u00e9 \ud83c\udfa7 \n"'), {"product": "é 🎧 \n"}, 2, file=LINES),
    normalised(
        "a number as an id, with more digits than a double has",
        item(1).replace('"§1"', "12345678901234567890123"),
        {"case_id": "12345678901234567890123"},
        file=LINES,
    ),
    normalised("a number with an exponent: `1.2e1`", audit("1.2e1"), {"wait_seconds": "12"}, file="service_audits.ndjson"),
    accepted(
        "SQL and formulas as keys and values",
        item(1, **{"x'; drop table raw.cases; --": 1, "=1+1": 2, "product": "=cmd|'/C'!A0"}),
        file=LINES,
        finds={"product": "=cmd|'/C'!A0"},
    ),
    accepted("3,000 keys, each once", "".join(item(number, **{f"x{number}": 1}) for number in range(3000)), 3000, file=LINES),
    accepted("one object twice", item(1) * 2, counts=(1, 1, 0), file=LINES),
    bad("one id, two contents", item(1, product="x"), "one key with different content", (0, 0, 2)),
    bad("half an object", item(2)[:40] + "\n", "not JSON: "),
    bad("two objects in one line", item(2).strip() + item(3), "not JSON: Extra data"),
    bad("a comma behind the object", item(2).strip() + ",\n", "not JSON: Extra data"),
    bad("single quotes", item(2).replace('"', "'"), "not JSON: "),
    bad("a comment", "// archive\n", "not JSON: "),
    bad("a line of a log", "2026-01-05 10:00 started\n", "not JSON: "),
    bad("an array", f"[{item(2).strip()}]\n", "not a JSON object"),
    bad("numbers, words, texts and null", '42\ntrue\n"x"\nnull\n', "not a JSON object", (1, 0, 4)),
    bad("an empty object", "{}\n", "case_id: required"),
    bad("NaN", item(2, product=float("nan")), "NaN is no JSON number"),
    bad("infinity", item(2, product=float("-inf")), "-Infinity is no JSON number"),
    bad("a number with a zero in front", item(2).replace('"§2"', "007"), "not JSON: "),
    bad("a line break within a text", item(2, product="a\\b").replace("\\\\", "\n"), "not JSON: ", (1, 0, 2)),
    bad("half a surrogate pair as an escape", item(2, product=0).replace(": 0", r': "\ud800"'), "product: half a character"),
    bad("a NUL as an escape", item(2, product="a\0b"), "product: NUL character"),
    bad("an object as a value", item(2, product={"name": "x"}), "product: nested value"),
    bad("an array as a value", item(2, product=["x"]), "product: nested value"),
    bad("a key twice", item(2).replace("}", ', "status": "closed"}'), "status: the key stands twice"),
    bad("a key twice, in other letters", item(2, Status="closed"), "status: the key stands twice"),
    bad("a required key is absent", item(2).replace('"opened_at"', '"opend_at"'), "opened_at: required"),
    bad("a required value is null", item(2, status=None), "status: required"),
    bad("seconds since 1970", item(2, opened_at=1767607200), "opened_at: not a timestamp: 1767607200"),
    bad("a word of JSON as a code", item(2, status=True), "status: not one of open, closed: true"),
    bad("100,000 brackets", '{"x": ' + "[" * 100_000 + "\n", "not a JSON object: nested too deeply"),
    quarantined(
        "an exponent of nine digits",
        audit("1").replace("§1", "§0") + audit("1e999999999"),
        "wait_seconds: not an integer: 1e999999999",
        file="service_audits.ndjson",
    ),
    quarantined("CSV called .ndjson", CASES + case(1), "not JSON: ", (0, 0, 2), file=LINES),
    refused("no object has a required key", item(1).replace("status", "state"), "has no column status", file=LINES),
    refused("an array of objects", "[\n" + item(1).strip() + "\n]\n", "is a JSON array", file=LINES),
    refused("an object over several lines", json.dumps({"case_id": "1"}, indent=1), "is JSON over several lines", file=LINES),
    refused("UTF-16", item(1), "is UTF-16", file=LINES, encoding="utf-16"),
    refused(
        "Windows-1252", (item(1, product=1).replace(": 1}", ': "é"}')), "is not utf-8: line 1", file=LINES, encoding="cp1252"
    ),
    refused("a NUL", item(1) + "\0", "has a NUL byte in line 2", file=LINES),
    refused("empty", "", "is empty", file=LINES),
    refused("only blank lines", "\n \n", "has only blank lines", file=LINES),
    refused("a line of two megabytes", item(1, product="x" * 2_000_000), "has a record of more than 1,048,576 bytes", file=LINES),
    refused("gzip, cut off", lambda _key: gzip.compress(item(1).encode())[:-9], "is cut off", file="cases.ndjson.gz"),
    refused("Parquet called .ndjson", b"PAR1" + bytes(20), "is a Parquet file", file=LINES),
]

EMPTY = ("account_id", "contact_id", "product", "queue", "priority", "case_type", "topic", "process", "schedule", "closed_at")
SOUND = "'§1' as case_id, 'phone' as channel, timestamp '2026-01-05 10:00:00' as opened_at, 'open' as status"


def parquet(columns: str, more: str = "", options: str = "") -> Callable[[str], bytes]:
    """The bytes of a Parquet file with a row of these columns, and what `more` adds to the query."""

    def made(key: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "made.parquet"
            duckdb.sql(f"copy (select {columns} {more}) to '{file}' (format parquet{options})".replace("§", key))
            return file.read_bytes()

    return made


def flat(what: str, change: str, finds: dict[str, str | None]) -> Case:
    """A sound row with other columns, given as `replace` gives them: `value as name`."""
    return normalised(what, parquet(f"* replace ({change})", f"from (select {SOUND}, null as product)"), finds, file=FLAT)


def bad_row(what: str, change: str, says: str) -> Case:
    """A row behind a sound one, with another value in a column of one type."""
    name = change.rpartition(" as ")[2]
    rows = f"from (select {SOUND}, null::varchar as product) union all by name"
    rows = f"* replace ({name}::varchar as {name}) {rows} select * replace (({change.rpartition(' as ')[0]})::varchar as {name})"
    return quarantined(
        what, parquet(rows, f"from (select {SOUND.replace('§1', '§2')}, null::varchar as product)"), says, file=FLAT
    )


def cost(amount: str, month: str = "'2026-01-01'") -> Callable[[str], bytes]:
    return parquet(f"'§1' as cost_id, {month} as cost_month, 'other' as category, {amount} as amount, 'USD' as currency")


def changed(place: int) -> Callable[[str], bytes]:
    def made(key: str) -> bytes:
        content = bytearray(parquet(SOUND, "from range(2000)", ", compression zstd")(key))
        content[place] ^= 255
        return bytes(content)

    return made


def part(first: int | None, last: int | None) -> Callable[[str], bytes]:
    return lambda key: parquet(SOUND)(key)[first:last]


PARQUET = [
    accepted("texts and a timestamp", parquet(SOUND), file=FLAT, finds={"opened_at": "2026-01-05 10:00:00"}),
    accepted("no row", parquet(SOUND, "limit 0"), 0, file=FLAT),
    accepted(
        "nested and binary values in unknown columns",
        parquet(f"{SOUND}, {{'a': [1]}} as x, 'a'::blob as \"y'; drop table z\""),
        file=FLAT,
    ),
    accepted("one row three times", parquet(SOUND, "from range(3)"), counts=(1, 2, 0), file=FLAT),
    flat("a timestamp with an offset", "timestamptz '2026-01-05 11:00:00+01' as opened_at", {"opened_at": "2026-01-05 10:00:00"}),
    flat(
        "a timestamp of nanoseconds",
        "timestamp_ns '2026-01-05 10:00:00.123456789' as opened_at",
        {"opened_at": "2026-01-05 10:00:00.123456"},
    ),
    flat("an integer as an id", "12345678901234::bigint as case_id", {"case_id": "12345678901234"}),
    flat("a double as an id", "7::double as case_id", {"case_id": "7"}),
    flat("a list of words as a type", "'open'::enum('open', 'closed') as status", {"status": "open"}),
    normalised("a double as an amount: `0.1`", cost("0.1::double"), {"amount": "0.1000"}, file="costs.parquet"),
    normalised(
        "a moment at midnight as a day", cost("1", "timestamp '2026-01-01'"), {"cost_month": "2026-01-01"}, file="costs.parquet"
    ),
    quarantined(
        "a moment as a day",
        cost("1", "timestamp '2026-01-01 10:00'"),
        "cost_month: not a date: 2026-01-01 10:00:00",
        (0, 0, 1),
        file="costs.parquet",
    ),
    quarantined(
        "not a number", cost("'nan'::double"), "amount: not a number of decimal(18,4): nan", (0, 0, 1), file="costs.parquet"
    ),
    quarantined(
        "infinity", cost("'-inf'::double"), "amount: not a number of decimal(18,4): -inf", (0, 0, 1), file="costs.parquet"
    ),
    quarantined(
        "an amount beyond the type",
        cost("1e30::double"),
        "amount: not a number of decimal(18,4): ",
        (0, 0, 1),
        file="costs.parquet",
    ),
    quarantined(
        "an amount with more places than the contract has",
        cost("0.123456::decimal(18, 6)"),
        "amount: more than 4 decimal places",
        (0, 0, 1),
        file="costs.parquet",
    ),
    quarantined(
        "microseconds since 1970 as a number",
        parquet(f"* replace (1767607200000000 as opened_at) from (select {SOUND})"),
        "opened_at: not a timestamp: 1767607200000000",
        (0, 0, 1),
        file=FLAT,
    ),
    quarantined(
        "a time of day as a moment",
        parquet(f"* replace (time '10:00' as opened_at) from (select {SOUND})"),
        "opened_at: not a timestamp: 10:00:00",
        (0, 0, 1),
        file=FLAT,
    ),
    quarantined(
        "a moment before 1900",
        parquet(f"* replace (timestamp '0001-01-01' as opened_at) from (select {SOUND})"),
        "opened_at: not a timestamp: ",
        (0, 0, 1),
        file=FLAT,
    ),
    quarantined(
        "infinity as a moment",
        parquet(f"* replace (timestamp 'infinity' as opened_at) from (select {SOUND})"),
        "opened_at: not a timestamp: ",
        (0, 0, 1),
        file=FLAT,
    ),
    bad_row("a required value is missing", "null as channel", "channel: required"),
    bad_row("a word that is no code", "'opne' as status", "status: not one of open, closed: opne"),
    quarantined(
        "one id, two contents",
        parquet(f"{SOUND}, 'p' || range as product", "from range(2)"),
        "one key with different content",
        (0, 0, 2),
        file=FLAT,
    ),
    refused(
        "an object in a known column",
        parquet(f"{SOUND}, {{'a': 1}} as product"),
        "has nested values in the column product",
        file=FLAT,
    ),
    refused(
        "a list in a known column", parquet(f"{SOUND}, ['a'] as product"), "has nested values in the column product", file=FLAT
    ),
    refused(
        "a map in a known column",
        parquet(f"{SOUND}, map {{'a': 1}} as product"),
        "has nested values in the column product",
        file=FLAT,
    ),
    refused(
        "bytes in a known column", parquet(f"{SOUND}, 'a'::blob as product"), "has binary values in the column product", file=FLAT
    ),
    refused("a required column is missing", parquet("'1' as case_id"), "has no column channel, opened_at, status", file=FLAT),
    refused(
        "a column with nearly its name",
        parquet(f"* rename (status as statsu) from (select {SOUND})"),
        "rename `statsu` to `status`",
        file=FLAT,
    ),
    refused("a column of the reader's own", parquet(f"{SOUND}, 1 as file_row_number"), "has a column file_row_number", file=FLAT),
    refused("a NUL in a text", parquet(f"{SOUND}, 'a' || chr(0) as product"), "has a NUL character in row 1", file=FLAT),
    refused(
        "a text of two megabytes",
        parquet(f"{SOUND}, repeat('x', 2000000) as product"),
        "has a record of more than 1,048,576 bytes",
        file=FLAT,
    ),
    refused("the end cut off", part(None, -20), "is cut off", file=FLAT),
    refused("the first half", part(None, 200), "is cut off", file=FLAT),
    refused("the beginning cut off", part(50, None), "is not Parquet", file=FLAT),
    refused("a hole in the middle", lambda key: parquet(SOUND)(key)[:60] + parquet(SOUND)(key)[120:], "is damaged", file=FLAT),
    refused("a wrong byte in its index", changed(-30), "is damaged", file=FLAT),
    refused(
        "an index longer than the file", lambda key: parquet(SOUND)(key)[:-8] + b"\xff\xff\xff\x7fPAR1", "is damaged", file=FLAT
    ),
    refused("its two marks and nothing else", b"PAR1PAR1", "", file=FLAT),
    refused("its mark alone", b"PAR1", "", file=FLAT),
    refused("an encrypted file", b"PARE" + bytes(40) + b"PARE", "is encrypted", file=FLAT),
    refused("CSV called .parquet", CASES + case(1), "is not Parquet", file=FLAT),
    refused("a workbook called .parquet", b"PK\x03\x04" + bytes(30), "is a spreadsheet or ZIP archive", file=FLAT),
    refused("empty", b"", "is empty", file=FLAT),
    refused(
        "rows without end in few bytes",
        parquet(f"{SOUND}, null as {' , null as '.join(EMPTY)}", "from range(1000000)", ", row_group_size 1000000"),
        "unpacks to more than 300 times its size",
        file=FLAT,
    ),
]

FORMATS: dict[str, list[Case]] = {"NDJSON": NDJSON, "Parquet": PARQUET}

"""Cases of bytes, lines, quotes, fields and headers."""

from __future__ import annotations

from hostile_files import CASES, COSTS, Case, accepted, case, cost, normalised, quarantined, refused

SOUND = CASES + case(1)
CAFE = CASES + case(1, product="café")
BOM = b"\xef\xbb\xbf"
CLOSED_OR_OPEN = "status: not one of open, closed"
NOT_UTF8 = "is not utf-8: line 2 holds other bytes"
TOO_FEW = "1 fields instead of 6"
HEADER, ROW = CASES.strip(), case(1).strip()
MISSING = "has no column"

ENCODINGS = [
    accepted(
        "UTF-8 of many scripts", CASES + case(1, product="Grüße 日本語 العربية 🎧"), finds={"product": "Grüße 日本語 العربية 🎧"}
    ),
    normalised("UTF-8 with a byte order mark", CAFE, {"product": "café"}, encoding="utf-8-sig"),
    normalised("byte order mark before a quoted header", '"case_id",' + CAFE[8:], {"product": "café"}, encoding="utf-8-sig"),
    refused("UTF-16, little endian", CAFE.encode("utf-16"), "is UTF-16"),
    refused("UTF-16, big endian", b"\xfe\xff" + CAFE.encode("utf-16-be"), "is UTF-16"),
    refused("UTF-16 without its mark, little endian", CAFE, "`--encoding utf-16-le`", encoding="utf-16-le"),
    refused("UTF-16 without its mark, big endian", CAFE, "`--encoding utf-16-be`", encoding="utf-16-be"),
    refused("UTF-32", CAFE, "is UTF-32", encoding="utf-32"),
    normalised("UTF-16 that is named", CAFE, {"product": "café"}, encoding="utf-16", options=("--encoding", "utf-16")),
    normalised(
        "UTF-16-LE that is named, with a mark",
        "\ufeff" + CAFE,
        {"product": "café"},
        encoding="utf-16-le",
        options=("--encoding", "utf-16-le"),
    ),
    refused(
        "UTF-16 that is named and cut in half a character",
        CAFE.encode("utf-16")[:-1],
        "is not utf-16",
        options=("--encoding", "utf-16"),
    ),
    refused("Windows-1252", CAFE, NOT_UTF8, encoding="cp1252"),
    normalised(
        "Windows-1252 that is named", CAFE, {"product": "café"}, encoding="cp1252", options=("--encoding", "windows-1252")
    ),
    refused(
        "a byte that the named Windows-1252 does not have",
        CASES.encode() + b"1,\x81",
        "is not cp1252: line 2 holds other bytes",
        options=("--encoding", "cp1252"),
    ),
    normalised(
        "Shift-JIS that is named",
        CASES + case(1, product="表示ソ"),
        {"product": "表示ソ"},
        encoding="shift-jis",
        options=("--encoding", "shift-jis"),
    ),
    normalised("EBCDIC that is named", CAFE, {"product": "café"}, encoding="cp037", options=("--encoding", "cp037")),
    refused("UTF-8 that is said to be UTF-16", CAFE, "is not utf-16", options=("--encoding", "utf-16")),
    refused(
        "half a surrogate pair in the named UTF-7", CASES.encode() + b"1,+2AA-,", "is not utf-7", options=("--encoding", "utf-7")
    ),
    refused(
        "half a surrogate pair as an escape, read as unicode_escape",
        CASES + "1,\\ud800,",
        "is not unicode-escape",
        options=("--encoding", "unicode_escape"),
    ),
    *(
        refused(f"an encoding that is not meant for files: `{name}`", CAFE, "is not ", options=("--encoding", name))
        for name in ("idna", "punycode", "undefined")
    ),
    refused("an encoding that does not exist", SOUND, "there is no encoding", 2, options=("--encoding", "utf-9")),
    refused("an encoding that is none of text", SOUND, "is not an encoding of text", 2, options=("--encoding", "bz2")),
    refused("UTF-8 in an overlong form", CASES.encode() + b"1,\xc0\xaf", NOT_UTF8),
    refused("half a surrogate pair in UTF-8", CASES.encode() + b"1,\xed\xa0\x80", NOT_UTF8),
    refused("beyond the last character", CASES.encode() + b"1,\xf4\x90\x80\x80", NOT_UTF8),
    refused("UTF-8 cut within its last character", CASES.encode() + b"1,caf\xc3", NOT_UTF8),
    refused(
        "one wrong byte behind 100,000 sound rows",
        (CASES + case(1) * 100_000).encode() + b"\xff\n",
        "is not utf-8: line 100002 holds other bytes",
    ),
    accepted("text that was decoded wrongly before", CASES + case(1, product="cafÃ©"), finds={"product": "cafÃ©"}),
    refused("a NUL in a value", CASES + case(1, product="a\0b"), "has a NUL byte in line 2"),
    refused("NULs behind the last row, as after a power cut", SOUND + "\0" * 4096, "has a NUL byte in line 3"),
    refused("bytes of chance", bytes(range(253, 0, -1)) * 8, "is not utf-8: line 1"),
    accepted(
        "control characters in a value", CASES + case(1, product="\x1b[31mred\x07\x7f"), finds={"product": "\x1b[31mred\x07\x7f"}
    ),
    accepted("direction marks in a value", CASES + case(1, product="\u202egnp.exe"), finds={"product": "\u202egnp.exe"}),
    accepted(
        "characters without a name",
        CASES + case(1, product="\ufffe\U0010ffff\ue000"),
        finds={"product": "\ufffe\U0010ffff\ue000"},
    ),
]

LINES = [
    normalised("CRLF", SOUND.replace("\n", "\r\n"), {"product": None}),
    normalised("CR alone, of old Macs", (SOUND + case(2)).replace("\n", "\r"), {"status": "open"}, 2),
    normalised("all line ends in one file", HEADER + "\r\n" + case(1).strip() + "\n" + case(2).strip() + "\r" + case(3), {}, 3),
    normalised("CR CR LF, of a file copied as text twice", SOUND.replace("\n", "\r\r\n"), {"product": None}),
    accepted("no end behind the last line", SOUND.strip()),
    accepted("blank lines before, between and after", "\n\r\n" + CASES + "\n\n" + case(1) + "\r\n" + case(2) + "\n" * 50, 2),
    quarantined("a line of blanks", SOUND + "   \n", TOO_FEW),
    quarantined("rows of a spreadsheet that are empty", SOUND + ",,,,,\n" * 3, "case_id: required", (1, 0, 3)),
    quarantined("Ctrl-Z at the end, of DOS", SOUND + "\x1a", TOO_FEW),
    accepted(
        "Unicode line ends in a value",
        CASES + case(1, product="a\u2028b\u2029c\x85d\x0be\x0cf"),
        finds={"product": "a\u2028b\u2029c\x85d\x0be\x0cf"},
    ),
    quarantined(
        "two files in one, with both headers", SOUND + CASES + case(2), "opened_at: not a timestamp: opened_at", (2, 0, 1)
    ),
    quarantined(
        "two files in one, the second with a byte order mark",
        SOUND + "\ufeff" + CASES + case(2),
        "opened_at: not a timestamp",
        (2, 0, 1),
    ),
]

QUOTES = [
    normalised(
        "every field quoted",
        "\n".join(",".join(f'"{one}"' for one in line.split(",")) for line in SOUND.split("\n")[:2]),
        {"status": "open", "product": None},
    ),
    normalised("doubled quotes", CASES + case(1, product='"say ""hi"""'), {"product": 'say "hi"'}),
    normalised("delimiters and line ends within quotes", CASES + case(1, product='"a,b\r\nc\nd"') + case(2), {}, 2),
    quarantined("a quote within a plain value", SOUND + case(2, product='5" pipe'), "text beside a quoted value"),
    quarantined("text behind a closing quote", SOUND + case(2, product='"a"b'), "text beside a quoted value"),
    quarantined("a blank before an opening quote", SOUND + case(2, product=' "a, b"'), "", (1, 0, 1)),
    quarantined("quotes escaped by a backslash", SOUND + case(2, product='"say \\"hi\\""'), "text beside a quoted value"),
    quarantined("a quote that is never closed", CASES + case(1, product='"open') + case(2), "a quote is never closed"),
    quarantined(
        "a quote that is never closed, 10,000 rows before the end",
        CASES + case(0, product='"open') + "".join(case(number) for number in range(1, 10_001)),
        "a quote is never closed",
        (10_000, 0, 1),
    ),
    quarantined("single quotes", SOUND + case(2, status="'open'"), CLOSED_OR_OPEN),
    accepted("curly quotes", CASES + case(1, product="“a”"), finds={"product": "“a”"}),
    quarantined("rows quoted as a whole", SOUND + f'"{case(2).strip()}"\n', TOO_FEW),
    refused("header and rows quoted as a whole", f'"{HEADER}"\n"{ROW}"\n', MISSING),
    refused("a header whose quote is never closed", '"case_id,' + SOUND[8:], "has a header with unpaired quotes"),
    quarantined("half a million quotes in one value", SOUND + case(2, product='"' * 499_999), "a quote is never closed"),
    normalised(
        "half a million doubled quotes", CASES + case(1, product='"' + '""' * 250_000 + '"'), {"length(product)": "250000"}
    ),
]

FIELDS = [
    quarantined("a row with too few fields", SOUND + "§2,phone\n", "2 fields instead of 6"),
    quarantined("a row with too many fields", SOUND + case(2).strip() + ",more\n", "7 fields instead of 6"),
    quarantined(
        "a delimiter behind every row, not the header", CASES + case(1).strip() + ",\n", "7 fields instead of 6", (0, 0, 1)
    ),
    accepted("a delimiter behind every line", (SOUND + case(2)).replace("\n", ",\n"), 2),
    quarantined("a row of 50,000 fields", SOUND + "," * 49_999 + "\n", "50000 fields instead of 6"),
    quarantined("a line of totals at the end", SOUND + "Total: 1\n", TOO_FEW),
    quarantined("a comment between rows", SOUND + "# from here on: archive\n" + case(2), TOO_FEW, (2, 0, 1)),
    quarantined("the last row cut off", SOUND + case(2)[:20], "3 fields instead of 6"),
    quarantined("semicolons from the second row on", SOUND + case(2).replace(",", ";"), TOO_FEW),
    refused("a title above the header", "Cases of January\n" + SOUND, MISSING),
    refused("a comment above the header", "# made by a tool, 2026\n" + SOUND, MISSING),
    refused("Excel's line `sep=,` above the header", "sep=,\n" + SOUND, MISSING),
    refused("semicolons", SOUND.replace(",", ";"), "seems to be separated by ';'"),
    refused("tabs in .csv", SOUND.replace(",", "\t"), "seems to be separated by tab"),
    refused("bars", SOUND.replace(",", "|"), "seems to be separated by '|'"),
    refused("a table of Markdown", "| case_id | channel |\n|---|---|\n| 1 | phone |\n", "seems to be separated by '|'"),
    refused("commas in .tsv", SOUND, "seems to be separated by ','", file="cases.tsv"),
    refused("colons", SOUND.replace(",", ":"), MISSING),
    refused(
        "columns set by blanks", "case_id  channel  opened_at         status\n1        phone    2026-01-05 10:00  open\n", MISSING
    ),
    refused("the unit separator of ASCII", SOUND.replace(",", "\x1f"), MISSING),
    accepted(
        "tabs in .tsv",
        (CASES + case(1, product="a,b")).replace(",", "\t").replace("a\tb", "a,b"),
        file="cases.tsv",
        finds={"product": "a,b"},
    ),
    normalised("semicolons that are named", SOUND.replace(",", ";"), {"status": "open"}, options=("--delimiter", ";")),
    normalised("tabs that are named", SOUND.replace(",", "\t"), {"status": "open"}, options=("--delimiter", "tab")),
    quarantined(
        "decimal commas between named semicolons",
        (COSTS + cost(1) + cost(2, "12.5")).replace(",", ";").replace(".", ","),
        "amount: not a number of decimal(18,4): 12,5",
        file="costs.csv",
        options=("--delimiter", ";"),
    ),
    refused("a delimiter of two characters", SOUND, "cannot be a delimiter", 2, options=("--delimiter", "||")),
    refused("a letter as delimiter", SOUND, "cannot be a delimiter", 2, options=("--delimiter", "e")),
    refused("a quote as delimiter", SOUND, "cannot be a delimiter", 2, options=("--delimiter", '"')),
    refused("a line end as delimiter", SOUND, "cannot be a delimiter", 2, options=("--delimiter", "\n")),
    refused("an empty delimiter", SOUND, "cannot be a delimiter", 2, options=("--delimiter", "")),
    refused("a delimiter that is not ASCII", SOUND, "cannot be a delimiter", 2, options=("--delimiter", "§")),
]


def head(**renamed: str) -> str:
    """A sound file with other names in its header."""
    names = [renamed.get(name, name) for name in HEADER.split(",")]
    return ",".join(names) + "\n" + case(1)


HEADERS = [
    refused("empty", "", "is empty"),
    refused("a byte order mark and nothing else", BOM, "has only blank lines"),
    refused("only line ends", "\n\r\n\n", "has only blank lines"),
    refused("only blanks", "   \n", MISSING),
    accepted("a header and no row", CASES, 0),
    accepted("a header without a line end", HEADER, 0),
    refused("no header", ROW + "\n" + case(2), MISSING),
    refused("a required column is missing", head(opened_at="note"), "has no column opened_at, which cases requires"),
    refused("a required column has nearly its name", head(opened_at="opend_at"), "rename `opend_at` to `opened_at`"),
    refused(
        "names in another language", "Fallnummer,Kanal,Eröffnet,Zustand\n", "has no column case_id, channel, opened_at, status"
    ),
    refused("a Cyrillic letter in a name", head(case_id="\u0441\u0430se_id"), "has no column case_id"),
    refused("an invisible character in a name", head(case_id="case\u200b_id"), "rename `case\\u200b_id` to `case_id`"),
    refused("a line break in a quoted name", head(case_id='"case\n_id"'), "has no column case_id"),
    refused("a column twice", head(product="status"), "has the column status twice"),
    refused("a column twice, in other letters", head(product=" Status "), "has the column status twice"),
    refused("an unknown column twice", head(product="x", closed_at="x"), "has the column x twice"),
    normalised("capitals, and blanks around names", HEADER.upper().replace(",", " ,\t") + "\n" + case(1), {"status": "open"}),
    normalised("no-break spaces around names", head(case_id="\xa0case_id\xa0"), {"status": "open"}),
    accepted(
        "columns in another order",
        "status,opened_at,§,channel,case_id\nopen,2026-01-05 10:00,x,phone,§1\n",
        finds={"channel": "phone", "status": "open"},
    ),
    accepted(
        "optional columns absent", "case_id,channel,opened_at,status\n§1,phone,2026-01-05 10:00,open\n", finds={"product": None}
    ),
    accepted("unknown columns", head(product="mood,weather").replace(",open,", ",open,good,wet"), finds={"product": None}),
    accepted("columns without a name", head(product=",").replace(",open,", ",open,x,y")),
    accepted(
        "2,000 unknown columns", head(product=",".join(f"x{number}" for number in range(2000))).rstrip("\n") + "," * 1999 + "\n"
    ),
    accepted(
        "names that landing uses itself",
        head(product="_line,_file,_load_id,_reasons,line,f0,rowid,v_case_id,row_number").rstrip("\n") + "," * 8 + "\n",
    ),
    accepted("SQL as a name", head(product='"x""; drop table raw.cases; --"'), finds={"product": None}),
    accepted(
        "a formula, markup and an escape sequence as names",
        head(product="=1+1,<b>x</b>,\x1b[31mred,{{ x }}").rstrip("\n") + ",,,\n",
    ),
    quarantined("a required column without a value", CASES + case(1, at="") + case(2), "opened_at: required"),
    refused("100,000 columns", head(product="x," * 100_000 + "product"), "has 100,006 columns, more than 5,000"),
    refused("a header of one name, of 100,000 characters", "x" * 100_000 + "\n1\n", MISSING),
    refused("a header of two megabytes", "x" * 2_000_000 + "," + SOUND, "has no header"),
]

TEXTS: dict[str, list[Case]] = {
    "Encodings": ENCODINGS,
    "Line ends": LINES,
    "Quotes": QUOTES,
    "Fields and delimiters": FIELDS,
    "Headers": HEADERS,
}

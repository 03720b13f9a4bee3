"""Cases of ids, large values, keys, ranges, and text that means something elsewhere."""

from __future__ import annotations

from hostile_files import CASES, Case, accepted, case, normalised, quarantined, quote, refused, shown
from hostile_values import CLOSED_OR_OPEN, seconds, status

REVIEWS = "review_id,reviewed_at,score,max_score\n§1,2026-01-05 10:00,4,5\n"

IDS = [
    accepted("leading zeros", CASES + case(1).replace("§1", "007"), finds={"case_id": "007"}),
    accepted("as many digits as no integer has", CASES + case(1).replace("§1", "9" * 60), finds={"case_id": "9" * 60}),
    accepted("an exponent", CASES + case(1).replace("§1", "1e5"), finds={"case_id": "1e5"}),
    accepted(
        "words for nothing", CASES + "".join(case(1).replace("§1", one) for one in ("NULL", "nan", "N/A", "None", "\\N", "-")), 6
    ),
    normalised("blanks around", CASES + case(1).replace("§1", '"\t A 1\xa0\n"'), {"case_id": "A 1"}),
    accepted("Latin and Cyrillic look-alikes are two", CASES + case("A") + case("\u0410"), 2),
    accepted("composed and decomposed letters are two", CASES + case("\u00e9") + case("e\u0301"), 2),
    accepted("capitals and small letters are two", CASES + case("a") + case("A"), 2),
    accepted("an id of 100,000 characters", CASES + case("x" * 100_000), finds={"length(case_id) > 99999": "true"}),
    quarantined("no id", CASES + case(1) + case(2).replace("§2", ""), "case_id: required"),
    quarantined("an id of blanks", CASES + case(1) + case(2).replace("§2", '" \t\xa0"'), "case_id: required"),
]

LARGE = [
    accepted("a value of 900,000 characters", CASES + case(1, product="x" * 900_000), finds={"length(product)": "900000"}),
    refused("a value of two megabytes", CASES + case(1, product="x" * 2_000_000), "has a record of more than 1,048,576 bytes"),
    refused(
        "a quoted value of two megabytes",
        CASES + case(1, product='"' + "x" * 2_000_000 + '"'),
        "has a record of more than 1,048,576 bytes",
    ),
    quarantined(
        "a quoted value of two megabytes in 20,000 lines: its quote counts as open",
        CASES + case(1) + case(2, product='"' + ("\n" + "x" * 99) * 20_000 + '\n"'),
        "a quote is never closed",
        (1, 0, 20_002),
        also="1 fields instead of 6",
    ),
    refused("three megabytes in one line", "x" * 3_000_000, "has no header"),
    accepted("a million blank lines", CASES + "\n" * 1_000_000 + case(1)),
    quarantined(
        "a value that is wrong, of 900,000 characters",
        CASES + case(1) + case(2, at="x" * 900_000),
        "opened_at: not a timestamp: xxx",
    ),
]

KEYS = [
    accepted("a row twice", CASES + case(1) * 2, counts=(1, 1, 0)),
    accepted(
        "a row twice, in two spellings", CASES + case(1) + case(1, at=" 2026-01-05 11:00+01:00", status="OPEN"), counts=(1, 1, 0)
    ),
    quarantined(
        "one id, two contents", CASES + case(1, "a") + case(1, "b"), "case_id: one key with different content: ", (0, 0, 2)
    ),
    quarantined(
        "one id, two contents, three rows",
        CASES + case(1, "a") * 2 + case(1, "b") + case(2),
        "one key with different content",
        (1, 0, 3),
    ),
    quarantined("one id, a wrong row beside a sound one", CASES + case(1) + case(1, status="opne"), CLOSED_OR_OPEN),
    quarantined(
        "one id, and 10,000 contents",
        CASES + "".join(case(1, str(number)) for number in range(10_000)) + case(2),
        "one key with different content",
        (1, 0, 10_000),
    ),
    quarantined(
        "a key of two parts, one of them empty",
        "account_id,account_name,valid_from\n§1,a,\n§1,b,\n§1,c,2026-01-01\n",
        "account_id, valid_from: one key with different content: ",
        (1, 0, 2),
        file="accounts.csv",
    ),
    accepted("one row in two files", CASES + case(1), counts=(1, 1, 0), others={"cases_b.csv": CASES + case(1)}),
    quarantined(
        "one id in two files with two contents",
        CASES + case(1, "a"),
        "one key with different content",
        (0, 0, 2),
        others={"cases_b.csv": CASES + case(1, "b")},
    ),
    normalised(
        "one id with another content in a later load: the later one counts",
        CASES + case(1, "new"),
        {"product": "new"},
        before=CASES + case(1, "old"),
    ),
    accepted("the same row in a later load", CASES + case(1) + case(2), counts=(1, 1, 0), before=CASES + case(1)),
]

RANGES = [
    quarantined(
        "closed before opened",
        CASES + case(1) + case(2, closed="2026-01-05T09:59:59Z", status="closed"),
        "closed_at is before opened_at",
    ),
    quarantined(
        "closed before opened once both are in UTC",
        CASES + case(1) + case(2, closed="2026-01-05T11:00:00+02:00", status="closed"),
        "closed_at is before opened_at",
    ),
    accepted("opened and closed at one instant", CASES + case(1, closed="2026-01-05T10:00:00Z", status="closed")),
    quarantined(
        "a score above its scale",
        REVIEWS + "§2,2026-01-05 10:00,5.0001,5\n",
        "score is outside 0..max_score",
        file="quality_reviews.csv",
    ),
    quarantined(
        "a score below its scale",
        REVIEWS + "§2,2026-01-05 10:00,-1,5\n",
        "score is outside 0..max_score",
        file="quality_reviews.csv",
    ),
    quarantined(
        "an answer outside its scale",
        "response_id,question,survey_type,responded_at,score,scale_min,scale_max\n"
        "§1,q,post_case,2026-01-05 10:00,5,1,5\n§2,q,post_case,2026-01-05 10:00,6,1,5\n",
        "score is outside its scale",
        file="survey_responses.csv",
    ),
    quarantined(
        "an answer that is neither yes nor no",
        "response_id,question,survey_type,responded_at,answer\n"
        "§1,issue_resolved,post_case,2026-01-05 10:00,yes\n§2,issue_resolved,post_case,2026-01-05 10:00,perhaps\n",
        "",
        file="survey_responses.csv",
    ),
    quarantined("negative seconds", seconds("-1"), "talk_seconds is negative", file="interactions.csv"),
    quarantined(
        "a rate of zero",
        "currency,rate_on,rate\nEUR,2026-01-05,1.1\nGBP,2026-01-05,0\n",
        "rate is not positive",
        file="exchange_rates.csv",
    ),
    quarantined(
        "ends before it starts",
        "contract_id,account_id,starts_on,ends_on,is_support_entitled\n§1,A,2026-01-01,2026-01-01,1\n"
        "§2,A,2026-01-02,2026-01-01,1\n",
        "ends_on is before starts_on",
        file="contracts.csv",
    ),
    quarantined(
        "a charge per term without an end",
        "charge_id,contract_id,starts_on,ends_on,amount,billing_period,currency\n"
        "§1,C,2026-01-01,,1,month,USD\n§2,C,2026-01-01,,1,term,USD\n",
        "a charge per term needs ends_on",
        file="contract_charges.csv",
    ),
]

MEANINGFUL = {
    "SQL": "'); drop table raw.cases; --",
    "SQL that reads a file": "(select content from read_text('/etc/passwd'))",
    "a formula": '=HYPERLINK("https://example.com","x")',
    "a formula with at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a formula with plus": "+1+cmd",
    "markup": "<script>alert(1)</script>",
    "markup of a terminal": "[bold red]x[/]",
    "a template": "{{ env_var('HOME') }}{% raw %}",
    "a format": "%s%n{0.__class__}",
    "shell": "$(touch pwned)`id`;|&",
    "a path": "../../etc/passwd",
    "an escape sequence": "\x1b]0;title\x07\x1b[2J",
}

INJECTIONS = [
    *(
        accepted(f"{what} as a value: {shown(value)}", CASES + case(1, product=quote(value)), finds={"product": value})
        for what, value in MEANINGFUL.items()
    ),
    *(
        accepted(f"{what} as an id: {shown(value)}", CASES + case(1).replace("§1", quote(value)), finds={"case_id": value})
        for what, value in MEANINGFUL.items()
        if what in ("SQL", "a formula", "a template")
    ),
    *(
        quarantined(f"{what} as a status: {shown(value)}", status(value), f"{CLOSED_OR_OPEN}: {value}")
        for what, value in MEANINGFUL.items()
        if what in ("SQL", "a formula", "markup", "an escape sequence")
    ),
]

ROWS: dict[str, list[Case]] = {
    "Ids": IDS,
    "Large values": LARGE,
    "Keys": KEYS,
    "Ranges": RANGES,
    "Text that means something elsewhere": INJECTIONS,
}

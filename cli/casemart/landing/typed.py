"""The typing rules as SQL: from the text of each field to a typed value, or a reason why it is none.

Every rule asks for the exact spelling before it casts, since DuckDB's own casts take far more (4.5 is 5, year 24 is 24).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from casemart.contract import Column, Rule, Table
from casemart.errors import UsageError
from casemart.warehouse import Connection, identifier, quoted

# What surrounds a value without belonging to it.
BLANKS = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160)"
DAY = "(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}"
CLOCK = "[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"
OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
BOOLEANS = {"true": ("true", "t", "yes", "y", "1"), "false": ("false", "f", "no", "n", "0")}
LONGEST_SHOWN = 60  # characters of a value in a reason


@dataclass(frozen=True)
class Spelling:
    """How a file spells moments: the zone of those without an offset, and a strptime format of other dates."""

    timezone: str = "UTC"
    date_format: str | None = None

    @property
    def has_clock(self) -> bool:
        """Whether the format is that of timestamps; dates are then ISO 8601."""
        return bool(self.date_format and re.search("%-?[HIMSfgnpXczZT]", self.date_format))

    @property
    def has_offset(self) -> bool:
        return bool(self.date_format and re.search("%[zZ]", self.date_format))

    @property
    def parameters(self) -> dict[str, str]:
        """What the SQL of this module binds."""
        zone = {} if self.timezone == "UTC" else {"timezone": self.timezone}
        return zone | ({"date_format": self.date_format} if self.date_format else {})


def check_spelling(connection: Connection, spelling: Spelling) -> None:
    """UsageError for a zone or a format that DuckDB does not know."""
    if spelling.timezone != "UTC":
        query = "select count(*) from pg_timezone_names() where name = ?"
        if not connection.execute(query, [spelling.timezone]).fetchall()[0][0]:
            raise UsageError(f"there is no time zone {spelling.timezone!r}", "an IANA name, for example Europe/Berlin")
    if (text := spelling.date_format) is not None:
        import duckdb

        if not (re.search("%[Yyxc]", text) and re.search("%-?[mbBjxc]", text) and re.search("%-?[dejxc]", text)):
            raise UsageError(f"the date format {text!r} does not say year, month and day", "for example %d/%m/%Y")
        try:
            connection.execute("select try_strptime('', ?)", [text]).fetchall()
        except duckdb.Error as error:
            raise UsageError(f"{text!r} is not a date format: {str(error).splitlines()[0]}", "for example %d/%m/%Y") from error


def typed_select(
    table: Table, header: dict[str, int], field_count: int, spelling: Spelling, source: str, natives: frozenset[str] = frozenset()
) -> str:
    """Typed columns, `_line` and `_reasons` (NULL = sound) of the text columns `line, f0, f1 …` of `source`.

    `header` has the position of each contract column that the file has. `natives` are columns whose texts were made from
    typed values: the file's date format does not speak of them.
    """
    plain = replace(spelling, date_format=None)
    spellings = {column.name: plain if column.name in natives else spelling for column in table.columns}
    present = [(column, f"f{header[column.name]}") for column in table.columns if column.name in header]
    fields = "".join(f", f{index}" for index in range(field_count))
    values = ", ".join(
        f"{_value(column, text, spellings[column.name])} as {identifier('v_' + column.name)}" for column, text in present
    )
    bad = {column.name: _is_bad(column, text) for column, text in present if _is_bad(column, text)}
    reasons = [
        f"case when {bad[column.name]} then {_reason(column, text, spelling)} end"
        for column, text in present
        if column.name in bad
    ]
    for rule in table.rules:
        is_broken = _is_broken(rule, bad)
        bad[f"rule {rule.name}"] = is_broken
        reasons.append(f"case when {is_broken} then {quoted(rule.message)} end")
    columns = ", ".join(
        (identifier("v_" + column.name) if column.name in header else f"null::{column.duckdb_type}")
        + f" as {identifier(column.name)}"
        for column in table.columns
    )
    # The names of the contract stand for typed values in the rules.
    named = ", ".join(identifier(column.name) for column in table.columns)
    any_bad = " or ".join(f"coalesce({condition}, false)" for condition in bad.values()) or "false"
    listed = f"list_filter([{', '.join(reasons) or 'null'}], lambda reason: reason is not null)"
    return f"""
        with texts as (select line{fields} from {source}),
        typed as (select line{fields}, {values} from texts),
        named as (select line{fields}, {columns} from typed)
        select {named}, line as _line, case when {any_bad} then {listed} end as _reasons
        from named"""


def _value(column: Column, text: str, spelling: Spelling) -> str:
    """The value of a field, NULL for what is blank or not of the type."""
    trimmed = f"nullif(trim({text}, {BLANKS}), '')"
    if column.data_type == "string":
        return _string(column, text, trimmed)
    if column.data_type == "boolean":
        choices = " ".join(f"when '{word}' then {value}" for value, words in BOOLEANS.items() for word in words)
        return f"case lower({trimmed}) {choices} end"
    if column.data_type == "timestamp":
        return _timestamp(text, trimmed, spelling)
    if column.data_type == "date":
        if spelling.date_format and not spelling.has_clock:
            text = trimmed = f"strftime(try_strptime({trimmed}, $date_format), '%Y-%m-%d')"
        return _exact(DAY, "date", text, trimmed)
    if column.data_type == "integer":
        return _exact("[+-]?[0-9]+", "integer", text, trimmed)
    scale = _scale(column)
    return _exact(f"[+-]?(?:[0-9]+(?:[.][0-9]{{0,{scale}}}0*)?|[.][0-9]{{1,{scale}}}0*)", column.data_type, text, trimmed)


def _exact(pattern: str, data_type: str, text: str, trimmed: str) -> str:
    # Nearly every field is sound as it stands; only the others are trimmed.
    return f"""case when regexp_full_match({text}, '{pattern}') then try_cast({text} as {data_type})
        when regexp_full_match({trimmed}, '{pattern}') then try_cast({trimmed} as {data_type}) end"""


def _string(column: Column, text: str, trimmed: str) -> str:
    if column.codes:
        # Not `in`: from five values on DuckDB makes a join of it, and computes what stands in front of it for every row.
        choices = " ".join(f"when {quoted(code)} then {quoted(code)}" for code in column.codes)
        return f"case {text} {choices} else case lower({trimmed}) {choices} end end"
    if column.is_code:
        return f"case when regexp_full_match({text}, '[a-z0-9_]+') then {text} else lower({trimmed}) end"
    if column.name.endswith("_id"):
        is_clean = f"ascii({text}) between 33 and 126 and {text}[-1] between '!' and '~'"
        return f"case when {is_clean} then {text} else {trimmed} end"
    return f"case when {trimmed} is not null then {text} end"


def _timestamp(text: str, trimmed: str, spelling: Spelling) -> str:
    if spelling.date_format:
        text = trimmed = _iso(trimmed, spelling)
    moment = f"{DAY}[T ]{CLOCK}"
    if spelling.timezone == "UTC":
        return _utc(_exact(f"{moment}{OFFSET}?", "timestamptz", text, trimmed))
    # A local time that the clocks skipped comes back as another one. One that they show twice is read as the second.
    local = f"try_cast({trimmed} as timestamp)"
    there = f"timezone($timezone, {local})"
    return _utc(f"""case when regexp_full_match({trimmed}, '{moment}{OFFSET}') then try_cast({trimmed} as timestamptz)
        when regexp_full_match({trimmed}, '{moment}') and timezone($timezone, {there}) = {local} then {there} end""")


def _utc(moment: str) -> str:
    """The UTC timestamp of an instant; through microseconds, since the calendar that a cast would ask is slow."""
    return f"make_timestamp(epoch_us({moment}))"


def _iso(trimmed: str, spelling: Spelling) -> str:
    """A timestamp in the spelling of `date_format`, rewritten to ISO 8601."""
    if spelling.has_clock:
        offset = " || 'Z'" if spelling.has_offset else ""
        rewritten = f"strftime(try_strptime({trimmed}, $date_format), '%Y-%m-%d %H:%M:%S.%f'){offset}"
    else:
        parts = f"'^(.*)[T ]({CLOCK}{OFFSET}?)$'"
        day = f"try_strptime(regexp_extract({trimmed}, {parts}, 1), $date_format)"
        rewritten = f"strftime({day}, '%Y-%m-%d') || ' ' || regexp_extract({trimmed}, {parts}, 2)"
    # A format that looks like ISO 8601 (%Y-%d-%m) must not fall back to it: 2026-02-13 would be read the other way round.
    assert spelling.date_format
    return rewritten if spelling.date_format.startswith("%Y-") else f"coalesce({rewritten}, {trimmed})"


def _is_bad(column: Column, text: str) -> str:
    """Whether the field is refused. What is blank is only refused where it is required."""
    value = identifier(column.name)
    if column.data_type == "string" and not column.codes:
        return f"{value} is null" if column.is_required else ""
    # A case, since both sides of an `and` are computed for every row.
    is_wrong = f"case when {value} is null then trim({text}, {BLANKS}) <> '' else false end"
    return f"{value} is null" if column.is_required else is_wrong


def _reason(column: Column, text: str, spelling: Spelling) -> str:
    trimmed = f"trim({text}, {BLANKS})"
    shown = f"case when length({trimmed}) > {LONGEST_SHOWN} then left({trimmed}, {LONGEST_SHOWN - 1}) || '…' else {trimmed} end"
    kind = quoted(_kind(column))
    if column.data_type.startswith("decimal"):
        number = "[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)"
        is_number = f"regexp_full_match({trimmed}, '{number}') and try_cast({trimmed} as {column.data_type}) is not null"
        kind = f"case when {is_number} then 'more than {_scale(column)} decimal places' else {kind} end"
    elif column.data_type == "timestamp" and spelling.timezone != "UTC":
        kind = f"""case when regexp_full_match({trimmed}, '{DAY}[T ]{CLOCK}') and try_cast({trimmed} as timestamp) is not null
            then 'skipped by the clocks of ' || $timezone else {kind} end"""
    wrong = f"{quoted(column.name + ': ')} || {kind} || ': ' || {shown}"
    return f"case when coalesce({trimmed}, '') = '' then {quoted(column.name + ': required')} else {wrong} end"


def _kind(column: Column) -> str:
    if column.codes:
        return f"not one of {', '.join(column.codes)}"
    names = {"timestamp": "a timestamp", "date": "a date", "boolean": "a boolean", "integer": "an integer"}
    return "not " + names.get(column.data_type, "a number of " + column.data_type)


def _is_broken(rule: Rule, bad: dict[str, str]) -> str:
    """The rule, silent where a column that it speaks of is refused already."""
    words = set(re.findall(r"\w+", rule.when))
    silent = "".join(f" and not coalesce({condition}, false)" for name, condition in bad.items() if name in words)
    return f"(({rule.when}){silent})"


def _scale(column: Column) -> int:
    return int(column.data_type.rstrip(")").rpartition(",")[2])

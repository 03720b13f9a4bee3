"""What names a person in a DuckDB file: where a contact's id stands, what a row is without it, and who must not come back.

Every row stays, so that counts stay: the id becomes null in the columns that name a person, and so does the free text of the
person's answers. An id that cannot be mistaken for another value (`is_distinct`) gives way to an alias in every other text,
keys that contain it included: the same alias in every table and file, so that rows still find each other. Names of landed
files never change. Refused rows that hold the id are deleted.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass

from casemart.errors import UsageError
from casemart.warehouse import Connection, identifier, quoted

PERSON_COLUMNS = ("contact_id", "author_id")
# What makes an answer without a contact that of the person: a record of the person under the same key.
LINKS = ("case_id", "session_id", "invitation_id")
FREE_TEXT = "answer"
YES_NO = ("true", "false", "t", "f", "yes", "no", "y", "n", "1", "0")
SHORTEST_DISTINCT = 6  # characters; shorter ids are found in columns that name a person alone
FORGOTTEN = "forgotten"  # the guard, and the table in `landing`
REFUSED = ("quarantine", "rows")
KEPT_COLUMNS = ("file", "_file", "file_hash")


@dataclass(frozen=True)
class Person:
    """A contact, by the id as staging reads it: without blanks around. `salt` is the warehouse's own."""

    contact: str
    salt: str

    @property
    def is_distinct(self) -> bool:
        return len(self.contact) >= SHORTEST_DISTINCT

    @property
    def is_number(self) -> bool:
        """Whether keys of other records may well have the same value: they are left alone then."""
        return self.contact.isdigit()

    @property
    def alias(self) -> str:
        return "forgotten-" + hashlib.sha256(f"alias{self.salt}{self.contact}".encode()).hexdigest()[:8]

    @property
    def literal(self) -> str:
        return quoted(self.contact)

    @property
    def pattern(self) -> str:
        """The id as a word of its own, as an SQL literal of a regular expression with a group on either side."""
        return _word(self.contact)

    @property
    def spellings(self) -> list[str]:
        """Patterns of the id as files may spell it: as it is, quoted in CSV, escaped in JSON."""
        texts = (self.contact, self.contact.replace('"', '""'), json.dumps(self.contact)[1:-1])
        return [_word(text) for text in dict.fromkeys(texts)]

    @property
    def bytes_pattern(self) -> re.Pattern[bytes]:
        return re.compile(rb"(?<![0-9A-Za-z_])" + re.escape(self.contact.encode()) + rb"(?![0-9A-Za-z_])")


def person(contact: str, salt: str | None = None) -> Person:
    """UsageError if it is no id at all. Without the salt of a warehouse one is made."""
    if not contact.strip():
        raise UsageError("the contact's id is empty", "name one: `casemart forget --contact ID`")
    return Person(contact.strip(), salt or secrets.token_hex(16))


def salt_of(connection: Connection, catalog: str) -> str | None:
    """The salt of those who were forgotten before; None if nobody was."""
    if not any((table.schema, table.name) == ("landing", FORGOTTEN) for table in tables_of(connection, catalog)):
        return None
    rows = connection.execute(f"select salt from {identifier(catalog, 'landing', FORGOTTEN)} limit 1").fetchall()
    return rows[0][0] if rows else None


@dataclass(frozen=True)
class Table:
    """A table of a DuckDB file with the types of its columns, lower case."""

    schema: str
    name: str
    columns: dict[str, str]

    @property
    def sql(self) -> str:
        return identifier(self.schema, self.name)

    @property
    def person_columns(self) -> list[str]:
        return [name for name in PERSON_COLUMNS if self.columns.get(name) == "varchar"]

    @property
    def texts(self) -> list[str]:
        """Columns that may hold text and do not name a person."""
        texts = [name for name, kind in self.columns.items() if "varchar" in kind or kind == "json"]
        return [name for name in texts if name not in PERSON_COLUMNS]

    def texts_with(self, who: Person) -> list[str]:
        """Columns where the id, if it stands there, is the person's."""
        if not who.is_distinct:
            return []
        return [name for name in self.texts if not (who.is_number and name.endswith("_id"))]


def tables_of(connection: Connection, catalog: str) -> list[Table]:
    query = (
        "select schema_name, table_name,"
        " map(list(column_name order by column_index), list(lower(data_type) order by column_index))"
        " from duckdb_columns() semi join duckdb_tables() using (database_name, schema_name, table_name)"
        " where database_name = ? and not internal group by all order by all"
    )
    return [Table(*row) for row in connection.execute(query, [catalog]).fetchall()]


def is_refused_of(who: Person, contract_tables: list[str]) -> str:
    """Whether a row of quarantine holds the id, for SQL. `contract_tables` are those with columns that name a person."""
    texts = ("raw_text", "reasons::varchar")
    held = " or ".join(f"regexp_matches({text}, {pattern})" for text in texts for pattern in who.spellings)
    if who.is_distinct:
        return f"coalesce({held}, false)"
    return f"coalesce(table_name in ({', '.join(map(quoted, contract_tables)) or 'null'}) and ({held}), false)"


def cleaned_columns(who: Person, table: Table, catalog: str, tables: list[Table]) -> dict[str, str]:
    """What each column of a row becomes, for SQL."""
    cleaned = {name: identifier(name) for name in table.columns}
    for name in table.person_columns:
        cleaned[name] = f"case when trim({identifier(name)}) = {who.literal} then null else {identifier(name)} end"
    for name in table.texts_with(who):
        if name not in KEPT_COLUMNS:
            cleaned[name] = _replaced(who, name, table.columns[name])
    is_answer = table.columns.get(FREE_TEXT) == "varchar" and any(name in table.columns for name in LINKS)
    if is_answer and "contact_id" in table.person_columns:
        spared = f"lower(trim({FREE_TEXT})) in ({', '.join(map(quoted, YES_NO))})"
        cleaned[FREE_TEXT] = f"""case when {_is_of(who, table, catalog, tables)} and not {spared} then null
            else {cleaned[FREE_TEXT]} end"""
    return cleaned


def found(connection: Connection, who: Person, catalog: str, table: Table, contract_tables: list[str]) -> dict[str, int]:
    """Rows that hold the id, by column; under the empty name the rows that hold it anywhere. Nothing if there are none."""
    source = f"from {identifier(catalog)}.{table.sql}"
    is_refused = (table.schema, table.name) == REFUSED
    looked_at = [*table.person_columns, *table.texts_with(who)]
    # First what is cheap, and nearly always says no.
    rough = " or ".join(f"contains({identifier(name)}::varchar, {who.literal})" for name in looked_at)
    if not is_refused and not (rough and connection.execute(f"select exists (select 1 {source} where {rough})").fetchall()[0][0]):
        return {}
    conditions = {name: f"coalesce(trim({identifier(name)}) = {who.literal}, false)" for name in table.person_columns}
    if is_refused:
        conditions["raw_text"] = is_refused_of(who, contract_tables)
    for name in table.texts_with(who):
        held = f"coalesce(regexp_matches({identifier(name)}::varchar, {who.pattern}), false)"
        conditions[name] = f"({conditions[name]} or {held})" if name in conditions else held
    sums = ", ".join(f"count(*) filter ({each})" for each in ["(" + " or ".join(conditions.values()) + ")", *conditions.values()])
    (counts,) = connection.execute(f"select {sums} {source}").fetchall()
    return {name: count for name, count in zip(["", *conditions], counts, strict=True) if count}


def is_part_of_other_values(connection: Connection, who: Person, catalog: str, tables: list[Table]) -> bool:
    """Whether other texts contain the id, as `C-10012` contains `C-1001`: then bytes of a file prove nothing."""
    return any(
        connection.execute(
            f"select exists (from {identifier(catalog)}.{table.sql} where contains({identifier(name)}::varchar, {who.literal}))"
        ).fetchall()[0][0]
        for table in tables
        for name in [*table.texts, *table.person_columns]
    )


def remember(connection: Connection, catalog: str, who: Person) -> None:
    """Notes a salted hash of the id in `landing.forgotten`, so that landing the person again is noticed."""
    place = identifier(catalog, "landing")
    connection.execute(f"create schema if not exists {place}")
    connection.execute(f"create table if not exists {place}.{FORGOTTEN} (salt varchar, hash varchar, forgotten_at timestamp)")
    digest = hashlib.sha256((who.salt + who.contact).encode()).hexdigest()
    connection.execute(f"delete from {place}.{FORGOTTEN} where hash = ?", [digest])
    connection.execute(f"insert into {place}.{FORGOTTEN} values (?, ?, current_timestamp::timestamp)", [who.salt, digest])


def forgotten_again(connection: Connection, catalog: str) -> list[tuple[str, str]]:
    """Raw tables that hold forgotten contacts again: name and message."""
    known = "select 1 from duckdb_tables() where database_name = ? and schema_name = 'landing' and table_name = ?"
    if not connection.execute(known, [catalog, FORGOTTEN]).fetchall():
        return []
    alarms = []
    memory = identifier(catalog, "landing", FORGOTTEN)
    for table in tables_of(connection, catalog):
        for name in table.person_columns if table.schema == "raw" else []:
            files = "string_agg(distinct parse_filename(_file), ', ')" if "_file" in table.columns else "null"
            query = f"""
                with again as (
                    select {identifier(name)} as contact from {identifier(catalog)}.{table.sql}
                    where {identifier(name)} is not null group by all
                    having sha256((select min(salt) from {memory}) || trim(contact)) in (select hash from {memory})
                )
                select count(*), {files} from {identifier(catalog)}.{table.sql} as landed
                    semi join again on again.contact = landed.{identifier(name)}"""
            rows, names = connection.execute(query).fetchall()[0]
            if rows:
                said = f"{rows:,} rows of contacts who were forgotten have landed again" + (f" with {names}" if names else "")
                alarms.append((f"raw.{table.name}", said))
    return alarms


def _word(text: str) -> str:
    escaped = "".join(sign if sign.isascii() and sign.isalnum() else f"\\x{{{ord(sign):x}}}" for sign in text)
    return quoted(rf"(^|\W)(?:{escaped})($|\W)")


def _replaced(who: Person, name: str, kind: str) -> str:
    column = identifier(name)
    replacement = quoted(rf"\1{who.alias}\2")
    if kind == "varchar":
        # Twice: the separator between two neighbours belongs to one of them.
        once = f"regexp_replace({column}, {who.pattern}, {replacement}, 'g')"
        twice = f"regexp_replace({once}, {who.pattern}, {replacement}, 'g')"
        return f"case when contains({column}, {who.literal}) then {twice} else {column} end"
    if kind == "varchar[]":
        return f"list_transform({column}, lambda text: regexp_replace(text, {who.pattern}, {replacement}, 'g'))"
    return column


def _is_of(who: Person, table: Table, catalog: str, tables: list[Table]) -> str:
    """Whether a row is the person's: it says so, or names nobody and stands under a key of a record of the person."""
    own = f"coalesce(trim(contact_id) = {who.literal}, false)"
    links = []
    for link in LINKS:
        if link not in table.columns:
            continue
        sources = [each for each in tables if "contact_id" in each.person_columns and link in each.columns]
        keys = " union ".join(
            f"select {link} from {identifier(catalog)}.{each.sql} where trim(contact_id) = {who.literal} and {link} is not null"
            for each in sources
        )
        if keys:
            links.append(f"coalesce({link} in ({keys}), false)")
    return f"({own} or (contact_id is null and ({' or '.join(links) or 'false'})))"

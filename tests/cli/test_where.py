"""`--where`: conditions that work, and attempts to make it do anything else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from published_fixture import publish

from casemart.catalogue import load_catalogue
from casemart.errors import ExitCode, UsageError
from casemart.reading import Selection, read_table
from casemart.warehouse import open_published
from casemart.workspace import Workspace

SECRET = "nothing of this file may come out"

# Each with the rows that it selects of the six by month and channel.
LEGAL = {
    "segment = 'O''Hara'": 2,
    "segment_by = 'channel' and \"SEGMENT\" in ('phone', 'O''Hara')": 6,
    "first_contact_resolution between 0.5 and 0.61": 3,
    "not is_complete": 2,
    "period_start >= '2026-05-01' or pending / first_contact_cases > 0.19": 4,
    "period_start = date '2026-04-01'": 2,
    "year(period_start) = 2026 and month(period_start) = 3 and quarter(period_end) = 1": 2,
    "lower(segment) like 'o%' and length(trim(segment)) = 6": 2,
    "segment ilike 'PH%' escape '!' and segment not like 'x%'": 4,
    "starts_with(segment, 'ph') and contains(segment, 'one')": 4,
    "net_resolved is null and is_complete is true": 4,
    "coalesce(net_resolved, -1) = -1 and nullif(pending, 9) is not null": 5,
    "net_resolved is distinct from 1 and pending is not distinct from 2": 2,
    "round(first_contact_resolution, 1) = 0.5 and abs(-pending) + 0 * 1 - 0 >= floor(2.5)": 2,
    "cast(pending as varchar) = '10' and pending::decimal(18, 2) < 1e3": 1,
    "segment in ('drop table x', '--', '/* */', ';', '$1', 'phone')": 4,
    "(((pending = 9)))": 1,
    "segment\n=\t'phone'": 4,
}

ATTACKS = [
    # other statements, before, after and instead
    "true; drop table marts.first_contact_resolution",
    "true;",
    "drop table marts.first_contact_resolution",
    "attach '{file}' as x",
    "copy (select 1) to '{file}'",
    "pragma database_list",
    "set enable_external_access = true",
    "install httpfs",
    "call pragma_version()",
    # more of the statement
    "true union all select * from facts.fct_cases",
    "true order by 1",
    "true limit 1",
    "true group by all",
    "true) or (true",
    "true using sample 1",
    "true qualify true",
    # subqueries
    "pending in (select 1)",
    "pending in (1, (select 2))",
    "pending = (select max(pending) from marts.first_contact_resolution)",
    "exists (select 1 from facts.fct_cases)",
    "pending = any(select 1)",
    "(with x as (select 1) select true from x)",
    "(from facts.fct_cases)",
    "(values (true))",
    # files, settings, environment, clock, chance
    "read_text('{file}') = ''",
    "segment in read_csv('{file}')",
    "getenv('HOME') = ''",
    "current_setting('home_directory') = ''",
    "query('select 1') = 1",
    "version() = ''",
    "current_date > period_start",
    "now() > period_start",
    "random() > 0.5",
    "current_user = 'x'",
    "nextval('x') = 1",
    # names of other things
    "first_contact_resolution.pending = 1",
    "marts.first_contact_resolution.pending = 1",
    "rowid = 1",
    "*",
    "columns('.*') = 1",
    "columns(*) > 0",
    "#1 = 'month'",
    "no_such_column = 1",
    '"pending" = 1 and "no"".""such" = 2',
    # parameters, comments, other quotings
    "pending = ?",
    "pending = $1",
    "pending = $limit",
    "pending = :limit",
    "pending = 1 -- and more",
    "pending = 1 /* and more */",
    "/*+ hint */ pending = 1",
    "segment = $$phone$$",
    "segment = e'phone'",
    "segment = 'pho' 'ne'",
    "segment = 'phone",
    "`segment` = 'phone'",
    # functions that aggregate, look at neighbours, grow their input or take code
    "max(pending) > 1",
    "count(*) > 1",
    "row_number() over () = 1",
    "sum(pending) filter (where true) > 1",
    "lag(pending) over (order by period_start) = 1",
    "repeat(segment, 1000000000) = ''",
    "lpad(segment, 1000000000, 'x') = ''",
    "segment || segment = ''",
    "regexp_matches(segment, '(a+)+$')",
    "segment ~ 'phone'",
    "segment similar to 'phone'",
    "segment glob 'ph*'",
    "list_transform([1], lambda x: x + 1) = [2]",
    "x -> 1",
    "range(1000000000) is null",
    "unnest([1, 2]) = 1",
    "error('x') = 'x'",
    "printf('%s', segment) = ''",
    "length(segment, 'binary') = 1",
    "trim(both 'x' from segment) = ''",
    "lower(distinct segment) = ''",
    "pending % 0 = 1",
    "pending // 0 = 1",
    "pending ** 9 > 1",
    "case when true then true end",
    "try_cast(segment as integer) = 1",
    # types
    "cast(segment as json) is null",
    "pending::integer[] is null",
    "cast(pending as struct(a integer)) is null",
    "cast(segment as no_such_type) is null",
    "cast(segment as date format '%Y') is null",
    "period_start at time zone 'UTC' is null",
    "segment collate nocase = 'PHONE'",
    "interval '1 day' is null",
    "[pending] = [1]",
    "{{'a': pending}} is null",
    "segment[1] = 'p'",
    "(pending, cases) = (1, 2)",
    "pending between symmetric 1 and 2",
    # no condition at all, or one that does not fit
    "",
    "   ",
    "pending",
    "1",
    "segment",
    "'true'",
    "segment > 1",
    "period_start = 'yesterday'",
    "cast(segment as integer) > 1",
    "pending in ()",
    "pending = ",
    "and pending = 1",
    "pending := 1",
    "pending = 1 as x",
    # much, deep, odd
    "pending = 1" + " or pending = 1" * 300,
    "(" * 200 + "true" + ")" * 200,
    "not " * 900 + "true",
    "- " * 900 + "pending > 0",
    "pending = 1\x00",
    "pending = 1\x1b[31m",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def ask(home: Path) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Rows of the mart under a condition, on the locked-down connection that the commands use."""
    with open_published(Workspace(home)) as connection:
        catalogue = load_catalogue(connection)
        table = catalogue.table("first_contact_resolution")

        def rows(where: str, by: str = "channel", grain: str = "month") -> list[dict[str, Any]]:
            answer = read_table(connection, catalogue, table, Selection(by=by, grain=grain, where=where))
            names = [column.name for column in answer.fields]
            return [dict(zip(names, row, strict=True)) for batch in answer.batches for row in batch]

        yield rows


@pytest.mark.parametrize(("condition", "count"), LEGAL.items())
def test_a_legal_condition_selects(ask, condition, count):
    assert len(ask(condition)) == count


def test_a_condition_cannot_undo_the_other_options(ask):
    assert [(row["segment"], row["period_grain"]) for row in ask("false or true", "all", "quarter")] == [("all", "quarter")]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(ask, tmp_path, caplog, attack):
    file = tmp_path / "secret.csv"
    file.write_text(SECRET)
    with caplog.at_level(logging.WARNING), pytest.raises(UsageError) as refusal:
        ask(attack.format(file=file))
    assert refusal.value.exit_code == ExitCode.USAGE
    assert refusal.value.message.startswith("--where ") or "has no column" in refusal.value.message
    assert refusal.value.hint
    assert SECRET not in refusal.value.message
    assert (refusal.value.message + refusal.value.hint).isprintable()
    # Neither the file nor the version has changed, and no library complained on its own.
    assert file.read_text() == SECRET
    assert len(ask("true")) == 6
    assert not caplog.records


@pytest.mark.parametrize("attack", ["true; drop table marts.first_contact_resolution", "read_text('/etc/passwd') = ''", "1"])
def test_the_command_itself_refuses(casemart, home, attack):
    for command in ("show", "export"):
        result = casemart(command, "first_contact_resolution", "--where", attack, cwd=home, code=2)
        assert result.stderr.startswith("error: --where ")
        assert len(result.stderr.splitlines()) == 2
        assert not result.stdout
    assert casemart("show", "first_contact_resolution", "--limit", "1", cwd=home).stdout

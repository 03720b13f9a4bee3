"""The guards: what passes every test of its own, and yet nobody who knows the last version would believe.

A guard is a query over the new version (`published`) and the one before (`previous`). A row that it returns, `name` and
`message`, is an alarm and stops the publishing unless it is accepted; what was accepted is written into `marts.build_info`.
Without a version before there is nothing to compare with. Thresholds are settings of casemart.toml, `[guards]`.
"""

from __future__ import annotations

import difflib
import json
import shlex
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from casemart.errors import CasemartError, UsageError
from casemart.persons import FORGOTTEN, forgotten_again
from casemart.warehouse import Connection, quoted
from casemart.workspace import Workspace

SETTINGS = "guards"  # the table of casemart.toml


@dataclass(frozen=True)
class Threshold:
    """A number that decides when a guard fires."""

    default: float
    description: str


@dataclass(frozen=True)
class Guard:
    """`needs` are tables without which, in both versions, there is nothing to compare. The query binds what it names with `$`."""

    name: str
    remedy: str
    needs: tuple[str, ...]
    query: str


@dataclass(frozen=True)
class Alarm:
    """What a guard says of one table, metric or survey question."""

    guard: str
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.guard} {self.name}: {self.message}"


THRESHOLDS = {
    "empty_rows": Threshold(1, "Rows that a raw table must have had for its emptiness to stop the publishing."),
    "volume_loss": Threshold(0.5, "Share of its rows (0..1) that a raw table or a fact may lose from one version to the next."),
    "volume_rows": Threshold(100, "Tables that had fewer rows may lose any share of them."),
    "scale_answers": Threshold(1, "Answers to one question on a scale that it never had, as many as stop the publishing."),
    "scale_growth": Threshold(
        0.5, "Where no scale is stated: share of the range of scores so far by which others may exceed it."
    ),
    "metric_periods": Threshold(0, "Finished periods of one metric that may lose their value."),
    "stale_days": Threshold(7, "Days that the latest event of a raw table may lie before the as-of day, whatever its rhythm."),
    "stale_gaps": Threshold(2, "The same in gaps: times the days that 95 % of the table's gaps between two event days last."),
    "stale_sparse_days": Threshold(31, "The same for a table with fewer than ten event days, which has no rhythm yet."),
}

EMPTY_TABLE = Guard(
    "empty_table",
    "land the table again, or withdraw the load that emptied it: `casemart unland LOAD`",
    ("marts.freshness",),
    """
    select 'raw.' || old.table_name as name, format('had {:,} rows, has none', old."rows") as message
    from previous.marts.freshness as old left join published.marts.freshness as new on new.table_name = old.table_name
    where old."rows" >= $empty_rows and coalesce(new."rows", 0) = 0""",
)

EMPTY_FACTS = Guard(
    "empty_facts",
    "land files first: `casemart land FOLDER`",
    ("marts.build_tables",),
    """
    select 'facts' as name,
        format('every fact is empty, and the current version has {:,} rows in them', sum(previous_row_count)::bigint) as message
    from published.marts.build_tables
    where schema_name = 'facts'
    having sum(row_count) = 0 and sum(previous_row_count) > 0""",
)

# Facts may shrink when the as-of day moves back.
VOLUME = Guard(
    "volume",
    "look for a file that is missing or cut, and for a load with `--replace` that was not the whole table",
    ("marts.freshness", "marts.build_tables"),
    """
    with counts as (
        select 'raw.' || old.table_name as name, old."rows" as before, new."rows" as after
        from previous.marts.freshness as old join published.marts.freshness as new on new.table_name = old.table_name
        where new."rows" > 0
        union all
        select schema_name || '.' || table_name, previous_row_count, row_count
        from published.marts.build_tables
        where schema_name = 'facts' and coalesce(
            (select as_of from published.marts.build_info) >= (select as_of from previous.marts.build_info), true)
    )
    select name,
        format('had {:,} rows, has {:,}; {:g} % of them may go', before, after, 100 * $volume_loss::double) as message
    from counts
    where before >= $volume_rows and after < before * (1 - $volume_loss)""",
)

SURVEY_SCALE = Guard(
    "survey_scale",
    "scores on two scales cannot be averaged: convert them before landing, or give the new question another name",
    ("facts.fct_survey_responses",),
    """
    with old as (
        select survey_type, question, scale_min, scale_max, count(*) as answers, min(score) as low, max(score) as high
        from previous.facts.fct_survey_responses where score is not null group by all
    ),
    new as (
        select survey_type, question, scale_min, scale_max, count(*) as answers, min(score) as low, max(score) as high
        from published.facts.fct_survey_responses where score is not null group by all
    ),
    asked as (
        select survey_type, question, string_agg(format('{:g} to {:g}', scale_min::double, scale_max::double), ', ') as scales
        from old group by all
    ),
    changed as (
        select new.*, format('{:,} answers on the scale {}, so far it was {}', new.answers,
            coalesce(format('{:g} to {:g}', new.scale_min::double, new.scale_max::double), 'not stated'),
            coalesce(asked.scales, 'not stated')) as message
        from new join asked on asked.survey_type = new.survey_type and asked.question = new.question
        where new.answers >= $scale_answers and not exists (
            select 1 from old where old.survey_type = new.survey_type and old.question = new.question
                and old.scale_min is not distinct from new.scale_min and old.scale_max is not distinct from new.scale_max)
        union all
        select new.*, format('scores from {:g} to {:g}, so far from {:g} to {:g}; no scale is stated',
            new.low::double, new.high::double, old.low::double, old.high::double)
        from new join old on old.survey_type = new.survey_type and old.question = new.question
        where new.scale_min is null and new.scale_max is null and old.scale_min is null and old.scale_max is null
            and old.high > old.low and new.answers - old.answers >= $scale_answers
            and greatest(new.high - old.high, old.low - new.low) > $scale_growth * (old.high - old.low)
    )
    select survey_type || '/' || question as name, string_agg(message, '; ') as message from changed group by all""",
)

# No loss: periods that begin after the new as-of day, grains that are published no more, metrics that no longer exist.
LOST_METRIC = Guard(
    "lost_metric",
    "look for the table that its denominator comes from: `casemart status`; a policy under [vars] may have changed too",
    ("marts.metric_values", "marts.metric_catalog"),
    """
    with had as (
        select old.*
        from previous.marts.metric_values as old
            semi join published.marts.metric_catalog as known on known.metric = old.metric
        where old.segment_by = 'all' and old.value is not null
            and coalesce(old.period_start <= (select as_of from published.marts.build_info), true)
            and (old.period_grain in (select period_grain from published.marts.metric_values)
                or not exists (from published.marts.metric_values))
    ),
    now as (
        from published.marts.metric_values where segment_by = 'all' and value is not null
    ),
    lost as (
        select had.* from had anti join now on now.metric = had.metric and now.period_grain = had.period_grain
            and now.period_start = had.period_start
    )
    select metric as name, format('has no value any more in {} of its periods, first the {} of {} (was {:g}), last that of {}',
        count(*), arg_min(period_grain, (period_start, period_grain)), min(period_start),
        arg_min(value, (period_start, period_grain))::double, max(period_start)) as message
    from lost
    group by metric
    having count(*) filter (is_complete) > $metric_periods or metric not in (select metric from now)""",
)

# A table that was stale before has been seen, or accepted, then.
STALE_FEED = Guard(
    "stale_feed",
    "land what is missing; `casemart status` shows how far each table reaches",
    ("marts.freshness",),
    """
    with judged as (
        select new.*, old.latest_event_on as old_latest_on, old.days_behind as old_days_behind,
            case when new.usual_gap_days is null then greatest($stale_days, $stale_sparse_days)
                else greatest($stale_days, ceil($stale_gaps * new.usual_gap_days)) end as allowed_days
        from published.marts.freshness as new join previous.marts.freshness as old on old.table_name = new.table_name
        where new."rows" > 0
    )
    select 'raw.' || table_name as name,
        format('latest event {}, {} days before the as-of day ({:g} are allowed); the version before: {}, {} days',
            latest_event_on, days_behind, allowed_days::double, old_latest_on, old_days_behind) as message
    from judged
    where days_behind > allowed_days and old_days_behind <= allowed_days""",
)

GUARDS = (EMPTY_TABLE, EMPTY_FACTS, VOLUME, SURVEY_SCALE, LOST_METRIC, STALE_FEED)
NAMES = (*(guard.name for guard in GUARDS), FORGOTTEN)
REMEDIES = {guard.name: guard.remedy for guard in GUARDS} | {
    FORGOTTEN: "`casemart forget --contact ID` once more, or withdraw the load: `casemart unland LOAD`"
}


@dataclass(frozen=True)
class Watch:
    """Which alarms are accepted, as `guard` or `(guard, name)`, and the thresholds."""

    accepted: frozenset[tuple[str, str | None]] = frozenset()
    thresholds: dict[str, float] = field(default_factory=lambda: {name: each.default for name, each in THRESHOLDS.items()})

    def accepts(self, alarm: Alarm) -> bool:
        return (alarm.guard, None) in self.accepted or (alarm.guard, alarm.name) in self.accepted


def watch_of(workspace: Workspace, accept: Iterable[str]) -> Watch:
    """What `--accept` and `[guards]` say; UsageError for a guard or threshold that does not exist."""
    accepted = set()
    for text in accept:
        guard, colon, name = text.partition(":")
        _known(guard, NAMES, f"guard {guard!r}")
        if colon and not name:
            raise UsageError(f"--accept {text}: no name behind the colon", f"`--accept {guard}` accepts all of its alarms")
        accepted.add((guard, name or None))
    thresholds = {name: each.default for name, each in THRESHOLDS.items()}
    settings = workspace.settings().get(SETTINGS, {})
    if not isinstance(settings, dict):
        raise UsageError(f"casemart.toml: `{SETTINGS}` is not a table", f"thresholds stand below a line `[{SETTINGS}]`")
    for name, value in settings.items():
        _known(name, THRESHOLDS, f"`{name}` in [{SETTINGS}] of casemart.toml")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise UsageError(f"casemart.toml: `{name}` in [{SETTINGS}] is not a number from 0 upwards: {value!r}")
        thresholds[name] = float(value)
    return Watch(frozenset(accepted), thresholds)


def guard(connection: Connection, previous: Path | None, watch: Watch, say: Callable[[str], None]) -> None:
    """Lets every guard look at the catalog `published`; `previous` is the file of the version before.

    Alarms that are accepted are written into `marts.build_info`; any other raises CasemartError.
    """
    alarms = [Alarm(FORGOTTEN, *row) for row in forgotten_again(connection, "private")]
    if previous is not None:
        connection.execute(f"attach {quoted(previous)} as previous (read_only)")
        try:
            alarms += [alarm for each in GUARDS for alarm in look(connection, each, watch.thresholds)]
        finally:
            connection.execute("detach previous")
    if refused := [alarm for alarm in alarms if not watch.accepts(alarm)]:
        raise _refusal(refused)
    for alarm in alarms:
        say(f"warning: accepted: {alarm}")
    accepted = json.dumps([asdict(alarm) for alarm in alarms]) if alarms else None
    connection.execute("alter table published.marts.build_info add column accepted varchar")
    connection.execute("update published.marts.build_info set accepted = $accepted", {"accepted": accepted})


def look(connection: Connection, guard: Guard, thresholds: dict[str, float]) -> list[Alarm]:
    """The alarms of one guard over the catalogs `published` and `previous`."""
    query = "select count(*) from duckdb_tables() where database_name = $catalog and schema_name || '.' || table_name = $name"
    for name in guard.needs:
        for catalog in ("published", "previous"):
            if not connection.execute(query, {"catalog": catalog, "name": name}).fetchall()[0][0]:
                return []
    named: dict[str, Any] = {name: value for name, value in thresholds.items() if f"${name}" in guard.query}
    return [Alarm(guard.name, *row) for row in connection.execute(f"{guard.query} order by all", named).fetchall()]


def _refusal(alarms: list[Alarm]) -> CasemartError:
    parts = ["the numbers would change in a way that is seldom meant; nothing was published, readers keep the version they have"]
    for name in dict.fromkeys(alarm.guard for alarm in alarms):
        parts += [f"  {alarm}" for alarm in alarms if alarm.guard == name]
        parts.append(f"    {REMEDIES[name]}")
    accept = " ".join(f"--accept {shlex.quote(f'{alarm.guard}:{alarm.name}')}" for alarm in alarms[:3])
    if len(alarms) > 3:
        accept = " ".join(f"--accept {name}" for name in dict.fromkeys(alarm.guard for alarm in alarms))
    return CasemartError("\n".join(parts), f"if it is meant, publish what has been built: `casemart publish {accept}`")


def _known(name: str, names: Iterable[str], described: str) -> None:
    known = list(names)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1)
        raise UsageError(f"unknown {described}", f"did you mean `{nearest[0]}`?" if nearest else "known are " + ", ".join(known))

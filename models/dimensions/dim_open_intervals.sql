-- When each schedule is open, from local opening hours to UTC: holidays taken out, what overlaps or touches merged.
with
hours as (
    select
        lower(schedule) as schedule,
        weekday,
        cast(substr(opens, 1, 2) as integer) * 60 + cast(substr(opens, 4, 2) as integer) as opens_minute,
        cast(substr(closes, 1, 2) as integer) * 60 + cast(substr(closes, 4, 2) as integer) as closes_minute,
        coalesce(nullif(timezone, ''), '{{ var("casemart_timezone") }}') as zone,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, {{ casemart.end_of_days() }}) as valid_to
    from {{ ref('casemart', 'schedules') }}
),

-- Two days more than the events need: zones differ, and a shift may have begun on the eve.
days as (
    select cast(series.day_at as date) as local_day
    from (
        select
            {{ casemart.day_series(
                casemart.add_days('first_event_on', -2),
                casemart.add_days('as_of', var('casemart_business_time_horizon_days')),
            ) }} as day_at
        from {{ ref('casemart', 'dim_as_of') }}
        where first_event_on is not null and as_of is not null
    ) as series
),

-- On a day the latest version in force holds, all of it and nothing else; then its hours of that weekday.
versions as (
    select
        days.local_day,
        hours.*,
        max(hours.valid_from) over (partition by hours.schedule, days.local_day) as version_from
    from days
    inner join hours on days.local_day >= hours.valid_from and days.local_day < hours.valid_to
),

-- What closes at or before it opens, closes on the next day.
shifts as (
    select
        schedule,
        zone,
        local_day,
        {{ casemart.add_days('local_day', 1) }} as next_day,
        {{ casemart.add_minutes('cast(local_day as timestamp)', 'opens_minute') }} as opens_at,
        {{ casemart.add_minutes(
            'cast(local_day as timestamp)', 'closes_minute + case when closes_minute <= opens_minute then 1440 else 0 end'
        ) }} as closes_at
    from versions
    where valid_from = version_from and weekday = {{ casemart.weekday_number('local_day') }}
),

in_utc as (
    select
        schedule,
        local_day,
        next_day,
        {{ casemart.to_utc_from('opens_at', 'zone') }} as open_at,
        {{ casemart.to_utc_from('closes_at', 'zone') }} as close_at,
        {{ casemart.midnight_in('next_day', 'zone') }} as midnight_at
    from shifts
),

-- A holiday takes its local day away, and nothing else of a shift that crosses midnight.
parts as (
    select
        schedule,
        local_day as part_on,
        open_at,
        least(close_at, midnight_at) as close_at
    from in_utc

    union all

    select
        schedule,
        next_day as part_on,
        greatest(open_at, midnight_at) as open_at,
        close_at
    from in_utc
),

holidays as (
    select distinct
        lower(schedule) as schedule,
        holiday_on
    from {{ ref('casemart', 'holidays') }}
),

worked as (
    select
        parts.schedule,
        parts.open_at,
        parts.close_at,
        max(parts.close_at) over (
            partition by parts.schedule order by parts.open_at, parts.close_at rows between unbounded preceding and 1 preceding
        ) as open_until_at
    from parts
    left join holidays as own on parts.schedule = own.schedule and parts.part_on = own.holiday_on
    left join holidays as everyones
        on
            everyones.schedule is null
            and parts.part_on = everyones.holiday_on
            and parts.schedule not in ({{ casemart.literals(var('casemart_holiday_free_schedules')) }})
    where parts.open_at < parts.close_at and own.holiday_on is null and everyones.holiday_on is null
),

numbered as (
    select
        *,
        sum(case when open_until_at >= open_at then 0 else 1 end) over (
            partition by schedule order by open_at, close_at rows between unbounded preceding and current row
        ) as interval_number
    from worked
),

merged as (
    select
        schedule,
        cast(interval_number as integer) as interval_number,
        min(open_at) as open_at,
        max(close_at) as close_at
    from numbered
    group by schedule, interval_number
),

measured as (
    select
        *,
        {{ casemart.exact_seconds('open_at', 'close_at') }} as open_seconds
    from merged
)

select
    schedule,
    open_at,
    close_at,
    open_seconds,
    cast(
        sum(open_seconds) over (partition by schedule order by open_at rows between unbounded preceding and current row) - open_seconds
        as decimal(18, 6)
    ) as open_seconds_before
from measured

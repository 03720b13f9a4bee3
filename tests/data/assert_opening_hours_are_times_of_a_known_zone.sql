-- Opening hours are HH:MM, a day begins at 00:00 and ends at 24:00; zones are those that every engine knows.
with
known_zones as (
    {{ casemart.time_zones() }}
)

select
    schedule,
    weekday,
    opens,
    closes,
    timezone
from {{ ref('casemart', 'schedules') }}
where
    translate(opens, '123456789', '000000000') <> '00:00'
    or opens > '23:59'
    or substr(opens, 4, 2) > '59'
    or translate(closes, '123456789', '000000000') <> '00:00'
    or closes > '24:00'
    or substr(closes, 4, 2) > '59'
    or nullif(timezone, '') not in (select known_zones.zone from known_zones)

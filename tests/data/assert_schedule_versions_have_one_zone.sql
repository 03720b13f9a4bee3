-- All rows of a version of a schedule are in one zone.
select
    lower(schedule) as schedule,
    valid_from,
    count(distinct coalesce(nullif(timezone, ''), '{{ var("casemart_timezone") }}')) as zones
from {{ ref('casemart', 'schedules') }}
group by lower(schedule), valid_from
having count(distinct coalesce(nullif(timezone, ''), '{{ var("casemart_timezone") }}')) > 1

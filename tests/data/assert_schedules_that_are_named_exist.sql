-- Holidays, promises and policies name schedules that exist.
with
named as (
    select
        'holidays' as named_in,
        schedule
    from {{ ref('casemart', 'holidays') }}
    union all
    select
        'sla_targets' as named_in,
        schedule
    from {{ ref('casemart', 'sla_targets') }}
    union all
    select
        'casemart_default_schedule' as named_in,
        '{{ var("casemart_default_schedule") }}' as schedule
)

select
    named.named_in,
    named.schedule
from named
where
    nullif(named.schedule, '') is not null
    and lower(named.schedule) not in (select lower(schedules.schedule) from {{ ref('casemart', 'schedules') }} as schedules)

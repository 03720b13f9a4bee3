-- To the second. An end that is not known by the end of the as-of day has not come yet.
with
outages as (
    select
        outage_id,
        product,
        account_id,
        is_planned,
        cast(date_trunc('second', started_at) as timestamp) as started_at,
        case when {{ casemart.is_known('ended_at') }} then cast(date_trunc('second', ended_at) as timestamp) end as ended_at
    from {{ ref('casemart', 'stg_outages') }}
    where {{ casemart.is_known('started_at') }}
)

select
    outages.outage_id,
    outages.product,
    outages.account_id,
    case
        when outages.product is not null and outages.account_id is not null then 'pair'
        when outages.product is not null then 'product'
        when outages.account_id is not null then 'account'
        else 'everyone'
    end as outage_scope,
    outages.started_at,
    outages.ended_at,
    coalesce(outages.ended_at, as_of.as_of_end_at) as interrupts_until_at,
    outages.ended_at is null as is_open,
    outages.is_planned is not null as is_planning_known,
    -- An interruption that nobody said was planned took the customer by surprise.
    coalesce(not outages.is_planned, true) as is_unplanned
from outages
cross join {{ ref('casemart', 'dim_as_of') }} as as_of

-- Nobody is interrupted for longer than covered, every covered second is in one month, and each account is interrupted or not.
with
months as (
    select
        account_id,
        product,
        sum(covered_seconds) as covered_seconds
    from {{ ref('casemart', 'fct_availability') }}
    group by account_id, product
),

stretches as (
    select
        account_id,
        product,
        sum({{ casemart.seconds_between('covered_from_at', 'covered_until_at') }}) as covered_seconds
    from {{ ref('casemart', 'fct_covered_stretches') }}
    group by account_id, product
)

select
    account_id as entity,
    month_start as period_start
from {{ ref('casemart', 'fct_availability') }}
where
    covered_seconds <= 0
    or unplanned_seconds < 0
    or planned_seconds < 0
    or unplanned_seconds + planned_seconds > covered_seconds
    or longest_unplanned_seconds > unplanned_seconds

union all

select
    months.account_id as entity,
    cast(null as date) as period_start
from months
left join stretches
    on months.account_id = stretches.account_id and months.product is not distinct from stretches.product
where months.covered_seconds <> coalesce(stretches.covered_seconds, 0)

union all

select
    segment_by || ' ' || segment as entity,
    period_start
from {{ ref('casemart', 'availability') }}
where
    covered_accounts <> uninterrupted_accounts + interrupted_accounts
    or availability_time_rate_with_planned > availability_time_rate

-- Interruptions of an account and product that touch or overlap are one: unplanned ones by themselves, and all of them.
with
effects as (
    select * from {{ ref('casemart', 'fct_outage_effects') }}
    where interrupted_from_at < interrupted_until_at
),

interruptions as (
    select
        'unplanned' as interruption,
        outage_id,
        account_id,
        product,
        interrupted_from_at,
        interrupted_until_at
    from effects
    where is_unplanned

    union all

    select
        'any' as interruption,
        outage_id,
        account_id,
        product,
        interrupted_from_at,
        interrupted_until_at
    from effects
),

stretches as (
    select
        *,
        max(interrupted_until_at) over (
            partition by interruption, account_id, product
            order by interrupted_from_at, interrupted_until_at, outage_id
            rows between unbounded preceding and 1 preceding
        ) as interrupted_before_until_at
    from interruptions
),

numbered as (
    select
        *,
        sum(case when interrupted_before_until_at >= interrupted_from_at then 0 else 1 end) over (
            partition by interruption, account_id, product
            order by interrupted_from_at, interrupted_until_at, outage_id
            rows between unbounded preceding and current row
        ) as stretch_number
    from stretches
)

select
    interruption,
    account_id,
    product,
    min(interrupted_from_at) as interrupted_from_at,
    max(interrupted_until_at) as interrupted_until_at,
    count(distinct outage_id) as outages
from numbered
group by interruption, account_id, product, stretch_number

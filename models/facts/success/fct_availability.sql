-- Without one row on outages nobody knows that there were none: then there are no rows here.
with
months as (
    select
        month_start,
        dated_at,
        {{ casemart.local_midnight('month_start') }} as month_from_at,
        {{ casemart.local_midnight(casemart.add_days('month_end', 1)) }} as month_until_at
    from {{ ref('casemart', 'dim_months') }}
),

covered as (
    select
        stretches.account_id,
        stretches.product,
        months.month_start,
        months.dated_at,
        sum({{ casemart.seconds_between(
            'greatest(stretches.covered_from_at, months.month_from_at)', 'least(stretches.covered_until_at, months.month_until_at)'
        ) }}) as covered_seconds
    from {{ ref('casemart', 'fct_covered_stretches') }} as stretches
    inner join months
        on stretches.covered_from_at < months.month_until_at and stretches.covered_until_at > months.month_from_at
    where exists (select outages.outage_id from {{ ref('casemart', 'fct_outages') }} as outages)
    group by stretches.account_id, stretches.product, months.month_start, months.dated_at
),

-- What goes on over the end of a month counts in each with its part.
pieces as (
    select
        stretches.account_id,
        stretches.product,
        stretches.interruption,
        months.month_start,
        {{ casemart.seconds_between(
            'greatest(stretches.interrupted_from_at, months.month_from_at)', 'least(stretches.interrupted_until_at, months.month_until_at)'
        ) }} as interrupted_seconds
    from {{ ref('casemart', 'fct_outage_stretches') }} as stretches
    inner join months
        on stretches.interrupted_from_at < months.month_until_at and stretches.interrupted_until_at > months.month_from_at
),

-- A planned minute that is also unplanned is unplanned.
interrupted as (
    select
        account_id,
        product,
        month_start,
        sum(case when interruption = 'unplanned' then interrupted_seconds else 0 end) as unplanned_seconds,
        sum(case when interruption = 'any' then interrupted_seconds else 0 end) as interrupted_seconds,
        max(case when interruption = 'unplanned' then interrupted_seconds else 0 end) as longest_unplanned_seconds,
        sum(case when interruption = 'unplanned' then 1 else 0 end) as unplanned_interruptions
    from pieces
    group by account_id, product, month_start
),

segmented as (
    {{ casemart.with_account_segments('covered') }}
)

select
    segmented.account_id,
    segmented.product,
    segmented.month_start,
    cast(segmented.covered_seconds as bigint) as covered_seconds,
    cast(coalesce(interrupted.unplanned_seconds, 0) as bigint) as unplanned_seconds,
    cast(coalesce(interrupted.interrupted_seconds - interrupted.unplanned_seconds, 0) as bigint) as planned_seconds,
    cast(coalesce(interrupted.longest_unplanned_seconds, 0) as bigint) as longest_unplanned_seconds,
    cast(coalesce(interrupted.unplanned_interruptions, 0) as bigint) as unplanned_interruptions,
    coalesce(interrupted.unplanned_seconds, 0) > 0 as is_interrupted,
    segmented.account_segment,
    segmented.region,
    segmented.industry,
    segmented.size_band
from segmented
left join interrupted
    on
        segmented.account_id = interrupted.account_id
        and segmented.product is not distinct from interrupted.product
        and segmented.month_start = interrupted.month_start

-- Accounts as a whole, and account by product: uninterrupted is who had no unplanned second in the whole period.
with
-- A day of the month that the calendar has: it may begin within the first month.
availability as (
    select
        availability.*,
        months.stock_on
    from {{ ref('casemart', 'fct_availability') }} as availability
    inner join {{ ref('casemart', 'dim_months') }} as months on availability.month_start = months.month_start
),

months as (
    {{ casemart.in_periods('availability', 'stock_on', ['product'], has_weeks=false) }}
),

-- An account is counted in one segment only: that of its last covered month in the period.
ranked as (
    select
        *,
        row_number() over (
            partition by period_grain, period_start, segment_by, segment, account_id
            order by month_start desc, product asc nulls last
        ) as month_rank
    from months
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    account_id,
    cast(sum(covered_seconds) as bigint) as covered_seconds,
    cast(sum(unplanned_seconds) as bigint) as unplanned_seconds,
    sum(unplanned_seconds) = 0 as is_uninterrupted,
    max(month_start) as last_month_start,
    max(case when month_rank = 1 then account_segment end) as account_segment,
    max(case when month_rank = 1 then region end) as region,
    max(case when month_rank = 1 then industry end) as industry,
    max(case when month_rank = 1 then size_band end) as size_band
from ranked
group by period_grain, period_start, period_end, segment_by, segment, account_id

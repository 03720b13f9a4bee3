-- Who was active at the opening of a period, and what became of them by its close.
with
months as (
    select * from {{ ref('casemart', 'fct_coverage_months') }}
),

periods as (
    select
        period_grain,
        period_start,
        stock_on,
        {{ casemart.period_start('month', 'stock_on') }} as closing_month_start,
        {{ casemart.add_months(casemart.period_start('month', 'period_start'), -1) }} as opening_month_start
    from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

cohorts as (
    select
        periods.period_grain,
        periods.period_start,
        periods.stock_on,
        openings.segment_by,
        openings.segment,
        openings.account_id,
        openings.stock_on as opening_on,
        openings.account_state as opening_state,
        coalesce(closings.account_state, 'inactive') as closing_state,
        openings.account_segment,
        openings.region,
        openings.industry,
        openings.size_band
    from periods
    inner join months as openings on periods.opening_month_start = openings.month_start
    left join months as closings
        on
            periods.closing_month_start = closings.month_start
            and openings.segment_by = closings.segment_by
            and openings.segment = closings.segment
            and openings.account_id = closings.account_id
    where openings.account_state <> 'inactive'
)

select
    cohorts.period_grain,
    cohorts.period_start,
    cohorts.segment_by,
    cohorts.segment,
    cohorts.account_id,
    cohorts.opening_on,
    cohorts.stock_on,
    cohorts.opening_state,
    cohorts.closing_state,
    case
        when cohorts.opening_state <> 'active' then null
        when cohorts.closing_state = 'active' then true
        when cohorts.closing_state = 'inactive' then false
    end as is_retained,
    case
        when cohorts.opening_state = 'active' and cohorts.closing_state = 'inactive'
            then coalesce(ends.churn_reason, '(none)')
    end as churn_reason,
    cohorts.account_segment,
    cohorts.region,
    cohorts.industry,
    cohorts.size_band
from cohorts
left join {{ ref('casemart', 'fct_contract_ends') }} as ends
    on
        cohorts.segment_by = ends.segment_by
        and cohorts.segment = ends.segment
        and cohorts.account_id = ends.account_id
        and cohorts.stock_on > ends.last_covered_on
        and cohorts.stock_on <= ends.explains_to_on

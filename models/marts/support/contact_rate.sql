with
account_months as (
    select * from {{ ref('casemart', 'fct_contact_rate_months') }}
),

by_segment as (
    {{ casemart.by_account_segments('account_months', ['stock_on', 'account_state', 'cases'], 'stock_on') }}
),

periods as (
    select * from {{ ref('casemart', 'dim_period_days') }}
    where period_grain <> 'week'
),

counted as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        by_segment.segment_by,
        by_segment.segment,
        cast(sum(by_segment.cases) as bigint) as cases,
        cast(sum(case when by_segment.account_state = 'active' then by_segment.cases else 0 end) as bigint) as cases_of_active_accounts,
        cast(sum(case when by_segment.account_state = 'inactive' then by_segment.cases else 0 end) as bigint) as cases_of_inactive_accounts,
        cast(sum(case when by_segment.account_state = 'undetermined' then by_segment.cases else 0 end) as bigint) as cases_of_undetermined_accounts,
        cast(sum(case when by_segment.account_state = 'no_account' then by_segment.cases else 0 end) as bigint) as cases_without_account,
        {{ casemart.count_where("by_segment.account_state = 'active'") }} as active_account_months,
        {{ casemart.count_where("by_segment.account_state = 'undetermined'") }} as undetermined_account_months
    from by_segment
    inner join periods on by_segment.stock_on = periods.date_day
    group by periods.period_grain, periods.period_start, periods.period_end, by_segment.segment_by, by_segment.segment
),

-- Open while the grace of a contract runs on which the state of an account depends.
rated as (
    select
        *,
        {{ casemart.rate('cases_of_active_accounts', 'active_account_months') }} as contact_rate,
        {{ casemart.is_settled('period_end', 0) }} and undetermined_account_months = 0 as is_complete
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'contact_rate': -1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    cases,
    cases_of_active_accounts,
    active_account_months,
    contact_rate,
    contact_rate_target,
    contact_rate_gap,
    cases_of_inactive_accounts,
    cases_of_undetermined_accounts,
    cases_without_account,
    undetermined_account_months,
    is_complete
from targeted

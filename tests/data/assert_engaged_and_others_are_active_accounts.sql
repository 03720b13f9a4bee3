-- The accounts of the comparison are those active at the month's end, by account as in retention, whether they took part or not.
with
active as (
    select
        periods.period_grain,
        periods.period_start,
        {{ casemart.count_where("months.account_state = 'active'") }} as accounts
    from {{ ref('casemart', 'fct_account_months') }} as months
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on months.month_start = {{ casemart.period_start('month', 'periods.stock_on') }}
    group by periods.period_grain, periods.period_start
)

select
    impact.period_grain,
    impact.period_start,
    impact.accounts,
    active.accounts as active_accounts
from {{ ref('casemart', 'community_impact') }} as impact
left join active on impact.period_grain = active.period_grain and impact.period_start = active.period_start
where
    impact.segment_by = 'all'
    and (
        impact.accounts <> coalesce(active.accounts, 0)
        or impact.retained_accounts > impact.logo_cohort_accounts
        or impact.logo_cohort_accounts + impact.logo_undetermined_accounts > impact.accounts
        or impact.satisfied_answers > impact.answers
    )

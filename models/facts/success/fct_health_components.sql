with
account_months as (
    select * from {{ ref('casemart', 'fct_account_months') }}
    where account_state <> 'inactive'
),

milestones as (
    select
        account_id,
        month_start,
        {{ casemart.milestone_counts() }}
    from {{ ref('casemart', 'fct_due_milestones') }}
    group by account_id, month_start
),

cohorts as (
    select * from {{ ref('casemart', 'fct_recurring_cohorts') }}
    where segment_by = 'all' and lookback_months = 12
),

-- While a grace runs that decides the account, or its value, that part is not known.
joined as (
    select
        account_months.*,
        coalesce(milestones.adoption_due_milestones, 0) as adoption_due,
        coalesce(milestones.adoption_reached_milestones, 0) as adoption_reached,
        coalesce(milestones.success_due_milestones, 0) as success_due,
        coalesce(milestones.success_reached_milestones, 0) as success_reached,
        cohorts.base_value,
        cohorts.value_now,
        cohorts.kept_value,
        account_months.account_state = 'undetermined' or coalesce(cohorts.is_undetermined, false) as is_undetermined
    from account_months
    left join milestones on account_months.account_id = milestones.account_id and account_months.month_start = milestones.month_start
    left join cohorts on account_months.account_id = cohorts.account_id and account_months.month_start = cohorts.month_start
)

select
    account_id,
    month_start,
    stock_on,
    account_state,
    is_undetermined,
    cast(adoption_due as bigint) as adoption_due_milestones,
    cast(adoption_reached as bigint) as adoption_reached_milestones,
    {{ casemart.exact_share('adoption_reached', 'adoption_due') }} as adoption_component,
    cast(success_due as bigint) as success_due_milestones,
    cast(success_reached as bigint) as success_reached_milestones,
    {{ casemart.exact_share('success_reached', 'success_due') }} as success_component,
    is_committed,
    cast(case when is_committed then 1 when not is_committed then 0 end as decimal(20, 16)) as retention_component,
    base_value,
    value_now,
    case when not is_undetermined then {{ casemart.exact_share('kept_value', 'base_value') }} end as recurring_revenue_component,
    account_segment,
    region,
    industry,
    size_band
from joined

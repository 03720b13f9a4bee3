with
due_milestones as (
    select * from {{ ref('casemart', 'fct_due_milestones') }}
),

due as (
    {{ casemart.at_period_ends('due_milestones', 'stock_on', casemart.account_segments() + ['product']) }}
),

-- A cell counts an account with those of its milestones that are in the cell.
accounts as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        account_id,
        max(case when milestone_state = 'undetermined' then 1 else 0 end) as undetermined_accounts,
        {{ casemart.milestone_counts() }}
    from due
    group by period_grain, period_start, segment_by, segment, account_id
),

account_counts as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        {{ casemart.count_where('adoption_due_milestones > 0') }} as adoption_due_accounts,
        {{ casemart.count_where('adoption_due_milestones > 0 and adoption_overdue_milestones = 0') }} as adoption_reached_accounts,
        {{ casemart.count_where('success_due_milestones > 0') }} as success_due_accounts,
        {{ casemart.count_where('success_due_milestones > 0 and success_overdue_milestones = 0') }} as success_reached_accounts,
        cast(sum(undetermined_accounts) as bigint) as undetermined_accounts
    from accounts
    group by period_grain, period_start, segment_by, segment
),

milestone_counts as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.milestone_counts() }},
        {{ casemart.count_where("milestone_state = 'unscheduled'") }} as milestones_unscheduled,
        {{ casemart.percentile(0.5, "case when stage = 'adoption' then cast(days_late as " ~ casemart.type_double() ~ ') end') }}
            as adoption_median_days_late,
        {{ casemart.percentile(0.5, "case when stage = 'success' then cast(days_late as " ~ casemart.type_double() ~ ') end') }}
            as success_median_days_late
    from due
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        milestone_counts.*,
        account_counts.adoption_due_accounts,
        account_counts.adoption_reached_accounts,
        account_counts.success_due_accounts,
        account_counts.success_reached_accounts,
        account_counts.undetermined_accounts,
        {{ casemart.rate('milestone_counts.adoption_reached_milestones', 'milestone_counts.adoption_due_milestones') }} as adoption_rate,
        {{ casemart.rate('account_counts.adoption_reached_accounts', 'account_counts.adoption_due_accounts') }} as adoption_rate_accounts,
        {{ casemart.rate('milestone_counts.success_reached_milestones', 'milestone_counts.success_due_milestones') }} as success_rate_milestones,
        {{ casemart.rate('account_counts.success_reached_accounts', 'account_counts.success_due_accounts') }} as success_rate_accounts
    from milestone_counts
    {{ casemart.join_cells('account_counts', 'milestone_counts') }}
),

targeted as (
    {{ casemart.with_targets('rated', {
        'adoption_rate': 1, 'adoption_rate_accounts': 1, 'success_rate_milestones': 1, 'success_rate_accounts': 1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    adoption_due_milestones,
    adoption_reached_milestones,
    adoption_overdue_milestones,
    adoption_median_days_late,
    adoption_rate,
    adoption_rate_target,
    adoption_rate_gap,
    adoption_due_accounts,
    adoption_reached_accounts,
    adoption_rate_accounts,
    adoption_rate_accounts_target,
    adoption_rate_accounts_gap,
    success_due_milestones,
    success_reached_milestones,
    success_overdue_milestones,
    success_median_days_late,
    success_rate_milestones,
    success_rate_milestones_target,
    success_rate_milestones_gap,
    success_due_accounts,
    success_reached_accounts,
    success_rate_accounts,
    success_rate_accounts_target,
    success_rate_accounts_gap,
    milestones_unscheduled,
    undetermined_accounts,
    -- Open while the grace of a contract runs on which the state of an account depends.
    {{ casemart.is_settled('period_end', 0) }} and undetermined_accounts = 0 as is_complete
from targeted

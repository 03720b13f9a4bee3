with
experiences as (
    select * from {{ ref('casemart', 'fct_account_experience') }}
),

segmented as (
    {{ casemart.by_segments('experiences', casemart.account_segments(), 'anchor_on') }}
),

outcomes as (
    {{ casemart.outcome_rows('segmented') }}
),

-- The three classes of experience each by itself, beside the two that are compared.
classed as (
    select
        outcomes.*,
        exposure_class as account_class
    from outcomes

    union all

    select
        outcomes.*,
        experience_class as account_class
    from outcomes
    where exposure = 'experience'
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        exposure,
        account_class,
        outcome,
        count(*) as accounts,
        {{ casemart.count_where('has_happened is not null') }} as at_risk_accounts,
        {{ casemart.count_where('has_happened') }} as happened_accounts,
        {{ casemart.count_where("outcome_state = 'not_at_risk'") }} as not_at_risk_accounts,
        {{ casemart.count_where("outcome_state = 'undetermined'") }} as undetermined_accounts,
        {{ casemart.count_where('has_happened_so_far') }} as happened_so_far_accounts
    from classed
    group by period_grain, period_start, period_end, segment_by, segment, exposure, account_class, outcome
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    exposure,
    account_class,
    outcome,
    accounts,
    at_risk_accounts,
    happened_accounts,
    not_at_risk_accounts,
    undetermined_accounts,
    happened_so_far_accounts,
    {{ casemart.rate('happened_accounts', 'at_risk_accounts') }} as outcome_rate,
    {{ casemart.wilson_low('happened_accounts', 'at_risk_accounts') }} as outcome_rate_ci_low,
    {{ casemart.wilson_high('happened_accounts', 'at_risk_accounts') }} as outcome_rate_ci_high,
    'association, not cause' as association_note,
    {{ casemart.is_settled('period_end', var('casemart_impact_window_days') + var('casemart_fcr_settlement_days')) }}
    and undetermined_accounts = 0 as is_complete
from counted

-- Association, not cause: accounts that take part differ from the others in more than that.
with
accounts as (
    select * from {{ ref('casemart', 'fct_community_engagement') }}
),

by_engagement as (
    {{ casemart.by_segments('accounts', ['engagement']) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.count_where("account_state = 'active'") }} as accounts,
        {{ casemart.count_where("account_state = 'undetermined'") }} as undetermined_accounts,
        cast(sum(case when account_state = 'active' then answers else 0 end) as bigint) as answers,
        cast(sum(case when account_state = 'active' then satisfied_answers else 0 end) as bigint) as satisfied_answers,
        {{ casemart.count_where('is_retained is not null') }} as logo_cohort_accounts,
        {{ casemart.count_where('is_retained') }} as retained_accounts,
        {{ casemart.count_where("account_state = 'active' and later_state = 'undetermined'") }} as logo_undetermined_accounts,
        {{ casemart.count_where("account_state = 'active' and base_value is not null") }} as value_cohort_accounts,
        {{ casemart.count_where("account_state = 'active' and is_value_undetermined") }} as value_undetermined_accounts,
        cast(sum(case when account_state = 'active' then base_value end) as decimal(18, 2)) as base_value,
        cast(sum(case when account_state = 'active' then value_now end) as decimal(18, 2)) as value_now,
        {{ casemart.count_where('not is_later_known') }} as not_yet_known_accounts
    from by_engagement
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('satisfied_answers', 'answers') }} as community_customer_satisfaction,
        {{ casemart.wilson_low('satisfied_answers', 'answers') }} as community_customer_satisfaction_ci_low,
        {{ casemart.wilson_high('satisfied_answers', 'answers') }} as community_customer_satisfaction_ci_high,
        {{ casemart.rate('retained_accounts', 'logo_cohort_accounts') }} as community_logo_retention_rate,
        {{ casemart.rate('value_now', 'base_value') }} as community_net_recurring_revenue_rate
    from counted
),

compared as (
    {{ casemart.with_targets('rated', {
        'community_customer_satisfaction': 1,
        'community_logo_retention_rate': 1,
        'community_net_recurring_revenue_rate': 1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    accounts,
    undetermined_accounts,
    answers,
    satisfied_answers,
    community_customer_satisfaction,
    community_customer_satisfaction_ci_low,
    community_customer_satisfaction_ci_high,
    community_customer_satisfaction_target,
    community_customer_satisfaction_gap,
    logo_cohort_accounts,
    retained_accounts,
    logo_undetermined_accounts,
    community_logo_retention_rate,
    community_logo_retention_rate_target,
    community_logo_retention_rate_gap,
    value_cohort_accounts,
    value_undetermined_accounts,
    base_value,
    value_now,
    community_net_recurring_revenue_rate,
    community_net_recurring_revenue_rate_target,
    community_net_recurring_revenue_rate_gap,
    cast('association' as {{ casemart.type_of('string') }}) as reading,
    {{ casemart.is_settled('period_end', 365) }}
    and not_yet_known_accounts = 0
    and undetermined_accounts = 0
    and logo_undetermined_accounts = 0
    and value_undetermined_accounts = 0 as is_complete
from compared

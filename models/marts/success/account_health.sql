with
account_months as (
    select * from {{ ref('casemart', 'fct_account_health') }}
),

health as (
    {{ casemart.at_period_ends('account_months', 'stock_on', casemart.account_segments()) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as accounts,
        {{ casemart.count_where("account_state = 'undetermined'") }} as undetermined_accounts,
        {{ casemart.count_where('is_undetermined') }} as open_accounts,
        {{ casemart.count_where('is_scored') }} as scored_accounts,
        cast(coalesce(sum(case when is_scored then score end), 0) as decimal(38, 12)) as score_total,
        {{ casemart.percentile(0.5, 'case when is_scored then cast(score as ' ~ casemart.type_double() ~ ') end') }} as health_score_median,
        {{ casemart.count_where("band = 'at_risk'") }} as at_risk_accounts,
        {{ casemart.count_where("band = 'watch'") }} as watch_accounts,
        {{ casemart.count_where("band = 'healthy'") }} as healthy_accounts,
        {{ casemart.count_where("band = 'insufficient_evidence'") }} as insufficient_evidence_accounts,
        {{ casemart.count_where("coalesce(band, '') not in ('at_risk', 'watch', 'healthy', 'insufficient_evidence')") }}
            as other_band_accounts,
        {{ casemart.health_component_means() }},
        {{ casemart.count_where('is_silent is not null') }} as silence_known_accounts,
        {{ casemart.count_where('is_silent') }} as silent_accounts
    from health
    group by period_grain, period_start, period_end, segment_by, segment
),

-- The mean of exact scores, exact as well.
rated as (
    select
        *,
        {{ casemart.exact_mean('score_total', 'scored_accounts') }} as health_score,
        {{ casemart.rate('silent_accounts', 'silence_known_accounts') }} as silent_account_rate
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'health_score': 1, 'silent_account_rate': -1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    accounts,
    undetermined_accounts,
    open_accounts,
    scored_accounts,
    score_total,
    health_score,
    health_score_target,
    health_score_gap,
    health_score_median,
    at_risk_accounts,
    watch_accounts,
    healthy_accounts,
    insufficient_evidence_accounts,
    other_band_accounts,
    adoption_accounts,
    adoption_component,
    success_accounts,
    success_component,
    retention_accounts,
    retention_component,
    recurring_revenue_accounts,
    recurring_revenue_component,
    silence_known_accounts,
    silent_accounts,
    silent_account_rate,
    silent_account_rate_target,
    silent_account_rate_gap,
    -- Open while a grace runs on which an account, or the value of one of its contracts, depends.
    {{ casemart.is_settled('period_end', 0) }} and open_accounts = 0 as is_complete
from targeted

with
-- Checks of one channel at one moment are one audit.
audits as (
    select
        *,
        dense_rank() over (order by audited_at, channel) as audit_number
    from {{ ref('casemart', 'fct_service_audits') }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(distinct audit_number) as audits,
        count(*) as checks,
        {{ casemart.count_where('is_passed') }} as passed_checks,
        count(wait_seconds) as timed_checks,
        {{ casemart.rate('sum(wait_seconds)', 'count(wait_seconds)') }} as wait_seconds_mean,
        {{ casemart.percentile(0.5, 'wait_seconds') }} as wait_seconds_median
    from ({{ casemart.in_periods('audits', 'audited_on', ['channel', 'check_name']) }}) as audits_by_period
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('passed_checks', 'checks') }} as service_audit_pass_rate,
        {{ casemart.wilson_low('passed_checks', 'checks') }} as service_audit_pass_rate_ci_low,
        {{ casemart.wilson_high('passed_checks', 'checks') }} as service_audit_pass_rate_ci_high,
        {{ casemart.is_settled('period_end', 0) }} as is_complete
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'service_audit_pass_rate': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    audits,
    checks,
    passed_checks,
    service_audit_pass_rate,
    service_audit_pass_rate_ci_low,
    service_audit_pass_rate_ci_high,
    service_audit_pass_rate_target,
    service_audit_pass_rate_gap,
    timed_checks,
    wait_seconds_mean,
    wait_seconds_median,
    is_complete
from targeted

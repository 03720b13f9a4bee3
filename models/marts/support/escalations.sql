with
cases as (
    select * from {{ ref('casemart', 'fct_case_hand_overs') }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as closed_cases,
        {{ casemart.count_where('is_escalated') }} as escalated_cases,
        cast(sum(escalations) as bigint) as escalations,
        {{ casemart.count_where('is_transferred') }} as transferred_cases,
        cast(sum(transfers) as bigint) as transfers,
        {{ casemart.count_where('is_sent_back') }} as sent_back_cases,
        {{ casemart.count_where('is_sent_back is not null') }} as sent_back_known_cases,
        {{ casemart.count_where("sent_back_state = 'team_before_unknown'") }} as team_before_unknown_cases,
        {{ casemart.count_where("sent_back_state = 'team_after_unknown'") }} as team_after_unknown_cases,
        {{ casemart.percentile(0.5, 'minutes_to_escalation') }} as minutes_to_escalation_median,
        {{ casemart.percentile(0.5, 'minutes_escalation_to_resolution') }} as minutes_escalation_to_resolution_median
    from ({{ casemart.in_periods('cases', 'first_closed_on', casemart.case_segments() + ['topic']) }}) as cases_by_period
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        minutes_to_escalation_median as minutes_to_escalation,
        minutes_escalation_to_resolution_median as minutes_escalation_to_resolution,
        {{ casemart.rate('escalated_cases', 'closed_cases') }} as escalation_rate,
        {{ casemart.rate('transferred_cases', 'closed_cases') }} as transfer_rate,
        {{ casemart.rate('sent_back_cases', 'sent_back_known_cases') }} as escalation_sent_back_rate,
        {{ casemart.is_settled('period_end', 0) }} as is_complete
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {
        'escalation_rate': 0,
        'transfer_rate': -1,
        'escalation_sent_back_rate': -1,
        'minutes_to_escalation': -1,
        'minutes_to_escalation_median': -1,
        'minutes_escalation_to_resolution': -1,
        'minutes_escalation_to_resolution_median': -1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    closed_cases,
    escalated_cases,
    escalations,
    escalation_rate,
    escalation_rate_target,
    escalation_rate_gap,
    transferred_cases,
    transfers,
    transfer_rate,
    transfer_rate_target,
    transfer_rate_gap,
    sent_back_cases,
    sent_back_known_cases,
    team_before_unknown_cases,
    team_after_unknown_cases,
    escalation_sent_back_rate,
    escalation_sent_back_rate_target,
    escalation_sent_back_rate_gap,
    minutes_to_escalation,
    minutes_to_escalation_target,
    minutes_to_escalation_gap,
    minutes_to_escalation_median,
    minutes_to_escalation_median_target,
    minutes_to_escalation_median_gap,
    minutes_escalation_to_resolution,
    minutes_escalation_to_resolution_target,
    minutes_escalation_to_resolution_gap,
    minutes_escalation_to_resolution_median,
    minutes_escalation_to_resolution_median_target,
    minutes_escalation_to_resolution_median_gap,
    is_complete
from targeted

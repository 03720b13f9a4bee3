with
outcomes as (
    {{ casemart.roll_up(ref('casemart', 'leaf_case_outcomes'), ['cases'], groups=['fcr_status', 'fcr_reason']) }}
)

select
    outcomes.period_grain,
    outcomes.period_start,
    periods.period_end,
    outcomes.segment_by,
    outcomes.segment,
    outcomes.fcr_status,
    outcomes.fcr_reason,
    outcomes.cases,
    {{ casemart.rate(
        'outcomes.cases',
        'sum(outcomes.cases) over (partition by outcomes.period_grain, outcomes.period_start, outcomes.segment_by, outcomes.segment)',
    ) }} as share_of_cases,
    {{ casemart.is_settled('periods.period_end', var('casemart_fcr_settlement_days')) }} as is_complete
from outcomes
inner join {{ ref('casemart', 'dim_periods') }} as periods
    on outcomes.period_grain = periods.period_grain and outcomes.period_start = periods.period_start

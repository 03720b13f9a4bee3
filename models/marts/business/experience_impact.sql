with
experiences as (
    select * from {{ ref('casemart', 'fct_account_experience') }}
),

segmented as (
    {{ casemart.by_segments('experiences', casemart.account_segments(), 'anchor_on') }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.impact_counts() }}
    from segmented
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        counted.*,
        {{ casemart.impact_rates() }}
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', casemart.impact_directions()) }}
)

-- Complete once the latest window of the period has run out, and nothing is undetermined.
select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    'association, not cause' as association_note,
    {{ casemart.impact_columns() }}
    {{ casemart.is_settled('period_end', var('casemart_impact_window_days') + var('casemart_fcr_settlement_days')) }}
    and {{ casemart.impact_undetermined() }} = 0 as is_complete
from targeted

with
invitations as (
    select * from {{ ref('casemart', 'fct_survey_invitations') }}
),

in_cells as (
    {{ casemart.in_periods('invitations', 'sent_on', ['survey_type'] + casemart.account_segments()) }}
),

-- Rates take the invitations whose window has run out.
counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        cast(count(*) as bigint) as invitations,
        {{ casemart.count_where('is_answered is not null') }} as settled_invitations,
        {{ casemart.count_where('is_answered') }} as answered_invitations,
        {{ casemart.count_where('not is_answered') }} as unanswered_invitations,
        {{ casemart.count_where("invitation_state = 'undetermined'") }} as undetermined_invitations,
        {{ casemart.count_where('is_answered_so_far') }} as answered_so_far_invitations,
        {{ casemart.count_where("invitation_state = 'not_counted_case'") }} as not_counted_case_invitations,
        {{ casemart.count_where('is_rated') }} as rated_invitations,
        {{ casemart.count_where('is_satisfied') }} as satisfied_invitations,
        {{ casemart.count_where('is_satisfied or not is_rated') }} as possibly_satisfied_invitations
    from in_cells
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('answered_invitations', 'settled_invitations') }} as survey_response_rate,
        -- What satisfaction would be if everyone who did not say were dissatisfied, or satisfied.
        {{ casemart.rate('satisfied_invitations', 'settled_invitations') }} as satisfaction_floor,
        {{ casemart.rate('possibly_satisfied_invitations', 'settled_invitations') }} as satisfaction_ceiling
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'survey_response_rate': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    invitations,
    settled_invitations,
    answered_invitations,
    unanswered_invitations,
    undetermined_invitations,
    answered_so_far_invitations,
    not_counted_case_invitations,
    survey_response_rate,
    survey_response_rate_target,
    survey_response_rate_gap,
    rated_invitations,
    satisfied_invitations,
    possibly_satisfied_invitations,
    satisfaction_floor,
    satisfaction_ceiling,
    {{ casemart.is_settled('period_end', var('casemart_survey_settlement_days')) }} as is_complete
from targeted

-- Employee invitations never come here: with their answers they would tell who answered.
with
invitations as (
    select
        *,
        {{ casemart.local_day('sent_at') }} as sent_on
    from {{ ref('casemart', 'stg_survey_invitations') }}
    where {{ casemart.is_known('sent_at') }} and survey_type <> 'employee'
),

cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

responses as (
    select * from {{ ref('casemart', 'fct_survey_responses') }}
),

-- Within the settlement: from the moment of sending to the end of the last day.
answers as (
    select
        invitations.invitation_id,
        responses.responded_at,
        responses.responded_on,
        -- Of answers to one invitation by the kind of survey that it invited to, one counts; other kinds are not mixed in.
        case
            when responses.question = 'overall_satisfaction' and responses.survey_type = invitations.survey_type
                then responses.experience
        end as experience,
        {{ casemart.days_between('invitations.sent_on', 'responses.responded_on') }}
        > {{ var('casemart_survey_settlement_days') }} as is_late
    from invitations
    inner join responses on invitations.invitation_id = responses.invitation_id and invitations.sent_at <= responses.responded_at
),

answered as (
    select
        invitation_id,
        min(case when not is_late then responded_at end) as answered_at,
        min(case when not is_late then responded_on end) as answered_on,
        max(case when is_late then 1 else 0 end) = 1 as has_late_answer,
        max(case when not is_late then experience end) as experience
    from answers
    group by invitation_id
),

joined as (
    select
        invitations.invitation_id,
        invitations.survey_type,
        invitations.sent_at,
        invitations.sent_at as dated_at,
        invitations.sent_on,
        coalesce(invitations.account_id, cases.account_id) as account_id,
        invitations.case_id,
        invitations.session_id,
        invitations.agent_id,
        answered.answered_at,
        answered.answered_on,
        coalesce(answered.has_late_answer, false) as has_late_answer,
        answered.experience,
        case
            when invitations.case_id is not null and not coalesce(cases.is_counted, false) then 'not_counted_case'
            when not {{ casemart.is_settled('invitations.sent_on', var('casemart_survey_settlement_days')) }} then 'undetermined'
            when answered.answered_at is not null then 'answered'
            else 'unanswered'
        end as invitation_state
    from invitations
    left join cases on invitations.case_id = cases.case_id and invitations.sent_on >= cases.opened_on
    left join answered on invitations.invitation_id = answered.invitation_id
),

of_accounts as (
    {{ casemart.with_account_segments('joined') }}
)

select
    invitation_id,
    survey_type,
    sent_at,
    sent_on,
    account_id,
    case_id,
    session_id,
    agent_id,
    answered_at,
    answered_on,
    invitation_state,
    case when invitation_state in ('answered', 'unanswered') then answered_at is not null end as is_answered,
    invitation_state = 'undetermined' and answered_at is not null as is_answered_so_far,
    case when invitation_state in ('answered', 'unanswered') then experience is not null end as is_rated,
    case when invitation_state in ('answered', 'unanswered') then coalesce(experience = 'positive', false) end as is_satisfied,
    has_late_answer,
    account_segment,
    region,
    industry,
    size_band
from of_accounts

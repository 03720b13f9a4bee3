-- Employee answers never come here: they identify who said what of their employer.
with
responses as (
    select * from {{ ref('casemart', 'stg_survey_responses') }}
    where {{ casemart.is_known('responded_at') }} and survey_type <> 'employee'
),

invitations as (
    select * from {{ ref('casemart', 'stg_survey_invitations') }}
)

select
    responses.response_id,
    responses.question,
    responses.survey_type,
    responses.responded_at,
    {{ casemart.local_day('responses.responded_at') }} as responded_on,
    responses.invitation_id,
    coalesce(responses.account_id, invitations.account_id) as account_id,
    coalesce(responses.contact_id, invitations.contact_id) as contact_id,
    coalesce(responses.case_id, invitations.case_id) as case_id,
    coalesce(responses.session_id, invitations.session_id) as session_id,
    coalesce(responses.agent_id, invitations.agent_id) as agent_id,
    responses.score,
    responses.scale_min,
    responses.scale_max,
    responses.answer,
    -- A yes/no question is answered in words or by a score of 1 or 0.
    case
        when lower(responses.answer) in ('true', 't', 'yes', 'y', '1') then true
        when lower(responses.answer) in ('false', 'f', 'no', 'n', '0') then false
        when responses.answer is null and responses.score = 1 then true
        when responses.answer is null and responses.score = 0 then false
    end as is_yes,
    3 as tie_order
from responses
left join invitations on responses.invitation_id = invitations.invitation_id

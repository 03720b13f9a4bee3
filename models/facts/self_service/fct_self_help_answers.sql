-- Of several answers to a question the latest holds; one that comes after the settlement changes nothing.
with
answers as (
    select
        responses.response_id,
        responses.question,
        responses.session_id,
        responses.responded_at,
        responses.responded_on,
        responses.is_yes,
        {{ casemart.days_between('visits.session_on', 'responses.responded_on') }}
        > {{ var('casemart_survey_settlement_days') }} as is_late
    from {{ ref('casemart', 'fct_survey_responses') }} as responses
    inner join {{ ref('casemart', 'fct_self_help_visits') }} as visits on responses.session_id = visits.session_id
    where
        responses.survey_type = 'self_help'
        and responses.question in ('found_answer', 'would_have_contacted_support', 'further_action_needed')
        and responses.is_yes is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_id, question, is_late
            order by responded_at desc, response_id desc
        ) as answer_number
    from answers
)

select
    response_id,
    question,
    session_id,
    responded_at,
    is_yes,
    is_late,
    not is_late and answer_number = 1 as is_in_force
from ranked

-- Private: what employees say of their employer. Who they are stays behind in the raw table.
with
responses as (
    select
        *,
        {{ casemart.local_day('responded_at') }} as responded_on
    from {{ ref('casemart', 'stg_survey_responses') }}
    where {{ casemart.is_known('responded_at') }} and survey_type = 'employee'
),

joined as (
    select
        responses.response_id,
        responses.question,
        responses.survey_type,
        responses.responded_at,
        responses.responded_on,
        responses.invitation_id,
        responses.contact_id,
        -- No case and no session makes an employee's answer: only the invitation tells that two are of one.
        cast(null as {{ casemart.type_of('string') }}) as case_id,
        cast(null as {{ casemart.type_of('string') }}) as session_id,
        responses.team,
        responses.score,
        coalesce(responses.scale_min, questions.scale_min) as scale_min,
        coalesce(responses.scale_max, questions.scale_max) as scale_max,
        cast(null as boolean) as is_yes,
        questions.kind,
        {{ casemart.is_other_scale('responses', 'questions') }} as is_other_scale,
        false as is_of_counted_case
    from responses
    left join {{ ref('casemart', 'survey_questions') }} as questions
        on responses.question = questions.question and responses.survey_type = questions.survey_type
),

judged as (
    {{ casemart.with_answer_states('joined') }}
)

select
    response_id,
    question,
    responded_at,
    responded_on,
    team,
    score,
    scale_min,
    scale_max,
    answer_state,
    case
        when answer_state = 'counted' and kind = 'scale' then {{ casemart.experience('score', 'scale_min', 'scale_max') }}
    end as experience
from judged

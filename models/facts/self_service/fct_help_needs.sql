-- Each respondent is asked whether help was needed and whether support was contacted, in one relationship survey.
with
answers as (
    select * from {{ ref('casemart', 'fct_survey_responses') }}
    where survey_type = 'relationship' and answer_state = 'counted'
),

contacted as (
    select
        response_id,
        is_yes as has_contacted_support
    from answers
    where question = 'contacted_support'
)

select
    answers.response_id,
    answers.account_id,
    answers.responded_on,
    answers.is_yes as has_needed_help,
    contacted.has_contacted_support,
    -- Unmet: needed, and did not ask. Unknown where only one of the two questions was answered.
    case when answers.is_yes then not contacted.has_contacted_support end as is_unmet,
    answers.account_segment,
    answers.region,
    answers.industry,
    answers.size_band
from answers
left join contacted on answers.response_id = contacted.response_id
where answers.question = 'needed_help'

with
engagements as (
    select * from {{ ref('casemart', 'stg_engagements') }}
    where {{ casemart.is_known('occurred_at') }}
),

-- Support is an engagement too: every counted case in which a person was in touch before its first closing.
closed_cases as (
    select
        closings.*,
        lifecycles.account_id,
        {{ casemart.is_settled('closings.first_closed_on', var('casemart_survey_settlement_days')) }} as is_settled
    from {{ ref('casemart', 'fct_case_closings') }} as closings
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as lifecycles on closings.case_id = lifecycles.case_id
    where closings.agent_interactions_to_first_closing > 0
),

-- The latest answer up to the settlement says how the case ended.
answers as (
    select
        closed_cases.case_id,
        responses.experience,
        row_number() over (
            partition by closed_cases.case_id
            order by responses.responded_at desc, responses.response_id desc
        ) as answer_number
    from closed_cases
    inner join {{ ref('casemart', 'fct_survey_responses') }} as responses on closed_cases.case_id = responses.case_id
    where
        responses.survey_type = 'post_case'
        and responses.question = 'overall_satisfaction'
        and responses.answer_state = 'counted'
        and {{ casemart.days_between('closed_cases.first_closed_on', 'responses.responded_on') }}
        <= {{ var('casemart_survey_settlement_days') }}
),

all_engagements as (
    select
        'engagement' as engagement_source,
        engagements.engagement_id,
        engagements.account_id,
        engagements.kind,
        agents.team,
        engagements.occurred_at as dated_at,
        coalesce(engagements.outcome, 'unknown') as engagement_state
    from engagements
    left join {{ ref('casemart', 'dim_agents') }} as agents
        on
            engagements.agent_id = agents.agent_id
            and engagements.occurred_at >= agents.valid_from_at
            and engagements.occurred_at < agents.valid_to_at

    union all

    select
        'case' as engagement_source,
        closed_cases.case_id as engagement_id,
        closed_cases.account_id,
        'support_case' as kind,
        closed_cases.team,
        closed_cases.first_closed_at as dated_at,
        case when closed_cases.is_settled then coalesce(answers.experience, 'unknown') else 'undetermined' end as engagement_state
    from closed_cases
    left join answers on closed_cases.case_id = answers.case_id and answers.answer_number = 1
),

segmented as (
    {{ casemart.with_account_segments('all_engagements') }}
)

select
    cast(engagement_source as {{ casemart.type_of('string') }}) as engagement_source,
    engagement_id,
    account_id,
    dated_at as engaged_at,
    {{ casemart.local_day('dated_at') }} as engaged_on,
    kind,
    cast(engagement_state as {{ casemart.type_of('string') }}) as engagement_state,
    case when engagement_state <> 'undetermined' then engagement_state = 'positive' end as is_positive,
    case when engagement_state not in ('undetermined', 'unknown') then engagement_state = 'positive' end as is_positive_known,
    case when engagement_state <> 'undetermined' then engagement_state in ('positive', 'unknown') end as is_positive_upper,
    team,
    account_segment,
    region,
    industry,
    size_band
from segmented

-- Employee answers never come here: they identify who said what of their employer.
with
responses as (
    select
        *,
        {{ casemart.local_day('responded_at') }} as responded_on
    from {{ ref('casemart', 'stg_survey_responses') }}
    where {{ casemart.is_known('responded_at') }} and survey_type <> 'employee'
),

invitations as (
    select * from {{ ref('casemart', 'stg_survey_invitations') }}
),

cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

events as (
    select * from {{ ref('casemart', 'stg_self_help_events') }}
),

-- What an answer leaves out comes from its invitation, and the account at last from the case. Neither may be of a later day than
-- the answer: a period would change after its end.
joined as (
    select
        responses.response_id,
        responses.question,
        responses.survey_type,
        responses.responded_at,
        responses.responded_on,
        responses.invitation_id,
        coalesce(responses.account_id, invitations.account_id, cases.account_id) as account_id,
        coalesce(responses.contact_id, invitations.contact_id) as contact_id,
        coalesce(responses.case_id, invitations.case_id) as case_id,
        coalesce(responses.session_id, invitations.session_id) as session_id,
        coalesce(responses.agent_id, invitations.agent_id) as named_agent_id,
        responses.score,
        coalesce(responses.scale_min, questions.scale_min) as scale_min,
        coalesce(responses.scale_max, questions.scale_max) as scale_max,
        responses.answer,
        -- A yes/no question is answered in words or by a score of 1 or 0.
        case
            when questions.kind = 'scale' then null
            when lower(responses.answer) in ('true', 't', 'yes', 'y', '1') then true
            when lower(responses.answer) in ('false', 'f', 'no', 'n', '0') then false
            when responses.answer is null and responses.score = 1 then true
            when responses.answer is null and responses.score = 0 then false
        end as is_yes,
        questions.kind,
        {{ casemart.is_other_scale('responses', 'questions') }} as is_other_scale,
        cases.case_id is not null as is_of_known_case,
        coalesce(cases.is_counted, false) as is_of_counted_case
    from responses
    left join invitations
        on
            responses.invitation_id = invitations.invitation_id
            and {{ casemart.local_day('invitations.sent_at') }} <= responses.responded_on
    left join cases
        on coalesce(responses.case_id, invitations.case_id) = cases.case_id and responses.responded_on >= cases.opened_on
    left join {{ ref('casemart', 'survey_questions') }} as questions
        on responses.question = questions.question and responses.survey_type = questions.survey_type
),

judged as (
    {{ casemart.with_answer_states('joined') }}
),

-- Who had the last word in the case before the answer, where neither answer nor invitation names a support person. A case that is
-- not there on that day has none.
last_contacts as (
    select
        judged.response_id,
        judged.question,
        contacts.agent_id,
        row_number() over (
            partition by judged.response_id, judged.question
            order by contacts.occurred_at desc, contacts.interaction_id desc
        ) as contact_number
    from judged
    inner join {{ ref('casemart', 'fct_interactions') }} as contacts
        on
            judged.case_id = contacts.case_id
            and contacts.is_agent_interaction
            and judged.responded_at >= contacts.occurred_at
    where judged.named_agent_id is null and judged.is_of_known_case
),

case_answers as (
    select
        response_id,
        question,
        case_id,
        responded_at as dated_at,
        cast(null as {{ casemart.type_of('string') }}) as agent_interaction_id
    from judged
    where survey_type = 'post_case' and is_of_known_case
),

of_cases as (
    {{ casemart.with_case_segments('case_answers') }}
),

session_days as (
    select distinct
        session_id,
        responded_on
    from judged
    where survey_type = 'self_help'
),

-- A session as it was known on the day of the answer.
session_events as (
    select
        days.session_id,
        days.responded_on,
        events.occurred_at,
        events.event_id,
        events.product,
        events.channel,
        events.topic
    from session_days as days
    inner join events
        on days.session_id = events.session_id and days.responded_on >= {{ casemart.local_day('events.occurred_at') }}
),

of_sessions as (
    {{ casemart.last_known('session_events', 'session_id, responded_on', ['product', 'channel', 'topic']) }}
),

known as (
    select
        judged.*,
        judged.responded_at as dated_at,
        coalesce(judged.named_agent_id, last_contacts.agent_id) as agent_id
    from judged
    left join last_contacts
        on
            judged.response_id = last_contacts.response_id
            and judged.question = last_contacts.question
            and last_contacts.contact_number = 1
),

of_accounts as (
    {{ casemart.with_account_segments('known') }}
)

select
    answers.response_id,
    answers.question,
    answers.survey_type,
    answers.responded_at,
    answers.responded_on,
    answers.invitation_id,
    answers.account_id,
    answers.contact_id,
    answers.case_id,
    answers.session_id,
    answers.agent_id,
    answers.score,
    answers.scale_min,
    answers.scale_max,
    answers.answer,
    answers.is_yes,
    answers.answer_state,
    case
        when answers.answer_state = 'counted' and answers.kind = 'scale'
            then cast({{ casemart.rate('(answers.score - answers.scale_min)', '(answers.scale_max - answers.scale_min)') }} as decimal(13, 12))
    end as normalised_score,
    case
        when answers.answer_state = 'counted' and answers.kind = 'scale'
            then {{ casemart.experience('answers.score', 'answers.scale_min', 'answers.scale_max') }}
    end as experience,
    case
        when answers.answer_state <> 'counted' or answers.question <> 'likelihood_to_recommend' then null
        when answers.score >= 9 then 'promoter'
        when answers.score >= 7 then 'passive'
        else 'detractor'
    end as recommendation,
    case when answers.answer_state = 'counted' and answers.question = 'effort_ease' then answers.score >= 5 end as is_easy,
    coalesce(of_cases.product, of_sessions.product) as product,
    of_cases.queue,
    coalesce(of_cases.channel, of_sessions.channel) as channel,
    of_cases.delivery_model,
    of_cases.priority,
    of_cases.case_type,
    coalesce(of_cases.topic, of_sessions.topic) as topic,
    agents.team,
    agents.site,
    agents.shift,
    answers.account_segment,
    answers.region,
    answers.industry,
    answers.size_band,
    3 as tie_order
from of_accounts as answers
left join of_cases on answers.response_id = of_cases.response_id and answers.question = of_cases.question
left join of_sessions
    on
        answers.survey_type = 'self_help'
        and answers.session_id = of_sessions.session_id
        and answers.responded_on = of_sessions.responded_on
left join {{ ref('casemart', 'dim_agents') }} as agents
    on
        answers.agent_id = agents.agent_id
        and answers.responded_at >= agents.valid_from_at
        and answers.responded_at < agents.valid_to_at

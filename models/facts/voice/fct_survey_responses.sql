-- Employee answers never come here: they identify who said what of their employer.
with
responses as (
    select * from {{ ref('casemart', 'stg_survey_responses') }}
    where {{ casemart.is_known('responded_at') }} and survey_type <> 'employee'
),

invitations as (
    select * from {{ ref('casemart', 'stg_survey_invitations') }}
),

cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

-- What an answer leaves out comes from its invitation, and the account at last from the case.
joined as (
    select
        responses.response_id,
        responses.question,
        responses.survey_type,
        responses.responded_at,
        {{ casemart.local_day('responses.responded_at') }} as responded_on,
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
            when lower(responses.answer) in ('true', 't', 'yes', 'y', '1') then true
            when lower(responses.answer) in ('false', 'f', 'no', 'n', '0') then false
            when responses.answer is null and responses.score = 1 then true
            when responses.answer is null and responses.score = 0 then false
        end as is_yes,
        questions.kind,
        questions.is_scale_fixed
        and (
            coalesce(responses.scale_min, questions.scale_min) <> questions.scale_min
            or coalesce(responses.scale_max, questions.scale_max) <> questions.scale_max
        ) as is_other_scale,
        coalesce(cases.is_counted, false) as is_of_counted_case
    from responses
    left join invitations on responses.invitation_id = invitations.invitation_id
    left join cases on coalesce(responses.case_id, invitations.case_id) = cases.case_id
    left join {{ ref('casemart', 'survey_questions') }} as questions
        on responses.question = questions.question and responses.survey_type = questions.survey_type
),

-- What makes an answer unfit by itself; of the others, one per subject counts.
judged as (
    select
        *,
        case
            when kind is null then 'unknown_question'
            when case_id is not null and not is_of_counted_case then 'not_counted_case'
            when kind = 'yes_no' and is_yes is null then 'unusable'
            when kind = 'scale' and (score is null or scale_max <= scale_min) then 'unusable'
            when kind = 'scale' and is_other_scale then 'other_scale'
            when kind = 'scale' and not (score between scale_min and scale_max) then 'unusable'
        end as unfit_state,
        case
            when invitation_id is not null then 'invitation ' || invitation_id
            when case_id is not null then 'case ' || case_id || ' ' || coalesce(contact_id, '')
            when session_id is not null then 'session ' || session_id
            else 'response ' || response_id
        end as subject
    from joined
),

-- The last answer on the day of the first answer counts, so that a period is complete when it ends.
first_days as (
    select
        survey_type,
        question,
        subject,
        min(responded_on) as first_answered_on
    from judged
    where unfit_state is null
    group by survey_type, question, subject
),

ranked as (
    select
        judged.*,
        case
            when judged.unfit_state is not null then judged.unfit_state
            when judged.responded_on > first_days.first_answered_on then 'repeat'
            when row_number() over (
                partition by judged.survey_type, judged.question, judged.subject, judged.unfit_state, judged.responded_on
                order by judged.responded_at desc, judged.response_id desc
            ) = 1 then 'counted'
            else 'repeat'
        end as answer_state,
        judged.responded_at as dated_at,
        cast(null as {{ casemart.type_of('string') }}) as agent_interaction_id
    from judged
    left join first_days
        on
            judged.survey_type = first_days.survey_type
            and judged.question = first_days.question
            and judged.subject = first_days.subject
),

-- Who had the last word in the case before the answer, where neither answer nor invitation names a support person.
last_contacts as (
    select
        ranked.response_id,
        ranked.question,
        contacts.agent_id,
        row_number() over (
            partition by ranked.response_id, ranked.question
            order by contacts.occurred_at desc, contacts.interaction_id desc
        ) as contact_number
    from ranked
    inner join {{ ref('casemart', 'fct_interactions') }} as contacts
        on
            ranked.case_id = contacts.case_id
            and contacts.is_agent_interaction
            and contacts.occurred_at <= ranked.responded_at
    where ranked.named_agent_id is null
),

case_answers as (
    select
        response_id,
        question,
        case_id,
        dated_at,
        agent_interaction_id
    from ranked
    where survey_type = 'post_case'
),

of_cases as (
    {{ casemart.with_case_segments('case_answers') }}
),

known as (
    select
        ranked.*,
        coalesce(ranked.named_agent_id, last_contacts.agent_id) as agent_id
    from ranked
    left join last_contacts
        on
            ranked.response_id = last_contacts.response_id
            and ranked.question = last_contacts.question
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
        when answers.answer_state <> 'counted' or answers.kind <> 'scale' then null
        when 4 * (answers.score - answers.scale_min) >= 3 * (answers.scale_max - answers.scale_min) then 'positive'
        when 4 * (answers.score - answers.scale_min) <= answers.scale_max - answers.scale_min then 'negative'
        else 'neutral'
    end as experience,
    case answers.survey_type when 'self_help' then visits.product else of_cases.product end as product,
    of_cases.queue,
    case answers.survey_type when 'self_help' then visits.channel else of_cases.channel end as channel,
    of_cases.delivery_model,
    of_cases.priority,
    of_cases.case_type,
    case answers.survey_type when 'self_help' then visits.topic else of_cases.topic end as topic,
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
left join {{ ref('casemart', 'fct_self_help_visits') }} as visits
    on answers.survey_type = 'self_help' and answers.session_id = visits.session_id
left join {{ ref('casemart', 'dim_agents') }} as agents
    on
        answers.agent_id = agents.agent_id
        and answers.responded_at >= agents.valid_from_at
        and answers.responded_at < agents.valid_to_at

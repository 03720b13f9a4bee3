with
events as (
    select * from {{ ref('casemart', 'fct_service_events') }}
    where event_kind = 'case' and is_automated is not null
),

-- The latest counted answer of the case within the settlement after its opening.
answers as (
    select
        events.event_id,
        responses.is_yes,
        row_number() over (
            partition by events.event_id order by responses.responded_at desc, responses.response_id desc
        ) as answer_number
    from events
    inner join {{ ref('casemart', 'fct_survey_responses') }} as responses on events.event_id = responses.case_id
    where
        responses.survey_type = 'post_case'
        and responses.question = 'issue_resolved'
        and responses.answer_state = 'counted'
        and responses.responded_at >= events.occurred_at
        and {{ casemart.days_between('events.occurred_on', 'responses.responded_on') }} <= {{ var('casemart_fcr_settlement_days') }}
),

sessions as (
    select * from {{ ref('casemart', 'fct_self_help_sessions') }}
    where entitlement = 'entitled' and found_answer is not null
)

select
    events.event_kind,
    events.event_id,
    events.occurred_on,
    events.account_id,
    events.handled_by as side,
    false as is_tied_session,
    answers.is_yes as is_success,
    events.process,
    events.topic,
    events.product,
    events.channel,
    events.account_segment
from events
inner join answers on events.event_id = answers.event_id and answers.answer_number = 1

union all

-- Sessions that led to a case are here too: without them the failures of automation would be missing.
select
    cast('session' as {{ casemart.type_of('string') }}) as event_kind,
    session_id as event_id,
    session_on as occurred_on,
    account_id,
    cast('automated' as {{ casemart.type_of('string') }}) as side,
    observed_case_id is not null as is_tied_session,
    case
        when {{ casemart.is_settled('session_on', var('casemart_fcr_settlement_days')) }}
            then found_answer and observed_case_id is null and not coalesce(further_action_needed, false)
    end as is_success,
    process,
    topic,
    product,
    channel,
    account_segment
from sessions

with
first_contacts as (
    select * from {{ ref('casemart', 'fct_first_contacts') }}
    where initial_interaction_id is not null
),

-- "After" the initial interaction: transfers and escalations of its very instant came before it, everything else after.
evidence as (
    select
        events.case_id,
        events.event_id as evidence_id,
        events.event_type as evidence,
        events.occurred_at,
        events.occurred_on,
        events.tie_order,
        cast(null as bigint) as handle_seconds
    from {{ ref('casemart', 'fct_case_events') }} as events
    inner join first_contacts on events.case_id = first_contacts.case_id
    where
        (events.event_type in ('transferred', 'escalated') and events.occurred_at > first_contacts.initial_interaction_at)
        or (
            events.event_type in ('resolution_confirmed', 'no_further_action', 'reopened')
            and events.occurred_at >= first_contacts.initial_interaction_at
        )

    union all

    select
        interactions.case_id,
        interactions.interaction_id as evidence_id,
        'further_contact' as evidence,
        interactions.occurred_at,
        interactions.occurred_on,
        interactions.tie_order,
        interactions.handle_seconds
    from {{ ref('casemart', 'fct_interactions') }} as interactions
    inner join first_contacts on interactions.case_id = first_contacts.case_id
    where
        interactions.is_agent_interaction
        and interactions.interaction_id <> first_contacts.initial_interaction_id
        and interactions.occurred_at >= first_contacts.initial_interaction_at

    union all

    select
        answers.case_id,
        answers.response_id as evidence_id,
        case when answers.is_yes then 'survey_yes' else 'survey_no' end as evidence,
        answers.responded_at as occurred_at,
        answers.responded_on as occurred_on,
        answers.tie_order,
        cast(null as bigint) as handle_seconds
    from {{ ref('casemart', 'fct_survey_responses') }} as answers
    inner join first_contacts on answers.case_id = first_contacts.case_id
    where
        answers.survey_type = 'post_case'
        and answers.question = 'issue_resolved'
        and answers.is_yes is not null
        and answers.responded_at >= first_contacts.initial_interaction_at
),

-- What comes after the settlement is late: counted, and without effect.
settled as (
    select
        evidence.*,
        {{ casemart.days_between('first_contacts.initial_interaction_on', 'evidence.occurred_on') }}
        > {{ var('casemart_fcr_settlement_days') }} as is_late
    from evidence
    inner join first_contacts on evidence.case_id = first_contacts.case_id
),

-- Only the latest survey answer holds; and an agent's first interaction after a transfer belongs to the transfer.
ranked as (
    select
        *,
        case
            when evidence in ('survey_yes', 'survey_no')
                then row_number() over (
                    partition by case_id, is_late, evidence in ('survey_yes', 'survey_no')
                    order by occurred_at desc, evidence_id desc
                ) > 1
            else false
        end as is_superseded,
        coalesce(
            evidence = 'further_contact'
            and lag(evidence) over (
                partition by case_id, evidence in ('further_contact', 'transferred')
                order by occurred_at, tie_order, evidence_id
            ) = 'transferred',
            false
        ) as is_follow_up_of_transfer
    from settled
)

select
    case_id,
    evidence_id,
    evidence,
    occurred_at,
    occurred_on,
    tie_order,
    handle_seconds,
    is_late,
    is_superseded,
    is_follow_up_of_transfer
from ranked

-- With `casemart_fcr_silence_confirms_days` = N, silence of the customer for N days confirms a closed case. Without it, no rows.
with
policy as (
    select cast({{ casemart.literal(var('casemart_fcr_silence_confirms_days')) }} as integer) as silence_days
),

candidates as (
    select
        first_contacts.case_id,
        first_contacts.initial_interaction_id,
        first_contacts.initial_interaction_at,
        {{ casemart.add_days('first_contacts.initial_interaction_on', 'policy.silence_days') }} as silent_on
    from {{ ref('casemart', 'fct_first_contacts') }} as first_contacts
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as cases on first_contacts.case_id = cases.case_id
    cross join policy
    where
        {{ casemart.days_between('first_contacts.initial_interaction_on', 'cases.first_closed_on') }} <= {{ var('casemart_fcr_settlement_days') }}
        and {{ casemart.add_days('first_contacts.initial_interaction_on', 'policy.silence_days') }} <= {{ casemart.as_of() }}
),

broken_silences as (
    select distinct candidates.case_id
    from candidates
    inner join {{ ref('casemart', 'fct_interactions') }} as interactions on candidates.case_id = interactions.case_id
    where
        interactions.direction = 'inbound'
        and interactions.kind in ('live_conversation', 'message', 'voicemail')
        and interactions.interaction_id <> candidates.initial_interaction_id
        and interactions.occurred_at >= candidates.initial_interaction_at
        and interactions.occurred_on <= candidates.silent_on
)

select
    candidates.case_id,
    candidates.silent_on
from candidates
left join broken_silences on candidates.case_id = broken_silences.case_id
where broken_silences.case_id is null

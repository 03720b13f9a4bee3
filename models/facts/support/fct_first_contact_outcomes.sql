with
cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

first_contacts as (
    select * from {{ ref('casemart', 'fct_first_contacts') }}
),

evidence as (
    select * from {{ ref('casemart', 'fct_first_contact_evidence') }}
    where not is_late and not is_superseded
),

-- The customer's word: the first of a confirmation, a "nothing more to do" and the survey answer that holds.
acknowledgements as (
    select
        *,
        row_number() over (partition by case_id order by occurred_at, evidence_id) as acknowledgement_number
    from evidence
    where evidence in ('resolution_confirmed', 'no_further_action', 'survey_yes')
),

acknowledged as (
    select * from acknowledgements
    where acknowledgement_number = 1
),

-- What speaks against first contact resolution. What agents do after the acknowledgement does not undo it, a reopening does.
objections as (
    select
        case_id,
        initial_interaction_id as evidence_id,
        'information_request' as reason,
        initial_interaction_at as occurred_at,
        2 as tie_order
    from first_contacts
    where is_information_request

    union all

    select
        evidence.case_id,
        evidence.evidence_id,
        case when evidence.evidence = 'survey_no' then 'denied' else evidence.evidence end as reason,
        evidence.occurred_at,
        evidence.tie_order
    from evidence
    left join acknowledged on evidence.case_id = acknowledged.case_id
    where
        evidence.evidence in ('survey_no', 'reopened')
        or (
            evidence.evidence in ('transferred', 'escalated', 'further_contact')
            and (
                acknowledged.case_id is null
                or evidence.occurred_at < acknowledged.occurred_at
                or (evidence.occurred_at = acknowledged.occurred_at and evidence.tie_order < acknowledged.tie_order)
            )
            and (
                {{ casemart.literal(var('casemart_fcr_transfer_counts_against')) }}
                or (evidence.evidence <> 'transferred' and not evidence.is_follow_up_of_transfer)
            )
        )
),

-- Of several objections, the one that came first is the reason.
ranked_objections as (
    select
        *,
        row_number() over (partition by case_id order by occurred_at, tie_order, evidence_id) as objection_number
    from objections
),

objected as (
    select * from ranked_objections
    where objection_number = 1
),

silent as (
    select * from {{ ref('casemart', 'fct_first_contact_silences') }}
),

judged as (
    select
        cases.case_id,
        cases.opened_at,
        cases.opened_on,
        cases.first_closed_at,
        cases.first_closed_on,
        first_contacts.initial_interaction_id,
        first_contacts.initial_interaction_at,
        first_contacts.initial_interaction_on,
        acknowledged.evidence_id as acknowledgement_id,
        acknowledged.occurred_at as acknowledged_at,
        coalesce(acknowledged.occurred_on, case when objected.case_id is null then silent.silent_on end) as acknowledged_on,
        case acknowledged.evidence
            when 'resolution_confirmed' then 'verified'
            when 'no_further_action' then 'no_further_action'
            when 'survey_yes' then 'survey'
        end as acknowledgement,
        objected.evidence_id as objection_id,
        objected.occurred_at as objection_at,
        case
            when cases.exclusion_reason is not null then 'excluded'
            when first_contacts.initial_interaction_id is null and cases.is_closed_undated then 'excluded'
            when first_contacts.initial_interaction_id is null and cases.first_closed_at is null then 'awaiting_first_contact'
            when first_contacts.initial_interaction_id is null and first_contacts.agent_interactions_to_first_closing = 0 then 'excluded'
            when first_contacts.initial_interaction_id is null then 'not_resolved'
            when objected.case_id is not null then 'not_resolved'
            when acknowledged.case_id is not null then 'resolved'
            when silent.case_id is not null then 'resolved'
            else 'pending'
        end as fcr_status,
        case
            when cases.exclusion_reason is not null then cases.exclusion_reason
            when first_contacts.initial_interaction_id is null and cases.is_closed_undated then 'closed_undated'
            when first_contacts.initial_interaction_id is null and cases.first_closed_at is null then null
            when first_contacts.initial_interaction_id is null and first_contacts.agent_interactions_to_first_closing = 0 then 'no_contact'
            when first_contacts.initial_interaction_id is null and first_contacts.has_qualified_agent then 'message_left'
            when first_contacts.initial_interaction_id is null then 'triage_only'
            when objected.case_id is not null then objected.reason
            when acknowledged.evidence = 'resolution_confirmed' then 'verified'
            when acknowledged.evidence = 'no_further_action' then 'no_further_action'
            when acknowledged.evidence = 'survey_yes' then 'survey'
            when silent.case_id is not null then 'silence'
            else 'unverified'
        end as fcr_reason
    from cases
    inner join first_contacts on cases.case_id = first_contacts.case_id
    left join acknowledged on cases.case_id = acknowledged.case_id
    left join objected on cases.case_id = objected.case_id
    left join silent on cases.case_id = silent.case_id
)

select
    case_id,
    fcr_status,
    fcr_reason,
    -- The moment that dates the case: the initial interaction; without one the first closing, or the opening of an exclusion.
    case
        when fcr_status = 'awaiting_first_contact' then null
        when fcr_status = 'excluded' and fcr_reason = 'no_contact' then first_closed_at
        when fcr_status = 'excluded' then opened_at
        when initial_interaction_id is null then first_closed_at
        else initial_interaction_at
    end as fcr_at,
    case
        when fcr_status = 'awaiting_first_contact' then null
        when fcr_status = 'excluded' and fcr_reason = 'no_contact' then first_closed_on
        when fcr_status = 'excluded' then opened_on
        when initial_interaction_id is null then first_closed_on
        else initial_interaction_on
    end as fcr_on,
    acknowledgement_id,
    acknowledged_at,
    acknowledged_on,
    acknowledgement,
    case
        when fcr_status = 'not_resolved' then objection_id
        when fcr_status = 'resolved' then acknowledgement_id
    end as deciding_id,
    case
        when fcr_status = 'not_resolved' then coalesce(objection_at, first_closed_at)
        when fcr_status = 'resolved' then acknowledged_at
    end as deciding_at
from judged

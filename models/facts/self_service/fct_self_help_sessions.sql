with
visits as (
    select * from {{ ref('casemart', 'fct_self_help_visits') }}
),

cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted
),

answers as (
    select
        session_id,
        max(case when is_in_force and question = 'found_answer' then case when is_yes then 1 else 0 end end) = 1 as found_answer,
        max(case when is_in_force and question = 'would_have_contacted_support' then case when is_yes then 1 else 0 end end) = 1
            as would_have_contacted_support,
        max(case when is_in_force and question = 'further_action_needed' then case when is_yes then 1 else 0 end end) = 1
            as further_action_needed,
        sum(case when is_late then 1 else 0 end) as late_answers
    from {{ ref('casemart', 'fct_self_help_answers') }}
    group by session_id
),

-- The same contact; where either contact is unknown, the same account.
pairs as (
    select
        visits.session_id,
        cases.case_id,
        cases.opened_at
    from visits
    inner join cases on visits.contact_id = cases.contact_id
    where
        cases.opened_at >= visits.session_at
        and {{ casemart.days_between('visits.session_on', 'cases.opened_on') }} <= {{ var('casemart_deflection_contact_window_days') }}
        and coalesce(visits.product = cases.product, true)

    union all

    select
        visits.session_id,
        cases.case_id,
        cases.opened_at
    from visits
    inner join cases on visits.account_id = cases.account_id
    where
        (visits.contact_id is null or cases.contact_id is null)
        and cases.opened_at >= visits.session_at
        and {{ casemart.days_between('visits.session_on', 'cases.opened_on') }} <= {{ var('casemart_deflection_contact_window_days') }}
        and coalesce(visits.product = cases.product, true)
),

ranked_cases as (
    select
        *,
        row_number() over (partition by session_id order by opened_at, case_id) as case_number
    from pairs
),

judged as (
    select
        visits.*,
        visits.session_at as dated_at,
        case
            when visits.account_id is null then 'unknown'
            when entitled.account_id is not null then 'entitled'
            else 'not_entitled'
        end as entitlement,
        answers.found_answer,
        answers.would_have_contacted_support,
        answers.further_action_needed,
        coalesce(answers.late_answers, 0) as late_answers,
        ranked_cases.case_id as observed_case_id,
        -- A case opened soon after is the answer to "was further action needed?", whatever was said.
        case when ranked_cases.case_id is not null then false else not answers.further_action_needed end as needed_nothing_further
    from visits
    left join answers on visits.session_id = answers.session_id
    left join ranked_cases on visits.session_id = ranked_cases.session_id and ranked_cases.case_number = 1
    left join {{ ref('casemart', 'fct_entitled_periods') }} as entitled
        on
            visits.account_id = entitled.account_id
            and visits.session_on between entitled.entitled_from_on and entitled.entitled_to_on
),

segmented as (
    {{ casemart.with_account_segments('judged') }}
)

select
    session_id,
    session_at,
    session_on,
    channel,
    account_id,
    contact_id,
    product,
    topic,
    process,
    account_segment,
    region,
    events,
    entitlement,
    found_answer,
    would_have_contacted_support,
    further_action_needed,
    cast(late_answers as bigint) as late_answers,
    observed_case_id,
    -- The chain, over entitled sessions: each question is asked of those who passed the one before.
    case when entitlement = 'entitled' then found_answer end as is_success,
    case when entitlement = 'entitled' and found_answer then would_have_contacted_support end as is_intended,
    case
        when entitlement = 'entitled' and found_answer and would_have_contacted_support then needed_nothing_further
    end as is_no_further_action,
    -- What is certain, and what is possible: each missing answer taken as the bad one, and as the good one.
    case
        when entitlement = 'entitled'
            then coalesce(found_answer and would_have_contacted_support and needed_nothing_further, false)
    end as is_deflected_floor,
    case
        when entitlement = 'entitled'
            then coalesce(found_answer, true) and coalesce(would_have_contacted_support, true) and coalesce(needed_nothing_further, true)
    end as is_deflected_ceiling,
    case
        when entitlement = 'unknown' then 'unknown_visitor'
        when entitlement = 'not_entitled' then 'not_entitled'
        when found_answer is null then 'no_answer'
        when not found_answer then 'not_found'
        when would_have_contacted_support is null then 'intent_unknown'
        when not would_have_contacted_support then 'not_intended'
        when observed_case_id is not null then 'case_observed'
        when further_action_needed is null then 'further_action_unknown'
        when further_action_needed then 'further_action_needed'
        else 'deflected'
    end as deflection_state
from segmented

with
-- From the opening day until the day before first contact, which never follows the first closing, else before that closing.
waiting as (
    select
        cases.case_id,
        cases.opened_on,
        coalesce(first_contacts.initial_interaction_on, cases.first_closed_on) as settled_on
    from {{ ref('casemart', 'fct_case_lifecycles') }} as cases
    inner join {{ ref('casemart', 'fct_first_contacts') }} as first_contacts on cases.case_id = first_contacts.case_id
    where
        cases.exclusion_reason is null
        and not (cases.is_closed_undated and first_contacts.initial_interaction_id is null)
),

stocks as (
    select
        waiting.case_id,
        periods.period_grain,
        periods.period_start,
        periods.stock_on,
        {{ casemart.end_of_day('periods.stock_on') }} as dated_at
    from waiting
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on
            waiting.opened_on <= periods.stock_on
            and (waiting.settled_on is null or waiting.settled_on > periods.stock_on)
),

-- Before first contact there may be triage: its first interaction gives the team.
dated as (
    select
        stocks.case_id,
        stocks.period_grain,
        stocks.period_start,
        stocks.stock_on,
        stocks.dated_at,
        case when contact.occurred_on <= stocks.stock_on then contact.interaction_id end as agent_interaction_id
    from stocks
    inner join {{ ref('casemart', 'fct_first_contacts') }} as first_contacts on stocks.case_id = first_contacts.case_id
    left join {{ ref('casemart', 'fct_interactions') }} as contact
        on first_contacts.first_agent_interaction_id = contact.interaction_id
),

segmented as (
    {{ casemart.with_case_segments('dated') }}
)

select
    case_id,
    period_grain,
    period_start,
    stock_on,
    product,
    queue,
    channel,
    delivery_model,
    team,
    site,
    shift,
    priority,
    case_type,
    topic,
    account_segment,
    region
from segmented

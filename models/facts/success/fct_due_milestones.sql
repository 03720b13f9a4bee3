with
milestones as (
    select * from {{ ref('casemart', 'fct_milestones') }}
    where stage in ('adoption', 'success')
),

months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

contracts as (
    select * from {{ ref('casemart', 'stg_contracts') }}
),

-- Where no contract was ever landed, nobody can be told from a customer: every account with a milestone counts as active.
account_states as (
    select
        account_id,
        month_start,
        account_state
    from {{ ref('casemart', 'fct_account_months') }}
    where account_state <> 'inactive'

    union all

    select
        accounts.account_id,
        months.month_start,
        'active' as account_state
    from (select distinct account_id from milestones) as accounts
    cross join months
    where not exists (select 1 from contracts)
),

-- Due up to the stock day; without a due day never due, and so in no rate.
stated as (
    select
        milestones.milestone_id,
        milestones.account_id,
        milestones.stage,
        milestones.product,
        milestones.due_on,
        milestones.reached_on,
        milestones.days_late,
        months.month_start,
        months.stock_on,
        months.dated_at,
        account_states.account_state,
        case
            when account_states.account_state = 'undetermined' then 'undetermined'
            when milestones.due_on is null then 'unscheduled'
            when milestones.reached_on <= months.stock_on then 'reached'
            else 'overdue'
        end as milestone_state
    from milestones
    inner join account_states on milestones.account_id = account_states.account_id
    inner join months on account_states.month_start = months.month_start
    where milestones.due_on is null or milestones.due_on <= months.stock_on
),

segmented as (
    {{ casemart.with_account_segments('stated') }}
)

select
    milestone_id,
    month_start,
    stock_on,
    account_id,
    stage,
    product,
    account_state,
    cast(milestone_state as {{ casemart.type_of('string') }}) as milestone_state,
    case milestone_state when 'reached' then true when 'overdue' then false end as is_reached,
    case when milestone_state = 'reached' then days_late end as days_late,
    account_segment,
    region,
    industry,
    size_band
from segmented

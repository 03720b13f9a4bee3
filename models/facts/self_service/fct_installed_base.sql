with
months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

accounts as (
    select * from {{ ref('casemart', 'dim_accounts') }}
),

account_months as (
    select * from {{ ref('casemart', 'fct_account_months') }}
),

first_contracts as (
    select * from {{ ref('casemart', 'fct_first_contracts') }}
),

entitled_periods as (
    select * from {{ ref('casemart', 'fct_entitled_periods') }}
),

-- Accounts that exist on the stock day.
existing as (
    select
        accounts.account_id,
        months.month_start,
        months.stock_on,
        accounts.account_segment,
        accounts.region,
        accounts.industry,
        accounts.size_band
    from accounts
    inner join months on accounts.valid_from_at <= months.dated_at and accounts.valid_to_at > months.dated_at
    where accounts.created_on is null or accounts.created_on <= months.stock_on
),

-- Lost: a contract was in force before, and now nothing covers the account nor is awaited. Who never had one is in the base.
stated as (
    select
        existing.*,
        case
            when account_months.account_state = 'undetermined' then 'undetermined'
            when account_months.account_state = 'active' then 'in_base'
            when first_contracts.first_covered_on < existing.stock_on then 'lost'
            else 'in_base'
        end as base_state
    from existing
    left join account_months
        on existing.account_id = account_months.account_id and existing.month_start = account_months.month_start
    left join first_contracts on existing.account_id = first_contracts.account_id
)

select
    stated.account_id,
    stated.month_start,
    stated.stock_on,
    cast(stated.base_state as {{ casemart.type_of('string') }}) as base_state,
    case stated.base_state when 'in_base' then true when 'lost' then false end as is_in_base,
    case when stated.base_state = 'in_base' then entitled_periods.account_id is not null end as is_covered,
    stated.account_segment,
    stated.region,
    stated.industry,
    stated.size_band
from stated
left join entitled_periods
    on
        stated.account_id = entitled_periods.account_id
        and stated.stock_on between entitled_periods.entitled_from_on and entitled_periods.entitled_to_on

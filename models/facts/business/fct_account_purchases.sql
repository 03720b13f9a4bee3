-- What an account bought on top: more of what it has, or a product that it never had.
with
contracts as (
    select * from {{ ref('casemart', 'fct_contract_dates') }}
    where first_covered_on <= coalesce(ends_on, {{ casemart.end_of_days() }})
),

-- A later cancellation undoes no purchase, so that a finished period stays as it is.
first_contracts as (
    select
        *,
        row_number() over (partition by account_id, product order by known_on, starts_on, contract_id) as contract_number
    from contracts
),

links as (
    select distinct contract_id from {{ ref('casemart', 'fct_contract_links') }}
),

-- Only months that are over; a rise of prices is no purchase.
expansions as (
    select
        account_id,
        {{ casemart.month_end('month_start') }} as purchased_on,
        expansion_value - price_change as purchased_value,
        is_undetermined
    from {{ ref('casemart', 'fct_recurring_movements') }}
    where segment_by = 'all' and expansion_value > 0 and expansion_value - price_change > 0
)

select
    account_id,
    'expansion' as purchase_kind,
    purchased_on,
    cast(null as {{ casemart.type_of('string') }}) as contract_id,
    cast(purchased_value as decimal(18, 2)) as purchased_value,
    is_undetermined
from expansions
where purchased_on <= {{ casemart.as_of() }}

union all

select
    first_contracts.account_id,
    'new_product' as purchase_kind,
    first_contracts.known_on as purchased_on,
    first_contracts.contract_id,
    cast(null as decimal(18, 2)) as purchased_value,
    false as is_undetermined
from first_contracts
left join links on first_contracts.contract_id = links.contract_id
where first_contracts.contract_number = 1 and links.contract_id is null

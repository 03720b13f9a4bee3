-- A charge without an exchange rate on a day on which its value is needed stops the build: it is never taken as zero.
with
charges as (
    select * from {{ ref('casemart', 'fct_contract_charges') }}
),

lookbacks as (
    {{ casemart.lookbacks() }}
),

needed as (
    select
        currency,
        stock_on as needed_on
    from {{ ref('casemart', 'fct_recurring_values') }}

    union all

    -- The base of net recurring revenue converts what an account has now at the rates of then.
    select
        later.currency,
        bases.stock_on as needed_on
    from {{ ref('casemart', 'fct_recurring_values') }} as later
    cross join lookbacks
    inner join {{ ref('casemart', 'fct_recurring_revenue') }} as bases
        on
            later.account_id = bases.account_id
            and bases.month_start = {{ casemart.add_months('later.month_start', '-lookbacks.lookback_months') }}
            and bases.closing_value > 0

    union all

    select
        charges.currency,
        terms.due_on as needed_on
    from {{ ref('casemart', 'fct_contract_terms') }} as terms
    inner join charges
        on
            terms.contract_id = charges.contract_id
            and terms.due_on between charges.covered_from_on and charges.covered_to_on

    union all

    select
        charges.currency,
        terms.due_on as needed_on
    from {{ ref('casemart', 'fct_contract_terms') }} as terms
    inner join {{ ref('casemart', 'fct_contract_renewals') }} as renewals on terms.contract_id = renewals.renewed_contract_id
    inner join charges
        on
            renewals.contract_id = charges.contract_id
            and renewals.renewed_on between charges.covered_from_on and charges.covered_to_on
    where terms.due_on is not null
)

select
    needed.currency,
    needed.needed_on as day_without_rate,
    count(*) as row_count
from needed
left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
    on
        needed.currency = rates.currency
        and needed.needed_on >= rates.valid_from
        and needed.needed_on < rates.valid_to
where rates.currency is null
group by needed.currency, needed.needed_on

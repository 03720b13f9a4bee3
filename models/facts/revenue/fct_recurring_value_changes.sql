-- Each value closes its own month and opens the next one. What the rate alone did in between is fx: the difference of two stocks
-- in cents, so that an account whose charges stay as they are shows no movement, not even of a cent.
with
recurring_values as (
    select * from {{ ref('casemart', 'fct_recurring_values') }}
),

openings as (
    select
        recurring_values.*,
        months.month_start as opened_month_start,
        {{ casemart.cents('recurring_values.local_value * rates.rate') }} - recurring_values.recurring_value as fx_value
    from recurring_values
    inner join {{ ref('casemart', 'dim_months') }} as months
        on months.month_start = {{ casemart.add_months('recurring_values.month_start', 1) }}
    left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
        on
            recurring_values.currency = rates.currency
            and months.stock_on >= rates.valid_from
            and months.stock_on < rates.valid_to
),

changes as (
    select
        account_id,
        product,
        contract_type,
        currency,
        month_start,
        cast(0 as decimal(18, 2)) as opening_value,
        recurring_value as closing_value,
        cast(0 as decimal(18, 2)) as fx_value,
        0 as openings,
        1 as closings,
        cast(0 as decimal(18, 4)) as opening_quantity,
        quantity as closing_quantity,
        awaiting_renewal_value,
        is_undetermined
    from recurring_values

    union all

    select
        account_id,
        product,
        contract_type,
        currency,
        opened_month_start as month_start,
        recurring_value as opening_value,
        cast(0 as decimal(18, 2)) as closing_value,
        fx_value,
        1 as openings,
        0 as closings,
        quantity as opening_quantity,
        cast(0 as decimal(18, 4)) as closing_quantity,
        cast(0 as decimal(18, 2)) as awaiting_renewal_value,
        false as is_undetermined
    from openings
)

select
    account_id,
    product,
    contract_type,
    currency,
    month_start,
    cast(sum(opening_value) as decimal(18, 2)) as opening_value,
    cast(sum(closing_value) as decimal(18, 2)) as closing_value,
    cast(sum(fx_value) as decimal(18, 2)) as fx_value,
    max(openings) = 1 as is_at_opening,
    max(closings) = 1 as is_at_closing,
    -- Null where unknown; 0 where there is none.
    case when count(opening_quantity) = count(*) then cast(sum(opening_quantity) as decimal(18, 4)) end as opening_quantity,
    case when count(closing_quantity) = count(*) then cast(sum(closing_quantity) as decimal(18, 4)) end as closing_quantity,
    cast(sum(awaiting_renewal_value) as decimal(18, 2)) as awaiting_renewal_value,
    max(case when is_undetermined then 1 else 0 end) = 1 as is_undetermined
from changes
group by account_id, product, contract_type, currency, month_start

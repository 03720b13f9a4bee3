-- A rate holds until the next one of its currency. The reporting currency is worth 1 without a row.
with
rates as (
    select
        currency,
        rate,
        rate_on as valid_from,
        coalesce(lead(rate_on) over (partition by currency order by rate_on), cast('9999-12-31' as date)) as valid_to
    from {{ ref('casemart', 'stg_exchange_rates') }}
    where currency <> lower('{{ var("casemart_reporting_currency") }}')
)

select
    currency,
    rate,
    valid_from,
    valid_to
from rates

union all

select
    lower('{{ var("casemart_reporting_currency") }}') as currency,
    cast(1 as decimal(18, 8)) as rate,
    cast('0001-01-01' as date) as valid_from,
    cast('9999-12-31' as date) as valid_to

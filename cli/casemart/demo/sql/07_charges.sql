-- What contracts cost, and the rates of the currencies.

create macro period_months(period, starts_on, ends_on) as
    case period when 'month' then 1 when 'quarter' then 3 when 'year' then 12 else round((ends_on - starts_on + 1) / 30.4375, 2) end;

-- What a term costs: units and a price that move from term to term, except where neither ever does; and what changes within it.
create table term_prices as
with
draws as (
    select
        *,
        dice('steady', line_no, 3) = 0 as is_steady,
        line_no || '-' || is_twin as price_id,
        pick(
            'currency', account_no::varchar || if(dice('other currency', line_no, 25) = 0, ' too', ''),
            ['USD', 'USD', 'USD', 'USD', 'USD', 'EUR', 'EUR', 'EUR', 'GBP', 'GBP', 'JPY']
        ) as currency,
        if(is_steady, 0, [0, 0, 0, 2, 5, 10, 20, -3, -8][dice('more units', contract_id, 9) + 1]) as more_units,
        if(is_steady, 0, dice('dearer', contract_id, 9) - 2) as dearer
    from contract_terms
)

select
    contract_id,
    line_no,
    step_no,
    product_no,
    starts_on,
    ends_on,
    money,
    currency,
    greatest(1, 5 + dice('units', price_id, 60) + sum(more_units) over by_term)::integer as units,
    round(
        [8, 12.5, 15, 19.99, 24, 35.75][dice('price', price_id, 6) + 1] * (100 + sum(dearer) over by_term) / 100 * if(currency = 'JPY', 150, 1),
        if(currency = 'JPY', 0, 2)
    ) as unit_price,
    pick('billing', price_id, ['month', 'month', 'quarter', 'year', 'year', 'term', 'term']) as drawn_period,
    if(ends_on is null and drawn_period = 'term', 'year', drawn_period) as period,
    if(
        dice('amended', contract_id, 100) < 32 and coalesce(ends_on - starts_on, 900) > 80 and money is null,
        starts_on + (coalesce(ends_on - starts_on, 600) * (25 + dice('amended on', contract_id, 50)) // 100)::integer,
        null
    ) as amended_on,
    pick('amendment', contract_id, ['more', 'more', 'fewer', 'dearer', 'cheaper', 'both', 'uncounted']) as amendment
from draws
window by_term as (partition by line_no, is_twin order by step_no);

create table charges as
select
    contract_id,
    'base' as charge,
    null as product_shift,
    starts_on + case when money = 'free at first' and step_no = 1 then 75 when money = 'too long' then -15 else 0 end as starts_on,
    case
        when amended_on is not null then amended_on - 1
        when period = 'term' or dice('endless charge', contract_id, 8) > 0 then ends_on + if(money = 'too long', 20, 0)
    end as ends_on,
    if(money = 'zero', 0, unit_price) as unit_price,
    units,
    period,
    currency
from term_prices
where money is distinct from 'free' and (money is distinct from 'free at first' or ends_on > starts_on + 80)
union all by name
select
    contract_id,
    'amended' as charge,
    amended_on as starts_on,
    ends_on,
    round(unit_price * case when amendment in ('dearer', 'both') then 1.12 when amendment = 'cheaper' then 0.9 else 1 end, 2) as unit_price,
    case when amendment in ('more', 'both') then units + 5 when amendment = 'fewer' then greatest(1, units - 4) else units end as units,
    amendment = 'uncounted' as is_uncounted,
    period,
    currency
from term_prices
where amended_on is not null
union all by name
-- An add-on, of a product of its own and sometimes not counted.
select
    contract_id,
    'add-on' as charge,
    1 + dice('which add-on', contract_id, 2) as product_shift,
    coalesce(amended_on, starts_on) as starts_on,
    ends_on,
    round(unit_price / 4, if(currency = 'JPY', 0, 2)) as unit_price,
    units,
    dice('add-on counted', contract_id, 2) = 0 as is_uncounted,
    'month' as period,
    currency
from term_prices
where dice('add-on', contract_id, 100) < 14 and money is null
union all by name
-- A discount, for the whole term or its first half.
select
    contract_id,
    'discount' as charge,
    starts_on,
    if(dice('first half', contract_id, 2) = 0 and ends_on > starts_on + 60, starts_on + ((ends_on - starts_on) // 2)::integer, ends_on) as ends_on,
    -round(unit_price * if(money = 'waived', 1.2, (5 + dice('discount', contract_id, 20)) / 100), 2) as unit_price,
    units,
    true as is_uncounted,
    if(period = 'term', 'month', period) as period,
    currency
from term_prices
where dice('discounted', contract_id, 100) < 18 and money is null or money = 'waived';

create table charge_rows as
select
    contract_id || '-' || charge as charge_id,
    contract_id,
    if(product_shift is null, null, products.product) as product,
    starts_on,
    ends_on,
    round(unit_price * units * period_months(period, starts_on, ends_on), if(currency = 'JPY', 0, 2))::decimal(18, 4) as amount,
    period as billing_period,
    if(coalesce(is_uncounted, false), null, units)::decimal(18, 4) as quantity,
    currency
from (
    select charges.*, (terms.product_no + coalesce(product_shift, 0) - 1) % 4 + 1 as charged_product_no
    from charges
    inner join contract_terms as terms on charges.contract_id = terms.contract_id
) as charged
inner join products on charged.charged_product_no = products.product_no
union all by name
select
    'K9' || lpad(orphan_no::varchar, 4, '0') || '-01-base' as charge_id,
    'K9' || lpad(orphan_no::varchar, 4, '0') || '-01' as contract_id,
    date '2024-01-01' as starts_on,
    10 as amount,
    'month' as billing_period,
    'USD' as currency
from orphans
order by charge_id;

-- The rates of four years, from the first of each month.
create table rate_rows as
select
    currency,
    (date '2022-01-01' + to_months(month_no::integer))::date as rate_on,
    (base * (1 + dice(currency, month_no, 600) / 10000))::decimal(18, 8) as rate
from range(54) as months (month_no)
cross join (values ('EUR', 1.05), ('GBP', 1.24), ('JPY', 0.0066)) as currencies (currency, base)
order by currency, rate_on;

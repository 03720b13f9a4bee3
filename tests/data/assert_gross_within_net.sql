-- Gross never exceeds 1 nor net; and a cohort without a base has no rate.
with
rates as (
    select
        gross_recurring_revenue_rate as gross,
        net_recurring_revenue_rate as net,
        base_value_12_months as base_value
    from {{ ref('casemart', 'net_recurring_revenue') }}

    union all

    select
        gross_recurring_revenue_rate_3_months as gross,
        net_recurring_revenue_rate_3_months as net,
        base_value_3_months as base_value
    from {{ ref('casemart', 'net_recurring_revenue') }}

    union all

    select
        gross_recurring_revenue_rate_1_month as gross,
        net_recurring_revenue_rate_1_month as net,
        base_value_1_month as base_value
    from {{ ref('casemart', 'net_recurring_revenue') }}
)

select
    gross,
    net,
    base_value
from rates
where
    gross > 1
    or gross > net
    or (base_value = 0) <> (net is null)
    or (base_value = 0) <> (gross is null)

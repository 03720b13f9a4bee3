with
months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

lifecycles as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

-- Before the first case was opened nothing is known of cases: an account then did not contact us 0 times.
known_months as (
    select months.*
    from months
    where months.stock_on >= (select min(lifecycles.opened_on) from lifecycles)
),

openings as (
    select
        account_id,
        {{ casemart.period_start('month', 'opened_on') }} as month_start,
        product
    from {{ ref('casemart', 'fct_case_openings') }}
),

-- Each case once for its account as a whole, and once for the account and product.
cases as (
    {{ casemart.by_segments('openings', ['product']) }}
),

coverage as (
    select * from {{ ref('casemart', 'fct_coverage_months') }}
    where segment_by in ('all', 'product') and account_state <> 'inactive'
),

combined as (
    select
        segment_by,
        segment,
        account_id,
        month_start,
        cast(null as {{ casemart.type_of('string') }}) as account_state,
        1 as cases
    from cases

    union all

    select
        segment_by,
        segment,
        account_id,
        month_start,
        account_state,
        0 as cases
    from coverage
),

-- An account with cases, but without coverage on the last day of the month, is not active.
summed as (
    select
        combined.segment_by,
        combined.segment,
        combined.account_id,
        combined.month_start,
        known_months.stock_on,
        known_months.dated_at,
        case when combined.account_id is null then 'no_account' else coalesce(max(combined.account_state), 'inactive') end as account_state,
        cast(sum(combined.cases) as bigint) as cases
    from combined
    inner join known_months on combined.month_start = known_months.month_start
    group by
        combined.segment_by,
        combined.segment,
        combined.account_id,
        combined.month_start,
        known_months.stock_on,
        known_months.dated_at
),

segmented as (
    {{ casemart.with_account_segments('summed') }}
)

select
    segment_by,
    segment,
    account_id,
    month_start,
    stock_on,
    account_state,
    case account_state when 'active' then true when 'inactive' then false when 'no_account' then false end as is_active,
    cases,
    account_segment,
    region,
    industry,
    size_band
from segmented

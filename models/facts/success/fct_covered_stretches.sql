-- Days in force of all contracts of an account and product: stretches that touch or overlap are one, nothing after the as-of day.
with
covered as (
    select
        account_id,
        product,
        contract_id,
        covered_from_on,
        least(covered_to_on, {{ casemart.as_of() }}) as covered_to_on
    from {{ ref('casemart', 'fct_contract_coverage') }}
    where coverage = 'in_force' and covered_from_on <= {{ casemart.as_of() }}
),

stretches as (
    select
        *,
        max(covered_to_on) over (
            partition by account_id, product
            order by covered_from_on, covered_to_on, contract_id
            rows between unbounded preceding and 1 preceding
        ) as covered_before_to_on
    from covered
),

numbered as (
    select
        *,
        sum(case when covered_before_to_on >= {{ casemart.add_days('covered_from_on', -1) }} then 0 else 1 end) over (
            partition by account_id, product
            order by covered_from_on, covered_to_on, contract_id
            rows between unbounded preceding and current row
        ) as stretch_number
    from stretches
),

merged as (
    select
        account_id,
        product,
        min(covered_from_on) as covered_from_on,
        max(covered_to_on) as covered_to_on,
        {{ casemart.add_days('max(covered_to_on)', 1) }} as not_covered_on
    from numbered
    group by account_id, product, stretch_number
)

-- From the local midnight at which the first day begins to the one at which the last day ends.
select
    account_id,
    product,
    covered_from_on,
    covered_to_on,
    {{ casemart.local_midnight('covered_from_on') }} as covered_from_at,
    {{ casemart.local_midnight('not_covered_on') }} as covered_until_at
from merged

-- Stretches of entitled contracts that touch or overlap are one.
with
stretches as (
    select
        account_id,
        contract_id,
        covered_from_on,
        covered_to_on,
        max(covered_to_on) over (
            partition by account_id
            order by covered_from_on, covered_to_on, contract_id
            rows between unbounded preceding and 1 preceding
        ) as covered_before_to_on
    from {{ ref('casemart', 'fct_contract_coverage') }}
    where is_support_entitled and coverage = 'in_force'
),

numbered as (
    select
        *,
        sum(case when covered_before_to_on >= {{ casemart.add_days('covered_from_on', -1) }} then 0 else 1 end) over (
            partition by account_id
            order by covered_from_on, covered_to_on, contract_id
            rows between unbounded preceding and current row
        ) as stretch_number
    from stretches
)

select
    account_id,
    min(covered_from_on) as entitled_from_on,
    max(covered_to_on) as entitled_to_on
from numbered
group by account_id, stretch_number

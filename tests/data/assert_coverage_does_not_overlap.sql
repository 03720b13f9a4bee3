-- A contract is in one kind of coverage at a time, entitled stretches of an account do not touch, and who renews begins after.
with
stretches as (
    select
        contract_id as entity,
        covered_from_on as from_on,
        covered_to_on as to_on
    from {{ ref('casemart', 'fct_contract_coverage') }}

    union all

    -- One day shorter, so that two stretches that merely touch are found as well.
    select
        'account ' || account_id as entity,
        {{ casemart.add_days('entitled_from_on', -1) }} as from_on,
        entitled_to_on as to_on
    from {{ ref('casemart', 'fct_entitled_periods') }}
),

ordered as (
    select
        *,
        lag(to_on) over (partition by entity order by from_on) as before_to_on
    from stretches
)

select
    entity,
    from_on,
    to_on
from ordered
where from_on <= before_to_on or to_on < from_on

union all

select
    terms.contract_id as entity,
    terms.renewed_on as from_on,
    terms.last_covered_on as to_on
from {{ ref('casemart', 'fct_contract_terms') }} as terms
where terms.renewed_on <= terms.last_covered_on

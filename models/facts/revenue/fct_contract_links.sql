-- What the data say outright: this contract renews that one. Whether it does so in time is decided in fct_contract_renewals.
with
contracts as (
    select * from {{ ref('casemart', 'fct_contract_dates') }}
),

links as (
    select
        contract_id,
        renews_contract_id as renewed_contract_id
    from {{ ref('casemart', 'stg_contracts') }}
    where renews_contract_id is not null

    union

    select
        contract_id,
        renewed_contract_id
    from {{ ref('casemart', 'stg_contract_renewals') }}
)

select
    links.contract_id,
    links.renewed_contract_id,
    renewing.known_on,
    renewing.cancelled_on,
    renewing.first_covered_on,
    -- Cancelled before it began, a contract renews nothing, and from that day its link stands no longer.
    case when renewing.cancelled_on <= renewing.first_covered_on then renewing.cancelled_on end as voided_on
from links
inner join contracts as renewing on links.contract_id = renewing.contract_id
inner join contracts as renewed on links.renewed_contract_id = renewed.contract_id
-- A contract that was signed after its own end renews nothing.
where renewing.first_covered_on <= coalesce(renewing.ends_on, {{ casemart.end_of_days() }})

-- A contract is committed once the customer said so, once a successor is known, or because it has no end.
with
contracts as (
    select
        *,
        {{ casemart.add_days('ends_on', 1 + var('casemart_renewal_grace_days')) }} as latest_successor_on
    from {{ ref('casemart', 'fct_contract_dates') }}
    where is_ever_in_force
),

links as (
    select * from {{ ref('casemart', 'fct_contract_links') }}
),

first_links as (
    select
        renewed_contract_id,
        min(known_on) as linked_on,
        min(case when voided_on is null then known_on end) as linked_for_good_on,
        max(voided_on) as voided_on
    from links
    group by renewed_contract_id
),

-- Contracts of the same account and product that begin after this one ends.
successors as (
    select
        contracts.contract_id,
        dates.contract_id as successor_id,
        dates.known_on,
        coalesce(dates.cancelled_on, {{ casemart.end_of_days() }}) as cancelled_on,
        first_links.linked_on,
        first_links.linked_for_good_on,
        first_links.voided_on
    from contracts
    inner join {{ ref('casemart', 'fct_contract_dates') }} as dates
        on
            contracts.account_id = dates.account_id
            and contracts.product is not distinct from dates.product
            and contracts.ends_on < dates.first_covered_on
            and contracts.latest_successor_on >= dates.first_covered_on
    left join first_links on contracts.contract_id = first_links.renewed_contract_id
    where dates.first_covered_on <= coalesce(dates.ends_on, {{ casemart.end_of_days() }})
)

select
    contract_id,
    'stated' as commitment,
    contract_id as committed_by_id,
    renewal_committed_on as committed_from_on,
    {{ casemart.end_of_days() }} as committed_until_on
from contracts
where renewal_committed_on is not null

union all

select
    contract_id,
    'open_ended' as commitment,
    contract_id as committed_by_id,
    first_covered_on as committed_from_on,
    {{ casemart.end_of_days() }} as committed_until_on
from contracts
where ends_on is null

union all

select
    contracts.contract_id,
    'linked_successor' as commitment,
    links.contract_id as committed_by_id,
    links.known_on as committed_from_on,
    coalesce(links.cancelled_on, {{ casemart.end_of_days() }}) as committed_until_on
from contracts
inner join links on contracts.contract_id = links.renewed_contract_id
where
    links.first_covered_on > contracts.first_covered_on
    and (contracts.ends_on is null or links.first_covered_on <= contracts.latest_successor_on)

union all

-- Without a link: until there is one, and again once it has come to nothing.
select
    contract_id,
    'inferred_successor' as commitment,
    successor_id as committed_by_id,
    known_on as committed_from_on,
    least(cancelled_on, linked_on) as committed_until_on
from successors
where known_on < least(cancelled_on, linked_on)

union all

select
    contract_id,
    'inferred_successor' as commitment,
    successor_id as committed_by_id,
    greatest(known_on, voided_on) as committed_from_on,
    least(cancelled_on, linked_for_good_on) as committed_until_on
from successors
where voided_on is not null and greatest(known_on, voided_on) < least(cancelled_on, linked_for_good_on)

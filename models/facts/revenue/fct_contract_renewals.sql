with
contracts as (
    select * from {{ ref('casemart', 'fct_contract_dates') }}
    where is_ever_in_force and first_covered_on <= {{ casemart.as_of() }}
),

links as (
    select * from {{ ref('casemart', 'fct_contract_links') }}
),

-- Without a link: the first contract of the same account and product to start after the last covered day.
successors as (
    select
        renewed.contract_id as renewed_contract_id,
        renewed.latest_renewal_on,
        renewing.contract_id,
        renewing.first_covered_on,
        row_number() over (
            partition by renewed.contract_id
            order by renewing.first_covered_on, renewing.contract_id
        ) as successor_number
    from contracts as renewed
    inner join contracts as renewing
        on
            renewed.account_id = renewing.account_id
            and renewed.product is not distinct from renewing.product
            and renewed.own_last_covered_on < renewing.first_covered_on
),

-- A link forbids the inference if it stood when the inferred contract began; what is linked later undoes no renewal.
inferred as (
    select * from successors
    where
        successor_number = 1
        and first_covered_on <= latest_renewal_on
        and not exists (
            select 1 from links
            where
                links.renewed_contract_id = successors.renewed_contract_id
                and links.known_on <= successors.first_covered_on
                and coalesce(links.voided_on, {{ casemart.end_of_days() }}) > successors.first_covered_on
        )
),

linked as (
    select
        links.contract_id,
        links.renewed_contract_id,
        renewing.first_covered_on
    from links
    inner join contracts as renewing on links.contract_id = renewing.contract_id
    inner join contracts as renewed on links.renewed_contract_id = renewed.contract_id
    left join inferred on links.renewed_contract_id = inferred.renewed_contract_id
    where
        inferred.contract_id is null
        and renewing.first_covered_on > renewed.first_covered_on
        and renewing.first_covered_on <= coalesce(renewed.latest_renewal_on, {{ casemart.end_of_days() }})
)

select
    contract_id,
    renewed_contract_id,
    'link' as renewal_basis,
    first_covered_on as renewed_on
from linked

union all

select
    contract_id,
    renewed_contract_id,
    'inference' as renewal_basis,
    first_covered_on as renewed_on
from inferred

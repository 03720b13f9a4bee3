with
windows as (
    select * from {{ ref('casemart', 'fct_experience_windows') }}
),

contracts as (
    select * from {{ ref('casemart', 'fct_contract_terms') }}
),

-- From when to when a successor of a contract is known: one that is to come, or the one that did renew it.
successors as (
    select
        contract_id,
        committed_from_on as known_from_on,
        committed_until_on as known_until_on
    from {{ ref('casemart', 'fct_contract_commitments') }}
    where commitment in ('linked_successor', 'inferred_successor')

    union all

    select
        renewals.renewed_contract_id as contract_id,
        contracts.known_on as known_from_on,
        {{ casemart.end_of_days() }} as known_until_on
    from {{ ref('casemart', 'fct_contract_renewals') }} as renewals
    inner join contracts on renewals.contract_id = contracts.contract_id
)

-- In force on the anchor day, its last covered day in the window. Where the window ends on the as-of day, a contract that still
-- holds may yet prove to have ended on it: a cancellation or renewal of the next day says so.
select
    windows.account_id,
    windows.anchor_on,
    contracts.contract_id,
    contracts.last_covered_on,
    contracts.renewal_state,
    contracts.is_renewed
from windows
inner join contracts
    on
        windows.account_id = contracts.account_id
        and windows.anchor_on >= contracts.first_covered_on
        and contracts.renewal_state <> 'never_in_force'
        and (
            contracts.last_covered_on between windows.window_from_on and least(windows.window_to_on, {{ casemart.as_of() }})
            or (
                windows.window_to_on = {{ casemart.as_of() }}
                and coalesce(contracts.last_covered_on, {{ casemart.end_of_days() }}) > windows.window_to_on
            )
        )
where not exists (
    select 1 from successors
    where
        successors.contract_id = contracts.contract_id
        and successors.known_from_on <= windows.anchor_on
        and successors.known_until_on > windows.anchor_on
)

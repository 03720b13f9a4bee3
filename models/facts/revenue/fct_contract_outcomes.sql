with
renewals as (
    select
        renewed_contract_id,
        min(renewed_on) as renewed_on
    from {{ ref('casemart', 'fct_contract_renewals') }}
    group by renewed_contract_id
),

-- An early renewal ends the contract that it renews: the two do not overlap.
ended as (
    select
        contracts.*,
        renewals.renewed_on,
        case
            when contracts.is_ever_in_force
                then least(contracts.own_last_covered_on, {{ casemart.add_days('renewals.renewed_on', -1) }})
        end as last_covered_on
    from {{ ref('casemart', 'fct_contract_dates') }} as contracts
    left join renewals on contracts.contract_id = renewals.renewed_contract_id
)

select
    contract_id,
    first_covered_on,
    last_covered_on,
    case when last_covered_on <= {{ casemart.as_of() }} then last_covered_on end as due_on,
    renewed_on,
    case
        when not is_ever_in_force then 'never_in_force'
        when first_covered_on > {{ casemart.as_of() }} then 'not_started'
        when last_covered_on is null or last_covered_on > {{ casemart.as_of() }} then 'in_force'
        when renewed_on is not null then 'renewed'
        when latest_renewal_on <= {{ casemart.as_of() }} then 'lost'
        else 'undetermined'
    end as renewal_state
from ended

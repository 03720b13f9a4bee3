with
terms as (
    select
        dates.*,
        outcomes.last_covered_on,
        outcomes.due_on,
        outcomes.renewed_on,
        outcomes.renewal_state,
        {{ casemart.end_of_day('coalesce(outcomes.due_on, ' ~ casemart.as_of() ~ ')') }} as dated_at
    from {{ ref('casemart', 'fct_contract_dates') }} as dates
    inner join {{ ref('casemart', 'fct_contract_outcomes') }} as outcomes on dates.contract_id = outcomes.contract_id
)

select
    terms.contract_id,
    terms.account_id,
    terms.product,
    terms.contract_type,
    terms.is_support_entitled,
    terms.known_on,
    terms.starts_on,
    terms.ends_on,
    terms.cancelled_on,
    terms.renewal_committed_on,
    terms.churn_reason,
    terms.first_covered_on,
    terms.own_last_covered_on,
    terms.latest_renewal_on,
    terms.last_covered_on,
    terms.due_on,
    terms.renewal_state,
    terms.renewed_on,
    chains.renewal_number,
    case terms.renewal_state when 'renewed' then true when 'lost' then false end as is_renewed,
    case terms.renewal_state
        when 'renewed' then terms.renewed_on <= {{ casemart.add_days('terms.last_covered_on', 1) }}
        when 'lost' then false
    end as is_renewed_on_time,
    case terms.renewal_state
        when 'renewed' then terms.renewed_on > {{ casemart.add_days('terms.last_covered_on', 1) }}
        when 'lost' then false
    end as is_renewed_late,
    case when terms.renewal_state in ('renewed', 'lost') then renewal_values.expiring_value end as expiring_value,
    case when terms.renewal_state in ('renewed', 'lost') then renewal_values.renewing_value end as renewing_value,
    case when terms.renewal_state in ('renewed', 'lost') then renewal_values.renewed_value end as renewed_value,
    accounts.account_segment,
    accounts.region,
    accounts.industry,
    accounts.size_band
from terms
left join {{ ref('casemart', 'fct_contract_chains') }} as chains on terms.contract_id = chains.contract_id
left join {{ ref('casemart', 'fct_contract_renewal_values') }} as renewal_values on terms.contract_id = renewal_values.contract_id
left join {{ ref('casemart', 'dim_accounts') }} as accounts
    on
        terms.account_id = accounts.account_id
        and terms.dated_at >= accounts.valid_from_at
        and terms.dated_at < accounts.valid_to_at

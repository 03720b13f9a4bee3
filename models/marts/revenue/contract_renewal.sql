with
renewals as (
    {{ casemart.roll_up(
        ref('casemart', 'leaf_contract_renewals'),
        casemart.contract_renewal_measures(),
        amounts=casemart.contract_renewal_amounts(),
    ) }}
),

rated as (
    select
        renewals.*,
        periods.period_end,
        {{ casemart.rate('renewals.renewed_contracts', 'renewals.determined_contracts') }} as contract_renewal_rate,
        {{ casemart.rate('renewals.renewed_on_time_contracts', 'renewals.determined_contracts') }} as contract_renewal_rate_on_time,
        {{ casemart.rate('renewals.renewed_late_contracts', 'renewals.determined_contracts') }} as contract_renewal_rate_late,
        {{ casemart.rate('renewals.renewed_value', 'renewals.expiring_value') }} as contract_renewal_value_rate,
        {{ casemart.rate('renewals.renewed_on_time_value', 'renewals.expiring_value') }} as contract_renewal_value_rate_on_time,
        {{ casemart.rate('renewals.renewed_late_value', 'renewals.expiring_value') }} as contract_renewal_value_rate_late
    from renewals
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on renewals.period_grain = periods.period_grain and renewals.period_start = periods.period_start
)

select
    rated.period_grain,
    rated.period_start,
    rated.period_end,
    rated.segment_by,
    rated.segment,
    rated.due_contracts,
    rated.renewed_contracts,
    rated.renewed_on_time_contracts,
    rated.renewed_late_contracts,
    rated.lost_contracts,
    rated.undetermined_contracts,
    rated.determined_contracts,
    rated.contract_renewal_rate,
    {{ casemart.target_columns('contract_renewal_rate', 'rated') }},
    rated.contract_renewal_rate_on_time,
    {{ casemart.target_columns('contract_renewal_rate_on_time', 'rated') }},
    rated.contract_renewal_rate_late,
    {{ casemart.target_columns('contract_renewal_rate_late', 'rated', direction=-1) }},
    rated.expiring_value,
    rated.renewed_value,
    rated.renewed_on_time_value,
    rated.renewed_late_value,
    rated.contract_renewal_value_rate,
    {{ casemart.target_columns('contract_renewal_value_rate', 'rated') }},
    rated.contract_renewal_value_rate_on_time,
    {{ casemart.target_columns('contract_renewal_value_rate_on_time', 'rated') }},
    rated.contract_renewal_value_rate_late,
    {{ casemart.target_columns('contract_renewal_value_rate_late', 'rated', direction=-1) }},
    -- A renewal or a cancellation of the day after makes a contract due on the last day; and a grace may still run.
    {{ casemart.is_settled('rated.period_end', 1) }} and rated.undetermined_contracts = 0 as is_complete
from rated
{{ casemart.target_join('contract_renewal_rate', 'rated') }}
{{ casemart.target_join('contract_renewal_rate_on_time', 'rated') }}
{{ casemart.target_join('contract_renewal_rate_late', 'rated') }}
{{ casemart.target_join('contract_renewal_value_rate', 'rated') }}
{{ casemart.target_join('contract_renewal_value_rate_on_time', 'rated') }}
{{ casemart.target_join('contract_renewal_value_rate_late', 'rated') }}

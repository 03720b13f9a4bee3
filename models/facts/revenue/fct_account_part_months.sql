select
    account_id,
    segment_by,
    segment,
    month_start,
    stock_on,
    account_state,
    is_active,
    contracts_in_force,
    committed_contracts,
    is_committed
from {{ ref('casemart', 'fct_coverage_months') }}
where segment_by <> 'all'

select
    account_id,
    month_start,
    stock_on,
    account_state,
    is_active,
    contracts_in_force,
    committed_contracts,
    is_committed,
    account_segment,
    region,
    industry,
    size_band
from {{ ref('casemart', 'fct_coverage_months') }}
where segment_by = 'all'

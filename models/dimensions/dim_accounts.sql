with
accounts as (
    select * from {{ ref('casemart', 'stg_accounts') }}
),

accounts_over_time as (
    {{ casemart.disjoint_periods('accounts', 'account_id') }}
)

select
    account_id,
    account_name,
    parent_account_id,
    segment as account_segment,
    industry,
    region,
    size_band,
    created_on,
    valid_from_at,
    valid_to_at
from accounts_over_time

select case_id, count(*) as interactions, max(occurred_at) as last_at, max(build_offset) as build_offset
from {{ ref('casemart', 'fct_interactions') }}
group by case_id

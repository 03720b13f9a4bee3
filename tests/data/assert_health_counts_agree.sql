-- Every account has one band, and what is scored is what has one of the seed's.
select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'account_health') }}
where
    at_risk_accounts + watch_accounts + healthy_accounts + other_band_accounts + insufficient_evidence_accounts <> accounts
    or insufficient_evidence_accounts <> accounts - scored_accounts
    or not (health_score between 0 and 100)

-- Who was active at an opening is retained, lost or undetermined, and was active at the close before; survival holds each spell once.
with
months as (
    select * from {{ ref('casemart', 'retention') }}
    where period_grain = 'month'
),

spells as (
    select
        segment_by,
        count(*) as accounts
    from {{ ref('casemart', 'fct_first_spells') }}
    group by segment_by
),

survival as (
    select
        segment_by,
        sum(lost_accounts + censored_accounts) as accounts
    from {{ ref('casemart', 'retention_survival') }}
    where cohort = 'all'
    group by segment_by
)

select
    segment_by || ' ' || segment as segment,
    period_grain,
    period_start
from {{ ref('casemart', 'retention') }}
where
    committed_accounts > active_accounts
    or logo_cohort_accounts <> retained_accounts + lost_accounts
    or opening_accounts <> logo_cohort_accounts + logo_undetermined_accounts

union all

select
    months.segment_by || ' ' || months.segment as segment,
    months.period_grain,
    months.period_start
from months
left join months as months_before
    on
        months.segment_by = months_before.segment_by
        and months.segment = months_before.segment
        and months_before.period_start = {{ casemart.add_months('months.period_start', -1) }}
where
    months.opening_accounts <> coalesce(months_before.active_accounts, 0)
    or months.opening_undetermined_accounts <> coalesce(months_before.undetermined_accounts, 0)

union all

select
    spells.segment_by as segment,
    'survival' as period_grain,
    cast(null as date) as period_start
from spells
left join survival on spells.segment_by = survival.segment_by
where spells.accounts <> coalesce(survival.accounts, 0)

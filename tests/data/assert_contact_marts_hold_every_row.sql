-- Each attempt, handled contact, closed case, review, audit and case of the facts is in one month of its mart.
with
fact_counts as (
    select
        'service_level' as mart,
        count(*) as fact_rows
    from {{ ref('casemart', 'fct_contact_attempts') }}
    union all
    select
        'handle_time' as mart,
        count(*) as fact_rows
    from {{ ref('casemart', 'fct_handled_contacts') }}
    union all
    select
        'escalations' as mart,
        count(*) as fact_rows
    from {{ ref('casemart', 'fct_case_closings') }}
    union all
    select
        'contact_quality' as mart,
        count(*) as fact_rows
    from {{ ref('casemart', 'fct_quality_reviews') }}
    union all
    select
        'service_audits' as mart,
        count(*) as fact_rows
    from {{ ref('casemart', 'fct_service_audits') }}
    union all
    select
        'contact_rate' as mart,
        count(*) as fact_rows
    from {{ ref('casemart', 'fct_case_openings') }}
),

months as (
    select
        'service_level' as mart,
        sum(attempts) as mart_rows
    from {{ ref('casemart', 'service_level') }}
    where period_grain = 'month' and segment_by = 'all'
    union all
    select
        'handle_time' as mart,
        sum(handled_contacts) as mart_rows
    from {{ ref('casemart', 'handle_time') }}
    where period_grain = 'month' and segment_by = 'all'
    union all
    select
        'escalations' as mart,
        sum(closed_cases) as mart_rows
    from {{ ref('casemart', 'escalations') }}
    where period_grain = 'month' and segment_by = 'all'
    union all
    select
        'contact_quality' as mart,
        sum(reviews) as mart_rows
    from {{ ref('casemart', 'contact_quality') }}
    where period_grain = 'month' and segment_by = 'all'
    union all
    select
        'service_audits' as mart,
        sum(checks) as mart_rows
    from {{ ref('casemart', 'service_audits') }}
    where period_grain = 'month' and segment_by = 'all'
    union all
    select
        'contact_rate' as mart,
        sum(cases) as mart_rows
    from {{ ref('casemart', 'contact_rate') }}
    where period_grain = 'month' and segment_by = 'all'
)

select
    fact_counts.mart,
    fact_counts.fact_rows,
    months.mart_rows
from fact_counts
left join months on fact_counts.mart = months.mart
where
    fact_counts.fact_rows <> coalesce(months.mart_rows, 0)
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}

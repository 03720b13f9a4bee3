-- The outcomes by status and reason sum to the statuses of the main mart, cell by cell.
with
outcomes as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        sum(case when fcr_status = 'resolved' then cases else 0 end) as resolved,
        sum(case when fcr_status = 'not_resolved' then cases else 0 end) as not_resolved,
        sum(case when fcr_status = 'pending' then cases else 0 end) as pending,
        sum(case when fcr_status = 'excluded' then cases else 0 end) as excluded
    from {{ ref('casemart', 'first_contact_outcomes') }}
    group by period_grain, period_start, segment_by, segment
)

select
    mart.period_grain,
    mart.period_start,
    mart.segment_by,
    mart.segment
from {{ ref('casemart', 'first_contact_resolution') }} as mart
left join outcomes
    on
        mart.period_grain = outcomes.period_grain
        and mart.period_start = outcomes.period_start
        and mart.segment_by = outcomes.segment_by
        and mart.segment = outcomes.segment
where
    mart.resolved <> coalesce(outcomes.resolved, 0)
    or mart.not_resolved <> coalesce(outcomes.not_resolved, 0)
    or mart.pending <> coalesce(outcomes.pending, 0)
    or mart.excluded <> coalesce(outcomes.excluded, 0)

-- positive + neutral + negative + unknown = all engagements; with the undetermined ones they are the rows of the fact.
with
marted as (
    select sum(engagements + undetermined_engagements) as row_count
    from {{ ref('casemart', 'engagement_quality') }}
    where segment_by = 'all' and period_grain = 'month'
)

select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'engagement_quality') }}
where
    positive_engagements + neutral_engagements + negative_engagements + unknown_engagements <> engagements
    or positive_engagements + neutral_engagements + negative_engagements <> known_engagements

union all

select
    'month' as period_grain,
    cast(null as date) as period_start,
    'all' as segment_by,
    'all' as segment
from marted
where
    marted.row_count <> (select count(*) from {{ ref('casemart', 'fct_engagements') }})
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}

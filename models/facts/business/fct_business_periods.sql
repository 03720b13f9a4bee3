-- What support cost and handled in a period, brought together once for every mart that holds one against the other.
with
costs as (
    select
        period_grain,
        period_start,
        max(case when category = 'assisted_support' then cost end) as assisted_support_cost,
        -- Without any cost of knowledge management there is no return on it to speak of.
        case
            when sum(case when category = 'knowledge_management' then 1 else 0 end) > 0
                then {{ casemart.cost_of(var('casemart_knowledge_cost_categories')) }}
        end as knowledge_cost,
        {{ casemart.cost_of(var('casemart_support_cost_categories')) }} as support_cost,
        sum(months_with_cost) as months_with_cost
    from {{ ref('casemart', 'fct_cost_periods') }}
    group by period_grain, period_start
),

opened as (
    {{ casemart.roll_up(ref('casemart', 'leaf_case_openings'), ['opened_cases']) }}
),

openings as (
    select * from opened
    where segment_by = 'all'
),

closed as (
    {{ casemart.in_periods(ref('casemart', 'fct_case_knowledge'), 'first_closed_on', [], has_weeks=false) }}
),

closings as (
    select
        period_grain,
        period_start,
        count(*) as first_closed_cases,
        {{ casemart.count_where('has_article') }} as article_linked_cases,
        {{ casemart.count_where('handle_seconds is not null') }} as timed_cases,
        cast(sum(handle_seconds) as bigint) as timed_case_seconds
    from closed
    group by period_grain, period_start
),

topics as (
    select
        period_grain,
        period_start,
        {{ casemart.count_where('is_comparable') }} as comparable_topics,
        cast(sum(case when is_comparable then cases_with_article else 0 end) as bigint) as comparable_cases_with_article,
        sum(saved_seconds) as saved_seconds
    from {{ ref('casemart', 'fct_topic_handle_times') }}
    group by period_grain, period_start
)

select
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    costs.assisted_support_cost,
    costs.knowledge_cost,
    costs.support_cost,
    coalesce(openings.opened_cases, 0) as opened_cases,
    coalesce(closings.first_closed_cases, 0) as first_closed_cases,
    coalesce(closings.article_linked_cases, 0) as article_linked_cases,
    coalesce(closings.timed_cases, 0) as timed_cases,
    {{ casemart.rate('closings.timed_case_seconds', '(3600 * closings.timed_cases)') }} as handle_hours_per_case,
    hours.handled_contacts,
    hours.handled_hours,
    coalesce(topics.comparable_topics, 0) as comparable_topics,
    coalesce(topics.comparable_cases_with_article, 0) as comparable_cases_with_article,
    -- Never below 0; not known where no case could be timed.
    case
        when closings.timed_cases > 0
            then {{ casemart.rounded('greatest(cast(coalesce(topics.saved_seconds, 0) as ' ~ casemart.type_double() ~ '), 0) / 3600') }}
    end as handle_hours_saved
from {{ ref('casemart', 'dim_periods') }} as periods
{{ casemart.join_period('costs', 'periods') }}
{{ casemart.join_period('openings', 'periods') }}
{{ casemart.join_period('closings', 'periods') }}
{{ casemart.join_period('topics', 'periods') }}
left join {{ ref('casemart', 'fct_handled_hour_costs') }} as hours
    on periods.period_grain = hours.period_grain and periods.period_start = hours.period_start
where
    periods.period_grain <> 'week'
    and (costs.months_with_cost > 0 or openings.period_start is not null or closings.period_start is not null)

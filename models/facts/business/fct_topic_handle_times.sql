-- Comparable are cases of one topic, first closed in one period, whose contacts were all timed.
with
cases as (
    select * from {{ ref('casemart', 'fct_case_knowledge') }}
    where handle_seconds is not null and topic is not null
),

cases_in_periods as (
    {{ casemart.in_periods('cases', 'first_closed_on', [], has_weeks=false) }}
),

compared as (
    select
        period_grain,
        period_start,
        topic,
        {{ casemart.count_where('has_article') }} as cases_with_article,
        {{ casemart.count_where('not has_article') }} as cases_without_article,
        {{ casemart.percentile('0.5', 'case when has_article then handle_seconds end') }} as median_seconds_with_article,
        {{ casemart.percentile('0.5', 'case when not has_article then handle_seconds end') }} as median_seconds_without_article
    from cases_in_periods
    group by period_grain, period_start, topic
),

judged as (
    select
        *,
        cases_with_article >= {{ var('casemart_knowledge_min_comparable_cases') }}
        and cases_without_article >= {{ var('casemart_knowledge_min_comparable_cases') }} as is_comparable
    from compared
)

select
    period_grain,
    period_start,
    topic,
    cases_with_article,
    cases_without_article,
    median_seconds_with_article / 60 as median_minutes_with_article,
    median_seconds_without_article / 60 as median_minutes_without_article,
    is_comparable,
    -- May be negative: only the sum over topics is floored. A median lies on a whole or half second, so this is exact.
    cast(
        case
            when is_comparable then (median_seconds_without_article - median_seconds_with_article) * cases_with_article
        end as decimal(18, 1)
    ) as saved_seconds
from judged

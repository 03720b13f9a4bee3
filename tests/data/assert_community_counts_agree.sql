-- The states of questions and pauses sum to their number, and the months of the total hold each thread, pause and post once.
with
months as (
    select
        coalesce(sum(threads), 0) as threads,
        coalesce(sum(question_threads), 0) as question_threads,
        coalesce(sum(escalated_threads), 0) as escalated_threads,
        coalesce(sum(pauses), 0) as pauses
    from {{ ref('casemart', 'community') }}
    where period_grain = 'month' and segment_by = 'all'
),

threads as (
    select
        count(*) as threads,
        {{ casemart.count_where('is_question') }} as question_threads,
        {{ casemart.count_where('is_escalated') }} as escalated_threads
    from {{ ref('casemart', 'fct_community_threads') }}
),

pauses as (
    select count(*) as pauses from {{ ref('casemart', 'fct_community_pauses') }}
),

posts as (
    select count(distinct thread_id) as threads from {{ ref('casemart', 'fct_community_posts') }}
)

select
    segment_by || ' ' || segment as segment,
    period_grain,
    period_start
from {{ ref('casemart', 'community') }}
where
    question_threads <> settled_threads + undetermined_threads
    or settled_threads <> answered_threads + unanswered_threads
    or resolved_threads > answered_threads
    or replied_threads > answered_threads
    or threads_without_case > resolved_threads
    or pauses <> settled_pauses + undetermined_pauses
    or settled_pauses <> revived_pauses + resumed_by_others_pauses + silent_pauses
    or uncovered_topics > topics
    or community_deflected_threads > threads_without_case

union all

select
    'all' as segment,
    'month' as period_grain,
    cast(null as date) as period_start
from months
cross join threads
cross join pauses
cross join posts
where
    (
        months.threads <> coalesce(threads.threads, 0)
        or posts.threads <> coalesce(threads.threads, 0)
        or months.question_threads <> coalesce(threads.question_threads, 0)
        or months.escalated_threads <> coalesce(threads.escalated_threads, 0)
        or months.pauses <> pauses.pauses
    )
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}

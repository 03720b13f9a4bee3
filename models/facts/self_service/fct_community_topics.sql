with
questions as (
    select * from {{ ref('casemart', 'fct_community_threads') }}
    where is_question and topic is not null
),

first_questions as (
    select
        topic,
        min(opened_on) as first_asked_on
    from questions
    group by topic
),

asked as (
    select
        periods.period_grain,
        periods.period_start,
        periods.stock_on,
        questions.topic,
        count(*) as question_threads
    from questions
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on questions.opened_on between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start, periods.stock_on, questions.topic
),

-- In force: published, and not retired yet.
covered as (
    select distinct
        asked.stock_on,
        asked.topic
    from asked
    inner join {{ ref('casemart', 'stg_knowledge_articles') }} as articles on asked.topic = articles.topic
    where articles.published_on <= asked.stock_on and coalesce(articles.retired_on > asked.stock_on, true)
)

select
    asked.period_grain,
    asked.period_start,
    asked.topic,
    asked.stock_on,
    cast(asked.question_threads as bigint) as question_threads,
    covered.topic is not null as is_covered,
    first_questions.first_asked_on,
    first_questions.first_asked_on >= asked.period_start as is_new
from asked
inner join first_questions on asked.topic = first_questions.topic
left join covered on asked.stock_on = covered.stock_on and asked.topic = covered.topic

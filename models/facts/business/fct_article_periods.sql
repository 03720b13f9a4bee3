with
articles as (
    select * from {{ ref('casemart', 'fct_knowledge_articles') }}
),

periods as (
    select * from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

links as (
    {{ casemart.in_periods(ref('casemart', 'fct_article_links'), 'linked_on', [], has_weeks=false) }}
),

linked as (
    select
        period_grain,
        period_start,
        count(*) as article_links,
        count(distinct article_id) as linked_articles
    from links
    group by period_grain, period_start
),

published as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as articles_published,
        sum(articles.author_hours) as author_hours
    from periods
    inner join articles on articles.published_on between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start
),

in_force as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as articles_in_force,
        {{ casemart.percentile('0.5', casemart.days_between('articles.published_on', 'periods.stock_on')) }} as article_age_days_median
    from periods
    inner join articles
        on periods.stock_on >= articles.published_on and (articles.retired_on is null or periods.stock_on < articles.retired_on)
    group by periods.period_grain, periods.period_start
)

select
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    coalesce(published.articles_published, 0) as articles_published,
    cast(coalesce(published.author_hours, 0) as decimal(18, 4)) as author_hours,
    coalesce(in_force.articles_in_force, 0) as articles_in_force,
    in_force.article_age_days_median,
    coalesce(linked.linked_articles, 0) as linked_articles,
    coalesce(linked.article_links, 0) as article_links
from periods
left join linked on periods.period_grain = linked.period_grain and periods.period_start = linked.period_start
left join published on periods.period_grain = published.period_grain and periods.period_start = published.period_start
left join in_force on periods.period_grain = in_force.period_grain and periods.period_start = in_force.period_start
where linked.period_start is not null or published.period_start is not null or in_force.period_start is not null

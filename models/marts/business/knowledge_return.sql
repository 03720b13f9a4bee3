with
periods as (
    select
        business.*,
        {{ casemart.rate('assisted_support_cost', 'opened_cases') }} as cost_per_assisted_case,
        {{ casemart.rate('assisted_support_cost', 'handled_hours') }} as cost_per_handled_hour,
        {{ casemart.rate('article_linked_cases', 'first_closed_cases') }} as article_link_rate
    from {{ ref('casemart', 'fct_business_periods') }} as business
),

deflected as (
    select * from {{ ref('casemart', 'deflection') }}
    where segment_by = 'all'
),

-- What knowledge saved: cases that were not asked, and hours in those that were. A term that is not known leaves the sum unknown.
benefits as (
    select
        periods.*,
        cast('all' as {{ casemart.type_of('string') }}) as segment_by,
        cast('all' as {{ casemart.type_of('string') }}) as segment,
        deflected.deflected_cases,
        {{ casemart.rounded('deflected.deflected_cases * periods.cost_per_assisted_case') }} as deflection_benefit,
        {{ casemart.rounded('periods.handle_hours_saved * periods.cost_per_handled_hour') }} as handle_time_benefit,
        {{ casemart.rounded('(deflected.deflected_cases_ci_low - deflected.deflected_cases) * periods.cost_per_assisted_case') }} as less_at_low,
        {{ casemart.rounded('(deflected.deflected_cases_ci_high - deflected.deflected_cases) * periods.cost_per_assisted_case') }} as more_at_high
    from periods
    {{ casemart.join_period('deflected', 'periods') }}
),

returned as (
    select
        *,
        {{ casemart.rounded('deflection_benefit + handle_time_benefit - knowledge_cost') }} as knowledge_net_benefit,
        case when knowledge_cost > 0 then knowledge_cost end as knowledge_investment
    from benefits
),

rated as (
    select
        *,
        {{ casemart.rate('knowledge_net_benefit', 'knowledge_investment') }} as knowledge_return,
        {{ casemart.rate('(knowledge_net_benefit + less_at_low)', 'knowledge_investment') }} as knowledge_return_ci_low,
        {{ casemart.rate('(knowledge_net_benefit + more_at_high)', 'knowledge_investment') }} as knowledge_return_ci_high
    from returned
),

targeted as (
    {{ casemart.with_targets('rated', {
        'knowledge_return': 1, 'article_link_rate': 1, 'cost_per_assisted_case': -1, 'cost_per_handled_hour': -1,
    }) }}
)

select
    targeted.period_grain,
    targeted.period_start,
    targeted.period_end,
    targeted.segment_by,
    targeted.segment,
    targeted.assisted_support_cost is not null and targeted.knowledge_cost is not null as is_cost_complete,
    targeted.assisted_support_cost,
    targeted.opened_cases,
    targeted.cost_per_assisted_case,
    targeted.cost_per_assisted_case_target,
    targeted.cost_per_assisted_case_gap,
    targeted.handled_hours,
    targeted.cost_per_handled_hour,
    targeted.cost_per_handled_hour_target,
    targeted.cost_per_handled_hour_gap,
    targeted.deflected_cases,
    targeted.deflection_benefit,
    targeted.comparable_topics,
    targeted.comparable_cases_with_article,
    targeted.handle_hours_saved,
    targeted.handle_time_benefit,
    targeted.knowledge_cost,
    targeted.knowledge_net_benefit,
    targeted.knowledge_return,
    targeted.knowledge_return_ci_low,
    targeted.knowledge_return_ci_high,
    targeted.knowledge_return_target,
    targeted.knowledge_return_gap,
    targeted.first_closed_cases,
    targeted.article_linked_cases,
    targeted.article_link_rate,
    targeted.article_link_rate_target,
    targeted.article_link_rate_gap,
    coalesce(articles.articles_published, 0) as articles_published,
    coalesce(articles.author_hours, 0) as author_hours,
    coalesce(articles.articles_in_force, 0) as articles_in_force,
    articles.article_age_days_median,
    coalesce(articles.linked_articles, 0) as linked_articles,
    {{ casemart.rate('articles.article_links', 'articles.linked_articles') }} as links_per_linked_article,
    {{ casemart.is_settled(
        'targeted.period_end',
        [var('casemart_deflection_contact_window_days'), var('casemart_survey_settlement_days')] | max,
    ) }} as is_complete
from targeted
left join {{ ref('casemart', 'fct_article_periods') }} as articles
    on targeted.period_grain = articles.period_grain and targeted.period_start = articles.period_start

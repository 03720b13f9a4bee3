with
revenue as (
    select
        periods.period_grain,
        periods.period_start,
        cast(sum(charges.recurring_value) as decimal(18, 2)) as support_revenue,
        count(distinct case when charges.is_undetermined then charges.account_id end) as undetermined_revenue_accounts
    from {{ ref('casemart', 'dim_periods') }} as periods
    inner join {{ ref('casemart', 'fct_recurring_values') }} as charges
        on charges.month_start between periods.period_start and periods.period_end
    where periods.period_grain <> 'week' and charges.contract_type in ('{{ var("casemart_support_contract_types") | join("', '") }}')
    group by periods.period_grain, periods.period_start
),

experiences as (
    select
        period_grain,
        period_start,
        {{ casemart.count_where("account_state = 'active'") }} as experienced_accounts,
        {{ casemart.count_where("account_state = 'active' and experience_class = 'positive'") }} as positive_accounts,
        {{ casemart.count_where("account_state = 'undetermined'") }} as undetermined_experience_accounts
    from {{ ref('casemart', 'fct_account_experience') }}
    where exposure = 'experience'
    group by period_grain, period_start
),

counted as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        cast('all' as {{ casemart.type_of('string') }}) as segment_by,
        cast('all' as {{ casemart.type_of('string') }}) as segment,
        revenue.support_revenue,
        coalesce(revenue.undetermined_revenue_accounts, 0) as undetermined_revenue_accounts,
        business.support_cost,
        cast(revenue.support_revenue - business.support_cost as decimal(18, 2)) as support_profit,
        coalesce(business.first_closed_cases, 0) as first_closed_cases,
        business.handled_hours,
        coalesce(articles.articles_published, 0) as articles_published,
        100 * articles.articles_published as articles_published_times_100,
        coalesce(experiences.experienced_accounts, 0) as experienced_accounts,
        coalesce(experiences.positive_accounts, 0) as positive_accounts,
        coalesce(experiences.undetermined_experience_accounts, 0) as undetermined_experience_accounts
    from {{ ref('casemart', 'dim_periods') }} as periods
    {{ casemart.join_period('revenue', 'periods') }}
    {{ casemart.join_period('experiences', 'periods') }}
    left join {{ ref('casemart', 'fct_business_periods') }} as business
        on periods.period_grain = business.period_grain and periods.period_start = business.period_start
    left join {{ ref('casemart', 'fct_article_periods') }} as articles
        on periods.period_grain = articles.period_grain and periods.period_start = articles.period_start
    where
        periods.period_grain <> 'week'
        and (
            revenue.period_start is not null or experiences.period_start is not null
            or business.period_start is not null or articles.period_start is not null
        )
),

rated as (
    select
        *,
        {{ casemart.rate('support_profit', 'support_revenue') }} as support_margin,
        {{ casemart.rate('first_closed_cases', 'handled_hours') }} as cases_per_handled_hour,
        {{ casemart.rate('articles_published_times_100', 'first_closed_cases') }} as articles_per_hundred_cases,
        {{ casemart.rate('positive_accounts', 'experienced_accounts') }} as positive_experience_rate
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {
        'support_margin': 1, 'cases_per_handled_hour': 1, 'articles_per_hundred_cases': 1, 'positive_experience_rate': 1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    support_cost is not null as is_cost_complete,
    support_revenue,
    undetermined_revenue_accounts,
    support_cost,
    support_profit,
    support_margin,
    support_margin_target,
    support_margin_gap,
    first_closed_cases,
    handled_hours,
    cases_per_handled_hour,
    cases_per_handled_hour_target,
    cases_per_handled_hour_gap,
    articles_published,
    articles_published_times_100,
    articles_per_hundred_cases,
    articles_per_hundred_cases_target,
    articles_per_hundred_cases_gap,
    experienced_accounts,
    positive_accounts,
    undetermined_experience_accounts,
    positive_experience_rate,
    positive_experience_rate_target,
    positive_experience_rate_gap,
    {{ casemart.is_settled('period_end', 0) }}
    and undetermined_revenue_accounts = 0
    and undetermined_experience_accounts = 0 as is_complete
from targeted

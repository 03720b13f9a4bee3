-- Accounts of a period's last day, by whether they took part in the community, and what became of them 12 months later.
with
periods as (
    select
        *,
        {{ casemart.period_start('month', 'stock_on') }} as base_month_start,
        {{ casemart.add_months(casemart.period_start('month', 'stock_on'), 12) }} as later_month_start
    from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

member_posts as (
    select * from {{ ref('casemart', 'fct_community_posts') }}
    where is_member_post
),

-- Before its first post there was no community to take part in.
beginnings as (
    select min(posted_on) as first_posted_on from member_posts
),

account_months as (
    select * from {{ ref('casemart', 'fct_account_months') }}
),

accounts as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        periods.stock_on,
        periods.base_month_start,
        periods.later_month_start,
        account_months.account_id,
        account_months.account_state,
        -- The month's end 12 months later must have come: until then nobody is retained or lost.
        {{ casemart.month_end('periods.later_month_start') }} <= {{ casemart.as_of() }} as is_later_known
    from periods
    inner join account_months on periods.base_month_start = account_months.month_start
    inner join beginnings on periods.period_end >= beginnings.first_posted_on
    where account_months.account_state <> 'inactive'
),

engaged as (
    select distinct
        periods.period_grain,
        periods.period_start,
        member_posts.account_id
    from member_posts
    inner join periods on member_posts.posted_on between periods.period_start and periods.period_end
),

answers as (
    select
        periods.period_grain,
        periods.period_start,
        responses.account_id,
        count(*) as answers,
        {{ casemart.count_where("responses.experience = 'positive'") }} as satisfied_answers
    from {{ ref('casemart', 'fct_survey_responses') }} as responses
    inner join periods on responses.responded_on between periods.period_start and periods.period_end
    where
        responses.survey_type = 'post_case'
        and responses.question = 'overall_satisfaction'
        and responses.answer_state = 'counted'
    group by periods.period_grain, periods.period_start, responses.account_id
),

cohorts as (
    select * from {{ ref('casemart', 'fct_recurring_cohorts') }}
    where segment_by = 'all' and lookback_months = 12
),

joined as (
    select
        accounts.*,
        case when engaged.account_id is null then 'not_engaged' else 'engaged' end as engagement,
        coalesce(answers.answers, 0) as answers,
        coalesce(answers.satisfied_answers, 0) as satisfied_answers,
        case when accounts.is_later_known then coalesce(later.account_state, 'inactive') end as later_state,
        case when accounts.is_later_known then cohorts.base_value end as base_value,
        case when accounts.is_later_known then cohorts.value_now end as value_now,
        case when accounts.is_later_known then cohorts.is_undetermined end as is_value_undetermined
    from accounts
    left join engaged
        on
            accounts.period_grain = engaged.period_grain
            and accounts.period_start = engaged.period_start
            and accounts.account_id = engaged.account_id
    left join answers
        on
            accounts.period_grain = answers.period_grain
            and accounts.period_start = answers.period_start
            and accounts.account_id = answers.account_id
    left join account_months as later
        on accounts.later_month_start = later.month_start and accounts.account_id = later.account_id
    left join cohorts
        on accounts.base_month_start = cohorts.base_month_start and accounts.account_id = cohorts.account_id
)

select
    period_grain,
    period_start,
    period_end,
    stock_on,
    account_id,
    account_state,
    engagement,
    cast(answers as bigint) as answers,
    cast(satisfied_answers as bigint) as satisfied_answers,
    is_later_known,
    later_state,
    case
        when account_state <> 'active' then null
        when later_state = 'active' then true
        when later_state = 'inactive' then false
    end as is_retained,
    base_value,
    value_now,
    is_value_undetermined
from joined

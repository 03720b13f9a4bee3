-- Every account with a contract, from the first post on: without a community nobody keeps away from it.
with
posts as (
    select * from {{ ref('casemart', 'fct_community_posts') }}
),

first_posts as (
    select min(posted_on) as posted_on from posts
),

members as (
    select distinct
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        coverage.account_id
    from {{ ref('casemart', 'dim_periods') }} as periods
    inner join first_posts on periods.period_end >= first_posts.posted_on
    inner join {{ ref('casemart', 'fct_contract_coverage') }} as coverage
        on periods.stock_on between coverage.covered_from_on and coverage.covered_to_on
    where periods.period_grain <> 'week'
),

posters as (
    select distinct
        days.period_grain,
        days.period_start,
        posts.account_id
    from posts
    inner join {{ ref('casemart', 'dim_period_days') }} as days on posts.posted_on = days.date_day
    where posts.author_role in ('customer', 'champion')
)

select
    members.period_grain,
    members.period_start,
    members.period_end,
    members.account_id,
    posters.account_id is not null as is_engaged
from members
left join posters
    on
        members.period_grain = posters.period_grain
        and members.period_start = posters.period_start
        and members.account_id = posters.account_id

with
posts as (
    select
        posted_on,
        author_id,
        author_role,
        is_member_post,
        community,
        cast(is_hosted as {{ casemart.type_of('string') }}) as is_hosted,
        thread_topic as topic,
        thread_product as product,
        account_id,
        account_segment
    from {{ ref('casemart', 'fct_community_posts') }}
),

in_periods as (
    {{ casemart.in_periods('posts', 'posted_on', casemart.community_segments()) }}
),

-- A person counts once, however many posts; posts of unknown authors are persons of unknown number.
counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as posts,
        {{ casemart.count_where('is_member_post') }} as member_posts,
        {{ casemart.count_where('is_member_post and author_id is null') }} as unknown_author_posts,
        count(distinct case when is_member_post then author_id end) as community_active_members,
        count(distinct case when author_role = 'champion' then author_id end) as champion_members
    from in_periods
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('champion_members', 'community_active_members') }} as community_champion_share
    from counted
),

compared as (
    {{ casemart.with_targets('rated', {'community_active_members': 1, 'community_champion_share': 0}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    posts,
    member_posts,
    unknown_author_posts,
    community_active_members,
    community_active_members_target,
    community_active_members_gap,
    champion_members,
    community_champion_share,
    community_champion_share_target,
    community_champion_share_gap,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from compared

with
questions as (
    select * from {{ ref('casemart', 'fct_community_threads') }}
    where is_question
),

posts as (
    select
        *,
        lead(post_id) over (partition by thread_id order by post_number) as next_post_id,
        lead(posted_on) over (partition by thread_id order by post_number) as next_posted_on,
        lead(author_role) over (partition by thread_id order by post_number) as next_author_role,
        max(case when is_accepted_answer then 1 else 0 end) over (
            partition by thread_id order by post_number rows between unbounded preceding and current row
        ) = 1 as is_accepted_so_far
    from {{ ref('casemart', 'fct_community_posts') }}
),

-- A question without accepted answer pauses on the day by whose end no post has come for so long.
pauses as (
    select
        questions.thread_id,
        questions.account_id,
        questions.community,
        questions.is_hosted,
        posts.thread_topic as topic,
        posts.thread_product as product,
        posts.post_id as last_post_id,
        posts.posted_on as last_posted_on,
        posts.next_post_id,
        posts.next_posted_on,
        posts.next_author_role,
        {{ casemart.add_days('posts.posted_on', var('casemart_community_inactive_days')) }} as paused_on
    from posts
    inner join questions on posts.thread_id = questions.thread_id
    where not posts.is_accepted_so_far
),

reached as (
    select
        *,
        {{ casemart.end_of_day('paused_on') }} as dated_at
    from pauses
    where paused_on <= {{ casemart.as_of() }} and coalesce(next_posted_on > paused_on, true)
),

segmented as (
    {{ casemart.with_account_segments('reached') }}
),

-- The next post decides, if it comes within the window: a champion's revives the thread.
stated as (
    select
        *,
        case
            when not {{ casemart.is_settled('paused_on', var('casemart_community_settlement_days')) }} then 'undetermined'
            when
                next_post_id is null
                or {{ casemart.days_between('paused_on', 'next_posted_on') }} > {{ var('casemart_community_settlement_days') }}
                then 'silent'
            when next_author_role = 'champion' then 'revived'
            else 'resumed_by_others'
        end as pause_state
    from segmented
)

select
    thread_id,
    last_post_id,
    last_posted_on,
    paused_on,
    next_post_id,
    next_posted_on,
    next_author_role,
    pause_state,
    case when pause_state <> 'undetermined' then pause_state = 'revived' end as is_revived,
    community,
    is_hosted,
    topic,
    product,
    account_id,
    account_segment
from stated

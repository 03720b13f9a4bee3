with
posts as (
    select
        *,
        posted_at as dated_at
    from {{ ref('casemart', 'stg_community_posts') }}
    where {{ casemart.is_known('posted_at') }}
),

segmented as (
    {{ casemart.with_account_segments('posts') }}
),

-- Posts of one moment are ordered by their id.
numbered as (
    select
        *,
        row_number() over (partition by thread_id order by posted_at, post_id) as post_number
    from segmented
),

-- A thread has the first topic and the first product that a post of it names; before that post, none.
named as (
    select
        *,
        min(case when topic is not null then post_number end) over (
            partition by thread_id order by post_number rows between unbounded preceding and current row
        ) as topic_post_number,
        min(case when product is not null then post_number end) over (
            partition by thread_id order by post_number rows between unbounded preceding and current row
        ) as product_post_number
    from numbered
)

select
    named.post_id,
    named.thread_id,
    named.posted_at,
    {{ casemart.local_day('named.posted_at') }} as posted_on,
    cast(named.post_number as bigint) as post_number,
    named.post_number = 1 as is_opening,
    named.author_id,
    named.author_role,
    -- Moderators and employees serve the community; customers and champions are its members.
    named.author_role in ('customer', 'champion') as is_member_post,
    named.account_id,
    named.community,
    named.is_hosted,
    named.topic,
    named.product,
    topics.topic as thread_topic,
    products.product as thread_product,
    coalesce(named.is_accepted_answer, false) as is_accepted_answer,
    named.article_id,
    named.account_segment
from named
left join numbered as topics on named.thread_id = topics.thread_id and named.topic_post_number = topics.post_number
left join numbered as products on named.thread_id = products.thread_id and named.product_post_number = products.post_number

with
posts as (
    select * from {{ ref('casemart', 'fct_community_posts') }}
),

-- A question is what a customer or a champion asks; moderators and employees announce.
openings as (
    select * from posts
    where is_opening
),

-- A reply is a later post by another author. Where one of the two is unknown, by role: a customer may be the one who asked.
judged as (
    select
        posts.*,
        posts.post_number > 1
        and coalesce(posts.author_id <> openings.author_id, posts.author_role in ('champion', 'moderator', 'employee')) as is_reply,
        {{ casemart.days_between('openings.posted_on', 'posts.posted_on') }}
        <= {{ var('casemart_community_settlement_days') }} as is_in_window
    from posts
    inner join openings on posts.thread_id = openings.thread_id
),

-- What comes after the window is late: counted, without effect.
evidence as (
    select
        thread_id,
        {{ casemart.count_where('is_in_window') }} as posts,
        max(case when is_in_window then thread_topic end) as thread_topic,
        max(case when is_in_window then thread_product end) as thread_product,
        min(case when is_in_window and is_reply then posted_at end) as first_reply_at,
        min(case when is_in_window and is_accepted_answer then posted_at end) as accepted_at,
        {{ casemart.count_where('not is_in_window and (is_reply or is_accepted_answer)') }} as late_answers
    from judged
    group by thread_id
),

escalations as (
    select
        thread_id,
        min(opened_at) as escalated_at
    from {{ ref('casemart', 'fct_community_cases') }}
    where is_escalation
    group by thread_id
),

-- Cases of the account soon after the question, on the same product where both are known.
followed as (
    select distinct openings.thread_id
    from openings
    inner join evidence on openings.thread_id = evidence.thread_id
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as cases on openings.account_id = cases.account_id
    where
        cases.is_counted
        and cases.opened_at >= openings.posted_at
        and {{ casemart.days_between('openings.posted_on', 'cases.opened_on') }} <= {{ var('casemart_deflection_contact_window_days') }}
        and coalesce(cases.product = evidence.thread_product, true)
),

stated as (
    select
        openings.thread_id,
        openings.post_id as opening_post_id,
        openings.posted_at as opened_at,
        openings.posted_on as opened_on,
        openings.author_id,
        openings.account_id,
        openings.community,
        openings.is_hosted,
        openings.account_segment,
        evidence.thread_topic as topic,
        evidence.thread_product as product,
        evidence.posts,
        evidence.first_reply_at,
        evidence.accepted_at,
        evidence.late_answers,
        escalations.escalated_at,
        openings.is_member_post as is_question,
        entitled.account_id is not null as is_account_entitled,
        followed.thread_id is not null as is_followed_by_case,
        {{ casemart.is_settled('openings.posted_on', [
            var('casemart_community_settlement_days'), var('casemart_deflection_contact_window_days'),
        ] | max) }} as is_contact_settled,
        case
            when not openings.is_member_post then 'no_question'
            when not {{ casemart.is_settled('openings.posted_on', var('casemart_community_settlement_days')) }} then 'undetermined'
            when evidence.accepted_at is not null then 'resolved'
            when evidence.first_reply_at is not null then 'answered'
            else 'unanswered'
        end as thread_state
    from openings
    inner join evidence on openings.thread_id = evidence.thread_id
    left join escalations on openings.thread_id = escalations.thread_id
    left join followed on openings.thread_id = followed.thread_id
    left join {{ ref('casemart', 'fct_entitled_periods') }} as entitled
        on
            openings.account_id = entitled.account_id
            and openings.posted_on between entitled.entitled_from_on and entitled.entitled_to_on
)

select
    thread_id,
    opening_post_id,
    opened_at,
    opened_on,
    author_id,
    account_id,
    community,
    is_hosted,
    topic,
    product,
    account_segment,
    posts,
    is_question,
    thread_state,
    first_reply_at,
    accepted_at,
    escalated_at,
    late_answers,
    case when thread_state in ('resolved', 'answered', 'unanswered') then thread_state <> 'unanswered' end as is_answered,
    case when thread_state in ('resolved', 'answered', 'unanswered') then thread_state = 'resolved' end as is_resolved,
    case when thread_state in ('resolved', 'answered', 'unanswered') then escalated_at is not null end as is_escalated,
    case
        when thread_state in ('resolved', 'answered', 'unanswered')
            then {{ casemart.rate(casemart.seconds_between('opened_at', 'first_reply_at'), 60) }}
    end as first_answer_minutes,
    is_account_entitled,
    is_followed_by_case,
    -- Met by the community, of an account that could have asked support and did not.
    case
        when thread_state in ('resolved', 'answered', 'unanswered') and is_contact_settled
            then thread_state = 'resolved' and is_account_entitled and not is_followed_by_case
    end as is_resolved_without_case
from stated

-- Communities: threads and their posts.

-- Twelve champions write much; other customers are many.
create macro account_no_of(who, id) as
    case who
        when 'champion' then 21 + dice('champion', id, 12)
        when 'employee' then 1 + dice('employee', id, 30)
        else 1 + dice(who, id, account_count())
    end;

-- Threads: `what:who@gap`. `accept` is a reply that the opener accepts. Each tenth comes before the case that it was escalated to.
create table thread_stories as
select row_number() over () as story_no, *
from
    (
        values
            ('solved by a champion', 110, 'ask:opener@0 accept:champion@20-900 reply:opener@10-300'),
            ('solved by another customer', 60, 'ask:opener@0 reply:customer@20-900 accept:customer@100-3000'),
            ('solved by staff', 50, 'ask:opener@0 accept:employee@60-2000'),
            ('solved by the one who asked', 15, 'ask:opener@0 reply:opener@9-99 accept:opener@60-900'),
            ('answered', 90, 'ask:opener@0 reply:customer@20-2000 reply:champion@20-900'),
            ('answered by nobody in particular', 10, 'ask:opener@0 reply:nobody@60-900 reply:mascot@60-900'),
            ('nobody answers', 60, 'ask:opener@0'),
            ('only the opener writes', 15, 'ask:opener@0 reply:opener@60-900'),
            ('pauses and is revived', 25, 'ask:opener@0 reply:customer@60-900 reply:champion@20d accept:champion@30-600'),
            ('pauses, another customer comes', 15, 'ask:opener@0 reply:customer@60-900 reply:customer@25d'),
            ('accepted after the window', 6, 'ask:opener@0 reply:customer@60-900 accept:champion@33d'),
            ('news', 25, 'ask:moderator@0 reply:customer@60-2000'),
            ('asked by a champion', 15, 'ask:champion@0 reply:employee@60-900')
    ) as stories (story, weight, script);

create table post_rows as
with
threads as (
    select
        drawn.range as thread_no,
        thread_id(drawn.range) as thread_id,
        -- Of a null and a moment the greatest is the moment: threads without a case need a branch of their own.
        case
            when cases.opened_at is null then timestamp '2025-01-01 00:00:00' + to_minutes(dice('thread minute', drawn.range, 777600))
            else
                greatest(
                    cases.opened_at - to_days(if(drawn.range % 100 = 83, 36, 1 + dice('thread days', drawn.range, 4))::integer),
                    timestamp '2025-01-01 00:00:00'
                )
        end as opened_at,
        coalesce(cases.account_id, if(dice('thread account', drawn.range, 8) = 0, null, account_id(dice('thread of', drawn.range, account_count()) + 1)))
            as account_id,
        coalesce(cases.contact_id, account_id || '-1', 'guest-' || drawn.range) as opener_id,
        pick('community', drawn.range, ['User forum', 'User forum', 'User forum', 'Developer board']) as community,
        coalesce(cases.product, pick('thread product', drawn.range, ['Atlas', 'Beacon', 'Cobalt', 'Drift', null])) as product,
        pick('thread topic', drawn.range, ['sign-in', 'installation', 'performance', 'integration', 'reporting', 'automation', null]) as topic,
        if(drawn.range <= (select count(*) from thread_stories), drawn.range, shares.story_no) as story_no
    from range(1, getvariable('cases') // 10 + 1) as drawn
    inner join shares('thread_stories') as shares on dice('thread story', drawn.range, 10000) between shares.low and shares.high
    left join case_rows as cases on thread_id(drawn.range) = cases.source_thread_id
),

steps as (
    select
        story_no,
        generate_subscripts(string_split(script, ' '), 1) as step_no,
        regexp_extract(unnest(string_split(script, ' ')), '^(\w+):(\w+)@(\d+)(?:-(\d+))?(d?)$', ['step', 'who', 'low', 'high', 'days']) as part
    from thread_stories
),

posts as (
    select
        threads.*,
        steps.step_no,
        steps.part.step as step,
        steps.part.who as who,
        if(
            steps.part.days = 'd',
            steps.part.low::integer * 1440,
            steps.part.low::integer
            + dice('post ' || steps.step_no, threads.thread_no, coalesce(try_cast(steps.part.high as integer) - steps.part.low::integer, 0) + 1)
        ) as minutes
    from threads
    inner join steps on threads.story_no = steps.story_no
),

placed as (
    select
        *,
        opened_at + to_minutes((sum(minutes) over (partition by thread_no order by step_no))::bigint) as posted_at,
        account_no_of(who, thread_no) as author_no
    from posts
)

select
    thread_id || '-' || step_no as post_id,
    thread_id,
    posted_at,
    case who
        when 'opener' then opener_id
        when 'customer' then account_id(author_no) || '-2'
        when 'champion' then 'champion-' || author_no
        when 'moderator' then 'moderator-1'
        when 'employee' then 'AG' || lpad(author_no::varchar, 4, '0')
    end as author_id,
    case when who in ('opener', 'customer', 'nobody') then 'customer' when who = 'mascot' then 'employee' else who end as author_role,
    case who when 'opener' then account_id when 'customer' then account_id(author_no) when 'champion' then account_id(author_no) end as account_id,
    community,
    community = 'User forum' as is_hosted,
    if(step_no = 1 or dice('says topic', thread_no, 2) = 0, topic, null) as topic,
    if(step_no = 1, product, null) as product,
    if(step = 'accept', true, if(dice('flag', thread_no, 5) = 0, null, false)) as is_accepted_answer,
    if(who in ('champion', 'employee') and dice('links', thread_no, 3) = 0, article_id(dice('linked', thread_no, 38)), null) as article_id
from placed
where posted_at < history_ends_at()
order by post_id;

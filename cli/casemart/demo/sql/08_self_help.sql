-- Articles, and self-help sessions with what visitors say of them.

-- One in two articles was there before the history; the others come one by one.
create table article_rows as
select
    article_id(range) as article_id,
    'How to do ' || range as title,
    pick('article topic', range, ['sign-in', 'installation', 'performance', 'integration', if(range > 45, 'reporting', 'sign-in'), null]) as topic,
    pick('article product', range, ['Atlas', 'Beacon', 'Cobalt', 'Drift', null]) as product,
    case
        when range % 40 = 39 then null
        when range < 40 then date '2022-03-01' + dice('published', range, 1000)::integer
        else date '2025-01-02' + ((range - 40) * 27 // 2)::integer
    end as published_on,
    if(range % 9 = 4, greatest(published_on, date '2025-03-01') + dice('retired', range, 400)::integer, null) as retired_on,
    if(range % 11 = 6, null, 1 + dice('author hours', range, 60) / 4)::decimal(18, 4) as author_hours
from range(80)
where range <> 61
order by article_id;

-- What a visitor says afterwards. Steps as in the stories of cases: `what@gap`, in minutes or days; answers without a gap are in
-- one response.
create table session_stories as
select row_number() over () as story_no, *
from
    (
        values
            ('says nothing', 700, ''),
            ('is asked and says nothing', 90, 'invite@5'),
            ('found nothing', 70, 'invite@5 not_found@9-300'),
            ('found it', 40, 'found@9-300'),
            ('found it, would not have called', 50, 'invite@5 found@9-300 not_intended@0'),
            ('found it, would have called', 30, 'invite@5 found@9-300 intended@0'),
            ('found it, needs more', 30, 'invite@5 found@9-300 intended@0 more@0'),
            ('found it, needs no more', 130, 'invite@5 found@9-300 intended@0 done@0'),
            ('found it, needs no more, by score', 15, 'invite@5 score_found@9-300 score_intended@0 score_done@0'),
            ('found nothing, by score', 6, 'score_not_found@9-300'),
            ('found nothing, then found it', 8, 'invite@5 not_found@9-60 found@60-900 intended@0 done@0'),
            ('needs no more, then more', 8, 'invite@5 found@9-60 intended@0 done@0 more@2d'),
            ('needs more, then no more', 6, 'invite@5 found@9-60 intended@0 more@0 done@3d'),
            ('would have called, never asked whether it was found', 4, 'intended@9-60 done@0'),
            ('says so on day 30', 4, 'invite@5 found@30d intended@0 done@0'),
            ('says so on day 31', 4, 'invite@5 found@31d intended@0 done@0'),
            ('says no too late', 4, 'invite@5 found@9-60 intended@0 done@0 not_found@31d'),
            ('found it, pleased', 25, 'invite@5 found@9-300 intended@0 done@0 rates@0'),
            ('found nothing, displeased', 15, 'invite@5 not_found@9-300 rates@0')
    ) as stories (story, weight, script);

create table session_steps as
select
    story_no,
    step_no,
    part.step,
    if(part.days = 'd', 0, part.low::integer) as low_minutes,
    if(part.days = 'd', 0, coalesce(try_cast(part.high as integer), part.low::integer)) as high_minutes,
    if(part.days = 'd', part.low::integer, 0) as days
from
    (
        select
            story_no,
            generate_subscripts(string_split(script, ' '), 1) as step_no,
            regexp_extract(unnest(string_split(script, ' ')), '^(\w+)@(\d+)(?:-(\d+))?(d?)$', ['step', 'low', 'high', 'days']) as part
        from session_stories
        where script <> ''
    ) as tokens;

create table session_answers as
select *
from
    (
        values
            ('found', 'found_answer', 'yes', null), ('not_found', 'found_answer', 'no', null),
            ('intended', 'would_have_contacted_support', 'yes', null), ('not_intended', 'would_have_contacted_support', 'no', null),
            ('more', 'further_action_needed', 'yes', null), ('done', 'further_action_needed', 'no', null),
            ('score_found', 'found_answer', null, 1), ('score_not_found', 'found_answer', null, 0),
            ('score_intended', 'would_have_contacted_support', null, 1), ('score_done', 'further_action_needed', null, 0)
    ) as answers (step, question, answer, score);

-- Each twelfth session is followed by a case: `follows` says after how long, and what the two do not have in common.
create table session_draws as
with
sessions as (
    select
        range as session_no,
        range <= (select count(*) from session_stories) as is_told,
        -- A little growth, as for cases.
        greatest(dice('session day', range, 540), if(dice('session growth', range, 2) = 0, dice('session later', range, 540), 0)) as drawn_day,
        if(range % 12 = 0, range // 12 % 10, null) as drawn_follows,
        dice('session case', range, getvariable('cases')) + 1 as case_no,
        dice('visitor', range, 100) as visitor,
        dice('session account', range, account_count()) + 1 as account_no
    from range(1, getvariable('cases') * 4 // 5 + 1)
)

select
    sessions.session_no,
    if(cases.opened_at > timestamp '2025-01-12 00:00:00', sessions.drawn_follows, null) as follows,
    'S' || lpad(sessions.session_no::varchar, 7, '0') as session_id,
    if(sessions.is_told, sessions.session_no, shares.story_no) as story_no,
    case
        when follows is not null
            then cases.opened_at - [interval 0 minute, interval 20 minute, interval 26 hour, interval 3 day, interval 7 day, interval 8 day,
                interval 9 minute, interval 40 minute, interval 90 minute, interval 2 day][follows + 1]
        when sessions.is_told then timestamp '2025-03-03 10:00:00' + to_days(sessions.session_no::integer)
        else
            timestamp '2025-01-01 00:00:00'
            + to_days(sessions.drawn_day::integer)
            + to_seconds(dice('session second', sessions.session_no, 86400)::integer)
    end as session_at,
    case
        when follows is not null then coalesce(cases.account_id, account_id(sessions.account_no))
        when sessions.visitor < 76 or sessions.is_told then account_id(sessions.account_no)
    end as account_id,
    case
        when follows = 6 or sessions.visitor between 60 and 75 then null
        when follows = 7 then account_id || '-y'
        when follows is not null then cases.contact_id
        else account_id || '-' || (dice('session contact', sessions.session_no, 3) + 1)
    end as contact_id,
    case
        when follows = 8 then if(cases.product = 'Atlas', 'Beacon', 'Atlas')
        when follows = 9 then null
        when follows is not null then cases.product
        else pick('session product', sessions.session_no, ['Atlas', 'Atlas', 'Beacon', 'Cobalt', 'Drift', null])
    end as product,
    pick(
        'session topic', sessions.session_no,
        ['sign-in', 'sign-in', 'installation', 'performance', 'integration', 'reporting', 'invoices', null]
    ) as topic,
    case topic
        when 'sign-in' then 'password_reset' when 'invoices' then 'licensing' when 'installation' then 'update' when 'reporting' then 'how_to'
    end as process,
    pick(
        'session channel', sessions.session_no,
        ['knowledge_base', 'knowledge_base', 'knowledge_base', 'knowledge_base', 'portal', 'portal', 'portal', 'community', 'chatbot',
            'chatbot', 'in_product', 'ivr']
    ) as channel,
    1 + dice('events', sessions.session_no, 5) as event_count
from sessions
inner join case_rows as cases on 'C' || lpad(sessions.case_no::varchar, 7, '0') = cases.case_id
inner join shares('session_stories') as shares on dice('session story', sessions.session_no, 10000) between shares.low and shares.high;

-- Some sign in on the way, some end in another channel than the one that they began in, and a few come back after weeks.
create table self_help_rows as
with
events as (
    select *, unnest(range(1, event_count + 1)) as event_no, dice('signs in', session_no, 4) = 0 as signs_in from session_draws
)

select
    session_id || '-' || event_no as event_id,
    session_id,
    session_at + to_seconds(((event_no - 1) * (20 + dice('pace', session_no, 200)))::integer) as occurred_at,
    if(event_no = event_count and event_count > 1 and dice('ends elsewhere', session_no, 12) = 0, 'portal', channel) as channel,
    case
        when event_no = 1 then case channel when 'chatbot' then 'bot_turn' when 'ivr' then 'menu' else 'search' end
        else pick('event', session_id || event_no, ['page_view', 'page_view', 'page_view', 'search', 'rating'])
    end as event_type,
    if(signs_in and event_no < event_count, null, account_id) as account_id,
    if(signs_in and event_no < event_count, null, contact_id) as contact_id,
    case when event_type = 'page_view' and channel in ('knowledge_base', 'portal', 'in_product') then article_id(dice('read', session_id || event_no, 38)) end
        as article_id,
    case when event_type = 'page_view' and channel = 'community' then thread_id(1 + dice('thread', session_id || event_no, getvariable('cases') // 10)) end
        as thread_id,
    if(event_no = event_count, topic, null) as topic,
    if(event_no = 1 or dice('says product', session_id || event_no, 2) = 0, product, null) as product,
    process
from events
where occurred_at < history_ends_at()
union all by name
select
    session_id || '-back' as event_id,
    session_id,
    session_at + interval 45 day as occurred_at,
    'ivr' as channel,
    'menu' as event_type,
    account_id(1) as account_id
from session_draws
where session_no % 500 = 7 and session_at + interval 45 day < history_ends_at()
order by event_id;

create table session_moments as
select
    sessions.*,
    steps.step_no,
    steps.step,
    sessions.session_at
    + to_minutes((sum(steps.low_minutes + dice('gap ' || steps.step_no, session_id, steps.high_minutes - steps.low_minutes + 1)) over by_step)::bigint)
    + to_days((sum(steps.days) over by_step)::integer) as occurred_at,
    session_id || '-' || sum(if(steps.low_minutes + steps.days > 0, 1, 0)) over by_step as record_no
from session_draws as sessions
inner join session_steps as steps on sessions.story_no = steps.story_no
window by_step as (partition by session_id order by steps.step_no);

create table session_invitation_rows as
select 'V' || record_no as invitation_id, 'self_help' as survey_type, occurred_at as sent_at, account_id, contact_id, session_id
from session_moments
where step = 'invite' and occurred_at < history_ends_at()
order by invitation_id;

-- Some answers name their invitation only, some their session only.
create table session_response_rows as
with
responses as (
    select
        'R' || moments.record_no as response_id,
        'self_help' as survey_type,
        moments.occurred_at as responded_at,
        if(dice('names', moments.record_no, 6) = 0, null, invitations.invitation_id) as invitation_id,
        moments.account_id,
        moments.contact_id,
        if(dice('names', moments.record_no, 6) = 1 and invitations.invitation_id is not null, null, moments.session_id) as session_id,
        moments.step
    from session_moments as moments
    left join session_invitation_rows as invitations on moments.session_id = invitations.session_id
    where moments.occurred_at < history_ends_at()
)

select
    responses.* exclude (step),
    answers.question,
    answers.answer,
    answers.score::decimal(18, 4) as score,
    if(answers.score is null, null, 0)::decimal(18, 4) as scale_min,
    if(answers.score is null, null, 1)::decimal(18, 4) as scale_max
from responses
inner join session_answers as answers on responses.step = answers.step
union all by name
select
    response_id,
    survey_type,
    responded_at,
    invitation_id,
    account_id,
    contact_id,
    session_id,
    question,
    greatest(1, least(5, 2 + dice('pleased', response_id, 3) + dice(question, response_id, 3) - 1)) as score,
    1 as scale_min,
    5 as scale_max
from
    (
        select distinct * exclude (step) from responses
        where step = 'rates' or step in ('found', 'not_found') and dice('rates', response_id, 3) = 0
    ) as raters
cross join
    (values ('overall_satisfaction'), ('journey_exploration'), ('journey_formulation'), ('journey_validation'), ('journey_action')) as questions (question)
union all by name
select
    'R8' || lpad(orphan_no::varchar, 6, '0') as response_id,
    'self_help' as survey_type,
    occurred_at as responded_at,
    'S9' || lpad(orphan_no::varchar, 6, '0') as session_id,
    'found_answer' as question,
    'yes' as answer
from orphans
order by response_id, question;

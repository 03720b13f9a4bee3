-- What surrounds support: journeys, interruptions, engagements, reviews, audits, contacts at the door and costs.

-- Milestones count from an account's first contract.
create table milestone_rows as
with
first_contracts as (
    select account_id, min(starts_on) as starts_on from contract_rows group by account_id
),

plans as (
    select
        account_id || '-' || milestone as milestone_id,
        account_id,
        stage,
        milestone,
        starts_on,
        if(dice('due', milestone_id, 20) = 0, null, starts_on + due_after) as due_on,
        starts_on + (due_after + dice('reached', milestone_id, 90) - 60)::integer as might_reach_on,
        dice('reaches', milestone_id, 100) < share as is_reached,
        [true, true, false, null][dice('guided', milestone_id, 4) + 1] as has_formal_guidance
    from first_contracts
    cross join
        (
            values
                ('onboarding', 'kick-off', 20, 95), ('onboarding', 'first training', 75, 80), ('adoption', 'first process live', 120, 85),
                ('adoption', 'half of the users', 200, 75), ('adoption', 'all users', 330, 55), ('success', 'goal agreed', 180, 80),
                ('success', 'goal reached', 400, 60)
        ) as milestones (stage, milestone, due_after, share)
    where dice('has milestone', account_id || milestone, 12) > 0
)

select
    milestone_id,
    account_id,
    stage,
    milestone,
    if(stage = 'onboarding', null, pick('milestone product', milestone_id, ['Atlas', 'Beacon', 'Cobalt', 'Drift', null])) as product,
    due_on,
    if(is_reached and might_reach_on <= history_day(), might_reach_on, null) as reached_on,
    if(is_reached, has_formal_guidance, null) as has_formal_guidance
from plans
where starts_on <= history_day()
order by milestone_id;

-- The first ones are told one by one, in hours from 2025-03-03 09:00; the others are drawn.
create table outage_rows as
select
    'O' || lpad(place::varchar, 4, '0') as outage_id,
    product,
    if(account_no is null, null, account_id(account_no)) as account_id,
    timestamp '2025-03-03 09:00:00' + to_minutes((from_hour * 60)::bigint) as started_at,
    timestamp '2025-03-03 09:00:00' + to_minutes((to_hour * 60)::bigint) as ended_at,
    is_planned
from
    (
        values
            (1, 'Atlas', null, 0, 2, false), (2, 'Atlas', null, 1, 3, false), (3, 'Atlas', null, 2.5, 6, true), (4, 'Atlas', 1, 1.5, 5, false),
            (5, 'Beacon', null, 24, 30, true), (6, 'Beacon', null, 26, 27, false), (7, null, 7, 50, 52, false), (8, null, null, 80, 80.5, false),
            (9, 'Cobalt', null, 100, 100, false), (10, 'Drift', null, 120, 124, null), (11, 'Drift', 8, 140, 141, false),
            (12, 'Zeta', 9, 150, 151, false), (13, 'Cobalt', null, 676, 700, false), (14, 'Cobalt', 13, 11424, null, false)
    ) as told (place, product, account_no, from_hour, to_hour, is_planned)
union all
select
    'O' || lpad((100 + range)::varchar, 4, '0') as outage_id,
    pick('outage product', range, ['Atlas', 'Beacon', 'Cobalt', 'Cobalt', 'Drift']) as product,
    if(dice('whose outage', range, 3) = 0, account_id(dice('outage account', range, account_count()) + 1), null) as account_id,
    timestamp '2025-01-01 00:00:00' + to_minutes(dice('outage minute', range, 770000)) as started_at,
    started_at + to_minutes(5 + dice('outage lasts', range, 400)) as ended_at,
    dice('planned', range, 4) = 0 as is_planned
from range(1, 51)
order by outage_id;

create table engagement_rows as
select
    'G' || lpad(range::varchar, 6, '0') as engagement_id,
    account_id(dice('engaged', range, account_count()) + 1) as account_id,
    wall_clock((first_day() + dice('engagement day', range, last_day() - first_day())) * 720 + dice('engagement minute', range, 720)) as occurred_at,
    pick('engagement', range, ['business_review', 'business_review', 'check_in', 'check_in', 'check_in', 'training', 'launch_call']) as kind,
    'AG' || lpad((1 + dice('engages', range, agent_count()))::varchar, 4, '0') as agent_id,
    pick('outcome', range, ['positive', 'positive', 'positive', 'positive', 'neutral', 'neutral', 'negative', null, null]) as outcome
from range(1, getvariable('cases') // 8 + 1)
order by engagement_id;

-- Of interactions, of whole cases, and of nothing that is known.
create table review_rows as
select
    'Q' || interaction_id as review_id,
    occurred_at + to_days(1 + dice('reviewed after', interaction_id, 9)::integer) as reviewed_at,
    if(dice('review of', interaction_id, 12) = 0, null, case_id) as case_id,
    if(dice('review of', interaction_id, 12) < 3, null, interaction_id) as interaction_id,
    if(dice('reviewed agent', interaction_id, 8) = 0, null, agent_id) as agent_id,
    [20, 20, 20, 100][dice('form', interaction_id, 4) + 1]::decimal(18, 4) as max_score,
    (max_score * (55 + dice('reviewed', interaction_id, 46)) / 100)::decimal(18, 4) as score
from interaction_rows
where
    kind in ('live_conversation', 'message') and agent_id is not null and dice('reviews', interaction_id, 10) = 0
    and occurred_at + interval 10 day < history_ends_at()
union all by name
select 'Q0' as review_id, timestamp '2025-06-02 09:00:00' as reviewed_at, 'AG0001' as agent_id, 0 as score, 0 as max_score
order by review_id;

create table audit_rows as
with
audits as (
    select
        months.range as month_no,
        channel,
        check_name,
        visits.range as visit,
        months.range || channel || check_name || visits.range as audit
    from range(18) as months
    cross join (values ('phone', 3), ('chat', 2), ('email', 1)) as channels (channel, visits_a_month)
    cross join
        (
            values
                ('number_found'), ('got_through'), ('prompts_clear'), ('bot_helpful'), ('wait_acceptable'), ('hold_updates'), ('hold_sound'),
                ('not_cut_off'), ('friendly')
        ) as checks (check_name)
    inner join range(3) as visits on visits.range < visits_a_month
    where check_name <> 'friendly' or months.range % 6 = 0
)

select
    'W' || lpad(month_no::varchar, 2, '0') || '-' || channel || '-' || check_name || '-' || visit as audit_id,
    timestamp '2025-01-06 10:00:00' + to_days((month_no * 30 + visit * 7 + dice('audit day', audit, 5))::integer) as audited_at,
    channel,
    check_name,
    dice('passes', audit, 100) < 78 + month_no as passed,
    if(check_name in ('got_through', 'wait_acceptable') and dice('timed', audit, 6) > 0, 5 + dice('audit wait', audit, 240), null) as wait_seconds
from audits
order by audit_id;

-- Contacts at the door: those that became a case of the phone or the chat, and others.
create table attempt_rows as
with
waits as (
    select [0, 3, 5, 6, 9, 12, 15, 18, 20, 20, 21, 30, 45, 60, 60, 61, 90, 240] as seconds
)

select
    'N' || cases.case_id as attempt_id,
    cases.channel,
    cases.queue,
    cases.opened_at - to_seconds(seconds[dice('wait', cases.case_id, 18) + 1]) as offered_at,
    cases.opened_at as answered_at,
    cases.case_id,
    staff.agent_id
from case_rows as cases
inner join case_staff as staff on cases.case_id = 'C' || lpad(staff.case_no::varchar, 7, '0')
cross join waits
where cases.channel in ('phone', 'chat')
union all by name
select
    'N' || lpad(range::varchar, 7, '0') as attempt_id,
    pick('attempt channel', range, ['phone', 'phone', 'phone', 'chat', 'chat', 'video']) as channel,
    pick('attempt queue', range, ['Atlas support', 'Beacon support', 'Cobalt support', 'Drift support', 'General', null]) as queue,
    wall_clock(
        if(ends = 'waits', last_day(), first_day() + dice('attempt day', range, last_day() - first_day())) * 720 + dice('attempt minute', range, 720)
    ) as offered_at,
    case
        when ends in ('answered', 'both') then offered_at + to_seconds(seconds[dice('wait', range, 18) + 1])
        when ends = 'late' then offered_at + interval 9 day
    end as answered_at,
    case when ends in ('abandoned', 'both') then offered_at + to_seconds(seconds[dice('patience', range, 18) + 1]) end as abandoned_at,
    if(ends = 'answered', 'AG' || lpad((1 + dice('answers', range, agent_count()))::varchar, 4, '0'), null) as agent_id
from
    (
        select
            range,
            coalesce(
                ['waits', 'both', 'both', 'late', 'lost'][range],
                pick('attempt ends', range, ['answered', 'abandoned', 'abandoned', 'abandoned', 'lost'])
            ) as ends
        from range(1, getvariable('cases') // 10 + 1)
    ) as attempts
cross join waits
where ends <> 'lost' or range = 5 or dice('lost', range, 8) = 0
order by attempt_id;

-- Costs by month and category; assisted support in two currencies. Automation begins later, and its last month is not booked yet.
create table cost_rows as
with
months as (
    select month_no::integer as month_no, (date '2025-01-01' + to_months(month_no::integer))::date as cost_month
    from range(18) as months (month_no)
)

select
    strftime(cost_month, '%Y-%m') || '-' || category || '-' || currency as cost_id,
    cost_month,
    category,
    (getvariable('cases') * share + dice('cost', strftime(cost_month, '%Y-%m') || category || currency, 400))::decimal(18, 4) as amount,
    currency
from months
cross join
    (
        values
            ('assisted_support', 'USD', 2), ('assisted_support', 'EUR', 1), ('self_help', 'USD', 0.15), ('knowledge_management', 'USD', 0.2),
            ('automation', 'EUR', 0.1), ('community', 'USD', 0.1), ('other', 'GBP', 0.05)
    ) as categories (category, currency, share)
where category <> 'automation' or month_no between 3 and 16
order by cost_id;

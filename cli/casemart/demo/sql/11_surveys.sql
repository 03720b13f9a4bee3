-- The surveys of relations and of employees, and all invitations and answers together.

-- The relationship survey goes to half of the accounts each quarter. A mood runs through the answers of an account.
create table relationship_invitation_rows as
select
    'V-' || account_id(accounts.range) || '-' || quarters.range || '-' || contacts.range as invitation_id,
    'relationship' as survey_type,
    wall_clock((first_day() + quarters.range * 64 + 5 + dice('asked', accounts.range, 40)) * 720 + 60) as sent_at,
    account_id(accounts.range) as account_id,
    account_id || '-' || contacts.range as contact_id,
    account_id || quarters.range || '-' || contacts.range as draw
from range(1, account_count() + 1) as accounts
cross join range(6) as quarters
cross join range(1, 3) as contacts
where (accounts.range + quarters.range) % 2 = 0 and sent_at < history_ends_at()
order by invitation_id;

create table survey_questions as
select *
from
    (
        values
            ('overall_satisfaction', 1, 5, 100), ('likelihood_to_recommend', 0, 10, 95), ('expectations_met', 1, 5, 70),
            ('driver_availability', 1, 5, 40), ('driver_knowledge', 1, 5, 40), ('driver_rapid_response', 1, 5, 40),
            ('driver_professionalism', 1, 5, 40), ('driver_rapid_resolution', 1, 5, 40), ('driver_product_quality', 1, 5, 40),
            ('driver_complete_resolution', 1, 5, 40), ('driver_self_help', 1, 5, 40), ('driver_proactive_updates', 1, 5, 40),
            ('journey_exploration', 1, 5, 20), ('journey_formulation', 1, 5, 20), ('journey_validation', 1, 5, 20), ('journey_action', 1, 5, 20),
            ('nps_comment', 1, 5, 3)
    ) as questions (question, scale_min, scale_max, share);

-- A score that follows a feeling of 0 to 99, give or take.
create macro felt(feeling, draw, scale_min, scale_max) as
    greatest(scale_min, least(scale_max, scale_min + floor((feeling - 22 + dice('felt', draw, 45)) * (scale_max - scale_min + 1) / 100)));

create table relationship_response_rows as
with
responses as (
    select
        'R' || invitation_id[2:] as response_id,
        survey_type,
        sent_at + to_minutes(60 + dice('relationship answer', draw, 20000)) as responded_at,
        if(dice('by hand', draw, 15) = 0, null, invitation_id) as invitation_id,
        account_id,
        contact_id,
        draw,
        if(dice('mood', account_id[2:]::integer, 100) < 25, 15, 55) + dice('feeling', draw, 50) as feeling
    from relationship_invitation_rows
    where dice('answers', draw, 100) < 48 and responded_at < history_ends_at()
),

-- Some answer again, on the same day or later.
all_responses as (
    select * from responses
    union all
    select
        * replace (
            response_id || '-2' as response_id,
            responded_at + if(dice('same day', draw, 2) = 0, interval 4 minute, interval 3 day) as responded_at,
            greatest(0, feeling - 30) as feeling
        )
    from responses
    where dice('again', draw, 25) = 0 and responded_at + interval 3 day < history_ends_at()
)

select
    all_responses.* exclude (draw, feeling, is_wide_response),
    questions.question,
    felt(feeling, response_id || question, questions.scale_min, if(is_wide, 7, questions.scale_max)) as score,
    questions.scale_min,
    if(is_wide, 7, questions.scale_max) as scale_max,
    null as answer
from (select *, dice('wide scale', draw, 20) = 0 as is_wide_response from all_responses) as all_responses
inner join (select *, question in ('overall_satisfaction', 'expectations_met') as has_wide from survey_questions) as questions
    on dice('asked ' || questions.question, all_responses.draw, 100) < questions.share
cross join (values (true), (false)) as widths (is_wide)
where is_wide = (is_wide_response and has_wide)
union all by name
select
    all_responses.* exclude (draw, feeling),
    unnest(['needed_help', 'contacted_support'][: if(dice('says only', draw, 10) = 0, 1, 2)]) as question,
    unnest([
        if(dice('needed', draw, 100) < 60, 'yes', 'no'),
        if(dice('contacted', draw, 100) < if(dice('needed', draw, 100) < 60, 60, 8), 'yes', 'no')
    ][: if(dice('says only', draw, 10) = 0, 1, 2)]) as answer
from all_responses
where dice('demand asked', draw, 100) < 85
order by response_id, question;

-- Each quarter the agents are asked, and answer without their names; some teams are too small to be shown.
create table employee_invitation_rows as
select
    'V-' || agents.agent_id || '-' || quarters.range as invitation_id,
    'employee' as survey_type,
    wall_clock((first_day() + quarters.range * 64 + 30) * 720 + 120) as sent_at,
    agents.agent_id,
    agents.team,
    agents.agent_no * 10 + quarters.range as draw
from agents
cross join range(6) as quarters
order by invitation_id;

create table employee_response_rows as
select
    'R-E' || quarters_no || '-' || lpad(row_number() over (partition by quarters_no order by md5(draw::varchar))::varchar, 4, '0') as response_id,
    'employee_satisfaction' as question,
    survey_type,
    sent_at + to_minutes(dice('employee answers', draw, 5000)) as responded_at,
    if(dice('hides team', draw, 25) = 0, null, team) as team,
    greatest(1, 5 - dice('content', draw, 4) - if(team = 'Platform', dice('tired', draw, 2), 0)) as score,
    1 as scale_min,
    5 as scale_max
from (select *, draw % 10 as quarters_no from employee_invitation_rows) as invitations
where dice('employee', draw, 100) < case team when 'Billing' then 35 else 80 end
order by response_id;

create table all_invitation_rows as
select * from invitation_rows
union all by name
select * from session_invitation_rows
union all by name
select * exclude (draw) from relationship_invitation_rows
union all by name
select * exclude (draw, team) from employee_invitation_rows
order by invitation_id;

create table all_response_rows as
select * from response_rows
union all by name
select * from session_response_rows
union all by name
select * from relationship_response_rows
union all by name
select * from employee_response_rows
order by response_id, question;

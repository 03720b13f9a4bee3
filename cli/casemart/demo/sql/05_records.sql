-- What the steps leave behind, as the tables of a help desk; and records that belong to no case.

create table step_rows as
select
    steps.*,
    'C' || lpad(steps.case_no::varchar, 7, '0') as case_id,
    lpad(steps.case_no::varchar, 7, '0') || '-' || lpad(steps.step_no::varchar, 2, '0') as record_no,
    case steps.who when 'agent' then staff.agent_id when 'second' then staff.second_id when 'triage' then staff.triage_id when 'stranger' then 'AG9999' end
        as agent_id,
    staff.second_id,
    staff.team
from case_steps as steps
inner join case_staff as staff on steps.case_no = staff.case_no;

create table orphans as
select range as orphan_no, wall_clock(30 * 720 + (range * 977) % 180000) as occurred_at, 'C9' || lpad(range::varchar, 6, '0') as case_id
from range(1, getvariable('cases') // 1000 + 3);

create table interaction_rows as
with
talked as (
    select
        step_rows.*,
        if(kind = 'live_conversation', 60 + dice('talk' || step_no, step_rows.case_no, 1500), null) as talk_seconds,
        if(kind = 'live_conversation' and dice('hold' || step_no, step_rows.case_no, 3) = 0, dice('held' || step_no, step_rows.case_no, 300), null)
            as hold_seconds,
        if(kind in ('live_conversation', 'voicemail') or kind = 'message' and direction = 'outbound', 30 + dice('wrap' || step_no, step_rows.case_no, 600), null) as wrap_seconds,
        starts.channel as case_channel
    from step_rows
    inner join case_starts as starts on step_rows.case_no = starts.case_no
    where record = 'interaction'
),

rows_of_cases as (
    select
        'I' || record_no as interaction_id,
        case_id,
        occurred_at,
        occurred_at + to_seconds(talk_seconds + coalesce(hold_seconds, 0)) as ended_at,
        case
            when kind = 'voicemail' then 'phone'
            when kind = 'live_conversation' and case_channel not in ('phone', 'chat', 'video', 'in_person') then 'phone'
            when kind <> 'live_conversation' and case_channel in ('phone', 'chat', 'video', 'in_person') then 'email'
            else case_channel
        end as channel,
        direction,
        kind,
        if(kind = 'automatic_reply' or direction = 'inbound' and kind <> 'live_conversation', null, agent_id) as agent_id,
        response_kind,
        if(response_kind = 'recommended_answer' and dice('article' || step_no, case_no, 3) = 0, article_id(dice('which' || step_no, case_no, 38 + greatest(0, date_diff('day', date '2025-01-02', occurred_at::date) * 2 // 27))), null)
            as article_id,
        -- A twelfth of the conversations has its beginning and its end only.
        if(dice('measured' || step_no, case_no, 12) = 0, null, talk_seconds) as talk_seconds,
        hold_seconds,
        wrap_seconds
    from talked
)

select * from rows_of_cases
union all by name
select
    'I9' || lpad(orphan_no::varchar, 6, '0') as interaction_id,
    case_id,
    occurred_at,
    'email' as channel,
    'outbound' as direction,
    'message' as kind,
    'AG0001' as agent_id,
    'recommended_answer' as response_kind
from orphans
order by interaction_id;

create table event_rows as
select
    'E' || record_no as event_id,
    case_id,
    occurred_at,
    kind as event_type,
    if(step in ('transfer', 'escalate'), second_id, agent_id) as agent_id,
    if(step = 'escalate', 'Second Line', team) as team,
    case step when 'transfer' then 'needs another skill' when 'escalate' then 'beyond the front line' end as reason
from step_rows
where record = 'event'
union all by name
select 'E9' || lpad(orphan_no::varchar, 6, '0') as event_id, case_id, occurred_at, 'closed' as event_type
from orphans
order by event_id;

create table field_change_rows as
select
    'F' || case_id || '-' || field_no as change_id,
    case_id,
    opened_at + to_minutes(dice('change', case_id, 60)) as occurred_at,
    ['priority', 'queue', 'product', 'schedule'][field_no] as field,
    ['low', 'General', null, 'always_open'][field_no] as old_value,
    [priority, queue, product, schedule][field_no] as new_value
from case_rows
inner join (select range as field_no from range(1, 5)) as fields
    on dice('changes ' || field_no, case_id, 100) < [5, 4, 2, 2][field_no]
where occurred_at < history_ends_at() and new_value is not null
order by change_id;

create table invitation_rows as
select
    'V' || step_rows.record_no as invitation_id,
    'post_case' as survey_type,
    step_rows.occurred_at as sent_at,
    cases.account_id,
    cases.contact_id,
    step_rows.case_id,
    step_rows.agent_id
from step_rows
inner join case_rows as cases on step_rows.case_id = cases.case_id
where step_rows.record = 'invitation'
order by invitation_id;

-- A response says whether the issue was resolved, and with some answers how satisfied the customer is.
create table response_rows as
with
responses as (
    select
        step_rows.*,
        'R' || step_rows.record_no as response_id,
        cases.account_id,
        cases.contact_id,
        invitations.invitation_id
    from step_rows
    inner join case_rows as cases on step_rows.case_id = cases.case_id
    left join invitation_rows as invitations on step_rows.case_id = invitations.case_id
    where step_rows.record = 'response'
)

select
    response_id,
    'issue_resolved' as question,
    'post_case' as survey_type,
    occurred_at as responded_at,
    invitation_id,
    account_id,
    contact_id,
    case_id,
    agent_id,
    if(kind in ('1', '0'), kind, null)::decimal(18, 4) as score,
    if(kind in ('1', '0'), 0, null)::decimal(18, 4) as scale_min,
    if(kind in ('1', '0'), 1, null)::decimal(18, 4) as scale_max,
    if(kind in ('1', '0'), null, kind) as answer
from responses
union all by name
select
    response_id,
    'overall_satisfaction' as question,
    'post_case' as survey_type,
    occurred_at as responded_at,
    invitation_id,
    account_id,
    contact_id,
    case_id,
    agent_id,
    if(kind in ('yes', '1'), 3, 1) + dice('satisfied', response_id, 3) as score,
    1 as scale_min,
    5 as scale_max
from responses
where dice('rates', response_id, 5) > 0
union all by name
select
    response_id,
    questions.question,
    'post_case' as survey_type,
    occurred_at as responded_at,
    invitation_id,
    account_id,
    contact_id,
    case_id,
    agent_id,
    greatest(
        questions.scale_min,
        least(questions.scale_max, if(kind in ('yes', '1'), questions.scale_max, questions.middle) - [0, 0, 1, 1, 2, 4][dice(questions.question, response_id, 6) + 1])
    ) as score,
    questions.scale_min,
    questions.scale_max
from responses
inner join
    (
        values
            ('effort_ease', 1, 4, 7, 50), ('likelihood_to_recommend', 0, 7, 10, 30), ('expectations_met', 1, 3, 5, 25),
            ('driver_knowledge', 1, 3, 5, 30), ('driver_rapid_response', 1, 3, 5, 30), ('driver_rapid_resolution', 1, 3, 5, 30)
    ) as questions (question, scale_min, middle, scale_max, share)
    on dice('asked ' || questions.question, response_id, 100) < questions.share
union all by name
select
    'R9' || lpad(orphan_no::varchar, 6, '0') as response_id,
    'issue_resolved' as question,
    'post_case' as survey_type,
    occurred_at as responded_at,
    case_id,
    'yes' as answer
from orphans
order by response_id, question;

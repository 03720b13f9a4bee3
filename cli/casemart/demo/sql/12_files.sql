-- The files as a help desk would export them: every view of the schema `files` is written to a file of its name. Text only,
-- with about one row in two hundred that landing has to refuse (the id ends in a letter, so that no good row is lost with it),
-- some that come twice, and some whose two versions contradict each other (both are refused, so none of the told stories).

create schema files;

create macro dirt(name, id) as dice(name, id, 1500);

create view files."accounts.csv" as select * from account_rows;

create view files."agents.csv" as select * from agent_rows;

create table case_text as
select columns(*)::varchar, row_number() over (order by case_id) as line, dirt('case', line) as dirt from case_rows;

create view files."cases.csv.gz" as
select * exclude (line, dirt)
from
    (
        select * from case_text
        union all
        select * replace (case_id || 'a' as case_id, strftime(opened_at::timestamp, '%d/%m/%Y %H:%M') as opened_at)
        from case_text where dirt = 0 or line = 81
        union all
        select * replace (case_id || 'b' as case_id, (opened_at::timestamp - interval 1 day)::varchar as closed_at)
        from case_text where dirt = 1 or line = 82
        union all
        select * replace (case_id || 'c' as case_id, 'in progress' as status) from case_text where dirt = 2 or line = 83
        union all
        select * replace (null as case_id) from case_text where dirt = 3 or line = 84
        union all
        select * from case_text where dirt in (4, 5) or line = 85
        union all
        select * replace ('urgent' as priority, 'moved' as topic) from case_text where dirt = 6 and line > 80 or line = 95
    ) as cases
order by line, case_id, topic;

create table interaction_text as
select columns(*)::varchar, row_number() over (order by interaction_id) as line, dirt('interaction', line) as dirt from interaction_rows;

create view files.interactions as
select * exclude (dirt)
from
    (
        select * from interaction_text
        union all
        select * replace (interaction_id || 'a' as interaction_id, occurred_at[:8] || '32 09:00:00' as occurred_at)
        from interaction_text where dirt = 0 or line = 81
        union all
        select * replace (interaction_id || 'b' as interaction_id, 'sideways' as direction) from interaction_text where dirt = 1 or line = 82
        union all
        select * replace (interaction_id || 'c' as interaction_id, null as case_id) from interaction_text where dirt = 2 or line = 83
        union all
        select * replace (interaction_id || 'd' as interaction_id, '-5' as talk_seconds) from interaction_text where dirt = 3 or line = 84
        union all
        select * from interaction_text where dirt in (4, 5) or line = 85
        union all
        select * replace (kind || '-' as article_id) from interaction_text where dirt = 6 and case_id > 'C0000080' or line = 240
    ) as interactions;

-- A long table comes in parts.
create view files."interactions-1.csv" as
select * exclude (line) from files.interactions where line <= (select count(*) from interaction_rows) // 2 order by line, interaction_id, article_id;

create view files."interactions-2.csv" as
select * exclude (line) from files.interactions where line > (select count(*) from interaction_rows) // 2 order by line, interaction_id, article_id;

create table event_text as
select columns(*)::varchar, row_number() over (order by event_id) as line, dirt('event', line) as dirt from event_rows;

-- This system writes local time with its offset.
create view files."case_events.csv" as
select
    * exclude (line, dirt)
    replace (coalesce(strftime(try_cast(occurred_at as timestamp) + interval 2 hour, '%Y-%m-%dT%H:%M:%S+02:00'), occurred_at) as occurred_at)
from
    (
        select * from event_text
        union all
        select * replace (event_id || 'a' as event_id, 'yesterday' as occurred_at) from event_text where dirt = 0 or line = 81
        union all
        select * replace (event_id || 'b' as event_id, 'merged' as event_type) from event_text where dirt = 1 or line = 82
        union all
        select * replace (null as event_id) from event_text where dirt = 2 or line = 83
        union all
        select * from event_text where dirt in (3, 4) or line = 84
    ) as events
order by line, event_id;

create view files."case_field_changes.csv" as select * from field_change_rows;

create view files."survey_invitations.csv" as select * from all_invitation_rows;

create table response_text as
select columns(*)::varchar, row_number() over (order by response_id, question) as line, dirt('response', line) as dirt from all_response_rows;

create view files."survey_responses.csv" as
select * exclude (line, dirt)
from
    (
        select * from response_text
        union all
        select * replace (response_id || 'a' as response_id, 'maybe' as answer, null as score, 'issue_resolved' as question)
        from response_text where dirt = 0 or line = 21
        union all
        select * replace (response_id || 'b' as response_id, '11' as score, '1' as scale_min, '10' as scale_max, 'overall_satisfaction' as question)
        from response_text where dirt = 1 or line = 22
        union all
        select * from response_text where dirt = 2 or line = 23
    ) as responses
order by line, response_id, question;

create view files."costs.csv" as select * from cost_rows;

create view files."exchange_rates.csv" as
select * from rate_rows
union all
select 'GBP', date '2021-12-01', 0;

create table contract_text as
select columns(*)::varchar, row_number() over (order by contract_id) as line, dirt('contract', line) as dirt from contract_rows;

create view files."contracts.csv" as
select * exclude (line, dirt)
from
    (
        select * from contract_text
        union all
        select * replace (contract_id || 'a' as contract_id, 'soon' as starts_on) from contract_text where dirt = 0 or line = 11
        union all
        select * replace (contract_id || 'b' as contract_id, (starts_on::date - 1)::varchar as ends_on) from contract_text where dirt = 1 or line = 12
        union all
        select * replace (contract_id || 'c' as contract_id, null as is_support_entitled) from contract_text where dirt = 2 or line = 13
        union all
        select * from contract_text where dirt = 3 or line = 14
    ) as contracts
order by line, contract_id;

create view files."contract_renewals.csv" as select * from renewal_rows;

create table charge_text as
select columns(*)::varchar, row_number() over (order by charge_id) as line, dirt('charge', line) as dirt from charge_rows;

create view files."contract_charges.csv" as
select * exclude (line, dirt)
from
    (
        select * from charge_text
        union all
        select * replace (charge_id || 'a' as charge_id, 'term' as billing_period, null as ends_on) from charge_text where dirt = 0 or line = 11
        union all
        select * replace (charge_id || 'b' as charge_id, '-1' as quantity) from charge_text where dirt = 1 or line = 12
        union all
        select * replace (charge_id || 'c' as charge_id, 'fortnight' as billing_period) from charge_text where dirt = 2 or line = 13
        union all
        select * replace (charge_id || 'd' as charge_id, '1,200.00' as amount) from charge_text where dirt = 3 or line = 14
        union all
        select * from charge_text where dirt = 4 or line = 15
    ) as charges
order by line, charge_id;

create view files."knowledge_articles.csv" as select * from article_rows;

create table self_help_text as
select columns(*)::varchar, row_number() over (order by event_id) as line, dirt('self-help', line) as dirt from self_help_rows;

create view files."self_help_events.csv" as
select * exclude (line, dirt)
from
    (
        select * from self_help_text
        union all
        select * replace (event_id || 'a' as event_id, 'intranet' as channel) from self_help_text where dirt = 0 or line = 81
        union all
        select * replace (event_id || 'b' as event_id, null as session_id) from self_help_text where dirt = 1 or line = 82
        union all
        select * from self_help_text where dirt = 2 or line = 83
    ) as events
order by line, event_id;

create view files."community_posts.csv" as select * from post_rows;

create view files."milestones.csv" as select * from milestone_rows;

create view files."outages.csv" as select * from outage_rows;

create view files."engagements.csv" as select * from engagement_rows;

create view files."quality_reviews.csv" as select * from review_rows;

create view files."service_audits.csv" as select * from audit_rows;

create view files."contact_attempts.csv" as select * from attempt_rows;

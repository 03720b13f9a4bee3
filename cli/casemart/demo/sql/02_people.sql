-- Accounts and agents, each with rows that hold for a time.

create table products as
select *
from
    (
        values
            (1, 'Atlas', 'Atlas support', 'Core'),
            (2, 'Beacon', 'Beacon support', 'Core'),
            (3, 'Cobalt', 'Cobalt support', 'Platform'),
            (4, 'Drift', 'Drift support', 'Data'),
            (5, null, 'General', 'Billing')
    ) as products (product_no, product, queue, team);

create macro account_count() as getvariable('cases') // 20 + 40;
create macro account_id(account_no) as 'A' || lpad(account_no::varchar, 6, '0');

-- Half of the customers come in the first year of the four, and those whose contracts are told one by one in its first half.
create macro account_starts_on(account_no) as
    date '2022-07-01'
    + dice('starts', account_no, if(account_no <= 60, 180, [365, 365, 365, 900, 900, 1400][dice('early', account_no, 6) + 1]))::integer;

-- Every sixth account changes its segment, one day or another; every seventeenth is known only from a late day on.
create table account_rows as
with
numbers as (
    select
        range as account_no,
        range % 6 = 0 as has_moved,
        if(dice('moves', range, 3) = 0, date '2025-09-01', account_starts_on(range) + 150 + dice('moves on', range, 1100)::integer) as drawn_on,
        if(drawn_on > history_day(), date '2025-09-01', drawn_on) as moved_on,
        range % 17 = 3 and not has_moved as is_late
    from range(1, account_count() + 1)
),

terms as (
    select *, 1 as term from numbers
    union all
    select *, 2 as term from numbers where has_moved
)

select
    account_id(account_no) as account_id,
    'Account ' || account_no as account_name,
    case when account_no % 20 = 7 then account_id(account_no - 1) end as parent_account_id,
    case
        when term = 2 then 'enterprise'
        when account_no % 41 = 1 then null
        else pick('segment', account_no, ['small business', 'small business', 'mid-market'] || if(has_moved, [], ['enterprise']))
    end as segment,
    pick('industry', account_no, ['manufacturing', 'healthcare', 'finance', 'education', 'public sector']) as industry,
    pick('region', account_no, ['Americas', 'Americas', 'EMEA', 'EMEA', 'APAC']) as region,
    if(term = 2, '501+', pick('size', account_no, ['1-50', '51-500', '501+'])) as size_band,
    account_starts_on(account_no) - 10 - dice('created', account_no, 500)::integer as created_on,
    case when term = 2 then moved_on when is_late then date '2025-06-01' end as valid_from,
    case when has_moved and term = 1 then moved_on end as valid_to
from terms
order by account_id, valid_from nulls first;

-- Every fifth agent is triage staff, and half of those become qualified; every seventh qualified agent changes team; the
-- twelfth of each dozen has a fortnight without a valid row. AG9999, whom some interactions name, has no row at all.
create macro agent_count() as getvariable('cases') // 200 + 40;

create table agents as
select
    agent_no,
    'AG' || lpad(agent_no::varchar, 4, '0') as agent_id,
    case
        when agent_no % 5 = 0 then 'Service Desk'
        else ['Core', 'Core', 'Platform', 'Data', 'Billing'][(agent_no - agent_no // 5) % 5 + 1]
    end as team,
    row_number() over (partition by team order by agent_no) - 1 as team_place
from (select range as agent_no from range(1, agent_count() + 1)) as numbers;

create table teams as
select team, count(*) as agents from agents group by team;

create table agent_rows as
with
terms as (
    select agent_id, agent_no, team, team <> 'Service Desk' as is_qualified, null::date as valid_from, null::date as valid_to
    from agents
    where agent_no % 10 <> 0 and agent_no % 7 <> 4 and agent_no % 12 <> 11
    union all
    select agent_id, agent_no, team, false, null, date '2025-10-01' from agents where agent_no % 10 = 0
    union all
    select agent_id, agent_no, 'Core', true, date '2025-10-01', null from agents where agent_no % 10 = 0
    union all
    select agent_id, agent_no, team, agent_no % 5 <> 0, null, date '2025-07-01'
    from agents where agent_no % 7 = 4 and agent_no % 10 <> 0
    union all
    select agent_id, agent_no, 'Platform', agent_no % 5 <> 0, date '2025-07-01', null
    from agents where agent_no % 7 = 4 and agent_no % 10 <> 0
    union all
    select agent_id, agent_no, team, agent_no % 5 <> 0, null, date '2025-11-03'
    from agents where agent_no % 12 = 11 and agent_no % 7 <> 4 and agent_no % 10 <> 0
    union all
    select agent_id, agent_no, team, agent_no % 5 <> 0, date '2025-11-17', null
    from agents where agent_no % 12 = 11 and agent_no % 7 <> 4 and agent_no % 10 <> 0
)

select
    agent_id,
    'Agent ' || agent_no as agent_name,
    team,
    pick('site', agent_no, ['Austin', 'Dublin', 'Pune']) as site,
    pick('shift', agent_no, ['early', 'late', null]) as shift,
    if(is_qualified, 'engineer', 'triage') as role,
    is_qualified,
    valid_from,
    valid_to
from terms
order by agent_id, valid_from nulls first;

create macro article_id(article_no) as 'KB' || (100 + article_no);
create macro thread_id(thread_no) as 'T' || lpad(thread_no::varchar, 6, '0');

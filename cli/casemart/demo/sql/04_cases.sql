-- One row per case: which story it tells, whose it is, when it opens.

set variable story_count = (select count(*) from stories);

create macro story_count() as getvariable('story_count');

-- The first cases tell each story once. After them, each 25th case is an echo: it follows the case before it, the leader, at
-- a set distance, so that repeats fall just inside and just outside their window.
create table case_numbers as
select
    range as case_no,
    if(range > story_count() + 25 and range % 25 >= 24, (range + 1) // 25 % 10, null) as echo_kind,
    echo_kind is not null and range % 25 = 0 as is_echo,
    echo_kind is not null and range % 25 = 24 as is_leader,
    if(is_echo, range - 1, range) as subject_no,
    [7, 8, 3, 3, 2, 2, 2, 1, 0, 30][echo_kind + 1] as echo_days
from range(1, getvariable('cases') + 1);

create table case_draws as
select
    case_no,
    echo_kind,
    is_echo,
    is_leader,
    subject_no,
    echo_days,
    if(is_leader or is_echo, 'D', ['D', 'D', 'D', 'E', 'E', 'E', 'E', 'T', 'T', 'C'][dice('model', case_no, 10) + 1]) as drawn_model,
    dice('account', subject_no, account_count()) + 1 as account_no,
    dice('product', subject_no, 100) as product_draw,
    pick(
        'type',
        case_no,
        ['question', 'question', 'question', 'question', 'how_to', 'how_to', 'how_to', 'incident', 'incident', 'incident',
            'defect', 'defect', 'request', 'access', 'access', 'billing', 'outage', 'enhancement', 'return', 'question']
    ) as case_type,
    -- A little growth: some cases take the later of two days.
    greatest(
        first_day() + dice('day', subject_no, last_day() - first_day() + 1),
        if(dice('growth', subject_no, 3) = 0, first_day() + dice('other day', subject_no, last_day() - first_day() + 1), 0)
    ) as drawn_day,
    -- Cobalt and defects go worse, and with time things go better.
    case
        when dice('hard', case_no, 100) < if(product_draw between 50 and 74, 30, 5) + if(case_type in ('defect', 'outage'), 30, 0)
            then greatest(dice('slot', case_no, 10000), dice('other slot', case_no, 10000))
        when dice('learnt', case_no, 1000) < drawn_day
            then least(dice('slot', case_no, 10000), dice('other slot', case_no, 10000))
        else dice('slot', case_no, 10000)
    end as slot
from case_numbers;

create table told_cases as
select
    draws.*,
    coalesce(first_told.model, draws.drawn_model) as model,
    case
        when first_told.story_no is not null then first_told.story_no
        when draws.is_leader then (select story_no from stories where story = 'confirmed on the line')
        when draws.is_echo and draws.echo_kind = 7 then (select story_no from stories where story = 'wrong number')
        else story_slots.story_no
    end as story_no
from case_draws as draws
left join story_slots on draws.drawn_model = story_slots.model and draws.slot = story_slots.slot
left join (select story_no, left(models, 1) as model from stories) as first_told on draws.case_no = first_told.story_no;

create table case_starts as
select
    told.case_no,
    told.model,
    told.story_no,
    stories.exclusion,
    stories.channel_kind,
    if(told.is_echo, told.echo_days, 0) as extra_days,
    told.case_type,
    case
        when told.case_no <= story_count() and stories.story not in ('nobody has answered yet') then 100 + told.case_no
        when told.case_no <= story_count() then last_day()
        -- Few wait for long.
        when stories.script not like '%@%@%@%' and stories.exclusion is null and dice('waits', told.case_no, 10) > 0
            then last_day() - dice('waiting', told.case_no, 10)
        else told.drawn_day
    end as day_number,
    -- Leaders call in the morning, so that they are answered and confirmed on that day; an echo of the same day comes later.
    case
        when told.is_leader then dice('minute', told.case_no, 300)
        when told.is_echo then 400 + dice('minute', told.case_no, 300)
        else dice('minute', told.case_no, 720)
    end as minute_of_day,
    dice('second', told.case_no, 60) as seconds,
    account_id(if(dice('no account row', told.subject_no, 200) = 0, 999999, told.account_no)) as known_account_id,
    if(dice('no account', told.subject_no, 100) = 0, null, known_account_id) as account_id,
    case
        when told.echo_kind = 2 and told.is_echo or told.echo_kind = 3 and told.is_leader then null
        when told.echo_kind is null and dice('no contact', told.subject_no, 20) = 0 then null
        else known_account_id || '-' || if(told.echo_kind = 6 and told.is_echo, 'x', (dice('contact', told.subject_no, 3) + 1)::varchar)
    end as contact_id,
    case
        when told.echo_kind = 4 then 5
        when told.echo_kind = 5 and told.is_echo then 4 - told.product_draw // 25
        when told.product_draw < 5 then 5
        else told.product_draw // 25 + 1
    end as product_no,
    models.delivery_model,
    case
        when stories.channel_kind = 'fax' then 'fax'
        when stories.channel_kind = 'self-help'
            then pick('channel', told.case_no, ['knowledge_base', 'portal', 'community', 'chatbot', 'in_product', 'ivr'])
        else pick('channel', told.case_no, models.channels)
    end as channel
from told_cases as told
inner join stories on told.story_no = stories.story_no
inner join models on told.model = models.model;

-- The steps of each case at their moments, up to the end of the history.
create table case_steps as
with
moments as (
    select
        starts.case_no,
        starts.model,
        steps.step_no,
        steps.step,
        steps.who,
        steps.low_minutes + dice('gap ' || steps.step_no, starts.case_no, steps.high_minutes - steps.low_minutes + 1) as minutes,
        steps.days,
        starts.day_number * 720 + starts.minute_of_day as start_minutes,
        starts.extra_days,
        starts.seconds
    from case_starts as starts
    inner join story_steps as steps on starts.story_no = steps.story_no
),

placed as (
    select
        *,
        wall_clock((start_minutes + sum(minutes) over earlier)::bigint)
        + to_days((extra_days + sum(days) over earlier)::integer)
        + to_seconds(seconds) as occurred_at
    from moments
    window earlier as (partition by case_no order by step_no)
)

select
    placed.case_no,
    placed.step_no,
    placed.step,
    placed.who,
    placed.occurred_at,
    records.record,
    records.kind,
    records.direction,
    records.response_kind
from placed
inner join step_records as records on placed.step = records.step and list_contains(records.models, placed.model)
where placed.occurred_at < history_ends_at();

-- Who works on a case: someone of the product's team, a second one, triage staff. Places first, so that plain columns join.
create table case_places as
select
    starts.case_no,
    products.team,
    dice('agent', starts.case_no, teams.agents) as first_place,
    (first_place + 1) % teams.agents as second_place,
    dice('triage', starts.case_no, desk.agents) as triage_place
from case_starts as starts
inner join products on starts.product_no = products.product_no
inner join teams on products.team = teams.team
inner join teams as desk on desk.team = 'Service Desk';

create table case_staff as
select places.case_no, places.team, first_agent.agent_id, second_agent.agent_id as second_id, triage.agent_id as triage_id
from case_places as places
inner join agents as first_agent on places.team = first_agent.team and places.first_place = first_agent.team_place
inner join agents as second_agent on places.team = second_agent.team and places.second_place = second_agent.team_place
inner join (select * from agents where team = 'Service Desk') as triage on places.triage_place = triage.team_place;

create table case_rows as
with
closings as (
    select
        case_no,
        min(occurred_at) filter (where step in ('close', 'stamp')) as closed_at,
        arg_max(step, step_no) filter (where step in ('close', 'stamp', 'shut', 'reopen')) in ('close', 'stamp', 'shut') as is_closed
    from case_steps
    group by case_no
)

select
    'C' || lpad(starts.case_no::varchar, 7, '0') as case_id,
    starts.account_id,
    starts.contact_id,
    products.product,
    products.queue,
    starts.channel,
    if(starts.model in ('D', 'E') and starts.channel_kind is null and dice('said', starts.case_no, 10) < 7, null, starts.delivery_model)
        as delivery_model,
    ['urgent', 'high', 'high', 'normal', 'normal', 'normal', 'normal', 'low', 'low', 'low'][dice('priority', starts.case_no, 10) + 1] as priority,
    case
        when dice('untyped', starts.case_no, 30) = 0 then null
        when dice('odd type', starts.case_no, 150) = 0 then 'mystery'
        else starts.case_type
    end as case_type,
    pick(
        'topic', starts.case_no, ['sign-in', 'sign-in', 'installation', 'performance', 'integration', 'reporting', 'invoices', null]
    ) as topic,
    case starts.case_type
        when 'access' then 'password_reset'
        when 'how_to' then 'how_to'
        when 'billing' then 'licensing'
        when 'defect' then 'defect'
        when 'outage' then 'outage'
        when 'request' then pick('process', starts.case_no, ['update', 'onboarding', null])
    end as process,
    pick('schedule', starts.case_no, ['weekdays', 'weekdays', 'weekdays', 'always_open', null]) as schedule,
    wall_clock(starts.day_number * 720 + starts.minute_of_day) + to_days(starts.extra_days::integer) + to_seconds(starts.seconds)
        as opened_at,
    closings.closed_at,
    if(coalesce(closings.is_closed, false), 'closed', 'open') as status,
    nullif(starts.exclusion, 'link') as exclusion_code,
    if(starts.exclusion in ('duplicate', 'link') and starts.case_no > 1, 'C' || lpad((starts.case_no - 1)::varchar, 7, '0'), null)
        as duplicate_of_case_id,
    -- Every hundredth case comes out of the community.
    if(starts.case_no % 100 = 50, thread_id(starts.case_no // 100 * 10 + 3), null) as source_thread_id
from case_starts as starts
inner join products on starts.product_no = products.product_no
left join closings on starts.case_no = closings.case_no
where opened_at < history_ends_at()
order by starts.case_no;

with
cases as (
    select
        case_id,
        opened_at,
        first_closed_at
    from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted and first_closed_at is not null
),

-- What happened to the case up to its first closing, in order; at the very instant of the closing it came before it.
events as (
    select
        events.case_id,
        events.event_type,
        events.occurred_at,
        events.team,
        events.event_type in ('assigned', 'transferred', 'escalated') as is_hand_over,
        events.event_type in ('resolved', 'resolution_confirmed', 'no_further_action') as is_resolution,
        row_number() over (partition by events.case_id order by events.occurred_at, events.tie_order, events.event_id) as event_number
    from {{ ref('casemart', 'fct_case_events') }} as events
    inner join cases on events.case_id = cases.case_id
    where events.occurred_at <= cases.first_closed_at and events.event_type <> 'closed'
),

first_escalations as (
    select
        case_id,
        min(event_number) as event_number,
        min(occurred_at) as escalated_at
    from events
    where event_type = 'escalated'
    group by case_id
),

-- Who held the case before: as the last hand-over before the escalation says, else the team of whoever had the last word.
earlier_hand_overs as (
    select
        events.case_id,
        events.team,
        row_number() over (partition by events.case_id order by events.event_number desc) as hand_over_number
    from events
    inner join first_escalations as escalations
        on events.case_id = escalations.case_id and events.event_number < escalations.event_number
    where events.is_hand_over
),

earlier_contacts as (
    select
        contacts.case_id,
        contacts.team,
        row_number() over (partition by contacts.case_id order by contacts.occurred_at desc, contacts.interaction_id desc) as contact_number
    from {{ ref('casemart', 'fct_interactions') }} as contacts
    inner join first_escalations as escalations
        on contacts.case_id = escalations.case_id and contacts.occurred_at < escalations.escalated_at
    where contacts.is_agent_interaction
),

held as (
    select
        escalations.case_id,
        escalations.event_number,
        escalations.escalated_at,
        coalesce(hand_overs.team, contacts.team) as team_before
    from first_escalations as escalations
    left join earlier_hand_overs as hand_overs on escalations.case_id = hand_overs.case_id and hand_overs.hand_over_number = 1
    left join earlier_contacts as contacts on escalations.case_id = contacts.case_id and contacts.contact_number = 1
),

-- What came of it: the first resolution moment, and the teams that the case went to.
followed as (
    select
        held.case_id,
        held.escalated_at,
        held.team_before,
        min(case when events.is_resolution then events.occurred_at end) as resolved_at,
        count(case when events.event_type in ('assigned', 'transferred') then 1 end) as later_hand_overs,
        count(case when events.event_type in ('assigned', 'transferred') then events.team end) as later_teams,
        count(case when events.event_type in ('assigned', 'transferred') and events.team = held.team_before then 1 end) as returns
    from held
    left join events on held.case_id = events.case_id and held.event_number < events.event_number
    group by held.case_id, held.escalated_at, held.team_before
)

select
    followed.case_id,
    followed.escalated_at,
    followed.team_before,
    -- The first closing is a resolution moment too, the last one that counts.
    coalesce(followed.resolved_at, cases.first_closed_at) as resolved_at,
    case
        when followed.team_before is null then 'team_before_unknown'
        when followed.later_hand_overs > 0 and followed.later_teams = 0 then 'team_after_unknown'
        when followed.returns > 0 then 'sent_back'
        else 'not_sent_back'
    end as sent_back_state,
    {{ casemart.rate('greatest(' ~ casemart.seconds_between('cases.opened_at', 'followed.escalated_at') ~ ', 0)', 60) }} as minutes_to_escalation,
    {{ casemart.rate(
        casemart.seconds_between('followed.escalated_at', 'coalesce(followed.resolved_at, cases.first_closed_at)'), 60
    ) }} as minutes_escalation_to_resolution
from followed
inner join cases on followed.case_id = cases.case_id

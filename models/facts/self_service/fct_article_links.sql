select
    interactions.interaction_id as link_id,
    cast('interaction' as {{ casemart.type_of('string') }}) as link_kind,
    interactions.article_id,
    {{ casemart.local_day('interactions.occurred_at') }} as linked_on
from {{ ref('casemart', 'stg_interactions') }} as interactions
where interactions.article_id is not null and {{ casemart.is_known('interactions.occurred_at') }}

union all

select
    events.event_id as link_id,
    cast('self_help' as {{ casemart.type_of('string') }}) as link_kind,
    events.article_id,
    {{ casemart.local_day('events.occurred_at') }} as linked_on
from {{ ref('casemart', 'stg_self_help_events') }} as events
where events.article_id is not null and {{ casemart.is_known('events.occurred_at') }}

-- What a case took up to its first closing, and whether knowledge was reused in it.
with
contacts as (
    select
        closings.case_id,
        sum(case when interactions.is_handled_contact then 1 else 0 end) as handled_contacts,
        sum(case when interactions.is_handled_contact and interactions.handle_seconds is not null then 1 else 0 end) as timed_contacts,
        sum(case when interactions.is_handled_contact then interactions.handle_seconds end) as handle_seconds,
        count(linked.article_id) as article_links
    from {{ ref('casemart', 'fct_case_closings') }} as closings
    inner join {{ ref('casemart', 'fct_interactions') }} as interactions
        on closings.case_id = interactions.case_id and closings.first_closed_at >= interactions.occurred_at
    left join {{ ref('casemart', 'stg_interactions') }} as linked on interactions.interaction_id = linked.interaction_id
    group by closings.case_id
)

select
    closings.case_id,
    closings.first_closed_on,
    closings.topic,
    cast(coalesce(contacts.handled_contacts, 0) as bigint) as handled_contacts,
    cast(coalesce(contacts.timed_contacts, 0) as bigint) as timed_contacts,
    -- Known when there was a contact and each was timed: a sum with gaps would look quick.
    cast(case when contacts.handled_contacts = contacts.timed_contacts then contacts.handle_seconds end as bigint) as handle_seconds,
    coalesce(contacts.article_links, 0) > 0 as has_article
from {{ ref('casemart', 'fct_case_closings') }} as closings
left join contacts on closings.case_id = contacts.case_id

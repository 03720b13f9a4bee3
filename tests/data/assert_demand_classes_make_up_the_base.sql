-- The four classes of demand sum to the installed base, from the first contact on record on; every contact is of the base, of
-- others, or of nobody known.
with
contacts as (
    select
        days.period_grain,
        days.period_start,
        sum(account_contacts.contacts) as contacts
    from {{ ref('casemart', 'fct_account_contacts') }} as account_contacts
    inner join {{ ref('casemart', 'dim_period_days') }} as days on account_contacts.contacted_on = days.date_day
    where days.period_grain <> 'week'
    group by days.period_grain, days.period_start
)

select
    demand.period_grain,
    demand.period_start,
    demand.segment_by,
    demand.segment
from {{ ref('casemart', 'support_demand') }} as demand
left join contacts
    on
        demand.period_grain = contacts.period_grain
        and demand.period_start = contacts.period_start
        and demand.segment_by = 'all'
where
    demand.assisted_accounts + demand.self_help_only_accounts + demand.other_only_accounts + demand.silent_accounts <> demand.classed_accounts
    or demand.classed_accounts not in (0, demand.installed_base_accounts)
    or (
        demand.segment_by = 'all'
        and demand.base_contacts + demand.contacts_outside_base + demand.contacts_without_account <> coalesce(contacts.contacts, 0)
    )

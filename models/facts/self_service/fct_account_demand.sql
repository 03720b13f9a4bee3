with
periods as (
    select * from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

contacts as (
    select * from {{ ref('casemart', 'fct_account_contacts') }}
),

-- Before the first contact on record nobody can be called silent.
records as (
    select min(contacted_on) as first_contacted_on from contacts
),

-- Who is there on the period's last day, and who was heard from in the period.
joined as (
    select
        periods.period_grain,
        periods.period_start,
        base.account_id,
        base.base_state,
        base.is_covered,
        cast(null as {{ casemart.type_of('string') }}) as contact_kind,
        cast(0 as bigint) as contacts
    from periods
    inner join {{ ref('casemart', 'fct_installed_base') }} as base on periods.stock_on = base.stock_on
    where base.base_state in ('in_base', 'undetermined')

    union all

    select
        days.period_grain,
        days.period_start,
        contacts.account_id,
        cast(null as {{ casemart.type_of('string') }}) as base_state,
        cast(null as boolean) as is_covered,
        contacts.contact_kind,
        contacts.contacts
    from contacts
    inner join {{ ref('casemart', 'dim_period_days') }} as days on contacts.contacted_on = days.date_day
    where days.period_grain <> 'week'
),

grouped as (
    select
        period_grain,
        period_start,
        account_id,
        coalesce(max(base_state), case when account_id is null then 'unknown' else 'outside' end) as base_state,
        max(case when is_covered then 1 when not is_covered then 0 end) = 1 as is_covered,
        max(case when contact_kind in ('case_opened', 'case_inbound') then 1 else 0 end) = 1 as is_assisted,
        max(case when contact_kind in ('self_help_session', 'community_post') then 1 else 0 end) = 1 as is_self_helping,
        cast(sum(contacts) as bigint) as contacts,
        cast(sum(case when contact_kind = 'case_opened' then contacts else 0 end) as bigint) as opened_cases
    from joined
    group by period_grain, period_start, account_id
),

dated as (
    select
        grouped.*,
        periods.stock_on,
        {{ casemart.end_of_day('periods.stock_on') }} as dated_at,
        periods.stock_on >= records.first_contacted_on as has_records
    from grouped
    inner join periods on grouped.period_grain = periods.period_grain and grouped.period_start = periods.period_start
    cross join records
),

segmented as (
    {{ casemart.with_account_segments('dated') }}
)

select
    period_grain,
    period_start,
    stock_on,
    account_id,
    cast(base_state as {{ casemart.type_of('string') }}) as base_state,
    is_covered,
    -- The first way of hearing that holds.
    cast(
        case
            when base_state <> 'in_base' or not coalesce(has_records, false) then null
            when is_assisted then 'assisted'
            when is_self_helping then 'self_help_only'
            when contacts > 0 then 'other_only'
            else 'silent'
        end as {{ casemart.type_of('string') }}
    ) as demand_class,
    contacts,
    opened_cases,
    account_segment,
    region,
    industry,
    size_band
from segmented

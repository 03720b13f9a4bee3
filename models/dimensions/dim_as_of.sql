{{ config(post_hook="{{ casemart.check_as_of(this) }}") }}

-- Every moment at which something happened. Plans, due dates, contract dates and rates tell nothing of "now".
with moments as (
    select opened_at as happened_at from {{ ref('casemart', 'stg_cases') }}
    union all
    select occurred_at as happened_at from {{ ref('casemart', 'stg_interactions') }}
    union all
    select occurred_at as happened_at from {{ ref('casemart', 'stg_case_events') }}
    union all
    select occurred_at as happened_at from {{ ref('casemart', 'stg_case_field_changes') }}
    union all
    select offered_at as happened_at from {{ ref('casemart', 'stg_contact_attempts') }}
    union all
    select sent_at as happened_at from {{ ref('casemart', 'stg_survey_invitations') }}
    union all
    select responded_at as happened_at from {{ ref('casemart', 'stg_survey_responses') }}
    union all
    select occurred_at as happened_at from {{ ref('casemart', 'stg_self_help_events') }}
    union all
    select posted_at as happened_at from {{ ref('casemart', 'stg_community_posts') }}
    union all
    select started_at as happened_at from {{ ref('casemart', 'stg_outages') }}
    union all
    select occurred_at as happened_at from {{ ref('casemart', 'stg_engagements') }}
    union all
    select reviewed_at as happened_at from {{ ref('casemart', 'stg_quality_reviews') }}
    union all
    select audited_at as happened_at from {{ ref('casemart', 'stg_service_audits') }}
),

extent as (
    select
        {{ casemart.local_day('min(happened_at)') }} as first_event_on,
        {{ casemart.local_day('max(happened_at)') }} as last_event_on
    from moments
),

tables_without_events as (
    select count(*) as row_count from {{ ref('casemart', 'stg_accounts') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_agents') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_contracts') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_contract_renewals') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_contract_charges') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_exchange_rates') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_knowledge_articles') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_milestones') }}
    union all
    select count(*) as row_count from {{ ref('casemart', 'stg_costs') }}
),

contracts as (
    select min(starts_on) as first_contract_on from {{ ref('casemart', 'stg_contracts') }}
),

row_counts as (
    select sum(row_count) as row_count from tables_without_events
),

decided as (
    select
        extent.first_event_on,
        contracts.first_contract_on,
        coalesce(cast({{ casemart.literal(var('casemart_as_of')) }} as date), extent.last_event_on) as as_of,
        coalesce(extent.first_event_on is not null or row_counts.row_count > 0, false) as has_rows
    from extent
    cross join contracts
    cross join row_counts
)

select
    as_of,
    {{ casemart.local_midnight(casemart.add_days('as_of', 1)) }} as as_of_end_at,
    first_event_on,
    -- The calendar begins here: contracts are often older than the first event.
    least(first_event_on, case when first_contract_on <= as_of then first_contract_on end) as first_day_on,
    has_rows
from decided

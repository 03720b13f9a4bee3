-- Every staged row is in the facts, or reported out by name: after the as-of day, or private.
with
reported as (
    select
        table_name,
        sum(row_count) as row_count
    from {{ ref('casemart', 'data_findings') }}
    where finding in ('after_as_of', 'private')
    group by table_name
),

counts as (
    select
        'cases' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_cases') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_cases') }}) as fact_rows
    union all
    select
        'interactions' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_interactions') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_interactions') }}) as fact_rows
    union all
    select
        'case_events' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_case_events') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_case_events') }}) as fact_rows
    union all
    select
        'survey_responses' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_survey_responses') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_survey_responses') }}) as fact_rows
    union all
    select
        'self_help_events' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_self_help_events') }}) as staged_rows,
        (select coalesce(sum(sessions.events), 0) from {{ ref('casemart', 'fct_self_help_sessions') }} as sessions) as fact_rows
    union all
    select
        'contracts' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_contracts') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_contract_terms') }}) as fact_rows
    union all
    select
        'contract_charges' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_contract_charges') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_contract_charges') }}) as fact_rows
    union all
    select
        'engagements' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_engagements') }}) as staged_rows,
        (
            select count(*) from {{ ref('casemart', 'fct_engagements') }} as engagements
            where engagements.engagement_source = 'engagement'
        ) as fact_rows
    union all
    select
        'milestones' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_milestones') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_milestones') }}) as fact_rows
    union all
    select
        'contact_attempts' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_contact_attempts') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_contact_attempts') }}) as fact_rows
    union all
    select
        'quality_reviews' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_quality_reviews') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_quality_reviews') }}) as fact_rows
    union all
    select
        'service_audits' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_service_audits') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_service_audits') }}) as fact_rows
    union all
    select
        'survey_invitations' as table_name,
        (select count(*) from {{ ref('casemart', 'stg_survey_invitations') }}) as staged_rows,
        (select count(*) from {{ ref('casemart', 'fct_survey_invitations') }}) as fact_rows
)

select
    counts.table_name,
    counts.staged_rows,
    counts.fact_rows,
    coalesce(reported.row_count, 0) as reported_rows
from counts
left join reported on counts.table_name = reported.table_name
where counts.staged_rows <> counts.fact_rows + coalesce(reported.row_count, 0)

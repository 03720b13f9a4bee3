select
    cast('accounts' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_accounts') }}

union all

select
    cast('agents' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_agents') }}

union all

select
    cast('case_events' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_case_events') }}

union all

select
    cast('case_field_changes' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_case_field_changes') }}

union all

select
    cast('cases' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_cases') }}

union all

select
    cast('community_posts' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_community_posts') }}

union all

select
    cast('contact_attempts' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_contact_attempts') }}

union all

select
    cast('contract_charges' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_contract_charges') }}

union all

select
    cast('contract_renewals' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_contract_renewals') }}

union all

select
    cast('contracts' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_contracts') }}

union all

select
    cast('costs' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_costs') }}

union all

select
    cast('engagements' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_engagements') }}

union all

select
    cast('exchange_rates' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_exchange_rates') }}

union all

select
    cast('interactions' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_interactions') }}

union all

select
    cast('knowledge_articles' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_knowledge_articles') }}

union all

select
    cast('milestones' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_milestones') }}

union all

select
    cast('outages' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_outages') }}

union all

select
    cast('quality_reviews' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_quality_reviews') }}

union all

select
    cast('self_help_events' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_self_help_events') }}

union all

select
    cast('service_audits' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_service_audits') }}

union all

select
    cast('survey_invitations' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_survey_invitations') }}

union all

select
    cast('survey_responses' as {{ casemart.type_of('string') }}) as table_name,
    count(*) as row_count
from {{ ref('casemart', 'stg_survey_responses') }}

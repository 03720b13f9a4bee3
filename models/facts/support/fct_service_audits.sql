with
audits as (
    select * from {{ ref('casemart', 'stg_service_audits') }}
    where {{ casemart.is_known('audited_at') }}
),

checks as (
    select * from {{ ref('casemart', 'audit_checks') }}
)

select
    audits.audit_id,
    audits.audited_at,
    {{ casemart.local_day('audits.audited_at') }} as audited_on,
    audits.channel,
    audits.check_name,
    checks.check_name is not null as is_check_known,
    audits.passed as is_passed,
    case when audits.wait_seconds >= 0 then audits.wait_seconds end as wait_seconds,
    coalesce(audits.wait_seconds < 0, false) as is_wait_negative
from audits
left join checks on audits.check_name = lower(checks.check_name)

with
coverage as (
    select * from {{ ref('casemart', 'fct_contract_coverage') }}
    where covered_from_on <= {{ casemart.as_of() }}
),

entities as (
    {{ casemart.entities('coverage') }}
),

months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

-- From the month of the first covered day to the month after the last one.
spans as (
    select
        segment_by,
        segment,
        account_id,
        {{ casemart.period_start('month', 'min(covered_from_on)') }} as first_month_start,
        {{ casemart.period_start('month', 'max(covered_to_on)') }} as last_month_start
    from entities
    group by segment_by, segment, account_id
),

entity_months as (
    select
        spans.segment_by,
        spans.segment,
        spans.account_id,
        months.month_start,
        months.stock_on,
        months.dated_at
    from spans
    inner join months
        on
            spans.first_month_start <= months.month_start
            and spans.last_month_start >= {{ casemart.add_months('months.month_start', -1) }}
),

committed as (
    select distinct
        commitments.contract_id,
        months.month_start
    from {{ ref('casemart', 'fct_contract_commitments') }} as commitments
    inner join months
        on
            commitments.committed_from_on <= months.stock_on
            and commitments.committed_until_on > months.stock_on
),

counted as (
    select
        entities.segment_by,
        entities.segment,
        entities.account_id,
        months.month_start,
        sum(case when entities.coverage = 'in_force' then 1 else 0 end) as contracts_in_force,
        sum(case when entities.coverage = 'in_force' and committed.contract_id is not null then 1 else 0 end) as committed_contracts,
        sum(case when entities.coverage = 'late_renewal_gap' then 1 else 0 end) as contracts_in_gap
    from entities
    inner join months on months.stock_on between entities.covered_from_on and entities.covered_to_on
    left join committed on entities.contract_id = committed.contract_id and months.month_start = committed.month_start
    group by entities.segment_by, entities.segment, entities.account_id, months.month_start
),

stated as (
    select
        entity_months.*,
        coalesce(counted.contracts_in_force, 0) as contracts_in_force,
        coalesce(counted.committed_contracts, 0) as committed_contracts,
        case
            when counted.account_id is null then 'inactive'
            when counted.contracts_in_force + counted.contracts_in_gap > 0 then 'active'
            else 'undetermined'
        end as account_state
    from entity_months
    left join counted
        on
            entity_months.segment_by = counted.segment_by
            and entity_months.segment = counted.segment
            and entity_months.account_id = counted.account_id
            and entity_months.month_start = counted.month_start
),

segmented as (
    {{ casemart.with_account_segments('stated') }}
)

select
    segment_by,
    segment,
    account_id,
    month_start,
    stock_on,
    account_state,
    case account_state when 'active' then true when 'inactive' then false end as is_active,
    cast(contracts_in_force as bigint) as contracts_in_force,
    cast(committed_contracts as bigint) as committed_contracts,
    -- Every contract in force is committed; in the gap before a late renewal nothing is in force, so nothing is committed.
    case when account_state = 'active' then contracts_in_force > 0 and contracts_in_force = committed_contracts end as is_committed,
    account_segment,
    region,
    industry,
    size_band
from segmented

-- Why an account, or a part of it, was lost: the reason on the contract that ended last.
with
ended as (
    select
        contracts.account_id,
        contracts.product,
        contracts.contract_type,
        contracts.contract_id,
        contracts.churn_reason,
        outcomes.due_on
    from {{ ref('casemart', 'fct_contract_outcomes') }} as outcomes
    inner join {{ ref('casemart', 'fct_contract_dates') }} as contracts on outcomes.contract_id = contracts.contract_id
    where outcomes.due_on is not null
),

entities as (
    {{ casemart.entities('ended') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by segment_by, segment, account_id, due_on
            order by case when churn_reason is null then 1 else 0 end, contract_id
        ) as reason_number
    from entities
)

select
    segment_by,
    segment,
    account_id,
    due_on as last_covered_on,
    -- It explains the state of the account until a later contract has ended.
    coalesce(
        lead(due_on) over (partition by segment_by, segment, account_id order by due_on),
        {{ casemart.end_of_days() }}
    ) as explains_to_on,
    contract_id,
    churn_reason
from ranked
where reason_number = 1

with
movements as (
    select * from {{ ref('casemart', 'fct_recurring_movements') }}
    where segment_by <> 'all'
),

previous as (
    select
        *,
        {{ casemart.add_months('month_start', 1) }} as next_month_start
    from movements
),

ends as (
    select * from {{ ref('casemart', 'fct_contract_ends') }}
    where segment_by <> 'all'
)

select
    movements.account_id,
    movements.segment_by,
    movements.segment,
    movements.month_start,
    movements.stock_on,
    movements.movement,
    movements.opening_value,
    movements.new_value,
    movements.reactivation_value,
    movements.expansion_value,
    movements.contraction_value,
    movements.churn_value,
    movements.fx_value,
    movements.closing_value,
    movements.volume_change,
    movements.price_change,
    movements.unsplit_change,
    movements.awaiting_renewal_value,
    movements.is_undetermined,
    case when movements.movement = 'churn' then coalesce(ends.churn_reason, '(none)') end as churn_reason
from movements
left join previous
    on
        movements.segment_by = previous.segment_by
        and movements.segment = previous.segment
        and movements.account_id = previous.account_id
        and movements.month_start = previous.next_month_start
left join ends
    on
        movements.segment_by = ends.segment_by
        and movements.segment = ends.segment
        and movements.account_id = ends.account_id
        and movements.stock_on > ends.last_covered_on
        and movements.stock_on <= ends.explains_to_on
        and previous.stock_on <= ends.last_covered_on

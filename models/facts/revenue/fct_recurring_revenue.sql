with
movements as (
    select * from {{ ref('casemart', 'fct_recurring_movements') }}
    where segment_by = 'all'
),

previous as (
    select
        *,
        {{ casemart.add_months('month_start', 1) }} as next_month_start
    from movements
),

ends as (
    select * from {{ ref('casemart', 'fct_contract_ends') }}
    where segment_by = 'all'
)

-- A churn belongs to the segment that is left; with no value at the opening there is none to leave.
select
    movements.account_id,
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
    case when movements.movement = 'churn' then coalesce(ends.churn_reason, '(none)') end as churn_reason,
    case when movements.movement = 'churn' then previous.account_segment else movements.account_segment end as account_segment,
    case when movements.movement = 'churn' then previous.region else movements.region end as region,
    case when movements.movement = 'churn' then previous.industry else movements.industry end as industry,
    case when movements.movement = 'churn' then previous.size_band else movements.size_band end as size_band,
    case when movements.opening_value > 0 then previous.account_segment else movements.account_segment end as opening_account_segment,
    case when movements.opening_value > 0 then previous.region else movements.region end as opening_region,
    case when movements.opening_value > 0 then previous.industry else movements.industry end as opening_industry,
    case when movements.opening_value > 0 then previous.size_band else movements.size_band end as opening_size_band
from movements
left join previous
    on
        movements.account_id = previous.account_id
        and movements.month_start = previous.next_month_start
left join ends
    on
        movements.account_id = ends.account_id
        and movements.stock_on > ends.last_covered_on
        and movements.stock_on <= ends.explains_to_on
        and previous.stock_on <= ends.last_covered_on

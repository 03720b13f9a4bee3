with
changes as (
    select * from {{ ref('casemart', 'fct_recurring_value_changes') }}
),

entities as (
    {{ casemart.entities('changes') }}
),

-- A month that totals zero or less is 0.
totals as (
    select
        segment_by,
        segment,
        account_id,
        month_start,
        greatest(sum(opening_value), 0) as opening_value,
        greatest(sum(closing_value), 0) as closing_value,
        sum(fx_value) as fx_value,
        sum(closing_value) < 0 as is_floored,
        sum(awaiting_renewal_value) as awaiting_renewal_value,
        max(case when is_undetermined then 1 else 0 end) = 1 as is_undetermined
    from entities
    group by segment_by, segment, account_id, month_start
),

splits as (
    select
        segment_by,
        segment,
        account_id,
        month_start,
        sum(coalesce(volume_change, 0)) as volume_change,
        sum(coalesce(price_change, 0)) as price_change,
        sum(coalesce(unsplit_change, 0)) as unsplit_change
    from {{ ref('casemart', 'fct_recurring_product_changes') }}
    group by segment_by, segment, account_id, month_start
),

spans as (
    select
        segment_by,
        segment,
        account_id,
        min(month_start) as first_month_start,
        max(month_start) as last_month_start
    from totals
    group by segment_by, segment, account_id
),

-- Months without any value between two with some: from them comes a reactivation.
filled as (
    select
        spans.segment_by,
        spans.segment,
        spans.account_id,
        months.month_start,
        months.stock_on,
        months.dated_at,
        coalesce(totals.opening_value, 0) as opening_value,
        coalesce(totals.closing_value, 0) as closing_value,
        coalesce(totals.fx_value, 0) as fx_value,
        coalesce(totals.is_floored, false) as is_floored,
        coalesce(totals.awaiting_renewal_value, 0) as awaiting_renewal_value,
        coalesce(totals.is_undetermined, false) as is_undetermined,
        coalesce(splits.volume_change, 0) as volume_change,
        coalesce(splits.price_change, 0) as price_change,
        coalesce(splits.unsplit_change, 0) as unsplit_change
    from spans
    inner join {{ ref('casemart', 'dim_months') }} as months
        on months.month_start between spans.first_month_start and spans.last_month_start
    left join totals
        on
            spans.segment_by = totals.segment_by
            and spans.segment = totals.segment
            and spans.account_id = totals.account_id
            and months.month_start = totals.month_start
    left join splits
        on
            spans.segment_by = splits.segment_by
            and spans.segment = splits.segment
            and spans.account_id = splits.account_id
            and months.month_start = splits.month_start
),

-- The zero cases first: else a churn would be a contraction that nobody ever reaches.
moved as (
    select
        *,
        case
            when opening_value = 0 and closing_value = 0 then 'none'
            when
                opening_value = 0
                and max(closing_value) over (
                    partition by segment_by, segment, account_id
                    order by month_start
                    rows between unbounded preceding and 1 preceding
                ) > 0
                then 'reactivation'
            when opening_value = 0 then 'new'
            when closing_value = 0 then 'churn'
            when closing_value - opening_value - fx_value > 0 then 'expansion'
            when closing_value - opening_value - fx_value < 0 then 'contraction'
            else 'unchanged'
        end as movement,
        opening_value > 0 and closing_value > 0 as is_going_on
    from filled
),

segmented as (
    {{ casemart.with_account_segments('moved') }}
)

select
    segment_by,
    segment,
    account_id,
    month_start,
    stock_on,
    movement,
    cast(opening_value as decimal(18, 2)) as opening_value,
    cast(case when movement = 'new' then closing_value else 0 end as decimal(18, 2)) as new_value,
    cast(case when movement = 'reactivation' then closing_value else 0 end as decimal(18, 2)) as reactivation_value,
    cast(case when movement = 'expansion' then closing_value - opening_value - fx_value else 0 end as decimal(18, 2)) as expansion_value,
    cast(case when movement = 'contraction' then opening_value + fx_value - closing_value else 0 end as decimal(18, 2)) as contraction_value,
    cast(case when movement = 'churn' then opening_value else 0 end as decimal(18, 2)) as churn_value,
    cast(case when is_going_on then fx_value else 0 end as decimal(18, 2)) as fx_value,
    cast(closing_value as decimal(18, 2)) as closing_value,
    cast(case when is_going_on then volume_change else 0 end as decimal(18, 2)) as volume_change,
    cast(case when is_going_on then price_change else 0 end as decimal(18, 2)) as price_change,
    cast(case when is_going_on then unsplit_change else 0 end as decimal(18, 2)) as unsplit_change,
    cast(awaiting_renewal_value as decimal(18, 2)) as awaiting_renewal_value,
    is_undetermined,
    is_floored,
    account_segment,
    region,
    industry,
    size_band
from segmented

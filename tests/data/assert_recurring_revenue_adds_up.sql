-- opening + new + reactivation + expansion - contraction - churn + fx + transfers = closing, to the cent, for each account and part
-- of one, each segment and the total; and volume, price and what cannot be split make up expansion less contraction.
with
movements as (
    select
        segment_by || ' ' || segment || ' ' || account_id as entity,
        month_start,
        opening_value + new_value + reactivation_value + expansion_value - contraction_value - churn_value + fx_value
        - closing_value as difference,
        volume_change + price_change + unsplit_change - expansion_value + contraction_value as split_difference
    from {{ ref('casemart', 'fct_recurring_movements') }}

    union all

    select
        period_grain || ' ' || segment_by || ' ' || segment as entity,
        period_start as month_start,
        recurring_revenue_opening + recurring_revenue_new + recurring_revenue_reactivation + recurring_revenue_expansion
        - recurring_revenue_contraction - recurring_revenue_churn + recurring_revenue_fx
        + recurring_revenue_transfer_in - recurring_revenue_transfer_out - recurring_revenue as difference,
        recurring_revenue_volume + recurring_revenue_price + recurring_revenue_unsplit
        - recurring_revenue_expansion + recurring_revenue_contraction as split_difference
    from {{ ref('casemart', 'recurring_revenue') }}
)

select
    entity,
    month_start,
    difference,
    split_difference
from movements
where difference <> 0 or split_difference <> 0

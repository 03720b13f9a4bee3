with
components as (
    select * from {{ ref('casemart', 'fct_health_components') }}
),

weights as (
    select * from {{ ref('casemart', 'fct_health_weights') }}
),

months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

contacts as (
    select * from {{ ref('casemart', 'fct_account_contacts') }}
),

records as (
    select min(contacted_on) as first_contacted_on from contacts
),

-- The last contact among the days, the stock day included, after which silence is a sign.
last_contacts as (
    select
        contacts.account_id,
        months.month_start,
        max(contacts.contacted_on) as last_contacted_on
    from contacts
    inner join months
        on
            contacts.contacted_on <= months.stock_on
            and contacts.contacted_on > {{ casemart.add_days('months.stock_on', -var('casemart_health_silence_days')) }}
    group by contacts.account_id, months.month_start
),

weighted as (
    select
        components.*,
        weights.weights_version,
        weights.total_weight,
        {{ casemart.health_sums('components', 'weights') }}
    from components
    left join weights on components.month_start = weights.month_start
),

-- The weighted mean of the components that are known.
scored as (
    select
        *,
        cast({{ casemart.exact_share('known_weight', 'total_weight') }} as decimal(15, 12)) as weight_coverage,
        {{ casemart.health_score('weighted_sum', 'known_weight') }} as score
    from weighted
),

-- Too little evidence makes no band, and enters no mean.
judged as (
    select
        *,
        score is not null and weight_coverage >= {{ var('casemart_health_min_weight_coverage') }} as is_scored
    from scored
)

select
    judged.account_id,
    judged.month_start,
    judged.stock_on,
    judged.account_state,
    judged.is_undetermined,
    judged.adoption_due_milestones,
    judged.adoption_reached_milestones,
    judged.adoption_component,
    judged.success_due_milestones,
    judged.success_reached_milestones,
    judged.success_component,
    judged.is_committed,
    judged.retention_component,
    judged.base_value,
    judged.value_now,
    judged.recurring_revenue_component,
    judged.weights_version,
    judged.weight_coverage,
    judged.score,
    judged.is_scored,
    case when judged.is_scored then bands.band else 'insufficient_evidence' end as band,
    last_contacts.last_contacted_on,
    -- Too young to be silent, or nothing on record yet that could be heard.
    case
        when first_contracts.first_covered_on > {{ casemart.add_days('judged.stock_on', -var('casemart_health_silence_days')) }} then null
        when records.first_contacted_on <= judged.stock_on then last_contacts.last_contacted_on is null
    end as is_silent,
    judged.account_segment,
    judged.region,
    judged.industry,
    judged.size_band
from judged
cross join records
left join {{ ref('casemart', 'health_bands') }} as bands
    on
        judged.weights_version = bands.version
        and judged.score >= bands.lower_bound
        and (judged.score < bands.upper_bound or (judged.score = 100 and bands.upper_bound = 100))
left join last_contacts on judged.account_id = last_contacts.account_id and judged.month_start = last_contacts.month_start
left join {{ ref('casemart', 'fct_first_contracts') }} as first_contracts on judged.account_id = first_contracts.account_id

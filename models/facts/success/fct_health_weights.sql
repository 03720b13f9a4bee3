with
months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

-- A component that a version leaves out weighs nothing.
versions as (
    select
        version,
        min(coalesce(valid_from, cast('0001-01-01' as date))) as valid_from,
        sum(case when component = 'adoption' then weight else 0 end) as adoption_weight,
        sum(case when component = 'success' then weight else 0 end) as success_weight,
        sum(case when component = 'retention' then weight else 0 end) as retention_weight,
        sum(case when component = 'recurring_revenue' then weight else 0 end) as recurring_revenue_weight,
        sum(weight) as total_weight
    from {{ ref('casemart', 'health_weights') }}
    group by version
),

-- The version that began last on or before the day on which the month's stock is taken.
ranked as (
    select
        months.month_start,
        versions.*,
        row_number() over (partition by months.month_start order by versions.valid_from desc, versions.version desc) as version_number
    from months
    inner join versions on months.stock_on >= versions.valid_from
)

select
    month_start,
    cast(version as integer) as weights_version,
    cast(adoption_weight as decimal(18, 8)) as adoption_weight,
    cast(success_weight as decimal(18, 8)) as success_weight,
    cast(retention_weight as decimal(18, 8)) as retention_weight,
    cast(recurring_revenue_weight as decimal(18, 8)) as recurring_revenue_weight,
    cast(total_weight as decimal(18, 8)) as total_weight
from ranked
where version_number = 1

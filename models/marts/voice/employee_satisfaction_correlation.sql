with
-- Teams and periods that are published, and in which customers answered too, make a pair of rates.
team_periods as (
    select
        segment as team,
        case
            when not is_suppressed and customer_answers > 0
                then cast({{ casemart.rate('satisfied_employee_answers', 'employee_answers') }} as decimal(13, 12))
        end as employee_rate,
        case
            when not is_suppressed and customer_answers > 0
                then cast({{ casemart.rate('satisfied_customer_answers', 'customer_answers') }} as decimal(13, 12))
        end as customer_rate
    from {{ ref('casemart', 'fct_employee_satisfaction') }}
    where segment_by = 'team'
),

in_teams as (
    {{ casemart.by_segments('team_periods', ['team']) }}
),

summed as (
    select
        segment_by,
        segment,
        cast(count(employee_rate) as bigint) as pairs,
        {{ casemart.exact_sum('employee_rate', 12) }} as employee_sum,
        {{ casemart.exact_sum('customer_rate', 12) }} as customer_sum,
        {{ casemart.exact_sum('employee_rate * employee_rate', 24) }} as employee_squares,
        {{ casemart.exact_sum('customer_rate * customer_rate', 24) }} as customer_squares,
        {{ casemart.exact_sum('employee_rate * customer_rate', 24) }} as products
    from in_teams
    group by segment_by, segment
),

correlated as (
    select
        *,
        {{ casemart.correlation('pairs', 'employee_sum', 'customer_sum', 'employee_squares', 'customer_squares', 'products') }}
            as correlation
    from summed
)

select
    cast('{{ var("casemart_esat_period_grain") }}' as {{ casemart.type_of('string') }}) as period_grain,
    segment_by,
    segment,
    pairs,
    correlation,
    {{ casemart.correlation_bound('correlation', 'pairs', '-') }} as correlation_ci_low,
    {{ casemart.correlation_bound('correlation', 'pairs', '+') }} as correlation_ci_high,
    cast('association' as {{ casemart.type_of('string') }}) as interpretation
from correlated

with
dates as (
    select date_day from {{ ref('casemart', 'dim_dates') }}
),

periods as (
    {{ casemart.periods_of('dates') }}
)

select
    period_grain,
    period_start,
    period_end,
    -- Stocks are taken on the period's last day, or on the as-of day while the period runs.
    least(period_end, {{ casemart.as_of() }}) as stock_on,
    period_end <= {{ casemart.as_of() }} as is_over
from periods

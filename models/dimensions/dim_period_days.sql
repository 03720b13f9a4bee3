select
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    dates.date_day
from {{ ref('casemart', 'dim_periods') }} as periods
inner join {{ ref('casemart', 'dim_dates') }} as dates on dates.date_day between periods.period_start and periods.period_end

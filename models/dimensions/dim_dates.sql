select
    cast(days.day_at as date) as date_day,
    {{ casemart.period_start('week', 'days.day_at') }} as week_start,
    {{ casemart.period_start('month', 'days.day_at') }} as month_start,
    {{ casemart.period_start('quarter', 'days.day_at') }} as quarter_start,
    {{ casemart.period_start('year', 'days.day_at') }} as year_start
from (
    select {{ casemart.day_series('first_day_on', 'as_of') }} as day_at
    from {{ ref('casemart', 'dim_as_of') }}
    where as_of is not null
) as days

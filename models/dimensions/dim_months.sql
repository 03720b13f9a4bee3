select
    month_start,
    max(month_end) as month_end,
    -- Stocks are taken on the month's last day, or on the as-of day while the month runs.
    max(date_day) as stock_on,
    -- Attributes of the stock day are those that hold at its end.
    {{ casemart.end_of_day('max(date_day)') }} as dated_at
from (
    select
        date_day,
        month_start,
        {{ casemart.month_end('date_day') }} as month_end
    from {{ ref('casemart', 'dim_dates') }}
) as days
group by month_start

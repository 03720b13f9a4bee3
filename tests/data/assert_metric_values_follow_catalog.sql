-- Each published value is numerator / denominator, finite, and inside its interval.
select
    metric,
    period_grain,
    period_start,
    segment_by,
    segment,
    value
from {{ ref('casemart', 'metric_values') }}
where
    (unit = 'rate' and not value between 0 and 1)
    or (unit = 'rate' and denominator > 0 and abs(value - numerator / nullif(denominator, 0)) > 1e-11)
    or (unit = 'rate' and coalesce(denominator, 0) = 0 and value is not null)
    or value in (
        cast('Infinity' as {{ casemart.type_double() }}),
        cast('-Infinity' as {{ casemart.type_double() }}),
        cast('NaN' as {{ casemart.type_double() }})
    )
    or ci_low > value
    or ci_high < value

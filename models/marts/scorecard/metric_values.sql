with
all_values as (
    select * from {{ ref('casemart', 'mart_values') }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'support_excellence'), {
        'support_excellence': ('attained_metrics', 'measured_metrics'),
    }) }}
)

select
    metric,
    unit,
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    numerator,
    denominator,
    value,
    ci_low,
    ci_high,
    sample_size,
    is_complete,
    target,
    gap,
    definition_version
from all_values

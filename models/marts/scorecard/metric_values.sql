with
all_metrics as (
    {{ casemart.metric_rows(ref('casemart', 'first_contact_resolution'), {
        'first_contact_resolution': ('resolved', 'first_contact_cases'),
        'first_contact_resolution_upper': ('resolved_or_pending', 'first_contact_cases'),
        'net_first_contact_resolution': ('net_resolved', 'net_first_contact_cases'),
        'first_contact_resolution_no_repeat': ('no_repeat_resolved', 'no_repeat_first_contact_cases'),
        'one_touch_resolution': ('one_touch_cases', 'first_closed_cases'),
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
    metric_value as value,
    ci_low,
    ci_high,
    sample_size,
    is_complete,
    target,
    gap,
    definition_version
from all_metrics

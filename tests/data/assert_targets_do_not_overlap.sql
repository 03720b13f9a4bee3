-- Two targets in force on one day would double the rows of a mart.
select
    earlier.metric,
    earlier.segment_by,
    earlier.segment,
    later.valid_from
from {{ ref('casemart', 'metric_targets') }} as earlier
inner join {{ ref('casemart', 'metric_targets') }} as later
    on
        earlier.metric = later.metric
        and earlier.segment_by = later.segment_by
        and earlier.segment = later.segment
        and coalesce(earlier.valid_from, cast('0001-01-01' as date)) < coalesce(later.valid_from, cast('0001-01-01' as date))
        and coalesce(earlier.valid_to, cast('9999-12-31' as date)) > later.valid_from

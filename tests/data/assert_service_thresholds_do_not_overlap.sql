-- Two thresholds in force on one day would double the attempts of a queue.
select
    earlier.channel,
    earlier.queue,
    later.valid_from
from {{ ref('casemart', 'service_thresholds') }} as earlier
inner join {{ ref('casemart', 'service_thresholds') }} as later
    on
        lower(earlier.channel) = lower(later.channel)
        and coalesce(earlier.queue, '') = coalesce(later.queue, '')
        and coalesce(earlier.valid_from, cast('0001-01-01' as date)) < coalesce(later.valid_from, cast('0001-01-01' as date))
        and coalesce(earlier.valid_to, cast('9999-12-31' as date)) > coalesce(later.valid_from, cast('0001-01-01' as date))

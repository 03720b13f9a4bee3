-- An optimal level weaker than its target would be attained before the target is.
select
    targets.metric,
    targets.segment_by,
    targets.segment,
    targets.target,
    targets.optimal
from {{ ref('casemart', 'metric_targets') }} as targets
inner join {{ ref('casemart', 'metric_catalog') }} as catalog on targets.metric = catalog.metric
where
    (catalog.direction = 1 and targets.optimal < targets.target)
    or (catalog.direction <> 1 and targets.optimal > targets.target)

select totals.cases
from {{ ref('casemart', 'totals') }} as totals
where totals.cases <> (select count(*) from {{ source('raw', 'cases') }})

select channel, count(*) as cases, cast(sum(amount) as bigint) as amount
from {{ ref('casemart', 'fct_cases') }}
group by channel

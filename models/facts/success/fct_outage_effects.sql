-- What an outage leaves out, account or product, stands for all of them; only who is covered then is interrupted.
select
    outages.outage_id,
    covered.account_id,
    covered.product,
    covered.covered_from_on,
    outages.is_unplanned,
    greatest(outages.started_at, covered.covered_from_at) as interrupted_from_at,
    least(outages.interrupts_until_at, covered.covered_until_at) as interrupted_until_at
from {{ ref('casemart', 'fct_outages') }} as outages
inner join {{ ref('casemart', 'fct_covered_stretches') }} as covered
    on
        (outages.account_id is null or outages.account_id = covered.account_id)
        and (outages.product is null or outages.product = covered.product)
        and outages.started_at < covered.covered_until_at
        and (outages.interrupts_until_at > covered.covered_from_at or outages.started_at >= covered.covered_from_at)

with
coverage as (
    select * from {{ ref('casemart', 'fct_contract_coverage') }}
    where covered_from_on <= {{ casemart.as_of() }}
),

entities as (
    {{ casemart.entities('coverage') }}
),

-- The first unbroken run of covered days: stretches that touch or overlap are one.
covered as (
    select
        segment_by,
        segment,
        account_id,
        covered_from_on,
        covered_to_on,
        max(covered_to_on) over (
            partition by segment_by, segment, account_id
            order by covered_from_on, covered_to_on, contract_id, coverage
            rows between unbounded preceding and 1 preceding
        ) as covered_before_to_on
    from entities
    where coverage <> 'awaiting_renewal'
),

breaks as (
    select
        segment_by,
        segment,
        account_id,
        min(covered_from_on) as first_break_on
    from covered
    where covered_before_to_on < {{ casemart.add_days('covered_from_on', -1) }}
    group by segment_by, segment, account_id
),

spells as (
    select
        covered.segment_by,
        covered.segment,
        covered.account_id,
        min(covered.covered_from_on) as first_covered_on,
        max(covered.covered_to_on) as last_covered_on
    from covered
    left join breaks
        on
            covered.segment_by = breaks.segment_by
            and covered.segment = breaks.segment
            and covered.account_id = breaks.account_id
    where breaks.first_break_on is null or covered.covered_from_on < breaks.first_break_on
    group by covered.segment_by, covered.segment, covered.account_id
),

awaiting as (
    select
        segment_by,
        segment,
        account_id,
        min(covered_from_on) as awaiting_from_on
    from entities
    where coverage = 'awaiting_renewal'
    group by segment_by, segment, account_id
),

-- Lost on the first day not covered; censored at the as-of day, or where a grace still runs at the last covered day.
ended as (
    select
        spells.*,
        case
            when spells.last_covered_on >= {{ casemart.as_of() }} then {{ casemart.as_of() }}
            when awaiting.awaiting_from_on <= {{ casemart.add_days('spells.last_covered_on', 1) }} then spells.last_covered_on
            else {{ casemart.add_days('spells.last_covered_on', 1) }}
        end as ended_on,
        spells.last_covered_on < {{ casemart.as_of() }}
        and not coalesce(awaiting.awaiting_from_on <= {{ casemart.add_days('spells.last_covered_on', 1) }}, false) as is_lost,
        {{ casemart.end_of_day('spells.first_covered_on') }} as dated_at
    from spells
    left join awaiting
        on
            spells.segment_by = awaiting.segment_by
            and spells.segment = awaiting.segment
            and spells.account_id = awaiting.account_id
),

segmented as (
    {{ casemart.with_account_segments('ended') }}
)

select
    segment_by,
    segment,
    account_id,
    {{ casemart.quarter_name('first_covered_on') }} as cohort,
    first_covered_on,
    last_covered_on,
    ended_on,
    is_lost,
    {{ casemart.whole_months('first_covered_on', 'ended_on') }} as age_months,
    account_segment,
    region,
    industry,
    size_band
from segmented

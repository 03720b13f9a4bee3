-- The months of the total hold each response, resolution and first closing once, and each clock either once by its day or as running.
with
facts as (
    select
        'responded' as measure,
        count(*) as expected
    from {{ ref('casemart', 'fct_case_service') }}
    where first_response_state = 'responded'

    union all

    select
        'resolved' as measure,
        count(*) as expected
    from {{ ref('casemart', 'fct_case_service') }}
    where resolution_state in ('resolved', 'provisional')

    union all

    select
        'first closed' as measure,
        count(*) as expected
    from {{ ref('casemart', 'fct_case_service') }}
    where first_closed_at is not null

    union all

    select
        'clocks' as measure,
        count(*) as expected
    from {{ ref('casemart', 'fct_sla_clocks') }}

    union all

    select
        'clocks' as measure,
        -count(*) as expected
    from {{ ref('casemart', 'fct_running_sla_clocks') }}
    where period_grain = 'month' and stock_on = {{ casemart.as_of() }}
),

marts as (
    select
        'responded' as measure,
        sum(responded_cases) as published
    from {{ ref('casemart', 'response_time') }}
    where period_grain = 'month' and segment_by = 'all'

    union all

    select
        'resolved' as measure,
        sum(resolved_cases) as published
    from {{ ref('casemart', 'resolution_time') }}
    where period_grain = 'month' and segment_by = 'all'

    union all

    select
        'first closed' as measure,
        sum(first_closed_cases) as published
    from {{ ref('casemart', 'resolution_time') }}
    where period_grain = 'month' and segment_by = 'all'

    union all

    select
        'clocks' as measure,
        sum(judged_clocks + withdrawn_clocks + no_target_clocks + no_schedule_clocks) as published
    from {{ ref('casemart', 'sla_attainment') }}
    where period_grain = 'month' and segment_by = 'all'
),

expected as (
    select
        measure,
        sum(expected) as expected
    from facts
    group by measure
)

select
    expected.measure,
    expected.expected,
    marts.published
from expected
inner join marts on expected.measure = marts.measure
where
    expected.expected <> coalesce(marts.published, 0)
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}

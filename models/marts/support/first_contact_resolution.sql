with
outcomes as (
    {{ casemart.roll_up(ref('casemart', 'leaf_cases'), casemart.first_contact_measures()) }}
),

closings as (
    {{ casemart.roll_up(ref('casemart', 'leaf_case_closings'), casemart.case_closing_measures()) }}
),

awaiting as (
    {{ casemart.stock(ref('casemart', 'fct_awaiting_first_contact'), 'awaiting_first_contact', casemart.case_segments()) }}
),

cells as (
    {{ casemart.cells_of('outcomes') }}
    union
    {{ casemart.cells_of('closings') }}
    union
    {{ casemart.cells_of('awaiting') }}
),

counted as (
    select
        cells.period_grain,
        cells.period_start,
        periods.period_end,
        cells.segment_by,
        cells.segment,
        {{ casemart.counts_or_zero('outcomes', casemart.first_contact_measures()) }},
        {{ casemart.counts_or_zero('closings', casemart.case_closing_measures()) }},
        {{ casemart.counts_or_zero('awaiting', ['awaiting_first_contact']) }}
    from cells
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on cells.period_grain = periods.period_grain and cells.period_start = periods.period_start
    {{ casemart.join_cells('outcomes', 'cells') }}
    {{ casemart.join_cells('closings', 'cells') }}
    {{ casemart.join_cells('awaiting', 'cells') }}
),

rated as (
    select
        *,
        {{ casemart.rate('resolved', 'first_contact_cases') }} as first_contact_resolution,
        {{ casemart.rate('resolved_or_pending', 'first_contact_cases') }} as first_contact_resolution_upper,
        {{ casemart.rate('net_resolved', 'net_first_contact_cases') }} as net_first_contact_resolution,
        {{ casemart.rate('no_repeat_resolved', 'no_repeat_first_contact_cases') }} as first_contact_resolution_no_repeat,
        {{ casemart.rate('one_touch_cases', 'first_closed_cases') }} as one_touch_resolution
    from counted
)

select
    rated.period_grain,
    rated.period_start,
    rated.period_end,
    rated.segment_by,
    rated.segment,
    rated.cases,
    rated.resolved,
    rated.not_resolved,
    rated.pending,
    rated.excluded,
    rated.awaiting_first_contact,
    rated.first_contact_cases,
    rated.first_contact_resolution,
    {{ casemart.target_columns('first_contact_resolution', 'rated') }},
    cast(target_of_first_contact_resolution.optimal as {{ casemart.type_double() }}) as first_contact_resolution_optimal,
    {{ casemart.rounded(
        'cast(target_of_first_contact_resolution.optimal as ' ~ casemart.type_double() ~ ') - rated.first_contact_resolution'
    ) }} as first_contact_resolution_gap_to_optimal,
    rated.resolved_or_pending,
    rated.first_contact_resolution_upper,
    {{ casemart.target_columns('first_contact_resolution_upper', 'rated') }},
    rated.net_resolved,
    rated.net_first_contact_cases,
    rated.net_first_contact_resolution,
    {{ casemart.target_columns('net_first_contact_resolution', 'rated') }},
    rated.no_repeat_resolved,
    rated.no_repeat_first_contact_cases,
    rated.no_repeat_undetermined,
    rated.first_contact_resolution_no_repeat,
    {{ casemart.target_columns('first_contact_resolution_no_repeat', 'rated') }},
    rated.one_touch_cases,
    rated.first_closed_cases,
    rated.one_touch_resolution,
    {{ casemart.target_columns('one_touch_resolution', 'rated') }},
    -- Open until the evidence of the last day has settled and no repeat window runs any more.
    {{ casemart.is_settled('rated.period_end', var('casemart_fcr_settlement_days')) }}
    and rated.no_repeat_undetermined = 0 as is_complete
from rated
{{ casemart.target_join('first_contact_resolution', 'rated') }}
{{ casemart.target_join('first_contact_resolution_upper', 'rated') }}
{{ casemart.target_join('net_first_contact_resolution', 'rated') }}
{{ casemart.target_join('first_contact_resolution_no_repeat', 'rated') }}
{{ casemart.target_join('one_touch_resolution', 'rated') }}

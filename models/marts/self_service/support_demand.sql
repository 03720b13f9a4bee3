with
help_needs as (
    select * from {{ ref('casemart', 'fct_help_needs') }}
),

demand as (
    select * from {{ ref('casemart', 'fct_account_demand') }}
),

accounts as (
    {{ casemart.by_segments('demand', casemart.account_segments(), 'stock_on') }}
),

-- Accounts of the period's last day, and what was heard from them in the period.
heard as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        {{ casemart.count_where("base_state = 'in_base'") }} as installed_base_accounts,
        {{ casemart.count_where("base_state = 'in_base' and is_covered") }} as covered_accounts,
        {{ casemart.count_where("base_state = 'undetermined'") }} as undetermined_accounts,
        {{ casemart.count_where('demand_class is not null') }} as classed_accounts,
        {{ casemart.count_where("demand_class = 'assisted'") }} as assisted_accounts,
        {{ casemart.count_where("demand_class = 'self_help_only'") }} as self_help_only_accounts,
        {{ casemart.count_where("demand_class = 'other_only'") }} as other_only_accounts,
        {{ casemart.count_where("demand_class = 'silent'") }} as silent_accounts,
        {{ casemart.count_where("demand_class <> 'silent'") }} as heard_from_accounts,
        cast(sum(case when base_state = 'in_base' then contacts else 0 end) as bigint) as base_contacts,
        cast(sum(case when base_state in ('undetermined', 'outside') then contacts else 0 end) as bigint) as contacts_outside_base,
        cast(sum(case when base_state = 'unknown' then contacts else 0 end) as bigint) as contacts_without_account,
        cast(sum(case when base_state = 'in_base' then opened_cases else 0 end) as bigint) as base_opened_cases
    from accounts
    group by period_grain, period_start, segment_by, segment
),

answers as (
    {{ casemart.in_periods('help_needs', 'responded_on', casemart.account_segments(), has_weeks=false) }}
),

needs as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as need_answers,
        {{ casemart.count_where('has_needed_help') }} as needed_help_answers,
        {{ casemart.count_where('is_unmet is not null') }} as contact_known_answers,
        {{ casemart.count_where('is_unmet') }} as unmet_need_answers,
        {{ casemart.count_where('has_needed_help and is_unmet is null') }} as contact_unknown_answers
    from answers
    group by period_grain, period_start, segment_by, segment
),

cells as (
    {{ casemart.cells_of('heard') }}
    union
    {{ casemart.cells_of('needs') }}
),

counted as (
    select
        cells.period_grain,
        cells.period_start,
        periods.period_end,
        cells.segment_by,
        cells.segment,
        {{ casemart.counts_or_zero('heard', [
            'installed_base_accounts', 'covered_accounts', 'undetermined_accounts', 'classed_accounts', 'assisted_accounts',
            'self_help_only_accounts', 'other_only_accounts', 'silent_accounts', 'heard_from_accounts', 'base_contacts',
            'contacts_outside_base', 'contacts_without_account', 'base_opened_cases',
        ]) }},
        {{ casemart.counts_or_zero('needs', [
            'need_answers', 'needed_help_answers', 'contact_known_answers', 'unmet_need_answers', 'contact_unknown_answers',
        ]) }}
    from cells
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on cells.period_grain = periods.period_grain and cells.period_start = periods.period_start
    {{ casemart.join_cells('heard', 'cells') }}
    {{ casemart.join_cells('needs', 'cells') }}
),

rated as (
    select
        *,
        {{ casemart.rate('covered_accounts', 'installed_base_accounts') }} as installed_base_covered_rate,
        {{ casemart.rate('heard_from_accounts', 'classed_accounts') }} as heard_from_rate,
        {{ casemart.rate('assisted_accounts', 'classed_accounts') }} as assisted_rate,
        {{ casemart.rate('self_help_only_accounts', 'classed_accounts') }} as self_help_only_rate,
        {{ casemart.rate('silent_accounts', 'classed_accounts') }} as silent_rate,
        {{ casemart.rate('needed_help_answers', 'need_answers') }} as needed_help_rate,
        {{ casemart.wilson_low('needed_help_answers', 'need_answers') }} as needed_help_rate_ci_low,
        {{ casemart.wilson_high('needed_help_answers', 'need_answers') }} as needed_help_rate_ci_high,
        {{ casemart.rate('unmet_need_answers', 'contact_known_answers') }} as unmet_need_rate,
        {{ casemart.wilson_low('unmet_need_answers', 'contact_known_answers') }} as unmet_need_rate_ci_low,
        {{ casemart.wilson_high('unmet_need_answers', 'contact_known_answers') }} as unmet_need_rate_ci_high
    from counted
),

-- What would be asked for if those who kept silent asked as often as those who asked. Where all kept silent nobody can tell.
projected as (
    select
        *,
        {{ casemart.rate('(base_opened_cases * contact_known_answers)', '(contact_known_answers - unmet_need_answers)') }} as projected_demand,
        {{ casemart.rate('base_opened_cases', '(1 - unmet_need_rate_ci_low)') }} as projected_demand_ci_low,
        {{ casemart.rate('base_opened_cases', '(1 - unmet_need_rate_ci_high)') }} as projected_demand_ci_high,
        case
            when base_opened_cases > 0
                then {{ casemart.rate('unmet_need_answers', '(contact_known_answers - unmet_need_answers)') }}
        end as projected_growth,
        case
            when base_opened_cases > 0
                then {{ casemart.rate('unmet_need_rate_ci_low', '(1 - unmet_need_rate_ci_low)') }}
        end as projected_growth_ci_low,
        case
            when base_opened_cases > 0
                then {{ casemart.rate('unmet_need_rate_ci_high', '(1 - unmet_need_rate_ci_high)') }}
        end as projected_growth_ci_high
    from rated
),

targeted as (
    {{ casemart.with_targets('projected', {
        'installed_base_covered_rate': 1, 'heard_from_rate': 1, 'assisted_rate': 0, 'self_help_only_rate': 0, 'silent_rate': -1,
        'needed_help_rate': 0, 'unmet_need_rate': -1, 'projected_demand': 0,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    installed_base_accounts,
    covered_accounts,
    installed_base_covered_rate,
    installed_base_covered_rate_target,
    installed_base_covered_rate_gap,
    undetermined_accounts,
    classed_accounts,
    heard_from_accounts,
    heard_from_rate,
    heard_from_rate_target,
    heard_from_rate_gap,
    assisted_accounts,
    assisted_rate,
    assisted_rate_target,
    assisted_rate_gap,
    self_help_only_accounts,
    self_help_only_rate,
    self_help_only_rate_target,
    self_help_only_rate_gap,
    other_only_accounts,
    silent_accounts,
    silent_rate,
    silent_rate_target,
    silent_rate_gap,
    base_contacts,
    contacts_outside_base,
    contacts_without_account,
    need_answers,
    needed_help_answers,
    needed_help_rate,
    needed_help_rate_ci_low,
    needed_help_rate_ci_high,
    needed_help_rate_target,
    needed_help_rate_gap,
    contact_known_answers,
    contact_unknown_answers,
    unmet_need_answers,
    unmet_need_rate,
    unmet_need_rate_ci_low,
    unmet_need_rate_ci_high,
    unmet_need_rate_target,
    unmet_need_rate_gap,
    base_opened_cases,
    projected_demand,
    projected_demand_ci_low,
    projected_demand_ci_high,
    projected_demand_target,
    projected_demand_gap,
    projected_growth,
    projected_growth_ci_low,
    projected_growth_ci_high,
    -- Open while the grace of a contract runs on which the state of an account depends.
    {{ casemart.is_settled('period_end', 0) }} and undetermined_accounts = 0 as is_complete
from targeted

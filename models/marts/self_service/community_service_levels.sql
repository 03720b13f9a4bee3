with
community_cases as (
    select * from {{ ref('casemart', 'fct_community_cases') }}
),

-- First responses by the day of the response, promises of one by the day on which they fell due.
dated as (
    select
        responses.first_response_on as counted_on,
        community_cases.case_id is not null as is_from_community,
        responses.first_response_minutes,
        cast(null as {{ casemart.type_of('string') }}) as sla_state,
        responses.topic,
        responses.product,
        responses.account_id,
        responses.account_segment
    from {{ ref('casemart', 'fct_case_responses') }} as responses
    left join community_cases on responses.case_id = community_cases.case_id

    union all

    select
        clocks.due_on as counted_on,
        community_cases.case_id is not null as is_from_community,
        null as first_response_minutes,
        clocks.sla_state,
        clocks.topic,
        clocks.product,
        clocks.account_id,
        clocks.account_segment
    from {{ ref('casemart', 'fct_sla_clocks') }} as clocks
    left join community_cases on clocks.case_id = community_cases.case_id
    where clocks.sla_metric = 'first_response' and clocks.sla_state in ('attained', 'breached')
),

in_periods as (
    {{ casemart.in_periods('dated', 'counted_on', ['topic', 'product', 'account_segment']) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.count_where('is_from_community and first_response_minutes is not null') }} as community_responses,
        {{ casemart.count_where('not is_from_community and first_response_minutes is not null') }} as other_responses,
        {{ casemart.percentile(0.5, 'case when is_from_community then first_response_minutes end') }} as community_response_minutes,
        {{ casemart.percentile(0.5, 'case when not is_from_community then first_response_minutes end') }} as other_response_minutes,
        {{ casemart.count_where('is_from_community and sla_state is not null') }} as community_due,
        {{ casemart.count_where("is_from_community and sla_state = 'attained'") }} as community_attained,
        {{ casemart.count_where('not is_from_community and sla_state is not null') }} as other_due,
        {{ casemart.count_where("not is_from_community and sla_state = 'attained'") }} as other_attained
    from in_periods
    group by period_grain, period_start, period_end, segment_by, segment
),

attained as (
    select
        *,
        {{ casemart.rate('community_attained', 'community_due') }} as community_attainment,
        {{ casemart.rate('other_attained', 'other_due') }} as other_attainment
    from counted
),

-- Null unless both sides have a case.
rated as (
    select
        *,
        {{ casemart.rounded('community_response_minutes - other_response_minutes') }} as community_escalation_response_gap,
        {{ casemart.rounded('community_attainment - other_attainment') }} as community_escalation_sla_gap
    from attained
),

compared as (
    {{ casemart.with_targets('rated', {'community_escalation_response_gap': -1, 'community_escalation_sla_gap': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    community_responses,
    community_response_minutes,
    other_responses,
    other_response_minutes,
    community_escalation_response_gap,
    community_escalation_response_gap_target,
    community_escalation_response_gap_gap,
    community_due,
    community_attained,
    community_attainment,
    other_due,
    other_attained,
    other_attainment,
    community_escalation_sla_gap,
    community_escalation_sla_gap_target,
    community_escalation_sla_gap_gap,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from compared

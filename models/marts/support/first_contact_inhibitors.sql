-- What stands in the way of first contact resolution, the commonest first (a Pareto list).
with
inhibited as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        cases.fcr_reason,
        coalesce(cases.topic, '(none)') as topic,
        coalesce(cases.product, '(none)') as product,
        count(*) as cases,
        cast(sum(cases.further_agent_interactions) as bigint) as further_agent_interactions,
        cast(sum(cases.further_timed_interactions) as bigint) as further_timed_interactions,
        cast(sum(cases.further_handle_seconds) as bigint) as further_handle_seconds
    from {{ ref('casemart', 'fct_cases') }} as cases
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on cases.fcr_on between periods.period_start and periods.period_end
    where cases.fcr_status = 'not_resolved'
    group by 1, 2, 3, 4, 5, 6
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_grain, period_start
            order by cases desc, fcr_reason asc, topic asc, product asc
        ) as inhibitor_rank,
        sum(cases) over (partition by period_grain, period_start) as cases_of_period
    from inhibited
),

cumulated as (
    select
        *,
        sum(cases) over (partition by period_grain, period_start order by inhibitor_rank) as cases_so_far
    from ranked
)

select
    cumulated.period_grain,
    cumulated.period_start,
    cumulated.period_end,
    cumulated.inhibitor_rank,
    cumulated.fcr_reason,
    cumulated.topic,
    cumulated.product,
    cumulated.cases,
    {{ casemart.rate('cumulated.cases', 'cumulated.cases_of_period') }} as share_of_cases,
    {{ casemart.rate('cumulated.cases_so_far', 'cumulated.cases_of_period') }} as cumulative_share,
    cumulated.further_agent_interactions,
    cumulated.further_timed_interactions,
    cumulated.further_handle_seconds,
    -- Interactions without a measured time count with the period's mean, as in the handled hours that the cost is divided by.
    case
        when cumulated.further_agent_interactions = 0 then 0
        else
            {{ casemart.rounded(
                '(coalesce(cumulated.further_handle_seconds, 0) / cast(3600 as ' ~ casemart.type_double() ~ ')'
                ~ ' + (cumulated.further_agent_interactions - cumulated.further_timed_interactions)'
                ~ ' * costs.handled_hours / nullif(costs.handled_contacts, 0)) * costs.cost_per_handled_hour'
            ) }}
    end as further_handle_cost,
    {{ casemart.is_settled('cumulated.period_end', var('casemart_fcr_settlement_days')) }} as is_complete
from cumulated
left join {{ ref('casemart', 'fct_handled_hour_costs') }} as costs
    on cumulated.period_grain = costs.period_grain and cumulated.period_start = costs.period_start

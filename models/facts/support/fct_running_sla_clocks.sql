-- Clocks without a verdict at the end of each period: begun by then, and not yet due.
with
clocks as (
    select
        case_id,
        sla_metric,
        started_on,
        stopped_at,
        due_on
    from {{ ref('casemart', 'fct_sla_clocks') }}
    where sla_state not in ('no_target', 'no_schedule')
),

stocks as (
    select
        clocks.*,
        periods.period_grain,
        periods.period_start,
        periods.stock_on,
        {{ casemart.end_of_day('periods.stock_on') }} as dated_at,
        {{ casemart.local_midnight(casemart.add_days('periods.stock_on', 1)) }} as ends_at
    from clocks
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on clocks.started_on <= periods.stock_on and (clocks.due_on is null or clocks.due_on > periods.stock_on)
),

stated as (
    select
        stocks.case_id,
        stocks.sla_metric,
        stocks.period_grain,
        stocks.period_start,
        stocks.stock_on,
        stocks.dated_at,
        coalesce(stocks.stopped_at < stocks.ends_at, false) as is_attained_so_far,
        pauses.case_id is not null and coalesce(stocks.stopped_at >= stocks.ends_at, true) as is_paused,
        {{ casemart.agent_contact_by('stocks.stock_on') }} as agent_interaction_id
    from stocks
    left join {{ ref('casemart', 'fct_sla_pauses') }} as pauses
        on
            stocks.case_id = pauses.case_id
            and stocks.sla_metric = pauses.sla_metric
            and stocks.ends_at > pauses.paused_at
            and stocks.ends_at <= pauses.resumed_at
            and pauses.is_before_due
    {{ casemart.join_first_contacts('stocks') }}
),

segmented as (
    {{ casemart.with_case_segments('stated') }}
)

select
    case_id,
    sla_metric,
    period_grain,
    period_start,
    stock_on,
    case when is_paused then 'paused' else 'running' end as sla_state,
    is_attained_so_far,
    product,
    queue,
    channel,
    delivery_model,
    priority,
    case_type,
    topic,
    team,
    site,
    shift,
    account_segment,
    region
from segmented

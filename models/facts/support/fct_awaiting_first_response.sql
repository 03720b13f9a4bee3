with
cases as (
    select
        service.case_id,
        service.opened_at,
        service.opened_on,
        service.first_response_on
    from {{ ref('casemart', 'fct_case_service') }} as service
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as lifecycles on service.case_id = lifecycles.case_id
    where not lifecycles.is_closed_undated
),

-- A case is open from its opening and from each reopening up to the next closing. A log may tell of either before the opening.
markers as (
    select
        case_id,
        opened_at as occurred_at,
        opened_on as occurred_on,
        0 as tie_order
    from cases

    union

    select
        case_id,
        occurred_at,
        occurred_on,
        tie_order
    from {{ ref('casemart', 'fct_case_events') }}
    where event_type in ('reopened', 'closed')

    union

    select
        case_id,
        first_closed_at as occurred_at,
        first_closed_on as occurred_on,
        6 as tie_order
    from {{ ref('casemart', 'fct_case_lifecycles') }}
    where first_closed_at is not null
),

spells as (
    select
        case_id,
        occurred_on as open_from_on,
        tie_order <> 6 as is_open,
        lead(occurred_on) over (
            partition by case_id order by case when tie_order = 0 then 0 else 1 end, occurred_at, tie_order
        ) as open_to_on
    from markers
),

stocks as (
    select
        cases.case_id,
        cases.opened_at,
        periods.period_grain,
        periods.period_start,
        periods.stock_on,
        {{ casemart.end_of_day('periods.stock_on') }} as dated_at,
        {{ casemart.local_midnight(casemart.add_days('periods.stock_on', 1)) }} as ends_at,
        -- Nobody of support has been heard of yet.
        cast(null as {{ casemart.type_of('string') }}) as agent_interaction_id
    from cases
    inner join spells on cases.case_id = spells.case_id and spells.is_open
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on
            cases.opened_on <= periods.stock_on
            and spells.open_from_on <= periods.stock_on
            and (spells.open_to_on is null or spells.open_to_on > periods.stock_on)
            and (cases.first_response_on is null or cases.first_response_on > periods.stock_on)
),

segmented as (
    {{ casemart.with_case_segments('stocks') }}
)

select
    case_id,
    opened_at,
    period_grain,
    period_start,
    stock_on,
    {{ casemart.exact_seconds('opened_at', 'ends_at') }} as wait_seconds,
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

-- Private: it holds the small groups that the marts hide.
with
answers as (
    select
        *,
        {{ casemart.period_start(var('casemart_esat_period_grain'), 'responded_on') }} as period_start
    from {{ ref('casemart', 'fct_employee_answers') }}
    where question = 'employee_satisfaction'
),

in_teams as (
    {{ casemart.by_segments('answers', ['team']) }}
),

employees as (
    select
        period_start,
        segment_by,
        segment,
        {{ casemart.count_where("answer_state = 'counted'") }} as employee_answers,
        {{ casemart.count_where("experience = 'positive'") }} as satisfied_employee_answers,
        {{ casemart.count_where("experience = 'neutral'") }} as neutral_employee_answers,
        {{ casemart.count_where("experience = 'negative'") }} as dissatisfied_employee_answers
    from in_teams
    group by period_start, segment_by, segment
),

-- What customers said of the same team in the same period.
case_answers as (
    select
        *,
        {{ casemart.period_start(var('casemart_esat_period_grain'), 'responded_on') }} as period_start
    from {{ ref('casemart', 'fct_survey_responses') }}
    where survey_type = 'post_case' and question = 'overall_satisfaction' and answer_state = 'counted'
),

case_answers_of_teams as (
    {{ casemart.by_segments('case_answers', ['team']) }}
),

customers as (
    select
        period_start,
        segment_by,
        segment,
        cast(count(*) as bigint) as customer_answers,
        {{ casemart.count_where("experience = 'positive'") }} as satisfied_customer_answers
    from case_answers_of_teams
    group by period_start, segment_by, segment
),

sized as (
    select
        *,
        employee_answers < {{ var('casemart_esat_min_responses') }} as is_too_small,
        sum(case when segment_by = 'team' and employee_answers < {{ var('casemart_esat_min_responses') }} then employee_answers else 0 end)
            over (partition by period_start) as hidden_answers,
        row_number() over (
            partition by period_start, segment_by, employee_answers < {{ var('casemart_esat_min_responses') }}
            order by employee_answers, segment
        ) as size_number
    from employees
)

select
    cast('{{ var("casemart_esat_period_grain") }}' as {{ casemart.type_of('string') }}) as period_grain,
    sized.period_start,
    {{ casemart.esat_period_end('sized.period_start') }} as period_end,
    sized.segment_by,
    sized.segment,
    sized.employee_answers,
    sized.satisfied_employee_answers,
    sized.neutral_employee_answers,
    sized.dissatisfied_employee_answers,
    coalesce(customers.customer_answers, 0) as customer_answers,
    coalesce(customers.satisfied_customer_answers, 0) as satisfied_customer_answers,
    -- Small cells are hidden. Few answers in all hidden teams together would be what the total leaves over: then the smallest
    -- team that is large enough is hidden too. Where the total is small, so is every team.
    sized.is_too_small
    or (
        sized.segment_by = 'team'
        and sized.size_number = 1
        and sized.hidden_answers between 1 and {{ var('casemart_esat_min_responses') }} - 1
    ) as is_suppressed
from sized
left join customers
    on
        sized.period_start = customers.period_start
        and sized.segment_by = customers.segment_by
        and sized.segment = customers.segment

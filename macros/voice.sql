{# Survey answers: which of them counts, and what a score says. #}

{% macro with_answer_states(relation) -%}
    {#-
        Adds `answer_state` to survey answers that are joined to their question and case. What is unfit by itself never counts; of
        the others, per kind of survey, question and subject, the last answer on the day of the first one counts, so that a period
        is complete when it ends. The subject is the invitation, else case and contact, else session, else the response.
    -#}
    select
        ranked.*,
        case
            when ranked.unfit_state is not null then ranked.unfit_state
            when ranked.responded_on = ranked.first_answered_on and ranked.answer_number = 1 then 'counted'
            else 'repeat'
        end as answer_state
    from (
        select
            subjects.*,
            min(case when subjects.unfit_state is null then subjects.responded_on end) over (
                partition by subjects.survey_type, subjects.question, subjects.subject
            ) as first_answered_on,
            row_number() over (
                partition by subjects.survey_type, subjects.question, subjects.subject, subjects.unfit_state, subjects.responded_on
                order by subjects.responded_at desc, subjects.response_id desc
            ) as answer_number
        from (
            select
                answers.*,
                case
                    when answers.kind is null then 'unknown_question'
                    when answers.case_id is not null and not answers.is_of_counted_case then 'not_counted_case'
                    when answers.kind = 'yes_no' and answers.is_yes is null then 'unusable'
                    when answers.kind = 'scale' and (answers.score is null or answers.scale_min is null or answers.scale_max is null)
                        then 'unusable'
                    when answers.kind = 'scale' and answers.scale_max <= answers.scale_min then 'unusable'
                    when answers.kind = 'scale' and answers.is_other_scale then 'other_scale'
                    when answers.kind = 'scale' and not (answers.score between answers.scale_min and answers.scale_max) then 'unusable'
                end as unfit_state,
                case
                    when answers.invitation_id is not null then 'invitation ' || answers.invitation_id
                    when answers.case_id is not null then 'case ' || length(answers.case_id) || ' ' || answers.case_id || ' ' || coalesce(answers.contact_id, '')
                    when answers.session_id is not null then 'session ' || answers.session_id
                    else 'response ' || answers.response_id
                end as subject
            from {{ relation }} as answers
        ) as subjects
    ) as ranked
{%- endmacro %}

{% macro is_other_scale(answers, questions) -%}
    {#- Whether the answer names another scale than the one that the question is fixed to. -#}
    coalesce(
        {{ questions }}.is_scale_fixed
        and (
            coalesce({{ answers }}.scale_min, {{ questions }}.scale_min) <> {{ questions }}.scale_min
            or coalesce({{ answers }}.scale_max, {{ questions }}.scale_max) <> {{ questions }}.scale_max
        ),
        false
    )
{%- endmacro %}

{% macro experience(score, scale_min, scale_max) -%}
    {#- Class of a score by its place on its scale: the upper quarter is positive, the lower negative, bounds included. -#}
    case
        when 4 * ({{ score }} - {{ scale_min }}) >= 3 * ({{ scale_max }} - {{ scale_min }}) then 'positive'
        when 4 * ({{ score }} - {{ scale_min }}) <= {{ scale_max }} - {{ scale_min }} then 'negative'
        else 'neutral'
    end
{%- endmacro %}

{% macro esat_period_end(period_start) -%}
    {#- The last day of the only period of employee satisfaction that begins on `period_start`. -#}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12}[var('casemart_esat_period_grain')] -%}
    {{ casemart.add_days(casemart.add_months(period_start, months), -1) }}
{%- endmacro %}

{% macro exact_sum(amount, places) -%}
    {#- A sum of decimals, 0 where there is none: the same in any order. -#}
    cast(coalesce(sum({{ amount }}), 0) as decimal(38, {{ places }}))
{%- endmacro %}

with
periods as (
    select * from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

days as (
    select * from {{ ref('casemart', 'dim_period_days') }}
    where period_grain <> 'week'
),

answers as (
    select * from {{ ref('casemart', 'fct_survey_responses') }}
    where answer_state = 'counted' and account_id is not null
),

-- The mean of all answers of the account in the period, after cases and about the relationship.
experiences as (
    select
        days.period_grain,
        days.period_start,
        answers.account_id,
        {{ casemart.rate('sum(answers.normalised_score)', 'count(*)') }} as mean_score,
        max(answers.responded_on) as anchor_on
    from answers
    inner join days on answers.responded_on = days.date_day
    where answers.question = 'overall_satisfaction' and answers.survey_type in ('post_case', 'relationship')
    group by days.period_grain, days.period_start, answers.account_id
),

-- One case that was not resolved at first contact is enough to be the reference; who has pending ones only is neither.
first_contacts as (
    select
        days.period_grain,
        days.period_start,
        cases.account_id,
        max(case when cases.fcr_status = 'not_resolved' then 1 else 0 end) = 0 as is_exposed,
        {{ casemart.add_days('max(cases.fcr_on)', var('casemart_fcr_settlement_days')) }} as anchor_on
    from {{ ref('casemart', 'fct_cases') }} as cases
    inner join days on cases.fcr_on = days.date_day
    where cases.fcr_status in ('resolved', 'not_resolved', 'pending') and cases.account_id is not null
    group by days.period_grain, days.period_start, cases.account_id
    having max(case when cases.fcr_status = 'pending' then 0 else 1 end) = 1
),

-- Respondents who needed help and said whether they asked for it; one who kept silent is enough to be exposed.
needs as (
    select
        days.period_grain,
        days.period_start,
        needed.account_id,
        max(case when contacted.is_yes then 0 else 1 end) = 1 as is_exposed,
        max(needed.responded_on) as anchor_on
    from answers as needed
    inner join answers as contacted
        on
            needed.response_id = contacted.response_id
            and contacted.question = 'contacted_support'
            and contacted.survey_type = 'relationship'
    inner join days on needed.responded_on = days.date_day
    where needed.question = 'needed_help' and needed.survey_type = 'relationship' and needed.is_yes
    group by days.period_grain, days.period_start, needed.account_id
),

exposures as (
    select
        period_grain,
        period_start,
        account_id,
        'experience' as exposure,
        mean_score,
        mean_score >= 0.75 as is_exposed,
        anchor_on
    from experiences

    union all

    select
        period_grain,
        period_start,
        account_id,
        'first_contact_resolution' as exposure,
        null as mean_score,
        is_exposed,
        anchor_on
    from first_contacts

    union all

    select
        period_grain,
        period_start,
        account_id,
        'unmet_need' as exposure,
        null as mean_score,
        is_exposed,
        anchor_on
    from needs

    union all

    select
        period_grain,
        period_start,
        account_id,
        'community' as exposure,
        null as mean_score,
        is_engaged as is_exposed,
        period_end as anchor_on
    from {{ ref('casemart', 'fct_community_exposures') }}
)

select
    exposures.period_grain,
    exposures.period_start,
    periods.period_end,
    exposures.account_id,
    exposures.exposure,
    case when exposures.is_exposed then 'exposed' else 'reference' end as exposure_class,
    exposures.mean_score,
    case
        when exposures.exposure <> 'experience' then null
        when exposures.mean_score >= 0.75 then 'positive'
        when exposures.mean_score > 0.25 then 'neutral'
        else 'negative'
    end as experience_class,
    exposures.anchor_on
from exposures
inner join periods on exposures.period_grain = periods.period_grain and exposures.period_start = periods.period_start

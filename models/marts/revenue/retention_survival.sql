-- Kaplan-Meier: who is still there so many months after the first covered day, those counted in whose story is not over.
with
spells as (
    select * from {{ ref('casemart', 'fct_first_spells') }}
),

segmented as (
    {{ casemart.by_account_segments('spells', ['cohort', 'age_months', 'is_lost'], 'first_covered_on') }}
),

cohorts as (
    select
        segment_by,
        segment,
        cohort,
        age_months,
        is_lost
    from segmented

    union all

    select
        segment_by,
        segment,
        'all' as cohort,
        age_months,
        is_lost
    from segmented
),

ages as (
    select
        segment_by,
        segment,
        cohort,
        age_months,
        sum(case when is_lost then 1 else 0 end) as lost_accounts,
        sum(case when is_lost then 0 else 1 end) as censored_accounts
    from cohorts
    group by segment_by, segment, cohort, age_months
),

-- Losses come before censorings of the same age, so who is censored is still at risk.
exposed as (
    select
        *,
        sum(lost_accounts + censored_accounts) over (
            partition by segment_by, segment, cohort
            order by age_months desc
            rows between unbounded preceding and current row
        ) as at_risk_accounts
    from ages
),

survived as (
    select
        *,
        cast(at_risk_accounts - lost_accounts as {{ casemart.type_double() }}) / at_risk_accounts as survival_at_age,
        -- Greenwood's term; where nobody is left there is no interval.
        cast(lost_accounts as {{ casemart.type_double() }})
        / nullif(at_risk_accounts * (at_risk_accounts - lost_accounts), 0) as variance_at_age
    from exposed
),

multiplied as (
    select
        *,
        {{ casemart.running_product(
            'survival_at_age',
            'partition by segment_by, segment, cohort order by age_months rows between unbounded preceding and current row',
        ) }} as survival,
        sum(variance_at_age) over (
            partition by segment_by, segment, cohort
            order by age_months
            rows between unbounded preceding and current row
        ) as relative_variance
    from survived
)

select
    segment_by,
    segment,
    cohort,
    age_months,
    cast(at_risk_accounts as bigint) as at_risk_accounts,
    cast(lost_accounts as bigint) as lost_accounts,
    cast(censored_accounts as bigint) as censored_accounts,
    {{ casemart.rounded('survival') }} as survival,
    case
        when survival > 0
            then {{ casemart.rounded('greatest(survival - 1.959963984540054 * survival * sqrt(relative_variance), 0)') }}
    end as survival_ci_low,
    case
        when survival > 0
            then {{ casemart.rounded('least(survival + 1.959963984540054 * survival * sqrt(relative_variance), 1)') }}
    end as survival_ci_high
from multiplied

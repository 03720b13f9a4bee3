-- Each account of a class is at risk and known, not at risk, or undetermined; positive, neutral and negative are the exposed and the
-- reference once more; the marts hold every row of the fact; no window begins before its exposure has ended.
with
outcomes as (
    select * from {{ ref('casemart', 'experience_outcomes') }}
),

of_experience as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        outcome,
        sum(case when account_class in ('exposed', 'reference') then at_risk_accounts else 0 end) as compared_accounts,
        sum(case when account_class in ('exposed', 'reference') then happened_accounts else 0 end) as compared_happened,
        sum(case when account_class in ('positive', 'neutral', 'negative') then at_risk_accounts else 0 end) as classed_accounts,
        sum(case when account_class in ('positive', 'neutral', 'negative') then happened_accounts else 0 end) as classed_happened
    from outcomes
    where exposure = 'experience'
    group by period_grain, period_start, segment_by, segment, outcome
),

renewals as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        compared_accounts,
        compared_happened
    from of_experience
    where outcome = 'renewal'
),

facts as (
    select
        period_grain,
        period_start,
        count(*) as accounts
    from {{ ref('casemart', 'fct_account_experience') }}
    group by period_grain, period_start
),

totals as (
    select
        period_grain,
        period_start,
        sum(accounts) as accounts
    from outcomes
    where segment_by = 'all' and account_class in ('exposed', 'reference') and outcome = 'purchase'
    group by period_grain, period_start
)

select
    exposure || ' ' || account_class || ' ' || outcome as problem,
    period_start
from outcomes
where accounts <> at_risk_accounts + not_at_risk_accounts + undetermined_accounts or happened_accounts > at_risk_accounts

union all

select
    'classes of experience, ' || outcome as problem,
    period_start
from of_experience
where compared_accounts <> classed_accounts or compared_happened <> classed_happened

union all

select
    'experience_impact, renewal' as problem,
    impacts.period_start
from {{ ref('casemart', 'experience_impact') }} as impacts
left join renewals
    on
        impacts.period_grain = renewals.period_grain
        and impacts.period_start = renewals.period_start
        and impacts.segment_by = renewals.segment_by
        and impacts.segment = renewals.segment
where
    impacts.experience_impact_renewal_accounts <> coalesce(renewals.compared_accounts, 0)
    or impacts.experience_impact_renewal_exposed_yes + impacts.experience_impact_renewal_reference_yes <> coalesce(renewals.compared_happened, 0)

union all

select
    'rows of the fact' as problem,
    facts.period_start
from facts
left join totals on facts.period_grain = totals.period_grain and facts.period_start = totals.period_start
where facts.accounts <> coalesce(totals.accounts, 0)

union all

select
    exposure || ' before its period' as problem,
    period_start
from {{ ref('casemart', 'fct_account_experience') }}
where anchor_on < period_start or (exposure = 'community' and anchor_on <> period_end)

-- What follows an anchor day, in the days after it.
with
windows as (
    select * from {{ ref('casemart', 'fct_experience_windows') }}
),

renewals as (
    select
        account_id,
        anchor_on,
        min(case when is_renewed then 1 else 0 end) = 1 as has_renewed_all,
        max(case when is_renewed is null then 1 else 0 end) = 1 as is_undecided
    from {{ ref('casemart', 'fct_experience_renewals') }}
    group by account_id, anchor_on
),

purchases as (
    select
        windows.account_id,
        windows.anchor_on,
        max(case when purchases.is_undetermined then 0 else 1 end) = 1 as has_purchased
    from windows
    inner join {{ ref('casemart', 'fct_account_purchases') }} as purchases
        on windows.account_id = purchases.account_id and purchases.purchased_on between windows.window_from_on and windows.window_to_on
    group by windows.account_id, windows.anchor_on
),

-- Values that a running grace holds may yet fall.
undetermined_months as (
    select distinct
        windows.account_id,
        windows.anchor_on
    from windows
    inner join {{ ref('casemart', 'fct_recurring_movements') }} as movements
        on
            windows.account_id = movements.account_id
            and {{ casemart.month_end('movements.month_start') }} between windows.window_from_on and windows.window_to_on
    where movements.segment_by = 'all' and movements.is_undetermined
),

-- What the account said last: stated, not observed.
recommendations as (
    select
        windows.account_id,
        windows.anchor_on,
        answers.score >= 9 as has_recommended,
        row_number() over (
            partition by windows.account_id, windows.anchor_on
            order by answers.responded_at desc, answers.response_id desc
        ) as answer_number
    from windows
    inner join {{ ref('casemart', 'fct_survey_responses') }} as answers
        on windows.account_id = answers.account_id and answers.responded_on between windows.window_from_on and windows.window_to_on
    where answers.question = 'likelihood_to_recommend' and answers.answer_state = 'counted'
),

-- Undetermined until the window has run out, even where the outcome has come: else young periods would show the quick ones only.
joined as (
    select
        windows.*,
        windows.is_over and windows.account_state = 'active' as is_decided,
        renewals.account_id is not null as is_renewal_due,
        renewals.has_renewed_all,
        coalesce(renewals.is_undecided, false) as is_renewal_undecided,
        coalesce(purchases.has_purchased, false) as has_purchased,
        undetermined_months.account_id is not null as is_value_undetermined,
        recommendations.has_recommended
    from windows
    left join renewals on windows.account_id = renewals.account_id and windows.anchor_on = renewals.anchor_on
    left join purchases on windows.account_id = purchases.account_id and windows.anchor_on = purchases.anchor_on
    left join undetermined_months
        on windows.account_id = undetermined_months.account_id and windows.anchor_on = undetermined_months.anchor_on
    left join recommendations
        on
            windows.account_id = recommendations.account_id
            and windows.anchor_on = recommendations.anchor_on
            and recommendations.answer_number = 1
),

stated as (
    select
        *,
        case
            when not is_decided or is_renewal_undecided then 'undetermined'
            when not is_renewal_due then 'not_at_risk'
            when has_renewed_all then 'happened'
            else 'not_happened'
        end as renewal_state,
        case
            when not is_decided then 'undetermined'
            when has_purchased then 'happened'
            when is_value_undetermined then 'undetermined'
            else 'not_happened'
        end as purchase_state,
        case
            when not is_decided then 'undetermined'
            when has_recommended then 'happened'
            when not has_recommended then 'not_happened'
            else 'not_at_risk'
        end as recommendation_state
    from joined
)

select
    account_id,
    anchor_on,
    window_from_on,
    window_to_on,
    account_state,
    renewal_state,
    purchase_state,
    recommendation_state,
    renewal_state = 'undetermined' and coalesce(has_renewed_all, false) as has_renewal_so_far,
    purchase_state = 'undetermined' and has_purchased as has_purchase_so_far,
    recommendation_state = 'undetermined' and coalesce(has_recommended, false) as has_recommendation_so_far
from stated

with
first_contracts as (
    select
        *,
        {{ casemart.add_days('starts_on', var('casemart_onboarding_window_days')) }} as window_ends_on,
        {{ casemart.end_of_day('first_covered_on') }} as dated_at
    from {{ ref('casemart', 'fct_first_contracts') }}
),

milestones as (
    select * from {{ ref('casemart', 'fct_milestones') }}
    where stage = 'onboarding'
),

-- What was reached from the day on which the contract is known to the last day of the window, both included.
reached as (
    select
        first_contracts.account_id,
        min(case when milestones.has_formal_guidance then milestones.reached_on end) as guided_on,
        min(case when milestones.has_formal_guidance is null then milestones.reached_on end) as guidance_unknown_on
    from first_contracts
    inner join milestones
        on
            first_contracts.account_id = milestones.account_id
            and milestones.reached_on between first_contracts.known_on and first_contracts.window_ends_on
    group by first_contracts.account_id
),

stated as (
    select
        first_contracts.*,
        reached.guided_on,
        case
            when first_contracts.window_ends_on > {{ casemart.as_of() }} then 'undetermined'
            when reached.guided_on is not null then 'onboarded'
            when reached.guidance_unknown_on is not null then 'guidance_unknown'
            else 'not_onboarded'
        end as onboarding_state
    from first_contracts
    left join reached on first_contracts.account_id = reached.account_id
    -- Without any onboarding milestone nothing is known of anybody.
    where exists (select 1 from milestones)
),

segmented as (
    {{ casemart.with_account_segments('stated') }}
)

select
    account_id,
    contract_id,
    known_on,
    starts_on,
    first_covered_on,
    window_ends_on,
    guided_on,
    cast(onboarding_state as {{ casemart.type_of('string') }}) as onboarding_state,
    case when onboarding_state <> 'undetermined' then onboarding_state = 'onboarded' end as is_onboarded,
    case when onboarding_state <> 'undetermined' then onboarding_state in ('onboarded', 'guidance_unknown') end as is_onboarded_upper,
    case when onboarding_state = 'undetermined' then guided_on is not null end as is_onboarded_so_far,
    case when onboarding_state = 'onboarded' then cast({{ casemart.days_between('starts_on', 'guided_on') }} as integer) end as days_to_guidance,
    account_segment,
    region,
    industry,
    size_band
from segmented

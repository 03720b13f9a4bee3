with
reviews as (
    select * from {{ ref('casemart', 'stg_quality_reviews') }}
    where {{ casemart.is_known('reviewed_at') }}
),

-- What a review leaves out comes from its interaction. Neither that nor its case may be of a later day than the review: a period
-- would change after its end.
known as (
    select
        reviews.review_id,
        reviews.reviewed_at,
        reviews.reviewed_at as dated_at,
        {{ casemart.local_day('reviews.reviewed_at') }} as reviewed_on,
        reviews.interaction_id,
        reviews.interaction_id is not null and interactions.interaction_id is null as is_interaction_unknown,
        coalesce(reviews.case_id, interactions.case_id) as case_id,
        coalesce(reviews.agent_id, interactions.agent_id) as agent_id,
        cast(null as {{ casemart.type_of('string') }}) as agent_interaction_id,
        reviews.score,
        reviews.max_score
    from reviews
    left join {{ ref('casemart', 'fct_interactions') }} as interactions
        on
            reviews.interaction_id = interactions.interaction_id
            and interactions.occurred_on <= {{ casemart.local_day('reviews.reviewed_at') }}
),

-- A review without a case counts; one of a case that is not counted, or unknown, does not.
stated as (
    select
        known.*,
        case
            when known.max_score <= 0 or known.score < 0 or known.score > known.max_score then 'invalid'
            when known.case_id is not null and not coalesce(cases.is_counted, false) then 'not_counted_case'
            else 'counted'
        end as review_state
    from known
    left join {{ ref('casemart', 'fct_case_lifecycles') }} as cases on known.case_id = cases.case_id and known.reviewed_on >= cases.opened_on
),

of_cases as (
    {{ casemart.with_case_segments('known') }}
)

select
    stated.review_id,
    stated.reviewed_at,
    stated.reviewed_on,
    stated.case_id,
    stated.interaction_id,
    stated.is_interaction_unknown,
    stated.agent_id,
    stated.score,
    stated.max_score,
    stated.review_state,
    case
        when stated.review_state = 'counted' then cast({{ casemart.rate('stated.score', 'stated.max_score') }} as decimal(13, 12))
    end as normalised_score,
    of_cases.product,
    of_cases.queue,
    of_cases.channel,
    agents.team,
    agents.site,
    agents.shift
from stated
left join of_cases on stated.review_id = of_cases.review_id
left join {{ ref('casemart', 'dim_agents') }} as agents
    on
        stated.agent_id = agents.agent_id
        and stated.reviewed_at >= agents.valid_from_at
        and stated.reviewed_at < agents.valid_to_at

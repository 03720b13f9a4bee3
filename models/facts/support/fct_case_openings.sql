with
openings as (
    select
        case_id,
        account_id,
        contact_id,
        opened_at,
        opened_on,
        opened_at as dated_at,
        cast(null as {{ casemart.type_of('string') }}) as agent_interaction_id
    from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted
),

segmented as (
    {{ casemart.with_case_segments('openings') }}
)

select
    segmented.case_id,
    segmented.account_id,
    segmented.contact_id,
    segmented.opened_at,
    segmented.opened_on,
    entitled.account_id is not null as is_account_entitled,
    segmented.product,
    segmented.queue,
    segmented.channel,
    segmented.delivery_model,
    segmented.priority,
    segmented.case_type,
    segmented.topic,
    segmented.account_segment,
    segmented.region
from segmented
left join {{ ref('casemart', 'fct_entitled_periods') }} as entitled
    on
        segmented.account_id = entitled.account_id
        and segmented.opened_on between entitled.entitled_from_on and entitled.entitled_to_on

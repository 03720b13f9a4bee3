-- The days after an anchor day in which outcomes follow: only of who is active on that day, or may prove to have been.
with
anchors as (
    select distinct
        account_id,
        anchor_on,
        {{ casemart.add_days('anchor_on', 1) }} as window_from_on,
        {{ casemart.add_days('anchor_on', var('casemart_impact_window_days')) }} as window_to_on
    from {{ ref('casemart', 'fct_experience_exposures') }}
)

select
    anchors.account_id,
    anchors.anchor_on,
    anchors.window_from_on,
    anchors.window_to_on,
    case
        when max(case when coverage.coverage in ('in_force', 'late_renewal_gap') then 1 else 0 end) = 1 then 'active'
        else 'undetermined'
    end as account_state,
    anchors.window_to_on <= {{ casemart.as_of() }} as is_over
from anchors
inner join {{ ref('casemart', 'fct_contract_coverage') }} as coverage
    on
        anchors.account_id = coverage.account_id
        and least(anchors.anchor_on, {{ casemart.as_of() }}) between coverage.covered_from_on and coverage.covered_to_on
group by anchors.account_id, anchors.anchor_on, anchors.window_from_on, anchors.window_to_on

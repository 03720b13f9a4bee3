{# What the leaves count: name of the count -> condition on a row of the fact. Leaf and mart read the same list. #}

{% macro first_contact_measures() %}
    {{ return({
        'cases': 'true',
        'resolved': "fcr_status = 'resolved'",
        'not_resolved': "fcr_status = 'not_resolved'",
        'pending': "fcr_status = 'pending'",
        'excluded': "fcr_status = 'excluded'",
        'first_contact_cases': 'is_first_contact_resolved is not null',
        'resolved_or_pending': 'is_first_contact_resolved_upper',
        'net_resolved': 'is_net_first_contact_resolved',
        'net_first_contact_cases': 'is_net_first_contact_resolved is not null',
        'no_repeat_resolved': 'is_first_contact_resolved_no_repeat',
        'no_repeat_first_contact_cases': 'is_first_contact_resolved_no_repeat is not null',
        'no_repeat_undetermined': "no_repeat_state = 'undetermined'",
    }) }}
{% endmacro %}

{% macro case_closing_measures() %}
    {{ return({'first_closed_cases': 'true', 'one_touch_cases': 'is_one_touch'}) }}
{% endmacro %}

{% macro contract_renewal_measures() %}
    {{ return({
        'due_contracts': 'true',
        'renewed_contracts': 'is_renewed',
        'renewed_on_time_contracts': 'is_renewed_on_time',
        'renewed_late_contracts': 'is_renewed_late',
        'lost_contracts': 'not is_renewed',
        'determined_contracts': 'is_renewed is not null',
        'undetermined_contracts': "renewal_state = 'undetermined'",
    }) }}
{% endmacro %}

{% macro contract_renewal_amounts() %}
    {{ return({
        'expiring_value': 'expiring_value',
        'renewed_value': 'renewed_value',
        'renewed_on_time_value': 'case when is_renewed_on_time then renewed_value end',
        'renewed_late_value': 'case when is_renewed_late then renewed_value end',
    }) }}
{% endmacro %}

{% macro self_help_measures() %}
    {{ return({
        'sessions': 'true',
        'entitled_sessions': "entitlement = 'entitled'",
        'not_entitled_sessions': "entitlement = 'not_entitled'",
        'unknown_sessions': "entitlement = 'unknown'",
        'answered_sessions': 'is_success is not null',
        'found_sessions': 'is_success',
        'intent_answered_sessions': 'is_intended is not null',
        'intended_sessions': 'is_intended',
        'further_action_answered_sessions': 'is_no_further_action is not null',
        'no_further_action_sessions': 'is_no_further_action',
        'observed_sessions': "entitlement = 'entitled' and observed_case_id is not null",
        'deflected_cases_floor': 'is_deflected_floor',
        'deflected_cases_ceiling': 'is_deflected_ceiling',
    }) }}
{% endmacro %}

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

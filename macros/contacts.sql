{# Contacts: the one way to count the hours that they took. #}

{% macro handled_hours(handle_seconds, timed_contacts, handled_contacts) -%}
    {#-
        Average handle time x handled contacts, in hours: contacts without a known time count with the mean of the others, so that
        missing measurements neither vanish nor count as 0. Null where no time is known.
    -#}
    {{ casemart.rounded(
        'cast(' ~ handle_seconds ~ ' as ' ~ casemart.type_double() ~ ') / nullif(' ~ timed_contacts ~ ', 0) * ' ~ handled_contacts ~ ' / 3600'
    ) }}
{%- endmacro %}

{# By what contact quality is published, of reviews and of answers alike. #}
{% macro quality_segments() %}
    {{ return(['team', 'site', 'shift', 'agent', 'queue', 'channel', 'product']) }}
{% endmacro %}

{% macro weighted_quality(review_sum, reviews, answer_sum, answers) -%}
    {#-
        The mean of the two parts of contact quality, weighted by `casemart_contact_quality_weights`; null unless both are known.
        Taken from the sums, not from the published parts, which are rounded.
    -#}
    {%- set weights = var('casemart_contact_quality_weights') -%}
    {%- set double = casemart.type_double() -%}
    {%- set review_weight, survey_weight = 'cast(' ~ weights.quality_review ~ ' as ' ~ double ~ ')', 'cast(' ~ weights.survey ~ ' as ' ~ double ~ ')' -%}
    {{ casemart.rounded(
        '(' ~ review_weight ~ ' * cast(' ~ review_sum ~ ' as ' ~ double ~ ') / nullif(' ~ reviews ~ ', 0) + '
        ~ survey_weight ~ ' * cast(' ~ answer_sum ~ ' as ' ~ double ~ ') / nullif(' ~ answers ~ ', 0))'
        ~ ' / (' ~ review_weight ~ ' + ' ~ survey_weight ~ ')'
    ) }}
{%- endmacro %}

{# Intervals, quantiles and correlations. z is that of 95 %. #}

{% macro z() %}{{ return('1.959963984540054') }}{% endmacro %}

{% macro wilson_low(successes, trials) %}{{ return(casemart.wilson_bound(successes, trials, '-')) }}{% endmacro %}
{% macro wilson_high(successes, trials) %}{{ return(casemart.wilson_bound(successes, trials, '+')) }}{% endmacro %}

{% macro wilson_bound(successes, trials, sign) -%}
    {#- Bound of the 95 % Wilson score interval of successes / trials; null without trials. -#}
    {%- set z = casemart.z() -%}
    {%- set n = 'nullif(cast(' ~ trials ~ ' as ' ~ casemart.type_double() ~ '), 0)' -%}
    {%- set p = '(' ~ successes ~ ' / ' ~ n ~ ')' -%}
    {{ casemart.rounded(
        '(' ~ p ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / (2 * ' ~ n ~ ') ' ~ sign ~ ' ' ~ z
        ~ ' * sqrt((' ~ p ~ ' * (1 - ' ~ p ~ ') + ' ~ z ~ ' * ' ~ z ~ ' / (4 * ' ~ n ~ ')) / ' ~ n ~ '))'
        ~ ' / (1 + ' ~ z ~ ' * ' ~ z ~ ' / ' ~ n ~ ')'
    ) }}
{%- endmacro %}

{% macro running_product(factor, window) -%}
    {#- The product of factors in 0..1 up to the current row of `window`: 0 from the first 0 on. -#}
    case
        when min({{ factor }}) over ({{ window }}) = 0 then 0
        else exp(sum(ln(nullif({{ factor }}, 0))) over ({{ window }}))
    end
{%- endmacro %}

{% macro percentile(fraction, value) -%}
    {#- Exact quantile of the known values, linear between two neighbours, to 9 places: of minutes and days a double has no more. -#}
    {{ casemart.rounded_to('percentile_cont(' ~ fraction ~ ') within group (order by ' ~ value ~ ')', 9) }}
{%- endmacro %}

{% macro mean_bound(total, total_of_squares, number, sign, lowest, highest) -%}
    {#-
        Bound of the 95 % interval of a mean, mean +- z s / sqrt(n) with the sample deviation, cut to the scale; null under two
        values. The totals are exact sums of decimals, so that they are the same in any order.
    -#}
    {%- set double = casemart.type_double() -%}
    {%- set n = 'cast(' ~ number ~ ' as ' ~ double ~ ')' -%}
    {%- set sum = 'cast(' ~ total ~ ' as ' ~ double ~ ')' -%}
    {%- set squares = 'cast(' ~ total_of_squares ~ ' as ' ~ double ~ ')' -%}
    case
        when {{ number }} >= 2
            then {{ casemart.rounded(
                'least(greatest(' ~ sum ~ ' / ' ~ n ~ ' ' ~ sign ~ ' ' ~ casemart.z()
                ~ ' * sqrt(greatest(' ~ squares ~ ' - ' ~ sum ~ ' * ' ~ sum ~ ' / ' ~ n ~ ', 0) / (' ~ n ~ ' - 1) / ' ~ n ~ '), '
                ~ lowest ~ '), ' ~ highest ~ ')'
            ) }}
    end
{%- endmacro %}

{% macro net_promoter_bound(promoters, detractors, answers, sign) -%}
    {#- Bound of the 95 % interval of a net promoter score in points, cut to -100..100; null without answers. -#}
    {%- set n = 'nullif(cast(' ~ answers ~ ' as ' ~ casemart.type_double() ~ '), 0)' -%}
    {%- set p = '(' ~ promoters ~ ' / ' ~ n ~ ')' -%}
    {%- set d = '(' ~ detractors ~ ' / ' ~ n ~ ')' -%}
    {%- set variance = '(' ~ p ~ ' + ' ~ d ~ ' - (' ~ p ~ ' - ' ~ d ~ ') * (' ~ p ~ ' - ' ~ d ~ '))' -%}
    case
        when {{ answers }} > 0
            then {{ casemart.rounded(
                'least(greatest(100 * (' ~ p ~ ' - ' ~ d ~ ' ' ~ sign ~ ' ' ~ casemart.z()
                ~ ' * sqrt(greatest(' ~ variance ~ ', 0) / ' ~ n ~ ')), -100), 100)'
            ) }}
    end
{%- endmacro %}

{% macro correlation(number, total_x, total_y, squares_x, squares_y, products) -%}
    {#-
        Pearson's r of `number` pairs from their exact sums; null under `casemart_correlation_min_points` pairs or without variance.
        An association, not a cause.
    -#}
    {%- set double = casemart.type_double() -%}
    {%- set n = 'cast(' ~ number ~ ' as ' ~ double ~ ')' -%}
    {%- set x, y = 'cast(' ~ total_x ~ ' as ' ~ double ~ ')', 'cast(' ~ total_y ~ ' as ' ~ double ~ ')' -%}
    {%- set variance_x = '(' ~ n ~ ' * cast(' ~ squares_x ~ ' as ' ~ double ~ ') - ' ~ x ~ ' * ' ~ x ~ ')' -%}
    {%- set variance_y = '(' ~ n ~ ' * cast(' ~ squares_y ~ ' as ' ~ double ~ ') - ' ~ y ~ ' * ' ~ y ~ ')' -%}
    {#- What rounding leaves of a variance of 0 is no variance. -#}
    {%- set least_x = '1e-12 * ' ~ n ~ ' * cast(' ~ squares_x ~ ' as ' ~ double ~ ')' -%}
    {%- set least_y = '1e-12 * ' ~ n ~ ' * cast(' ~ squares_y ~ ' as ' ~ double ~ ')' -%}
    case
        when {{ number }} >= {{ var('casemart_correlation_min_points') }} and {{ variance_x }} > {{ least_x }} and {{ variance_y }} > {{ least_y }}
            then {{ casemart.rounded(
                'least(greatest((' ~ n ~ ' * cast(' ~ products ~ ' as ' ~ double ~ ') - ' ~ x ~ ' * ' ~ y
                ~ ') / sqrt(' ~ variance_x ~ ' * ' ~ variance_y ~ '), -1), 1)'
            ) }}
    end
{%- endmacro %}

{% macro correlation_bound(correlation, number, sign) -%}
    {#- Bound of its 95 % interval by Fisher's z; null where |r| = 1. tanh(u) is written by exp, which every engine has. -#}
    {%- set double = casemart.type_double() -%}
    {%- set r = 'cast(' ~ correlation ~ ' as ' ~ double ~ ')' -%}
    {%- set u = '(ln((1 + ' ~ r ~ ') / (1 - ' ~ r ~ ')) / 2 ' ~ sign ~ ' ' ~ casemart.z() ~ ' / sqrt(cast(' ~ number ~ ' - 3 as ' ~ double ~ ')))' -%}
    case
        when abs({{ r }}) < 1 and {{ number }} > 3
            then {{ casemart.rounded('(exp(2 * ' ~ u ~ ') - 1) / (exp(2 * ' ~ u ~ ') + 1)') }}
    end
{%- endmacro %}

{#
    Business time: how long a schedule was open between two moments, and when a span of open time runs out. Both read
    dim_open_intervals through the stretches below, of which exactly one holds any moment: no minute is ever laid out.
#}

{% macro open_stretches() -%}
    {#-
        One row per schedule and stretch of time that holds no opening inside: cut at every opening and at the midnights of UTC, so
        that a moment is found by its schedule and UTC day. The schedule is open from `from_at` to `open_until_at`, shut from there
        to `to_at`; `open_seconds_before` is its open time before `from_at`. A name that the seed lacks has no stretch.
    -#}
    select
        schedule,
        cast(from_at as date) as utc_day,
        from_at,
        to_at,
        open_until_at,
        open_seconds_before,
        {{ casemart.exact_seconds('from_at', 'open_until_at') }} as open_seconds,
        -- Stretches found by the open time that they hold, in parcels of a day: none is longer, so each lies in one parcel or two.
        {{ casemart.open_parcel('open_seconds_before') }} as first_parcel,
        {{ casemart.open_parcel('(open_seconds_before + ' ~ casemart.exact_seconds('from_at', 'open_until_at') ~ ')') }} as last_parcel
    from (
        select
            schedule,
            from_at,
            to_at,
            greatest(from_at, least(to_at, coalesce(close_at, from_at))) as open_until_at,
            cast(
                coalesce(
                    interval_seconds_before + {{ casemart.exact_seconds('interval_open_at', 'least(from_at, close_at)') }}, 0
                ) as decimal(18, 6)
            ) as open_seconds_before
        from (
            -- The latest interval that has begun: of disjoint intervals, openings, closings and open time all grow.
            select
                schedule,
                cut_at as from_at,
                lead(cut_at) over (partition by schedule order by cut_at) as to_at,
                max(open_at) over (partition by schedule order by cut_at) as interval_open_at,
                max(close_at) over (partition by schedule order by cut_at) as close_at,
                max(open_seconds_before) over (partition by schedule order by cut_at) as interval_seconds_before
            from (
                select
                    schedule,
                    cut_at,
                    max(open_at) as open_at,
                    max(close_at) as close_at,
                    max(open_seconds_before) as open_seconds_before
                from (
                    select
                        schedule,
                        open_at as cut_at,
                        open_at,
                        close_at,
                        open_seconds_before
                    from {{ ref('casemart', 'dim_open_intervals') }}

                    union all

                    select
                        schedule_names.schedule,
                        midnights.midnight_at as cut_at,
                        cast(null as timestamp) as open_at,
                        cast(null as timestamp) as close_at,
                        cast(null as decimal(18, 6)) as open_seconds_before
                    from (select distinct lower(schedule) as schedule from {{ ref('casemart', 'schedules') }}) as schedule_names
                    cross join (
                        select
                            {{ casemart.day_series(
                                casemart.add_days('first_event_on', -2),
                                casemart.add_days('as_of', var('casemart_business_time_horizon_days') + 3),
                            ) }} as midnight_at
                        from {{ ref('casemart', 'dim_as_of') }}
                        where first_event_on is not null and as_of is not null
                    ) as midnights
                ) as cuts
                group by schedule, cut_at
            ) as distinct_cuts
        ) as begun
    ) as stretches
    where to_at is not null
{%- endmacro %}

{% macro open_parcel(seconds) %}cast(floor({{ seconds }} / 86400) as bigint){% endmacro %}

{% macro open_seconds_at(stretch, moment) -%}
    {#- Open time of a schedule before a moment of the stretch. -#}
    ({{ stretch }}.open_seconds_before + {{ casemart.exact_seconds(stretch ~ '.from_at', 'least(' ~ moment ~ ', ' ~ stretch ~ '.open_until_at)') }})
{%- endmacro %}

{% macro join_stretch(relation, moment, stretch) -%}
    left join open_stretches as {{ stretch }}
        on
            {{ relation }}.schedule = {{ stretch }}.schedule
            and cast({{ relation }}.{{ moment }} as date) = {{ stretch }}.utc_day
            and {{ relation }}.{{ moment }} >= {{ stretch }}.from_at
            and {{ relation }}.{{ moment }} < {{ stretch }}.to_at
{%- endmacro %}

{% macro with_business_seconds(relation, spans) -%}
    {#-
        The rows of a relation that has `schedule`, with the seconds of open time of each span: `spans` maps a name to the columns
        that it lasts from and to. 0 where the span ends before it begins, null where a moment or the schedule is unknown. Reads
        a CTE open_stretches.
    -#}
    {%- set moments = [] %}
    {%- for span in spans.values() %}
    {%- for moment in span if moment not in moments %}
    {%- do moments.append(moment) %}
    {%- endfor %}
    {%- endfor %}
    select
        {{ relation }}.*,
        {%- for name, span in spans.items() %}
        cast(
            case
                when {{ relation }}.{{ span[0] }} >= {{ relation }}.{{ span[1] }} then 0 * at_{{ span[0] }}.open_seconds_before
                else
                    {{ casemart.open_seconds_at('at_' ~ span[1], relation ~ '.' ~ span[1]) }}
                    - {{ casemart.open_seconds_at('at_' ~ span[0], relation ~ '.' ~ span[0]) }}
            end as decimal(18, 6)
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- for moment in moments %}
    {{ casemart.join_stretch(relation, moment, 'at_' ~ moment) }}
    {%- endfor %}
{%- endmacro %}

{% macro with_business_due(relation, start, seconds, name) -%}
    {#-
        The rows of a relation that has `schedule`, with the earliest moment at which `seconds` of open time have run since `start`:
        the start itself for 0, null where the opening hours laid out do not last. Reads a CTE open_stretches.
    -#}
    select
        due_wanted.*,
        case
            when due_wanted.{{ seconds }} <= 0 then due_wanted.{{ start }}
            else
                {{ casemart.add_exact_seconds(
                    'coalesce(in_first_parcel.from_at, in_last_parcel.from_at)',
                    '(due_wanted.' ~ name ~ '_open_seconds - coalesce(in_first_parcel.open_seconds_before, in_last_parcel.open_seconds_before))',
                ) }}
        end as {{ name }}
    from (
        select
            {{ relation }}.*,
            cast({{ casemart.open_seconds_at('at_' ~ start, relation ~ '.' ~ start) }} + {{ relation }}.{{ seconds }} as decimal(18, 6)) as {{ name }}_open_seconds
        from {{ relation }}
        {{ casemart.join_stretch(relation, start, 'at_' ~ start) }}
    ) as due_wanted
    {%- for parcel, only_if in {'first_parcel': '', 'last_parcel': 'and in_last_parcel.last_parcel <> in_last_parcel.first_parcel'}.items() %}
    left join open_stretches as in_{{ parcel }}
        on
            due_wanted.schedule = in_{{ parcel }}.schedule
            and {{ casemart.open_parcel('due_wanted.' ~ name ~ '_open_seconds') }} = in_{{ parcel }}.{{ parcel }}
            and due_wanted.{{ name }}_open_seconds > in_{{ parcel }}.open_seconds_before
            and due_wanted.{{ name }}_open_seconds <= in_{{ parcel }}.open_seconds_before + in_{{ parcel }}.open_seconds
            {{ only_if }}
    {%- endfor %}
{%- endmacro %}

{% macro midnight_in(day, zone) -%}
    {#- The UTC moment at which a local day begins; where clocks go back over midnight, the first of the two. -#}
    {%- set midnight = casemart.to_utc_from('cast(' ~ day ~ ' as timestamp)', zone) -%}
    {%- set hour_before = '(' ~ midnight ~ " - interval '1 hour')" -%}
    case when cast({{ casemart.from_utc_to(hour_before, zone) }} as date) = {{ day }} then {{ hour_before }} else {{ midnight }} end
{%- endmacro %}

{% macro literals(values) -%}
    {#- A list for `in (…)`, in lower case; of an empty one nothing that has a name is a member. -#}
    {%- for value in values %}{{ casemart.literal(value | string | lower) }}{{ ', ' if not loop.last }}{% else %}''{% endfor -%}
{%- endmacro %}

{% macro field_at(field, period, landed) -%}
    {#- Value of a case field at a moment: `period` is the row of fct_case_field_periods that holds it, if any. -#}
    case when {{ period }}.case_id is not null then lower({{ casemart.trimmed(period ~ '.field_value') }}) else {{ landed }}.{{ field }} end
{%- endmacro %}

{% macro minutes_of(seconds) -%}
    cast({{ seconds }} as {{ casemart.type_double() }}) / 60
{%- endmacro %}

{% macro join_first_contacts(relation) -%}
    left join {{ ref('casemart', 'fct_first_contacts') }} as first_contacts on {{ relation }}.case_id = first_contacts.case_id
    left join {{ ref('casemart', 'fct_interactions') }} as first_agent_interaction
        on first_contacts.first_agent_interaction_id = first_agent_interaction.interaction_id
{%- endmacro %}

{% macro agent_contact_by(day, days=0) -%}
    {#- The interaction whose agent gives team, site and shift: the initial one, else the first agent interaction, of those up to `days` after the day. -#}
    coalesce(
        case when {{ casemart.days_between(day, 'first_contacts.initial_interaction_on') }} <= {{ days }} then first_contacts.initial_interaction_id end,
        case when {{ casemart.days_between(day, 'first_agent_interaction.occurred_on') }} <= {{ days }} then first_agent_interaction.interaction_id end
    )
{%- endmacro %}

{% macro time_zones() -%}
    {#- The names of the IANA zones that can be written. -#}
    {%- for zone in modules.pytz.all_timezones %}
    select '{{ zone }}' as zone
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The steps of imaging, as CL_SCAN_STEP has them. #}
{% macro scan_steps() -%}
    {{ return(['S01', 'S02', 'S03', 'S04', 'S05', 'S06', 'S07', 'S08', 'S09', 'S10', 'S11', 'S12', 'WEEDED']) }}
{%- endmacro %}

{# Acts that the order of a case is told by, each with its first and its last second in `int_scan__visit`. #}
{% macro scan_acts() -%}
    {{ return([
        'S02', 'S03', 'S05', 'S06', 'S07', 'S08', 'S09', 'S10', 'S11', 'S12',
        'STAMPED', 'GIVEN_BACK', 'DESTROYED', 'WEEDED'
    ]) }}
{%- endmacro %}

{# The column of an act that a rule names: `first` or `last`, or how many `visits` had it. #}
{% macro scan_of_act(which, act, relation) -%}
    case {{ act }}
        {%- for code in scan_acts() %}
        when '{{ code }}' then {{ relation }}.{{ which }}_{{ code | lower }}
        {%- endfor %}
    end
{%- endmacro %}

{# Predicate that keeps the rules that are judged by the acts of a whole case; the others look at one act or at a binder. #}
{% macro is_scan_sequence_rule(rule) -%}
    (
        {{ rule }}.before_act is not null
        or {{ rule }}.rule_code in (
            'APPROVER_IS_OPERATOR', 'IMAGE_REPLACED', 'IMAGE_COUNT', 'LEAF_DIFFERENCE', 'IMAGED_UNWEEDED'
        )
    )
{%- endmacro %}

{# Predicate: a rule of order is kept by a case of one unit whatever else the case holds. What must go before does, and
   nothing since which it must lies later than it; the beginning of the case is held. Without an act there is nothing to
   keep, and acts that the table of visits does not have are looked at closely. #}
{% macro is_plainly_ordered(rule, reached) -%}
    {%- set first = scan_of_act('first', rule ~ '.acts', reached) -%}
    {%- set before_last = scan_of_act('last', rule ~ '.before_act', reached) -%}
    {%- set known = "in ('" ~ scan_acts() | join("', '") ~ "')" -%}
    (
        {{ rule }}.acts {{ known }}
        and (
            {{ first }} is null
            or (
                case {{ rule }}.opening_act
                    when 'S01' then {{ reached }}.is_taken_at_first
                    when 'ENTERED' then {{ reached }}.is_entered_at_first
                    else 0
                end = 1
                and case
                    when {{ rule }}.since_act is null
                        then {{ scan_of_act('first', rule ~ '.before_act', reached) }} <= {{ first }}
                    when {{ rule }}.since_act {{ known }}
                        then
                            {{ before_last }} <= {{ first }}
                            and coalesce({{ scan_of_act('last', rule ~ '.since_act', reached) }} <= {{ before_last }}, true)
                    else false
                end
            )
        )
    )
{%- endmacro %}

{# Predicate: the other rules of a sequence are kept by a case of one unit whatever else it holds: images are replaced before
   the last approval only, no imager approves, every count fits every other, and weeding lies before imaging. #}
{% macro is_plainly_imaged(reached) -%}
    (
        ({{ reached }}.first_s11 is null or {{ reached }}.last_s07 <= {{ reached }}.first_s11)
        and ({{ reached }}.first_s11 is null or coalesce({{ reached }}.last_s05 <= {{ reached }}.last_s07, true))
        and (
            {{ reached }}.first_s07 is null
            or (
                {{ reached }}.first_s05 < {{ reached }}.first_s07
                and (
                    {{ reached }}.greatest_imager < {{ reached }}.least_approver
                    or {{ reached }}.greatest_approver < {{ reached }}.least_imager
                )
            )
        )
        and (
            {{ reached }}.workflow <> 'FILE' or {{ reached }}.first_s07 is null
            or (
                {{ reached }}.unknown_images = 0 and {{ reached }}.first_s02 <= {{ reached }}.first_s07
                and case
                    when {{ reached }}.unknown_sides = 0
                        then
                            {{ reached }}.least_images = {{ reached }}.least_sides
                            and {{ reached }}.greatest_images = {{ reached }}.least_sides
                            and {{ reached }}.greatest_sides = {{ reached }}.least_sides
                    else
                        {{ reached }}.least_sides is null and {{ reached }}.unknown_leaves = 0
                        and {{ reached }}.least_images >= {{ reached }}.greatest_leaves
                        and {{ reached }}.greatest_images <= 2 * {{ reached }}.least_leaves
                end
            )
        )
        and (
            {{ reached }}.workflow <> 'FILE' or {{ reached }}.first_s10 is null
            or (
                {{ reached }}.first_s02 <= {{ reached }}.first_s09 and {{ reached }}.first_s09 <= {{ reached }}.first_s10
                and {{ reached }}.unknown_leaves = 0 and {{ reached }}.unknown_leaves_again = 0
                and {{ reached }}.least_leaves = {{ reached }}.greatest_leaves
                and {{ reached }}.least_leaves_again = {{ reached }}.least_leaves
                and {{ reached }}.greatest_leaves_again = {{ reached }}.least_leaves
            )
        )
        and (
            {{ reached }}.workflow <> 'FILE' or {{ reached }}.first_weeded is null
            or coalesce({{ reached }}.first_s05 >= {{ reached }}.first_weeded, true)
        )
    )
{%- endmacro %}

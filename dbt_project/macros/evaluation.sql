{# Standard error of a proportion or a rate that stands at the bound of a norm, `cases` being n or the exposure: binomial
   and Poisson by the column `funnel`, 0 where chance has no model. #}
{% macro funnel_error(bound, cases) -%}
    case
        when {{ bound }} is null then null
        when funnel = 'none' then cast(0 as double)
        when {{ cases }} > 0 and funnel = 'binomial' then sqrt({{ bound }} * (1 - {{ bound }}) / {{ cases }})
        when {{ cases }} > 0 then sqrt({{ bound }} / {{ cases }})
    end
{%- endmacro %}

{# Cases that the bound lets expect, for a proportion on its rarer side. #}
{% macro funnel_expected(bound, cases) -%}
    case
        when funnel = 'binomial' and {{ bound }} > 0.5 then {{ cases }} * (1 - {{ bound }})
        else {{ cases }} * {{ bound }}
    end
{%- endmacro %}

{# The quartile `number` of a sorted group, interpolated between the two values around it (definition 7 of Hyndman and
   Fan 1996): `place` counts from 1 to `size`. The place (size − 1) · number / 4 is exact in quarters. #}
{% macro quartile_at(value, place, size, number) -%}
    sum(
        case
            when ({{ place }} - 1) * 4 <= ({{ size }} - 1) * {{ number }}
                and ({{ size }} - 1) * {{ number }} < {{ place }} * 4
                then {{ value }} * (4 - (({{ size }} - 1) * {{ number }} - ({{ place }} - 1) * 4)) / 4
            when ({{ place }} - 2) * 4 < ({{ size }} - 1) * {{ number }}
                and ({{ size }} - 1) * {{ number }} < ({{ place }} - 1) * 4
                then {{ value }} * (({{ size }} - 1) * {{ number }} - ({{ place }} - 2) * 4) / 4
        end
    )
{%- endmacro %}

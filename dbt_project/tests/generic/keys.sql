{# No two rows share the values of `columns`; `by_period` as below, by default where a period is one of several. #}
{% test unique_combination(model, columns, by_period=none) %}
    select
        {{ columns | join(',\n        ') }},
        count(*) as rows_found
    from {{ rows_to_test(model, 'period' in columns and columns | length > 1 if by_period is none else by_period) }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{# Every row satisfies `condition` (an SQL predicate). `by_period`: whether the model has periods; `asked` where it stands
   before the slices are known, so that only the months asked for are looked at. #}
{% test holds(model, condition, by_period=true) %}
    select *
    from {{ rows_to_test(model, by_period) }}
    where not coalesce({{ condition }}, false)
{% endtest %}

{# What a cube says of the country is the sum of what it says of the provinces. #}
{% test country_is_sum_of_provinces(model, keys) %}
    select
        {{ keys | join(',\n        ') }},
        sum(value) filter (where geo_code = 'IR') as country,
        sum(value) filter (where geo_code <> 'IR') as provinces
    from {{ rows_to_test(model, 'period' in keys) }}
    group by {{ keys | join(', ') }}
    having sum(value) <> 2 * coalesce(sum(value) filter (where geo_code = 'IR'), 0)
{% endtest %}

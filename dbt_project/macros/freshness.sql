{# dbt's source freshness by Jalali months (`loaded_at_query` of a silver table). A source is as old as its oldest month
   is overdue: the days since the due day of the first month of which no file has come, counted from the first month
   that ever came; or nothing, where no month is overdue. Due days are those of the contract: so many days after the
   Jalali month's end, and then the next day on which offices work (`vocabulary.calendar_due`).

   Which of a month's senders are missing is told by the duty checks of the pipeline and by the coverage of the marts.
   `--vars '{today: 2021-04-25}'` asks as of another day; by default it is the day in Tehran. #}
{% macro overdue_since(source_id) -%}
    {%- set due = source('vocabulary', 'calendar_due') -%}
    {%- set received = source('bronze', 'received_file') -%}
    {%- if var('today', none) -%}
        {%- set today = "cast('" ~ modules.datetime.date.fromisoformat(var('today') | string) ~ "' as date)" -%}
    {%- else -%}
        {%- set today = "cast(current_timestamp at time zone 'Asia/Tehran' as date)" -%}
    {%- endif -%}
    select current_timestamp - coalesce(max({{ today }} - due.due_on), 0) * interval 1 day as loaded_at
    from {{ due }} as due
    where
        due.source = '{{ source_id }}'
        and due.due_on < {{ today }}
        and due.period >= (select min(first.period) from {{ received }} as first where first.source = '{{ source_id }}')
        and due.period not in (
            select came.period from {{ received }} as came
            where came.source = '{{ source_id }}' and came.period is not null
        )
{%- endmacro %}

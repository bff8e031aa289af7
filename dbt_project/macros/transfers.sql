{# The rules of order of a transfer (XFER-1…XFER-8), one entry a demand on an event, the `subject`:
     of        types of the subject, and `if` a condition on it
     needs     types of events of which one must come before it, and `that` a condition on such an event
     since     types of events after which the need begins anew, and `when` a condition on such an event
     speaks    always; or only where the transfer has a needed event at all (`exists`), where one may come before the
               subject (`needed`), where an event of `since` may (`barrier`) or must (`barrier_sure`) come before it
     by        value by which `when` tells events of `since`, and `unless`: the rule does not speak where the `least` and
               the `most` of that value in the transfer are so
   Docs: docs/transfer-conformance.md. #}
{% macro transfer_order_rules() -%}
    {%- set changed = "other.unit_code = other.origin_unit_code" -%}
    {%- set same = "other.dependant_count = subject.dependant_count" -%}
    {%- set differ = "other.dependant_count <> subject.dependant_count" -%}
    {{ return([
        {'rule': 'SENT_WITHOUT_APPROVAL', 'of': ['SENT_TO_CENTRE'], 'needs': ['HEAD_APPROVED'], 'speaks': 'always'},
        {'rule': 'CHANGED_NOT_REAPPROVED', 'of': ['SENT_TO_CENTRE'], 'needs': ['HEAD_APPROVED'],
         'since': ['FORM_SAVED', 'CORRECTED'], 'when': changed, 'speaks': 'needed'},
        {'rule': 'SENDER_IS_APPROVER', 'of': ['SENT_TO_CENTRE'],
         'needs': ['HEAD_APPROVED'], 'that': 'other.operator_pid <> subject.operator_pid',
         'since': ['HEAD_APPROVED'], 'when': 'other.operator_pid = subject.operator_pid', 'speaks': 'barrier',
         'by': 'operator_pid', 'unless': 'least = most and most <> subject.operator_pid'},
        {'rule': 'EDITED_AFTER_SENDING', 'of': ['FORM_SAVED', 'CORRECTED'],
         'if': 'subject.unit_code = subject.origin_unit_code',
         'needs': ['RETURNED'], 'since': ['SENT_TO_CENTRE'], 'speaks': 'barrier_sure'},
        {'rule': 'CANCELLED_AFTER_SENDING', 'of': ['CANCELLED'],
         'needs': ['RETURNED'], 'since': ['SENT_TO_CENTRE'], 'speaks': 'barrier_sure'},
        {'rule': 'PREPARED_OUT_OF_ORDER', 'of': ['FORM_SAVED'], 'needs': ['REFERRED'], 'speaks': 'always'},
        {'rule': 'PREPARED_OUT_OF_ORDER', 'of': ['HEAD_APPROVED'], 'needs': ['FORM_SAVED'], 'speaks': 'exists'},
        {'rule': 'RECEIVED_BEFORE_SENDING', 'of': ['RECEIVED_FROM_CENTRE'],
         'needs': ['SENT_TO_CENTRE'], 'speaks': 'exists'},
        {'rule': 'PAPER_OUT_OF_ORDER', 'of': ['PAPER_RECEIVED'], 'needs': ['PAPER_SENT'], 'speaks': 'exists'},
        {'rule': 'VIEWED_BEFORE_RECEIPT', 'of': ['ORDERS_VIEWED'],
         'needs': ['RECEIVED_FROM_CENTRE'], 'speaks': 'always'},
        {'rule': 'VIEWED_BEFORE_RECEIPT', 'of': ['ORDERS_VIEWED'], 'needs': ['PAPER_RECEIVED'], 'speaks': 'always'},
        {'rule': 'CONFIRMED_WITHOUT_VIEWING', 'of': ['REGISTRATION_CONFIRMED'],
         'needs': ['ORDERS_VIEWED'], 'since': ['RECEIVED_FROM_CENTRE'], 'speaks': 'always'},
        {'rule': 'ACT_BEFORE_COMPARING', 'of': ['ENROLLED', 'REGISTRATION_CONFIRMED', 'ACTIVATED', 'RETURNED'],
         'needs': ['COMPARED'], 'since': ['RECEIVED_FROM_CENTRE'], 'speaks': 'always'},
        {'rule': 'CONFIRMED_AFTER_MISMATCH', 'of': ['REGISTRATION_CONFIRMED'],
         'needs': ['COMPARED'], 'that': "other.compare_result = 'MATCH'",
         'since': ['COMPARED'], 'when': "other.compare_result = 'MISMATCH'", 'speaks': 'barrier',
         'by': 'compare_result', 'unless': "least = most and most <> 'MISMATCH'"},
        {'rule': 'DEPENDANTS_DIFFER', 'of': ['REGISTRATION_CONFIRMED'], 'needs': ['SENT_TO_CENTRE'], 'that': same,
         'since': ['SENT_TO_CENTRE'], 'when': differ, 'speaks': 'barrier',
         'by': 'dependant_count', 'unless': 'least = most and most = subject.dependant_count'},
        {'rule': 'ENROLLED_AFTER_CONFIRMING', 'of': ['ENROLLED'], 'needs': ['RECEIVED_FROM_CENTRE'],
         'since': ['REGISTRATION_CONFIRMED'], 'speaks': 'barrier_sure'},
        {'rule': 'ACTIVATED_BEFORE_CONFIRMING', 'of': ['ACTIVATED'],
         'needs': ['REGISTRATION_CONFIRMED'], 'speaks': 'always'},
    ]) }}
{%- endmacro %}

{# Columns of a transfer by which `is_plainly_kept` judges each demand, each with a comma before it. #}
{% macro plain_marks() -%}
    {%- for rule in transfer_order_rules() if rule.needs %}
        {%- set demand = loop.index %}
        {%- for part, types in [('needed', rule.needs), ('since', rule.since)] if types %}
            {%- for which, aggregate in [('first', 'min'), ('last', 'max')] -%}
        ,
        {{ aggregate }}(case when {{ is_one_of('event_type', types) }} then at_second end)
            as {{ which }}_{{ part }}_{{ demand }}
            {%- endfor %}
        {%- endfor %}
        {%- for which, aggregate in [('least', 'min'), ('most', 'max')] if rule.by -%}
        ,
        {{ aggregate }}(case when {{ is_one_of('event_type', rule.since) }} then {{ rule.by }} end)
            as {{ which }}_{{ demand }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# Conditions of the rules on an event that they speak of. #}
{% macro meets_conditions(rule_code, event) -%}
    true
    {%- for rule in transfer_order_rules() if rule.if %}
        and ({{ rule_code }} <> '{{ rule.rule }}' or {{ rule.if | replace('subject.', event ~ '.') }})
    {%- endfor %}
{%- endmacro %}

{# Predicate that keeps subjects of a demand that are kept whatever the clocks and the conditions on events around them:
   what is needed lies before, and nothing of `since` later than that; or, where the rule speaks only after one of
   `since`, none lies before, or none that its condition means. #}
{% macro is_plainly_kept(rule, demand) -%}
    (
        {%- if rule.unless %}
        coalesce({{ rule.unless | replace('least', 'reached.least_' ~ demand) | replace('most', 'reached.most_' ~ demand) }}, false)
        {%- elif rule.since %}
        coalesce(
            reached.last_needed_{{ demand }} <= subject.at_second
            and reached.last_needed_{{ demand }} >= coalesce(reached.last_since_{{ demand }}, reached.last_needed_{{ demand }}),
            false
        )
        {%- else %}
        coalesce(reached.first_needed_{{ demand }} <= subject.at_second, false)
        {%- endif %}
        {%- if rule.speaks == 'barrier_sure' %}
        or coalesce(reached.first_since_{{ demand }} >= subject.at_second, true)
        {%- endif %}
    )
{%- endmacro %}

{# Rules about one event by itself: types, the condition of a finding, and what must be known for it to be observable. #}
{% macro transfer_mark_rules() -%}
    {{ return([
        {'rule': 'WRONG_ROLE_APPROVAL', 'of': ['HEAD_APPROVED'], 'where': "role <> 'PENSIONS_TECHNICAL_HEAD'"},
        {'rule': 'WRONG_ROLE_SENDING', 'of': ['SENT_TO_CENTRE'],
         'where': "role not in ('BRANCH_HEAD', 'INSURANCE_DEPUTY')"},
        {'rule': 'MANUAL_ENROLMENT', 'of': ['ENROLLED'], 'where': "enrolment_mode = 'MANUAL'",
         'known': 'enrolment_mode is not null'},
        {'rule': 'CORRECTED_AT_DESTINATION', 'of': ['CORRECTED'], 'where': 'unit_code <> origin_unit_code'},
        {'rule': 'RECEIVED_BY_ANOTHER', 'of': ['RECEIVED_FROM_CENTRE', 'PAPER_RECEIVED'],
         'where': 'unit_code <> addressed_unit_code'},
    ]) }}
{%- endmacro %}

{# Predicate over the types of an event. #}
{% macro is_one_of(column, codes) -%}
    {{ column }} in ('{{ codes | join("', '") }}')
{%- endmacro %}

{# Seconds by which the clocks of two branches may differ; the clock of one branch is its own. #}
{% macro clock_skew(one, other, seconds) -%}
    case when {{ one }} = {{ other }} then 0 else {{ seconds }} end
{%- endmacro %}

-- when each transfer first and last came to what a rule looks at
with reached as (
    select
        transfer_pid
        {{- plain_marks() }}
    from {{ ref('int_transfer__event') }}
    group by transfer_pid
),

-- what plainly has what it needs, on any clock, is kept; the rest is looked at closely
weighed as (
    select
        subject.event_pid,
        subject.transfer_pid,
        subject.at_second,
        subject.skew_seconds,
        subject.unit_code,
        subject.operator_pid,
        subject.dependant_count
        {%- for rule in transfer_order_rules() %}
        ,
        {{ is_one_of('subject.event_type', rule.of) }}
        {{ 'and ' ~ rule.if if rule.if }}
        and not {{ is_plainly_kept(rule, loop.index) }} as is_doubtful_{{ loop.index }}
        {%- endfor %}
    from {{ ref('int_transfer__event') }} as subject
    inner join reached on subject.transfer_pid = reached.transfer_pid
),

doubtful as (
    select * from weighed
    where
        false
        {%- for _ in transfer_order_rules() %}
        or is_doubtful_{{ loop.index }}
        {%- endfor %}
),

subject as (
    {%- for rule in transfer_order_rules() %}
    select
        '{{ rule.rule }}' as rule_code,
        {{ loop.index }} as demand,
        '{{ rule.speaks }}' as speaks,
        event_pid,
        transfer_pid,
        at_second,
        skew_seconds,
        unit_code,
        operator_pid,
        dependant_count
    from doubtful
    where is_doubtful_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

around as (
    select * from {{ ref('int_transfer__event') }}
    where transfer_pid in (select doubtful.transfer_pid from doubtful)
),

-- events of the same transfer that a demand looks at; NEEDED and SINCE exclude each other
looked_at as (
    {%- for rule in transfer_order_rules() %}
    select
        subject.demand,
        subject.event_pid as subject_pid,
        subject.at_second as subject_second,
        subject.skew_seconds,
        {{ clock_skew('subject.unit_code', 'other.unit_code', 'subject.skew_seconds') }} as skew_between,
        other.at_second,
        other.unit_code,
        case
            when {{ is_one_of('other.event_type', rule.needs) }} and {{ rule.that or 'true' }} then 'NEEDED'
            {%- if rule.since %}
            when {{ is_one_of('other.event_type', rule.since) }} and {{ rule.when or 'true' }} then 'SINCE'
            {%- endif %}
        end as part
    from subject
    inner join around as other on subject.transfer_pid = other.transfer_pid and subject.event_pid <> other.event_pid
    where
        subject.demand = {{ loop.index }}
        and {{ is_one_of('other.event_type', rule.needs + (rule.since or [])) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- clocks of two branches agree up to the tolerance: an event may come before another, or it must
related as (
    select
        *,
        at_second <= subject_second + skew_between as may_come_before,
        at_second < subject_second - skew_between as comes_before
    from looked_at
    where part is not null
),

blocked as (
    select distinct
        needed.demand,
        needed.subject_pid,
        needed.at_second,
        needed.unit_code
    from related as needed
    inner join related as since on needed.demand = since.demand and needed.subject_pid = since.subject_pid
    where
        needed.part = 'NEEDED'
        and since.part = 'SINCE'
        and since.comes_before
        and needed.at_second
        < since.at_second - {{ clock_skew('needed.unit_code', 'since.unit_code', 'needed.skew_seconds') }}
),

kept as (
    select
        related.demand,
        related.subject_pid,
        max(
            case
                when related.part = 'NEEDED' and related.may_come_before and blocked.subject_pid is null then 1 else 0
            end
        ) as is_met,
        max(case when related.part = 'NEEDED' then 1 else 0 end) as has_needed,
        max(case when related.part = 'NEEDED' and related.may_come_before then 1 else 0 end) as may_be_needed,
        max(case when related.part = 'SINCE' and related.may_come_before then 1 else 0 end) as may_be_since,
        max(case when related.part = 'SINCE' and related.comes_before then 1 else 0 end) as is_since
    from related
    left join blocked
        on
            related.part = 'NEEDED'
            and related.demand = blocked.demand
            and related.subject_pid = blocked.subject_pid
            and related.at_second = blocked.at_second
            and related.unit_code = blocked.unit_code
    group by related.demand, related.subject_pid
),

judged as (
    select
        subject.rule_code,
        subject.event_pid,
        case
            when kept.is_met = 1 then 0
            when subject.speaks = 'always' then 1
            when subject.speaks = 'exists' then kept.has_needed
            when subject.speaks = 'needed' then kept.may_be_needed
            when subject.speaks = 'barrier' then kept.may_be_since
            else kept.is_since
        end as is_finding
    from subject
    left join kept on subject.demand = kept.demand and subject.event_pid = kept.subject_pid
),

final as (
    select distinct
        rule_code,
        event_pid
    from judged
    where is_finding = 1
)

select
    rule_code,
    event_pid
from final

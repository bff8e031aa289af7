"""Models keep to SQL that means the same on DuckDB and on Spark: each rule refuses what it is for, and no more."""

from pathlib import Path

import pytest

from portability.lint import PROJECT, ROOT, Finding, lint, main, schema_of
from portability.render import Renderer
from portability.rules import RULES

SCHEMA = {"t": frozenset({"a", "b", "d"}), "silver.s": frozenset({"a"})}

EXAMPLES = {
    "integer division": ("select a // b from t", "select cast(floor(cast(a as double) / b) as bigint) as c from t"),
    "list or struct literal": ("select {'a': [1, 2]} as c from t", "select a, '[1]' as c from t"),
    "arg_max": ("select arg_max(a, b) from t", "select max_by(a, b) from t"),
    "quantile_cont": ("select quantile_cont(a, 0.5) from t", "select median(a) from t"),
    "strftime": ("select strftime(d, '%Y') from t", "select date_trunc('month', d) from t"),
    "unnest": ("select unnest(a) from t", "select t.a from t cross join silver.s as s"),
    "qualify": ("select a from t qualify b = 1", "select a from t where b = 1"),
    "group by all": ("select a, count(*) from t group by all", "select a, count(*) from t group by a"),
    "order by all": ("select a from t order by all", "select a from t order by a nulls last"),
    "exclude or replace": ("select * exclude (a) from t", "select t.* from t"),
    "lateral alias": ("select a + 1 as c, c + 1 as e from t", "select a + 1 as b, b + 1 as c from t"),
    "implicit order of nulls": (
        "select row_number() over (partition by a order by b desc) from t",
        "select rank() over (order by b desc nulls last, coalesce(a, 0), case when a > 1 then 1 else 0 end) from t",
    ),
    "concat": ("select concat(a, b) from t", "select coalesce(a, '') || 'b' from t"),
    "regexp_replace": ("select regexp_replace(a, 'x', '') from t", "select replace(a, 'x', '') from t"),
    "regexp_extract": ("select regexp_extract(a, 'x') from t", "select substr(a, 1, 4) from t"),
    "division of decimals": ("select a / b from t", "select cast(a as double) * 100 / b from t"),
    "avg of decimals": ("select avg(a) from t", "select avg(cast(a as double)) from t"),
    "hash()": ("select hash(a) from t", "select a as hash from t"),
    "value by chance": ("select any_value(a) from t", "select min(a) as first from t"),
    "clock or chance": ("select now() from t", "select d as now from t"),
    "date arithmetic": ("select date_diff('day', d, d) from t", "select {{ days_between('d', 'd') }} from t"),
    "double-colon cast": ("select a::int from t", "select cast(a as int), '::' from t"),
    "varchar without a length": ("select cast(a as varchar) from t", "select {{ null_text() }} as c from t"),
    "columns()": ("select columns('a.*') from t", "select a as columns from t"),
    "pivot": ("select * from t pivot (sum(a) for b in (1, 2))", "select sum(a) filter (where b = 1) from t"),
    "union by name": (
        "select a from t union all by name select a from silver.s",
        "select a from t union all select a from t",
    ),
    "distinct on": ("select distinct on (a) a, b from t", "select distinct a, b from t"),
}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(ROOT)


def findings(text: str, renderer: Renderer) -> list[Finding]:
    return list(lint(text, "m.sql", renderer, SCHEMA))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_refuses_and_accepts(rule, renderer: Renderer) -> None:
    refused, accepted = EXAMPLES[rule.name]
    assert (rule.name, rule.instead) in {(found.rule, found.instead) for found in findings(refused, renderer)}
    assert findings(accepted, renderer) == []


def test_a_finding_names_file_line_rule_and_remedy(renderer: Renderer) -> None:
    text = "{{ config(slice_by='period') }}\n-- a // b\nwith x as (\n"
    text += "    select a // b as c\n    from {{ ref('t') }}\n)\nselect c from x\n"
    (found,) = findings(text, renderer)
    assert str(found).startswith("m.sql:4: integer division: write floor(")


def test_lines_hold_behind_loops_and_tags_of_several_lines(renderer: Renderer) -> None:
    text = "{%- for c in [\n    'a', 'b'\n] %}\nselect {{ c }} // 2 as {{ c }}\n"
    text += "from t\n{{ 'union all' if not loop.last }}\n{%- endfor %}\n"
    assert [(found.line, found.rule) for found in findings(text, renderer)] == [(4, "integer division")]


def test_what_a_macro_writes_is_the_macros_business(renderer: Renderer) -> None:
    text = "select {{ days_between('a', 'b') }} as c, {{ no_such_macro('a') }} as d, a as e from t"
    assert findings(text, renderer) == []


def test_an_alias_of_a_name_below_is_that_name(renderer: Renderer) -> None:
    text = "with x as (select a, a + 1 as c from t) select c * 2 as c, c as e from x where c > 1"
    assert findings(text, renderer) == []
    assert [found.rule for found in findings("select a + 1 as c from t where c > 1", renderer)] == ["lateral alias"]


def test_sql_that_cannot_be_read_is_refused(renderer: Renderer) -> None:
    (found,) = findings("select a\nfrom t where (\n", renderer)
    assert found.rule == "cannot be read"


def test_all_models_pass(capsys) -> None:
    assert (main([]), capsys.readouterr().err) == (0, "")


def test_a_file_that_does_not_pass_ends_with_1(capsys, monkeypatch) -> None:
    model = PROJECT / "models" / "staging" / "stg_mis__report.sql"
    monkeypatch.setattr(Path, "read_text", _with_division(model, Path.read_text))
    assert main([str(model)]) == 1
    assert "stg_mis__report.sql:1: integer division" in capsys.readouterr().err


def _with_division(model: Path, read):
    return lambda path, **options: "select 1 // 2 as a\n" if path == model else read(path, **options)


def test_the_columns_of_tables_come_from_the_projects_yaml() -> None:
    schema = schema_of(PROJECT)
    assert {"file_sha256", "provenance_rank"} <= schema["stg_bronze__received_file"]
    assert "_file_sha256" in schema["silver.mis_report"]

"""The arithmetic of the funnel and of quartiles, as DuckDB computes it, against other routes."""

import math
import statistics
from pathlib import Path

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).parents[3] / "dbt_project" / "macros" / "evaluation.sql"
DECISIVE = 3.090232


def macro(name: str, *arguments: object) -> str:
    template = jinja2.Template(MACROS.read_text(encoding="utf-8"))
    return str(getattr(template.module, name)(*arguments))


def error(funnel: str, bound: float | None, cases: float | None) -> float | None:
    given = "(select ? as funnel, ?::double as bound, ?::double as cases)"
    sql = f"select {macro('funnel_error', 'bound', 'cases')} from {given}"
    row = duckdb.execute(sql, [funnel, bound, cases]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("funnel", "bound", "cases", "expected"),
    [
        ("binomial", 0.9, 100, 0.03),
        ("binomial", 0.5, 25, 0.1),
        ("binomial", 1.0, 25, 0.0),
        ("poisson", 0.002, 10_000, 0.000447214),
        ("none", 0.9, 100, 0.0),
        ("none", 0.9, None, 0.0),
        ("binomial", None, 100, None),
        ("binomial", 0.9, 0, None),
        ("poisson", 0.9, None, None),
    ],
)
def test_the_standard_error_at_the_bound(funnel, bound, cases, expected):
    found = error(funnel, bound, cases)
    assert found is None if expected is None else found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("bound", "cases"), [(0.5, 10), (0.9, 50), (0.95, 100), (0.95, 1000), (0.8, 400), (0.99, 500)])
def test_the_approximation_is_near_the_exact_binomial_where_five_cases_are_expected(bound, cases):
    """A unit that stands at the norm is judged worse in at most one case of a hundred; meant is one in a thousand."""
    found = error("binomial", bound, cases)
    assert found is not None
    most = math.ceil(cases * (bound - DECISIVE * found)) - 1
    tail = sum(math.comb(cases, hits) * bound**hits * (1 - bound) ** (cases - hits) for hits in range(most + 1))
    assert tail <= 0.01


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 10], [5, 5, 5, 5, 9], [3.5, 1, 2, 8, 13, 21], list(range(7)), list(range(8))]
)
def test_quartiles_are_those_of_definition_7(values):
    columns = ", ".join(macro("quartile_at", "value", "place", "size", number) for number in (1, 2, 3))
    rows = ", ".join(f"({value}::double)" for value in values)
    sql = (
        f"select {columns} from (select value, row_number() over (order by value) as place, count(*) over () as size "
        f"from (values {rows}) as given (value))"
    )
    assert duckdb.execute(sql).fetchone() == pytest.approx(statistics.quantiles(values, n=4, method="inclusive"))

"""What dbt sees of a lake: views of silver and bronze, the vocabulary, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.table import TableFeatures

from lake import bronze, duck, silver, tables
from lake.contracts.model import load_sources
from lake.dbt_plugin import words
from lake.dbt_plugin.plugin import Plugin
from lake.dbt_plugin.sources import lake_tables, received_file, silver_tables
from lake.layout import Home
from vocabulary.indicators.load import load_indicators
from vocabulary.measures.load import load_measures
from vocabulary.periods import PARTITIONS
from vocabulary.units.load import load_units

ENTITIES = {entity.name: entity for source in load_sources() for entity in source.entities}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def plugin(home: Home) -> Plugin:
    return Plugin(name="lake", plugin_config={"home": str(home.root)})


@pytest.mark.parametrize("table", silver_tables(), ids=lambda table: table.name)
def test_dbt_knows_the_columns_that_silver_writes(table: object) -> None:
    schema = silver.silver_schema(ENTITIES[table.name])
    frame = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest())
    expected = {field.name: duck.sql_type(field.type) for field in frame.schema}
    assert {column.name: column.sql_type for column in table.columns} == expected


def test_dbt_knows_the_columns_of_the_register() -> None:
    expected = {field.name: duck.sql_type(field.type) for field in bronze.REGISTER_SCHEMA}
    assert {column.name: column.sql_type for column in received_file().columns} == expected


def test_an_empty_lake_has_typed_views_without_rows(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    plugin(home).configure_connection(connection)
    for table in lake_tables():
        relation = f"{table.layer}.{table.name}"
        assert connection.execute(f"select count(*) from {relation}").fetchall() == [(0,)]
        described = {row[0] for row in connection.execute(f"describe {relation}").fetchall()}
        assert described == {column.name for column in table.columns}


def test_a_view_shows_the_current_snapshot(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    _write_report(home, "1399-12", 7)
    _write_report(home, "1399-11", 8)
    plugin(home).configure_connection(connection)
    query = "select period, value, insurance_type from silver.mis_report order by period"
    assert connection.execute(query).fetchall() == [("1399-11", 8, None), ("1399-12", 7, None)]
    kind = connection.execute("select typeof(period) from silver.mis_report limit 1").fetchall()
    assert kind == [("VARCHAR",)]


def test_files_of_another_shape_are_told_from_files_of_one(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    def read_by() -> tuple[object, ...]:
        plugin(home).configure_connection(connection)
        query = "select contains(sql, 'union_by_name') from duckdb_views() where view_name = 'mis_report'"
        read = connection.execute("select period, value, sex from silver.mis_report order by period").fetchall()
        return (*connection.execute(query).fetchall()[0], *read)

    _write_report(home, "1399-10", 6, without="sex")
    _write_report(home, "1399-11", 7, without="sex")
    assert read_by() == (False, ("1399-10", 6, None), ("1399-11", 7, None))
    _write_report(home, "1399-12", 8)
    assert read_by() == (True, ("1399-10", 6, None), ("1399-11", 7, None), ("1399-12", 8, None))


def test_gold_that_exists_can_be_read(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    tables.append(home, "gold", "some_mart", pl.DataFrame({"code": ["A"]}).to_arrow())
    plugin(home).configure_connection(connection)
    assert connection.execute("select code from gold.some_mart").fetchall() == [("A",)]


@pytest.mark.parametrize(
    ("feature", "settings"),
    [
        (TableFeatures.DeletionVectors, None),
        (None, {"delta.enableDeletionVectors": "true"}),
        (None, {"delta.columnMapping.mode": "name"}),
    ],
)
def test_a_table_that_cannot_be_read_by_its_files_is_refused(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    feature: TableFeatures | None,
    settings: dict[str, str] | None,
) -> None:
    uri = tables.uri(home, "silver", "mis_report")
    write_deltalake(uri, pl.DataFrame({"value": [1]}).to_arrow(), configuration=settings)
    if feature is not None:
        DeltaTable(uri).alter.add_feature(feature, allow_protocol_versions_increase=True)
    with pytest.raises(tables.TableError, match="silver/mis_report"):
        plugin(home).configure_connection(connection)


def test_a_read_only_database_is_left_alone(home: Home, tmp_path: Path) -> None:
    path = str(tmp_path / "amar.duckdb")
    with duckdb.connect(path) as first:
        plugin(home).configure_connection(first)
    with duckdb.connect(path, read_only=True) as second:
        plugin(home).configure_connection(second)
        assert second.execute("select count(*) from vocabulary.indicator").fetchall() == [(len(load_indicators()),)]


def test_the_vocabulary_is_complete(connection: duckdb.DuckDBPyConnection) -> None:
    words.register(connection)

    def count(table: str, condition: str = "true") -> int:
        ((number,),) = connection.execute(f"select count(*) from vocabulary.{table} where {condition}").fetchall()
        return int(number)

    assert count("unit") == len(load_units())
    assert count("period") == len(PARTITIONS)
    assert count("province") == 31
    assert count("indicator") == len(load_indicators())
    assert count("indicator", "obs_status <> 'A' and note_code is not null") == 1
    assert count("codelist", "codelist = 'CL_INSURANCE_TYPE' and parent = 'SPECIAL'") == 9
    assert count("measure", "measure_code = 'PRINCIPAL_INSURED' and has_sex and has_age_group") == 1
    assert count("reporting_obligation", "latency_days = 20") == 4
    assert count("reporting_obligation", "source = 'contribution_list' and latency_days = 60") == 2
    assert count("calendar_due", "source = 'contribution_list'") == len(PARTITIONS)
    months = "source = 'contribution_list' and period in ('1399-11', '1399-12')"
    due = connection.execute(f"select due_on from vocabulary.calendar_due where {months}")
    assert sorted(str(row[0]) for row in due.fetchall()) == ["2021-03-25", "2021-04-20"]
    month = connection.execute("select * from vocabulary.period where period = '1399-12'").fetchall()
    assert [str(value) for value in month[0]] == ["1399-12", "2021-02-19", "2021-03-20", "30", "1398-12", "1400-12"]
    parts = {row[0] for row in connection.execute("select measure_code from vocabulary.indicator_part").fetchall()}
    assert parts <= set(load_measures())


def _write_report(home: Home, period: str, value: int, *, without: str | None = None) -> None:
    schema = silver.silver_schema(ENTITIES["mis_report"])
    schema = {name: kind for name, kind in schema.items() if name != without}
    row = {**dict.fromkeys(schema), "period": period, "value": value}
    arrow = pl.DataFrame([row], schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest())
    tables.append(home, "silver", "mis_report", arrow, partition_by=["period"])


def test_what_nobody_decided_is_evaluated_by_in_development_only(tmp_path: Path):
    for environment, expected in (("production", 0), ("development", 1)):
        plugin = Plugin("lake", {"home": str(tmp_path), "environment": environment})
        connection = duckdb.connect()
        plugin.configure_connection(connection)
        for table in ("norm", "evaluation_rule", "evaluation_weight", "evaluation_kind", "peer_group"):
            rows = connection.execute(f"select count(*) from vocabulary.{table}").fetchone()
            assert rows is not None
            assert min(rows[0], 1) == expected, table

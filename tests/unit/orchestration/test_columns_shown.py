"""Where columns come from, as Dagster's pages are told."""

from governance.proof.lineage import Nearness
from lake.contracts.model import load_sources
from orchestration.column_lineage import AS_RECEIVED, of_model, of_silver, silver_origins


def test_every_column_of_silver_comes_from_columns_of_bronze() -> None:
    for source in load_sources():
        received = {column.name for entity in source.entities for column in entity.received} | {*AS_RECEIVED}
        for entity in source.entities:
            origins = silver_origins(entity)
            assert set(origins) == {column.silver_name for column in entity.kept} | {*AS_RECEIVED}
            for column in entity.kept:
                told = origins[column.silver_name]
                assert told or column.inputs == (), (entity.name, column.name)
                assert {origin.column for origin in told} <= received
                assert all(origin.is_pseudonym == bool(column.pseudonym) for origin in told)
            assert set(of_silver(entity).deps_by_column) == {name for name, told in origins.items() if told}


def test_a_model_shows_what_its_values_are_made_of() -> None:
    step = {
        "value": {("silver.a", "x"): Nearness.AGGREGATED, ("silver.a", "y"): Nearness.DECIDES_ROWS},
        "kind": {("staging.b", "y"): Nearness.DECIDES_ROWS},
        "*": {("silver.a", "*"): Nearness.AS_IT_IS},
    }
    told = of_model(step).deps_by_column
    assert [(dep.asset_key.path, dep.column_name) for dep in told["value"]] == [(["silver", "a"], "x")]
    assert [(dep.asset_key.path, dep.column_name) for dep in told["kind"]] == [(["staging", "b"], "y")]
    assert set(told) == {"value", "kind"}

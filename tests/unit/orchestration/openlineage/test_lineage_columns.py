"""The columnLineage facets say what the flow proof and the contracts say, no more and no less."""

from openlineage.client.serde import Serde

from governance.proof.lineage import Nearness
from lake.contracts.model import load_sources
from orchestration.openlineage import columns

REPORT, PERIOD = "silver.mis_report", "vocabulary.period"
ORIGINS = {
    "value": {
        (REPORT, "value"): Nearness.AGGREGATED,
        (REPORT, "sex"): Nearness.DECIDES_ROWS,
        (PERIOD, "period"): Nearness.DECIDES_ROWS,
    },
    "sex": {
        (REPORT, "sex"): Nearness.AS_IT_IS,
        (PERIOD, "period"): Nearness.DECIDES_ROWS,
        (REPORT, "unit_code"): Nearness.DECIDES_ROWS,
    },
    "awards": {
        ("silver.mis_award", "*"): Nearness.AGGREGATED,
        (REPORT, "sex"): Nearness.COMPUTED,
        (PERIOD, "period"): Nearness.DECIDES_ROWS,
    },
    "*": {(REPORT, "*"): Nearness.AS_IT_IS},
}


def said(fields):
    return {
        (item["name"], item["field"], item["transformations"][0]["type"], item["transformations"][0].get("subtype"))
        for item in fields
    }


def test_direct_flows_stand_with_the_column_and_what_decides_all_rows_with_the_dataset():
    facet = Serde.to_dict(columns.of_gold("amar", ORIGINS, {"silver.mis_award": ("order_pid", "period")}))
    fields = {name: said(column["inputFields"]) for name, column in facet["fields"].items()}
    assert fields == {
        "value": {(REPORT, "value", "DIRECT", "AGGREGATION")},
        "sex": {(REPORT, "sex", "DIRECT", "IDENTITY"), (REPORT, "unit_code", "INDIRECT", None)},
        "awards": {
            ("silver.mis_award", "order_pid", "DIRECT", "AGGREGATION"),
            ("silver.mis_award", "period", "DIRECT", "AGGREGATION"),
            (REPORT, "sex", "DIRECT", "TRANSFORMATION"),
        },
    }
    assert said(facet["dataset"]) == {(PERIOD, "period", "INDIRECT", None), (REPORT, "sex", "INDIRECT", None)}


def test_pseudonyms_are_told_as_masked_and_nothing_else_of_silver_is():
    for source in load_sources():
        for entity in source.entities:
            facet = Serde.to_dict(columns.of_silver("amar", entity))
            masked = {
                name
                for name, column in facet["fields"].items()
                for item in column["inputFields"]
                if item["transformations"][0]["masking"]
            }
            assert masked == {column.silver_name for column in entity.kept if column.pseudonym}

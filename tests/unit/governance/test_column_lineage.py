"""Column lineage: what single models read is put together down to the sources."""

from governance.proof.lineage import ColumnLineage, Nearness, shown, sources_of

READ, CLEAN, TOTAL = "silver.report", "staging.stg_report", "gold.mart_total"
STEPS = {
    CLEAN: {
        "amount": {(READ, "amount"): Nearness.AS_IT_IS, (READ, "state"): Nearness.DECIDES_ROWS},
        "share": {(READ, "amount"): Nearness.COMPUTED},
        "*": {(READ, "*"): Nearness.DECIDES_ROWS},
    },
    TOTAL: {
        "value": {(CLEAN, "amount"): Nearness.AGGREGATED, (CLEAN, "share"): Nearness.DECIDES_ROWS},
        "both": {(CLEAN, "amount"): Nearness.AS_IT_IS, (CLEAN, "share"): Nearness.AS_IT_IS},
        "rows": {(CLEAN, "*"): Nearness.AGGREGATED, ("vocabulary.period", "period"): Nearness.DECIDES_ROWS},
        "label": {(CLEAN, "share"): Nearness.DECIDES_ROWS},
        "nothing": {},
    },
}


def test_along_a_way_the_farthest_counts_and_among_ways_the_nearest() -> None:
    origins = ColumnLineage.along(STEPS).origins[TOTAL]
    assert origins["value"] == {(READ, "amount"): Nearness.AGGREGATED, (READ, "state"): Nearness.DECIDES_ROWS}
    assert origins["both"] == {(READ, "amount"): Nearness.AS_IT_IS, (READ, "state"): Nearness.DECIDES_ROWS}
    assert origins["nothing"] == {}


def test_a_reader_is_shown_what_values_are_made_of_else_what_decides() -> None:
    origins = ColumnLineage.along(STEPS).origins[TOTAL]
    assert shown(origins["value"]) == [(READ, "amount")]
    assert shown(origins["label"]) == [(READ, "amount")]
    assert sources_of(origins["rows"]) == {READ: Nearness.DECIDES_ROWS, "vocabulary.period": Nearness.DECIDES_ROWS}


def test_what_is_kept_of_a_proof_is_read_back_as_it_was() -> None:
    lineage = ColumnLineage.along(STEPS)
    assert ColumnLineage.from_json(lineage.to_json()) == lineage

"""Steps in Python: what they do not declare they cannot read, and they give nothing weaker than what they read."""

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from leak_world import MODEL, PRIVATE_AGGREGATE, PUBLIC_AGGREGATE, TABLES

from governance.access.flow import PUBLISHED
from governance.clauses import RefusedError
from governance.datasets.load import list_structures, load_structure
from governance.proof.held import HeldColumn
from governance.proof.steps import GATE, PythonStep, check_steps, load_steps
from lake import tables

ROOT = Path(__file__).parents[3]
HELD = {**TABLES, f"gold.{MODEL}": [HeldColumn(name, label=PRIVATE_AGGREGATE) for name in ("unit_code", "value")]}
STEP = PythonStep("tell", "Tells.", {f"gold.{MODEL}": frozenset({"unit_code", "value"})}, PRIVATE_AGGREGATE)


def refusals(step):
    return list(check_steps({step.name: step}, HELD))


def test_a_step_reads_what_it_declares_and_nothing_else(home):
    written = pa.table({"unit_code": ["A"], "value": [3], "national_id": ["0012345679"]})
    tables.append(home, "gold", MODEL, written)
    assert STEP.read(home, "gold", MODEL, columns=["value"]).to_pylist() == [{"value": 3}]
    for columns in (["value", "national_id"], None):
        with pytest.raises(RefusedError, match=rf"step tell reads gold\.{MODEL}\.national_id") as refusal:
            STEP.read(home, "gold", MODEL, columns=columns)
        assert refusal.value.clause == "HOUSE-6"
        assert "0012345679" not in str(refusal.value)
    with pytest.raises(RefusedError, match=r"reads silver\.person\.wage_rial"):
        STEP.read(home, "silver", "person", columns=["wage_rial"])


def test_a_step_that_gives_what_it_reads_passes():
    assert refusals(STEP) == []
    assert refusals(replace(STEP, gives=PUBLISHED, lowered_by=GATE)) == []


@pytest.mark.parametrize(
    ("reads", "gives", "lowered_by", "path", "clause"),
    [
        ({f"gold.{MODEL}": {"value"}}, PUBLIC_AGGREGATE, "", f"gold.{MODEL}.value", "HOUSE-6"),
        ({f"gold.{MODEL}": {"value"}}, PUBLISHED, "", f"gold.{MODEL}.value", "HOUSE-6"),
        ({"silver.person": {"illness"}}, PRIVATE_AGGREGATE, "", "silver.person.illness", "STAT-N1"),
        ({"silver.person": {"illness"}}, PUBLISHED, GATE, "silver.person.illness", "STAT-N1"),
        ({"silver.offer": {"offer_rial"}}, PUBLISHED, GATE, "silver.offer.offer_rial", "STAT-C"),
        ({"silver.untagged": {"note"}}, PRIVATE_AGGREGATE, "", "silver.untagged.note", "HOUSE-6"),
        ({f"gold.{MODEL}": {"gone"}}, PRIVATE_AGGREGATE, "", f"gold.{MODEL}.gone", "HOUSE-6"),
        ({f"gold.{MODEL}": {"value"}}, None, "", f"gold.{MODEL}.value", "HOUSE-6"),
    ],
)
def test_a_step_that_leaks_is_refused_with_its_path(reads, gives, lowered_by, path, clause):
    leaking = {table: frozenset(columns) for table, columns in reads.items()}
    (refusal,) = refusals(PythonStep("tell", "Tells.", leaking, gives, lowered_by))
    assert refusal.clause == clause
    assert f"{path} → tell.gives" in str(refusal)


def test_the_release_reads_the_mart_of_every_dataset_and_is_lowered_by_the_gate():
    release = load_steps()["release"]
    assert {f"gold.{load_structure(dataset).mart}" for dataset in list_structures()} <= set(release.reads)
    assert (release.gives, release.lowered_by) == (PUBLISHED, GATE)
    assert {name for name, step in load_steps().items() if step.lowered_by} == {"release"}


def test_a_step_without_a_label_is_refused(tmp_path):
    told = tmp_path / "steps.yaml"
    told.write_text("tell: {about: Tells., reads: {}}")
    with pytest.raises(RefusedError, match="step tell has no access class"):
        load_steps(told)


def test_governance_reads_tables_by_its_steps_only():
    reading = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "governance").rglob("*.py")
        if re.search(r"\btables\.read\(", path.read_text(encoding="utf-8"))
    }
    own = {"governance/plausibility/results.py", "governance/plausibility/review.py"}
    """What the plausibility check wrote itself."""
    assert reading - own == {"governance/proof/steps.py"}

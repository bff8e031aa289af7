"""The proof of a project: small manifests in dbt's form, judged as a build judges the real one."""

from copy import deepcopy

import pytest

from governance.access.flow import spelled
from governance.clauses import RefusedError
from governance.proof.project import prove
from governance.proof.ways import way_to

EVENT = "silver.pension_transfer_event"


def column(name, access_class="private", granularity="aggregate"):
    return {"name": name, "meta": {}, "config": {"meta": {"access_class": access_class, "granularity": granularity}}}


def node(name, parents=(), columns=(), kind="model", schema="gold", **config):
    return {
        "name": name,
        "resource_type": kind,
        "database": "amar",
        "schema": schema,
        "raw_code": "",
        "columns": {each["name"]: each for each in columns},
        "depends_on": {"nodes": list(parents)},
        "config": config,
    }


STAGED = node("event", columns=[column("file_pid", granularity="record"), column("unit_code", granularity="record")])
COUNTED = node("counted", ["model.event"], [column("unit_code"), column("files")])
MANIFEST = {"sources": {}, "nodes": {"model.event": STAGED, "model.counted": COUNTED}}
SQL = {
    "model.event": f"select file_pid, unit_code from {EVENT}",
    "model.counted": "select unit_code, count(distinct file_pid) as files from gold.event group by unit_code",
}


def refusals(changes=None, sql=None):
    manifest = deepcopy(MANIFEST)
    manifest["nodes"] |= changes or {}
    return prove(manifest, SQL | (sql or {})).refusals


def test_an_honest_project_is_proven_with_its_ways():
    proof = prove(MANIFEST, SQL)
    assert (proof.refusals, proof.column_count) == ((), 4)
    way = way_to(proof, "gold.counted", "files")
    assert [f"{step.table}.{step.column}" for step in way] == [
        f"{EVENT}.file_pid",
        "gold.event.file_pid",
        "gold.counted.files",
    ]
    assert [(spelled(step.label), step.is_lowered) for step in way] == [
        ("private × record", False),
        ("private × record", True),
        ("private × aggregate", False),
    ]
    with pytest.raises(RefusedError, match=r"gold\.counted\.gone"):
        way_to(proof, "gold.counted", "gone")


def test_a_path_begins_at_the_source_and_goes_model_by_model():
    (refusal,) = refusals(sql={"model.counted": "select unit_code, max(file_pid) as files from gold.event group by 1"})
    assert (refusal.model, refusal.column, refusal.clause) == ("gold.counted", "files", "STAT-N1")
    assert f"{EVENT}.file_pid → gold.event.file_pid → gold.counted.files" in str(refusal)


def test_records_picked_out_in_one_model_are_not_counted_away_in_the_next():
    found = refusals(sql={"model.event": f"select file_pid, unit_code from {EVENT} where file_pid = 'x'::blob"})
    assert {refusal.column for refusal in found} == {"unit_code", "files"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"model.counted": node("counted", ["model.event"], [column("unit_code")])},
            "counted.files has no access class",
        ),
        (
            {"model.counted": node("counted", ["model.event"], [column("unit_code"), column("files", "secret")])},
            "counted.files has no access class",
        ),
        ({"model.hooked": node("hooked", **{"pre-hook": [{"sql": "set variable x = 1"}]})}, "hooked has a hook"),
        ({"model.python": node("python") | {"language": "python"}}, "python is no SELECT"),
        (
            {"operation.x": node("on-run-start", kind="operation") | {"raw_code": "attach 'x'"}},
            "SQL before or after its models",
        ),
        ({"seed.ids": node("ids", kind="seed") | {"columns": {"pid": {"name": "pid", "config": {}}}}}, ""),
    ],
)
def test_what_is_undeclared_or_unjudged_is_refused(changes, words):
    sql = {"model.hooked": "select 1 as x", "model.python": "", "model.uses": ""}
    if "seed.ids" in changes:
        changes = changes | {"model.uses": node("uses", ["seed.ids"], [column("pid")])}
        sql["model.uses"] = "select pid from gold.ids"
        words = "gold.ids.pid has no access class"
    assert any(words in str(refusal) and refusal.clause == "HOUSE-6" for refusal in refusals(changes, sql))


def test_a_snapshot_keeps_the_labels_of_its_rows():
    snapshot = node("kept", columns=[column("unit_code", granularity="record")], kind="snapshot")
    uses = node("uses", ["snapshot.kept"], [column("at"), column("dbt_scd_id")])
    sql = {
        "snapshot.kept": f"select unit_code from {EVENT} where file_pid is not null",
        "model.uses": "select max(dbt_valid_from) as at, any_value(dbt_scd_id) as dbt_scd_id from gold.kept",
    }
    snapshot["columns"]["unit_code"] = column("unit_code", granularity="record")
    found = refusals({"snapshot.kept": snapshot, "model.uses": uses}, sql)
    assert {refusal.column for refusal in found if refusal.model == "gold.uses"} == {"at", "dbt_scd_id"}


def test_a_type_that_duckdb_does_not_know_is_refused():
    seed = node("odd", kind="seed") | {"columns": {"x": column("x") | {"data_type": "nonsense"}}}
    assert any("cannot be declared" in str(refusal) for refusal in refusals({"seed.odd": seed}))

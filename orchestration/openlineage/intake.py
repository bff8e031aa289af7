"""What is told of intake: files into bronze, bronze into silver, a source and its months at a time."""

import hashlib
from collections.abc import Iterable, Sequence

import dagster as dg
from openlineage.client.facet_v2 import InputDatasetFacet, data_quality_assertions_dataset

from governance.releases.code import code_version
from lake import bronze, slices
from lake.contracts.model import Source
from lake.layout import Home
from orchestration.ingest import Intake
from orchestration.openlineage import columns, datasets
from orchestration.openlineage.datasets import Told
from orchestration.openlineage.events import Work, run_id_of
from orchestration.openlineage.observe import Account, table_version
from orchestration.openlineage.settings import LineageSettings

BRONZE_CHECKS = ("freshness", "columns", "refused_files", "database", "arrival")
SILVER_CHECKS = ("balance", "contract", "retyped_column")


def bronze_work(context: dg.AssetExecutionContext, source: Source, months: Sequence[str | None]) -> Work:
    """Return the run that takes files of a source in."""
    return _work(
        context, source, months, "bronze", f"New files and rows of {source.id} into bronze, each exactly once."
    )


def silver_work(context: dg.AssetExecutionContext, source: Source, months: Sequence[str | None]) -> Work:
    """Return the run that brings silver tables of a source up to date."""
    return _work(context, source, months, "silver", f"Months of {source.id} from bronze into silver: typed and judged.")


def bronze_outputs(source: Source) -> list[Told]:
    """Return what an intake writes."""
    return [Told(datasets.bronze(source))]


def silver_outputs(source: Source) -> list[Told]:
    """Return what a build of silver writes."""
    return [Told(datasets.silver(source, entity)) for entity in source.entities]


def tell_bronze(account: Account, home: Home, source: Source, intake: Intake) -> None:
    """Say what an intake read and wrote; files by one hash over theirs, for a name may tell of a person."""
    settings, out = LineageSettings(), datasets.bronze(source)
    taken = _hash(file.file_sha256 for file in intake.accepted)
    account.inputs = [Told(datasets.landing(source), f"files:{taken}" if intake.accepted else "")]
    held = f"files:{_hash(bronze.registered_hashes(home, source.id))}"
    lineage = columns.of_bronze(settings.openlineage_namespace, source.id, (item.name for item in out.fields))
    account.outputs = [Told(out, table_version(home, "bronze", source.id, held), {"columnLineage": lineage})]


def tell_silver(account: Account, home: Home, source: Source, instance: dg.DagsterInstance) -> None:
    """Say what a build of silver read, with the checks that were made of it, and what it wrote."""
    settings = LineageSettings()
    version = table_version(home, "bronze", source.id)
    checks = assertions(instance, ["bronze", source.id], BRONZE_CHECKS)
    account.inputs = [Told(datasets.bronze(source), version, input_facets=checks)]
    account.outputs = [
        Told(
            datasets.silver(source, entity),
            table_version(home, "silver", entity.name, f"slices:{slices_hash(home, [source.id])}"),
            {"columnLineage": columns.of_silver(settings.openlineage_namespace, entity)},
        )
        for entity in source.entities
    ]


def slices_hash(home: Home, sources: Iterable[str]) -> str:
    """Hash what the slices of sources were built from: files, contract, rules and key (`lake.slices`)."""
    signed = (
        f"{source}/{period or ''}/{signature}"
        for source in sources
        for period, signature in slices.built(home, source).items()
    )
    return _hash(signed)


def assertions(
    instance: dg.DagsterInstance, asset: Sequence[str], names: Iterable[str]
) -> dict[str, InputDatasetFacet]:
    """Return what the last checks of an asset said: passed or not, without a count."""
    keys = [dg.AssetCheckKey(dg.AssetKey(asset), name) for name in names]
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    told = []
    for key, record in sorted(found.items(), key=lambda item: item[0].name):
        event = record.event.dagster_event if record.event else None
        if event and event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            judged = event.asset_check_evaluation_data
            told.append(assertion(key.name, passed=judged.passed, severity=judged.severity.value.lower()))
    return as_facets(told)


def assertion(
    name: str, *, passed: bool, severity: str, kind: str = "custom", column: str | None = None
) -> data_quality_assertions_dataset.Assertion:
    """Return what one check said."""
    return data_quality_assertions_dataset.Assertion(kind, passed, column, severity, name)


def as_facets(
    told: Sequence[data_quality_assertions_dataset.Assertion],
) -> dict[str, InputDatasetFacet]:
    """Return the facet of an input that was checked; none where it was not."""
    facet = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(list(told))
    return {"dataQualityAssertions": facet} if told else {}


def _work(
    context: dg.AssetExecutionContext, source: Source, months: Sequence[str | None], layer: str, description: str
) -> Work:
    job = f"ingest.{layer}.{source.id}"
    return Work(
        job=job,
        run_id=run_id_of(context.run.run_id, job, str(context.retry_number)),
        kind="TASK",
        description=description,
        path=f"lake/contracts/{source.id}.yaml",
        code=code_version().source_hash,
        owner=source.owner,
        months=tuple(month for month in months if month),
        engine="polars",
        parent=(context.run.run_id, context.run.job_name),
    )


def _hash(texts: Iterable[str]) -> str:
    return "sha256:" + hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()

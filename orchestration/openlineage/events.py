"""Events of runs: what began, what ended and how, of which job. Nothing here reads the lake or a clock."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from importlib.metadata import version
from typing import Final

from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    documentation_job,
    error_message_run,
    job_type_job,
    nominal_time_run,
    ownership_job,
    parent_run,
    processing_engine_run,
    source_code_location_job,
    sql_job,
    tags_run,
)
from openlineage.client.serde import Serde

from orchestration.duty import TEHRAN
from orchestration.openlineage.datasets import OFFICE, Told
from orchestration.openlineage.facets import PRODUCER
from orchestration.openlineage.log import Event
from orchestration.openlineage.settings import LineageSettings
from vocabulary.periods import Period

_RUNS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://amar.invalid/runs")
ENDS: Final = (RunState.COMPLETE.value, RunState.FAIL.value, RunState.ABORT.value)


@dataclass(frozen=True)
class Work:
    """A run of a job, before anything is said of it.

    Attributes:
        job: Name of the job, `ingest.silver.mis`.
        run_id: Id of the run.
        kind: What the job is: `TASK`, `MODEL`, `TEST`, `RELEASE`.
        description: What the job does.
        path: Where its code is, in the repository.
        code: Hash of the code that runs.
        owner: Office that answers for it.
        sql: SQL that it runs; empty for none.
        months: Jalali months that it is about.
        engine: Distribution that does the work.
        parent: Run that this one is a part of, with the name of its job.
        facets: Further facets of the run.
    """

    job: str
    run_id: str
    kind: str
    description: str
    path: str
    code: str
    owner: str = OFFICE
    sql: str = ""
    months: tuple[str, ...] = ()
    engine: str = "dagster"
    parent: tuple[str, str] | None = None
    facets: dict[str, RunFacet] = field(default_factory=dict)

    def failed(self, error: BaseException) -> "Work":
        """Return it with what went wrong: the kind of the error and its clause, never its text."""
        clause = getattr(error, "clause", "")
        said = f"{type(error).__name__}{f' ({clause})' if clause else ''}"
        message = error_message_run.ErrorMessageRunFacet(f"{said}; its words are in Dagster's history", "PYTHON")
        return replace(self, facets={**self.facets, "errorMessage": message})


def run_id_of(*parts: str) -> str:
    """Return the id of a run that goes by these words: the same each time it is told."""
    return str(uuid.uuid5(_RUNS, "\n".join(parts)))


def event(
    settings: LineageSettings,
    state: RunState,
    work: Work,
    at: datetime,
    *,
    inputs: Sequence[Told] = (),
    outputs: Sequence[Told] = (),
) -> Event:
    """Return an event of a run as JSON."""
    told = RunEvent(
        eventType=state,
        eventTime=_instant(at),
        run=Run(work.run_id, _run_facets(settings, work)),
        job=Job(settings.openlineage_namespace, work.job, _job_facets(work)),
        inputs=[item.as_input(settings) for item in inputs],
        outputs=[item.as_output(settings) for item in outputs],
    )
    document: Event = Serde.to_dict(told)
    return document


def _job_facets(work: Work) -> dict[str, JobFacet]:
    facets: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet("BATCH", "AMAR", work.kind),
        "documentation": documentation_job.DocumentationJobFacet(work.description),
        "ownership": ownership_job.OwnershipJobFacet([ownership_job.Owner(f"team:{work.owner}", "OWNER")]),
        "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(
            "git", f"{PRODUCER}/{work.path}", path=work.path, version=work.code
        ),
    }
    if work.sql:
        facets["sql"] = sql_job.SQLJobFacet(work.sql, "duckdb")
    return facets


def _run_facets(settings: LineageSettings, work: Work) -> dict[str, RunFacet]:
    facets: dict[str, RunFacet] = {
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(version(work.engine), work.engine)
    }
    if work.parent:
        run, job = work.parent
        facets["parent"] = parent_run.ParentRunFacet(
            parent_run.Run(run), parent_run.Job(settings.openlineage_namespace, job)
        )
    if work.months:
        facets["nominalTime"] = _nominal_time(work.months)
        facets["tags"] = tags_run.TagsRunFacet(
            [tags_run.TagsRunFacetFields("period", month, "AMAR") for month in work.months]
        )
    return facets | work.facets


def _nominal_time(months: Sequence[str]) -> nominal_time_run.NominalTimeRunFacet:
    """Return the time that months are about: from the first day of the earliest to the day after the latest."""
    periods = sorted((Period.parse(month) for month in months), key=lambda period: period.start)
    first = datetime.combine(periods[0].start, time(), TEHRAN)
    last = datetime.combine(periods[-1].end + timedelta(days=1), time(), TEHRAN)
    return nominal_time_run.NominalTimeRunFacet(_instant(first), _instant(last))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

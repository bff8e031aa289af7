"""What is worth an alert in a finished run: it failed, a check failed, or someone who had to report did not.

What belongs here: reading a run's events and saying in names and counts what is wrong. Never in an alert: a value of a
row, the text of an error (a library's may quote one), or metadata that are no numbers. How alerts travel is in
`orchestration.delivery`.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import dagster as dg

from orchestration.delivery import AlertSettings, DeliveryError, deliver
from orchestration.retries import UNATTENDED

ARRIVAL: Final = "arrival"
ON_DUE_DAY: Final = "due"
"""Value of the tag of runs that the calendar started: they are the ones that ask for what did not arrive."""

ATTEMPTS: Final = 30
"""Times that a way is tried for one alert, a tick apart; then it is given up, in the log."""
_BATCH = 50
_FINISHED = (dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_SUCCESS)
_TOLD = {dg.DagsterEventType.ASSET_CHECK_EVALUATION, dg.DagsterEventType.STEP_FAILURE}


@dataclass(frozen=True)
class Outbox:
    """What the sensor remembers.

    Attributes:
        cursors: Where it stands in the events of each kind.
        unsent: Run, way and attempts of alerts that did not go out yet.
    """

    cursors: dict[str, str | None] = field(default_factory=dict)
    unsent: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def from_cursor(cls, cursor: str) -> "Outbox":
        """Read it from a sensor's cursor."""
        found = json.loads(cursor)
        return cls(found["cursors"], tuple((run, way, attempts) for run, way, attempts in found["unsent"]))

    def to_cursor(self) -> str:
        """Write it as a sensor's cursor."""
        return json.dumps(asdict(self))


def alert_for(instance: dg.DagsterInstance, run_id: str) -> dict[str, Any] | None:
    """Say what is wrong with a finished run; None if nothing is worth an alert.

    Returns:
        `id` (the run's), `title`, `job`, `source`, `months`, `findings`: dictionaries of names and counts.
    """
    run = instance.get_run_by_id(run_id)
    if run is None:
        return None
    records = instance.get_records_for_run(run_id, of_type=_TOLD).records
    events = [record.event_log_entry.dagster_event for record in records]
    findings = [finding for event in events if event for finding in _findings(event, run)]
    if run.status is dg.DagsterRunStatus.FAILURE:
        findings = findings or [{"what": "run failed"}]
    if not findings:
        return None
    source = run.job_name.removeprefix("ingest_") if run.job_name.startswith("ingest_") else ""
    first, last = _months(run)
    title = f"{run.job_name}{f' {first} … {last}' if first else ''}: {', '.join(sorted({f['what'] for f in findings}))}"
    return {
        "id": run_id,
        "title": title,
        "job": run.job_name,
        "source": source,
        "months": [first, last] if first else [],
        "findings": findings,
    }


def finished_since(instance: dg.DagsterInstance, outbox: Outbox) -> tuple[list[str], dict[str, str | None]]:
    """Give the runs that ended since the last look, whoever started them, and where the look ended."""
    runs, cursors = list[str](), dict[str, str | None]()
    for kind in _FINISHED:
        found = instance.fetch_run_status_changes(
            kind, limit=_BATCH, cursor=outbox.cursors.get(kind.value), ascending=True
        )
        runs += [record.event_log_entry.run_id for record in found.records]
        cursors[kind.value] = found.cursor
    return list(dict.fromkeys(runs)), cursors


def start_now(instance: dg.DagsterInstance) -> Outbox:
    """Return an empty outbox that stands at the newest run: what happened before is history, no alert."""
    cursors: dict[str, str | None] = {}
    for kind in _FINISHED:
        cursors[kind.value] = instance.fetch_run_status_changes(kind, limit=1).cursor
    return Outbox(cursors)


def send_out(context: dg.SensorEvaluationContext, settings: AlertSettings, outbox: Outbox) -> Outbox:
    """Send an alert for each run that ended badly, once each way; keep what does not go out for the next tick."""
    runs, cursors = finished_since(context.instance, outbox)
    due = [*outbox.unsent, *((run_id, way, 0) for run_id in runs for way in settings.ways)]
    unsent = []
    for run_id, way, attempts in due:
        alert = alert_for(context.instance, run_id)
        if alert is None or way not in settings.ways:
            continue
        try:
            deliver(settings, way, alert)
        except DeliveryError as error:
            context.log.error("alert for run %s did not go out (attempt %s): %s", run_id, attempts + 1, error)  # noqa: TRY400  no stack trace: it may hold the address
            if attempts + 1 < ATTEMPTS:
                unsent.append((run_id, way, attempts + 1))
        else:
            context.log.info("alert for run %s went out by %s", run_id, way)
    return Outbox(cursors, tuple(unsent))


def _findings(event: dg.DagsterEvent, run: dg.DagsterRun) -> Iterator[dict[str, Any]]:
    if event.is_step_failure:
        error = event.step_failure_data.error
        while error and error.cause:
            error = error.cause
        yield {"what": "step failed", "step": event.step_key, "error": (error and error.cls_name) or "unknown"}
        return
    check = event.asset_check_evaluation_data
    is_asked = check.check_name == ARRIVAL and run.tags.get(UNATTENDED) == ON_DUE_DAY
    if not check.passed and (check.severity is dg.AssetCheckSeverity.ERROR or is_asked):
        what = "overdue" if check.check_name == ARRIVAL else "check failed"
        counts = {name: entry.value for name, entry in check.metadata.items() if _is_count(entry.value)}
        yield {"what": what, "asset": check.asset_key.to_user_string(), "check": check.check_name, **counts}


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _months(run: dg.DagsterRun) -> tuple[str, str]:
    one = run.tags.get("dagster/partition", "")
    first = run.tags.get("dagster/asset_partition_range_start", one)
    return first, run.tags.get("dagster/asset_partition_range_end", one)

"""Telling of a run while it happens: its beginning is on the disk before its effect, its end after it.

The caller holds the home's writer lock. So whoever finds a run that began and did not end knows that its process is
gone, and ends it.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openlineage.client.event_v2 import RunState
from openlineage.client.facet_v2 import dataset_version_dataset
from openlineage.client.serde import Serde

from lake import tables
from lake.layout import Home, Layer
from orchestration.openlineage.datasets import Told
from orchestration.openlineage.events import ENDS, Work, event
from orchestration.openlineage.log import Event, EventLog, write_durably
from orchestration.openlineage.settings import LineageSettings


@dataclass
class Account:
    """What a run says of itself when it ends.

    Attributes:
        inputs: What it read.
        outputs: What it wrote.
        parts: Events of runs within this one, told before its end.
        failure: Why it failed, where it goes on nevertheless and raises later.
    """

    inputs: list[Told] = field(default_factory=list)
    outputs: list[Told] = field(default_factory=list)
    parts: list[Event] = field(default_factory=list)
    failure: Exception | None = None


@contextmanager
def observed(home: Home, work: Work, *, inputs: Sequence[Told] = (), outputs: Sequence[Told] = ()) -> Iterator[Account]:
    """Tell of a run for the length of a `with` block: COMPLETE at its end, FAIL where it raises.

    Args:
        home: The installation; the caller holds its writer lock.
        work: The run.
        inputs: What it is to read.
        outputs: What it is to write.

    Raises:
        OSError: the event cannot be written; nothing runs unseen.
    """
    settings, log = LineageSettings(), EventLog(home)
    finish_killed(home, log)
    account = Account(list(inputs), list(outputs))
    began = event(settings, RunState.START, work, _now(), inputs=inputs, outputs=outputs)
    write_durably(_mark(log, work.run_id), json.dumps({"after": log.head(), "event": began}).encode())
    log.append([began])
    try:
        yield account
    except Exception as error:
        account.failure = error
        _end(settings, log, work, account)
        raise
    _end(settings, log, work, account)


def _end(settings: LineageSettings, log: EventLog, work: Work, account: Account) -> None:
    if account.failure:
        ended = event(settings, RunState.FAIL, work.failed(account.failure), _now(), inputs=account.inputs)
    else:
        ended = event(settings, RunState.COMPLETE, work, _now(), inputs=account.inputs, outputs=account.outputs)
    log.append([*account.parts, ended])
    _mark(log, work.run_id).unlink()


def finish_killed(home: Home, log: EventLog) -> None:
    """End the runs that began and whose process is gone, as ABORT, with the versions that they left behind."""
    for mark in sorted((log.root / "running").glob("*.json")):
        noted = json.loads(mark.read_bytes())
        run_id = noted["event"]["run"]["runId"]
        states = [
            told["eventType"]
            for entry in log.entries(after=noted["after"])
            for told in entry.events
            if told["run"]["runId"] == run_id
        ]
        if states and not set(states).intersection(ENDS):
            log.append([_aborted(home, noted["event"])])
        mark.unlink()


def _aborted(home: Home, began: dict[str, Any]) -> Event:
    ended = {**began, "eventType": RunState.ABORT.value, "eventTime": _now().isoformat().replace("+00:00", "Z")}
    ended["outputs"] = [_left(home, output) for output in began["outputs"]]
    return ended


def _left(home: Home, output: dict[str, Any]) -> dict[str, Any]:
    layer, _, name = output["name"].partition(".")
    if layer not in ("bronze", "silver", "gold") or not tables.exists(home, layer, name):
        return output
    version = dataset_version_dataset.DatasetVersionDatasetFacet(table_version(home, layer, name))
    return {**output, "facets": {**output["facets"], "version": Serde.to_dict(version)}}


def table_version(home: Home, layer: Layer, name: str, follows_from: str = "") -> str:
    """Return the version of a table: Delta's number, and a hash of what its content follows from, where one is known.

    The same inputs and code give the same content, so the hash tells two contents apart without reading a row.
    """
    known = f"delta:{tables.version(home, layer, name)}" if tables.exists(home, layer, name) else ""
    return ";".join(part for part in (known, follows_from) if part)


def _mark(log: EventLog, run_id: str) -> Path:
    return log.root / "running" / f"{run_id}.json"


def _now() -> datetime:
    return datetime.now(UTC)

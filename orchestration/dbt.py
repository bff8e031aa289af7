"""The dbt project as the pipeline runs it: in this process, parsed once for a state of its files.

A dbt of its own for each call would cost seconds of start-up. What the models say is in `dbt_project/`; the assets
made of them are in `orchestration.defs.marts`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.constants import PARTIAL_PARSE_FILE_NAME
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from lake.dbt_plugin.ahead import opening
from orchestration.dbt_queue import longest_way_first
from orchestration.settings import PROJECT_ROOT, Settings

VOCABULARY_FOLDERS = (
    "codelists",
    "conformance",
    "holidays",
    "indicators",
    "indicators/history",
    "measures",
    "norms",
    "units",
)
PASSED = frozenset({RunStatus.Success, RunStatus.NoOp, TestStatus.Pass, TestStatus.Warn})


class DbtError(Exception):
    """dbt could not read the project, or a model or a test of a model failed."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test.

    Attributes:
        unique_id: dbt's id of the node.
        name: Its name.
        passed: Whether it was built, or found nothing wrong.
        skipped: Whether it was not tried, because something before it failed.
        message: What dbt says of it.
        seconds: How long it took.
        failures: Rows that a test found.
        compiled: SQL that it ran.
        began: When it began; None where it was not tried.
        ended: When it ended.
    """

    unique_id: str
    name: str
    passed: bool
    skipped: bool
    message: str
    seconds: float
    failures: int | None
    compiled: str
    began: datetime | None = None
    ended: datetime | None = None


def code_hash(settings: Settings) -> str:
    """Hash what the marts are made by: models, macros, seeds, and the vocabulary they read."""
    files = [path for path in settings.dbt_project.rglob("*") if path.suffix in (".sql", ".yml", ".csv")]
    files += [path for name in VOCABULARY_FOLDERS for path in (PROJECT_ROOT / "vocabulary" / name).glob("*.[cy]*")]
    files += (PROJECT_ROOT / "lake" / "dbt_plugin").glob("*.py")
    digest = hashlib.sha256()
    for path in sorted(path for path in files if not {"target", "logs"} & set(path.parts)):
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def manifest(settings: Settings) -> Path:
    """Return the project's manifest, parsing the project where its files changed.

    Raises:
        DbtError: dbt could not parse the project; the message is dbt's.
    """
    folder = settings.amar_home.scratch / "dbt" / code_hash(settings)[:16]
    if not (folder / "manifest.json").is_file():
        staged = folder.with_suffix(f".{os.getpid()}")
        staged.mkdir(parents=True, exist_ok=True)
        with _environment(settings):
            done = dbtRunner().invoke(["parse", *_options(settings, staged)])
        if not done.success:
            raise DbtError(f"dbt cannot parse {settings.dbt_project}: {done.exception}")
        shutil.rmtree(folder, ignore_errors=True)
        staged.rename(folder)
    return folder / "manifest.json"


def read_manifest(settings: Settings) -> Manifest:
    """Return the project's manifest for a run of dbt, so that this run need not parse.

    Raises:
        DbtError: dbt could not parse the project.
    """
    parsed = Manifest.from_msgpack((manifest(settings).parent / PARTIAL_PARSE_FILE_NAME).read_bytes())
    parsed.build_flat_graph()  # dbt does so only where it parses; macros ask `graph` how a mart is written
    return parsed


def build(
    settings: Settings, periods: Sequence[str], on_finished: Callable[[str], None], *, marts: Sequence[str] = ()
) -> list[NodeResult]:
    """Build and test every model, in a scratch database that is made for this run; the caller holds the writer lock.

    Args:
        settings: The installation's settings.
        periods: Jalali months to compute; none = every month.
        on_finished: Called with the id of each node when it is done.
        marts: Build these and what they are made of, without tests; everything by default.

    Raises:
        DbtError: dbt could not run at all; a node that failed is in the results.
    """

    def listen(event: EventMsg) -> None:
        if event.info.name == "NodeFinished":
            on_finished(event.data.node_info.unique_id)

    target = _scratch(settings) / "target"
    shutil.rmtree(_scratch(settings), ignore_errors=True)
    target.mkdir(parents=True)  # dbt does not make it where it cannot run at all
    with _environment(settings), opening(settings.amar_home):
        parsed = read_manifest(settings)
        chosen = ["test", "--select", *(f"+{mart}" for mart in marts)] if marts else []
        command = ["build", "--exclude-resource-type", "unit_test", *chosen, *_options(settings, target)]
        if periods:
            command += ["--vars", json.dumps({"periods": list(periods)})]
        with longest_way_first(settings.threads):
            done = dbtRunner(manifest=parsed, callbacks=[listen]).invoke(command)
        _keep_artifacts(settings, target)
    shutil.rmtree(_scratch(settings), ignore_errors=True)
    if done.exception or not done.result:
        raise DbtError(f"dbt could not run: {done.exception}")
    return [
        NodeResult(
            unique_id=result.node.unique_id,
            name=result.node.name,
            passed=result.status in PASSED,
            skipped=result.status in (RunStatus.Skipped, TestStatus.Skipped),
            message=result.message or "",
            seconds=result.execution_time,
            failures=result.failures,
            compiled=getattr(result.node, "compiled_code", None) or "",
            began=min((step.started_at for step in result.timing if step.started_at), default=None),
            ended=max((step.completed_at for step in result.timing if step.completed_at), default=None),
        )
        for result in done.result.results
    ]


def column_metadata(settings: Settings, model: str) -> dict[str, dict[str, object]]:
    """Return what the project says of a model's columns: column → access class and granularity.

    Raises:
        DbtError: there is no such model.
    """
    document = json.loads(manifest(settings).read_text())
    for node in document["nodes"].values():
        if node["resource_type"] == "model" and node["name"] == model:
            return {
                name: {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
                for name, column in node["columns"].items()
            }
    raise DbtError(f"the dbt project has no model {model}")


def run_apart(settings: Settings, folder: Path, *command: str) -> None:
    """Run another command of dbt, whose database and files go under `folder`; the marts stay as they are.

    Raises:
        DbtError: it failed; the message is dbt's.
    """
    with _environment(settings, folder / "database"):
        done = dbtRunner().invoke([*command, *_options(settings, folder)])
    if not done.success:
        results = getattr(done.result, "results", ())
        failed = [f"{one.node.name}: {one.message}" for one in results if one.message and one.status not in PASSED]
        raise DbtError("; ".join([f"dbt {command[0]} failed", *([str(done.exception)] if done.exception else failed)]))


def invoke(settings: Settings, runner: dbtRunner, command: Sequence[str], target: Path) -> dbtRunnerResult:
    """Run a command of dbt in a runner of the caller's, with this project's settings unless the command has its own."""
    name, *arguments = command
    with _environment(settings):
        return runner.invoke([name, *_options(settings, target), *arguments])


def artifacts(settings: Settings) -> Path:
    """Return the folder of the last run's artifacts: manifest, run results, log."""
    return settings.amar_home.dbt_artifacts


def _keep_artifacts(settings: Settings, target: Path) -> None:
    shutil.rmtree(artifacts(settings), ignore_errors=True)
    target.rename(artifacts(settings))


def _options(settings: Settings, target: Path) -> list[str]:
    folders = {"project-dir": settings.dbt_project, "profiles-dir": settings.dbt_project}
    folders |= {"target-path": target, "log-path": target}
    return [
        "--quiet",
        "--log-level-file=info",
        "--no-use-colors",
        *(text for name, path in folders.items() for text in (f"--{name}", str(path))),
    ]


def _scratch(settings: Settings) -> Path:
    """Return the folder of a run's database; always the same, for dbt parses anew where the profile changed."""
    return settings.amar_home.scratch / "dbt" / "run"


@contextmanager
def _environment(settings: Settings, scratch: Path | None = None) -> Iterator[None]:
    """Set what `profiles.yml` asks of the environment."""
    wanted = {
        "AMAR_HOME": str(settings.amar_home.root),
        "AMAR_DBT_SCRATCH": str(scratch or _scratch(settings)),
        "AMAR_THREADS": str(settings.threads),
        "AMAR_ENVIRONMENT": settings.environment,
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})

"""The dbt project as the pipeline runs it: where its parsed manifest lies, and what environment a run needs.

What the models say is in `dbt_project/`; the assets made of them are in `orchestration.defs.marts`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lake.layout import Home
from orchestration.settings import PROJECT_ROOT, Settings

VOCABULARY_FOLDERS = ("codelists", "indicators", "units", "norms")


class DbtError(Exception):
    """dbt could not read the project."""


def executable() -> str:
    """Return the path of this environment's dbt."""
    return str(Path(sys.executable).parent / "dbt")


def environment(home: Home, scratch: Path, threads: int) -> dict[str, str]:
    """Return what `profiles.yml` asks of the environment."""
    return {
        "AMAR_HOME": str(home.root),
        "AMAR_DBT_SCRATCH": str(scratch),
        "AMAR_THREADS": str(threads),
        "DO_NOT_TRACK": "1",
    }


def code_hash(settings: Settings) -> str:
    """Hash what the marts are made by: models, macros, seeds, and the vocabulary they read."""
    files = [path for path in settings.dbt_project.rglob("*") if path.suffix in (".sql", ".yml", ".csv")]
    files += [path for name in VOCABULARY_FOLDERS for path in (PROJECT_ROOT / "vocabulary" / name).glob("*.[cy]*")]
    digest = hashlib.sha256()
    for path in sorted(path for path in files if "target" not in path.parts and "logs" not in path.parts):
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def manifest(settings: Settings) -> Path:
    """Return the project's manifest, parsing the project where its files changed.

    Raises:
        DbtError: dbt could not parse the project; the message is dbt's.
    """
    folder = settings.amar_home.scratch / "dbt" / code_hash(settings)[:16]
    if not (folder / "manifest.json").is_file():
        _parse(settings, folder)
    return folder / "manifest.json"


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


def _parse(settings: Settings, folder: Path) -> None:
    staged = folder.with_suffix(f".{os.getpid()}")
    staged.mkdir(parents=True, exist_ok=True)
    command = [executable(), "--quiet", "parse", "--project-dir", str(settings.dbt_project)]
    command += ["--profiles-dir", str(settings.dbt_project), "--target-path", str(staged), "--log-path", str(staged)]
    variables = {**os.environ, **environment(settings.amar_home, staged, settings.threads)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)  # noqa: S603  our own call
    if done.returncode != 0:
        raise DbtError(f"dbt cannot parse {settings.dbt_project}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    shutil.rmtree(folder, ignore_errors=True)
    staged.rename(folder)

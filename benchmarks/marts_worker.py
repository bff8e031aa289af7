"""Builds marts, or computes them only, in a process of its own, so that start-up is not counted.

`python -m benchmarks.marts_worker build HOME LANDING PERIOD|-` runs dbt as the product does; `compute` runs the SQL
that the last build compiled in one DuckDB session. Each prints a line of JSON.
"""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from benchmarks.report import PeakMemory
from lake.dbt_plugin import catalogue, words
from lake.layout import Home
from lake.lock import writer_lock
from orchestration import dbt
from orchestration.settings import PROJECT_ROOT, Settings


@dataclass(frozen=True)
class Built:
    """What a worker did: seconds in all and of it by models and by tests, rows of the marts, and its peak memory."""

    seconds: float
    models: float
    tests: float
    rows: int
    peak_mib: float


def build(home: Home, period: str | None) -> Built:
    """Build all marts, or those of a month, the product's way."""
    return _run("build", home, period)


def compute(home: Home) -> Built:
    """Compute in one DuckDB session what the last build of the home computed."""
    return _run("compute", home, None)


def _run(what: str, home: Home, period: str | None) -> Built:
    command = [sys.executable, "-m", "benchmarks.marts_worker", what, str(home.root), str(home.landing), period or "-"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    with PeakMemory(process.pid) as memory:
        said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the worker ended with {process.returncode}: {' '.join(command)}")
    return Built(**json.loads(said.splitlines()[-1]), peak_mib=memory.mib)


def main() -> int:
    """Do the work that the command line asks for."""
    what, root, landing, period = sys.argv[1:]
    settings = Settings(home=Path(root), landing=Path(landing))
    done = _build(settings, [] if period == "-" else [period]) if what == "build" else _compute(settings)
    print(json.dumps(done))
    return 0


def _build(settings: Settings, periods: list[str]) -> dict[str, float]:
    shutil.rmtree(settings.amar_home.scratch / "dbt", ignore_errors=True)
    dbt.manifest(settings)  # parsed here in every home, built before or not: so all of dbt is loaded when it counts
    began = time.perf_counter()
    with writer_lock(settings.amar_home, "benchmark"):
        nodes = dbt.build(settings, periods, lambda _: None)
    seconds = time.perf_counter() - began
    failed = [f"{node.name}: {node.message}" for node in nodes if not node.passed]
    if failed:
        raise SystemExit("\n".join(failed))
    by_kind = {kind: sum(node.seconds for node in nodes if node.unique_id.startswith(f"{kind}.")) for kind in _KINDS}
    return {"seconds": seconds, "models": by_kind["model"] + by_kind["seed"], "tests": by_kind["test"], "rows": 0}


_KINDS = ("model", "seed", "test")


def _compute(settings: Settings) -> dict[str, float]:
    manifest = json.loads((dbt.artifacts(settings) / "manifest.json").read_text())
    models = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    order = TopologicalSorter(
        {name: set(node["depends_on"].get("nodes", [])) & set(models) for name, node in models.items()}
    )
    path = settings.amar_home.scratch / "floor" / "amar.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    rows = 0
    with duckdb.connect(path) as connection:
        connection.execute(f"set threads = {settings.threads}")
        connection.execute("set memory_limit = '2GB'; set timezone = 'UTC'; set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        catalogue.register(connection, catalogue.snapshot(settings.amar_home))
        words.register(connection)
        for view in connection.execute("select view_name from duckdb_views() where schema_name = 'gold'").fetchall():
            connection.execute(f'drop view gold."{view[0]}"')
        began = time.perf_counter()
        for name in order.static_order():
            rows += _make(connection, models[name])
        seconds = time.perf_counter() - began
    path.unlink()
    return {"seconds": seconds, "models": seconds, "tests": 0.0, "rows": rows}


def _make(connection: duckdb.DuckDBPyConnection, node: dict[str, object]) -> int:
    """Make a model's relation; returns the rows of a mart."""
    schema, name = node["schema"], node["alias"]
    connection.execute(f'create schema if not exists "{schema}"')
    if node["resource_type"] == "seed":
        seed = PROJECT_ROOT / "dbt_project" / str(node["original_file_path"])
        connection.execute(f"""create table "{schema}"."{name}" as select * from read_csv('{seed}')""")
        return 0
    config = node["config"]
    kind = "view" if isinstance(config, dict) and config["materialized"] == "view" else "table"
    connection.execute(f'create {kind} "{schema}"."{name}" as {node["compiled_code"]}')
    if schema != "gold":
        return 0
    counted = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchone()
    return int(counted[0]) if counted else 0


if __name__ == "__main__":
    sys.exit(main())

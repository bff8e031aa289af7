"""How Polars and DuckDB give memory back is settled before they are loaded, whichever module a process starts with."""

import os
import subprocess
import sys

import pytest

SETTINGS = ("_RJEM_MALLOC_CONF", "DUCKDB_JE_MALLOC_CONF")
WATCH = """
import os, sys
class Watch:
    def find_spec(self, name, *_):
        if name == "_duckdb":
            print(os.environ.get("DUCKDB_JE_MALLOC_CONF"))
sys.meta_path.insert(0, Watch())
"""


@pytest.mark.parametrize("module", ["lake.chunk", "orchestration.ingest", "benchmarks.worker"])
def test_the_allocator_is_settled_before_polars_is_loaded(module: str) -> None:
    told = _told(f"import {module}, os; print(os.environ['_RJEM_MALLOC_CONF'])")
    polars_own, _, ours = told.partition(",dirty_decay_ms:10000")
    assert polars_own.startswith("dirty_decay_ms:")
    assert ours == ",muzzy_decay_ms:0"


@pytest.mark.parametrize("module", ["lake.duck", "orchestration.dbt", "benchmarks.marts_worker"])
def test_the_allocator_is_settled_before_duckdb_is_loaded(module: str) -> None:
    assert _told(f"{WATCH}\nimport {module}, duckdb") == "dirty_decay_ms:10000,muzzy_decay_ms:0"


def _told(code: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=clean)
    return done.stdout.strip()

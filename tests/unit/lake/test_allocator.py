"""How Polars gives memory back is settled before it is loaded, whichever module a process starts with."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["lake.chunk", "orchestration.ingest", "benchmarks.worker"])
def test_the_allocator_is_settled_before_polars_is_loaded(module: str) -> None:
    told = f"import {module}, os; print(os.environ['_RJEM_MALLOC_CONF'])"
    clean = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=clean)
    polars_own, _, ours = done.stdout.strip().partition(",dirty_decay_ms:10000")
    assert polars_own.startswith("dirty_decay_ms:")
    assert ours == ",muzzy_decay_ms:0"

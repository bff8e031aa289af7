"""The models say on Sail what they say on DuckDB: every mart of a tiny home, to the last digit.

Sail has an environment of its own (`make sail` makes it). Where it is missing this is skipped, unless `AMAR_REQUIRE`
lists `sail`: then it fails.
"""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-sail" / "bin" / "python"


@pytest.mark.slow
def test_every_mart_has_the_same_content_on_sail() -> None:
    if not PYTHON.is_file():
        reason = "Sail is not installed: `make sail` does it"
        if "sail" in os.environ.get("AMAR_REQUIRE", "").split(","):
            pytest.fail(f"{reason}, and AMAR_REQUIRE asks for it")
        pytest.skip(reason)
    done = subprocess.run([PYTHON, "-m", "portability.sail"], cwd=ROOT, capture_output=True, text=True, check=False)
    *marts, last = done.stdout.splitlines() or [""]
    assert [line for line in marts if not line.endswith("  same")] == [], done.stdout
    assert done.returncode == 0, done.stderr[-4000:]
    assert len(marts) == len(list((ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")))
    assert last.startswith(f"{len(marts)} of {len(marts)} marts are the same")

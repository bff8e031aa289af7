"""Builds the project on a second engine and compares: every mart must say the same on Sail as on DuckDB.

`python -m portability.sail` makes a tiny home of invented extracts, builds its marts with DuckDB, builds the same
models from the same snapshots on Sail (Spark Connect) with their tests of data, and compares the content hashes.
`--home` takes an installation whose marts are up to date instead; nothing is written to its lake.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dbt.cli.main import dbtRunner

from lake import tables
from lake.layout import Home
from portability import engine, extracts
from portability.comparison import Comparison, compare

PROJECT = Path(__file__).parent.parent / "dbt_project"


class SailError(Exception):
    """The project does not build on Sail; the message names the nodes and what the engine said."""


def build_and_compare(home: Home, scratch: Path) -> list[Comparison]:
    """Build all models on Sail and compare each mart with the home's.

    Args:
        home: An installation whose marts are up to date.
        scratch: A folder for Sail's tables and dbt's files.

    Raises:
        SailError: a model or a test failed.
    """
    with engine.serve(scratch / "tables") as spark:
        engine.load(spark, home)
        return [compare(home, mart, spark.table(f"gold.{mart}")) for mart in _build(home, scratch)]


def _build(home: Home, scratch: Path) -> list[str]:
    """Run `dbt build` on Sail; return the names of the marts."""
    os.environ |= {"AMAR_HOME": str(home.root), "AMAR_DBT_SCRATCH": str(scratch), "DO_NOT_TRACK": "1"}
    places = {"--project-dir": PROJECT, "--profiles-dir": PROJECT}
    places |= {"--target-path": scratch / "target", "--log-path": scratch / "logs"}
    options = [str(item) for pair in places.items() for item in pair]
    done = dbtRunner().invoke(
        ["--quiet", "--no-partial-parse", "build", "--target", "sail", "--exclude-resource-type", "unit_test", *options]
    )
    results = done.result.results if done.result else []
    failed = [f"{node.node.name}: {node.message}" for node in results if node.status in ("error", "fail")]
    if failed or not done.success:
        raise SailError("\n".join(failed) or str(done.exception))
    return sorted(node.node.name for node in results if node.node.config.get("materialized") == "delta")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print a line a mart; returns 1 where one differs."""
    parser = argparse.ArgumentParser(prog="python -m portability.sail", description="Build the marts on Sail, compare.")
    parser.add_argument("--home", type=Path, help="home whose marts are up to date (default: a tiny one, made here)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="amar-sail-") as folder:
        home = Home(options.home.resolve()) if options.home else extracts.tiny(Path(folder) / "home")
        if not tables.versions(home, "gold"):
            raise SystemExit(f"{home.root} has no marts: run `amar build` there first")
        found = build_and_compare(home, Path(folder))
    print("\n".join(map(str, found)))
    different = sum(not line.is_same for line in found)
    print(f"{len(found) - different} of {len(found)} marts are the same on DuckDB and on Sail")
    return 1 if different or not found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Building one dataset again in a scratch home: marts from the pinned silver, then gate and rounding, nothing entered.

Run as a process of its own by the code that built the release, which need not be the code that asks; what the two
agree on is in `orchestration.reproducing.exchange`.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from pyarrow import parquet

from governance.access.labels import labels_of_columns
from governance.datasets.load import load_structure
from governance.errors import GovernanceError
from governance.ledger.envelope import canonical_bytes
from governance.releases import build
from governance.releases.code import code_version
from lake import tables
from lake.layout import Home
from orchestration import dbt, progress
from orchestration.cli.console import Progress
from orchestration.reproducing.exchange import DATA, OUTCOME, STRUCTURE
from orchestration.settings import Settings

_SOURCE_FILES = "fct_observation_source_file"
_LAYERS = frozenset({"silver", "bronze"})


def rebuild(home: Home, dataset: str, out: Path) -> dict[str, Any]:
    """Build a dataset from what a scratch home holds, write its data and structure, and return what it came to.

    Raises:
        orchestration.dbt.DbtError: a model failed.
        GovernanceError: the marts cannot be published.
        lake.tables.TableError: a table cannot be read.
    """
    settings, structure = Settings(home=home.root), load_structure(dataset)
    marts = [structure.mart, *([_SOURCE_FILES] if structure.kind == "indicators" else [])]
    finished: list[str] = []

    def on_finished(unique_id: str) -> None:
        finished.append(unique_id)
        progress.report("dbt models", len(finished), max(len(finished), total))

    total = sum(name.startswith("model.") for name in _ancestry(settings, marts))
    failed = [result for result in dbt.build(settings, (), on_finished, marts=marts) if not result.passed]
    if failed:
        raise dbt.DbtError("; ".join(f"{result.name}: {result.message}" for result in failed if not result.skipped))
    labels = labels_of_columns(dbt.column_metadata(settings, structure.mart))
    candidate = build.build(home, structure, labels=labels).candidate
    parquet.write_table(candidate.data, out / DATA, compression="zstd")
    (out / STRUCTURE).write_bytes(canonical_bytes(dict(candidate.document)) + b"\n")
    return {"content_hash": candidate.content_hash, "unpinned": _unpinned(settings, home, marts)}


def _unpinned(settings: Settings, home: Home, marts: Sequence[str]) -> list[str]:
    """Name the tables that the marts read and the scratch home does not have; they counted as empty."""
    read = [name.split(".")[-2:] for name in _ancestry(settings, marts) if name.startswith("source.")]
    lacking = ((layer, name) for layer, name in read if layer in _LAYERS and not (home.lake / layer / name).is_dir())
    return sorted(f"{layer}/{name}" for layer, name in lacking)


def _ancestry(settings: Settings, marts: Sequence[str]) -> set[str]:
    """Return the ids of marts and of all that they are made of."""
    document = json.loads(dbt.manifest(settings).read_text())
    seen, ahead = set[str](), [f"model.{document['metadata']['project_name']}.{mart}" for mart in marts]
    while ahead:
        node = ahead.pop()
        if node not in seen:
            seen.add(node)
            ahead += document["parent_map"].get(node, [])
    return seen


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; an error is told in the outcome, not with a stack trace."""
    root, dataset, folder = arguments
    out, told = Path(folder), {"source_hash": code_version().source_hash}
    try:
        with redirect_stdout(sys.stderr), progress.listening(Progress()):
            told |= rebuild(Home(Path(root)), dataset, out)
    except (dbt.DbtError, GovernanceError, tables.TableError) as error:
        told["error"] = str(error)
    (out / OUTCOME).write_text(json.dumps(told))
    return 1 if "error" in told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Building one dataset again in a scratch home: marts from the pinned silver, then gate and rounding, nothing entered.

Run as a process of its own by the code that built the release, which need not be the code that asks; what the two
agree on is in `orchestration.reproducing.exchange`.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from pyarrow import parquet

from governance.access.labels import labels_of_columns
from governance.datasets.load import Structure, load_structure
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


def rebuild(home: Home, dataset: str, out: Path, *, watch: progress.Progress) -> None:
    """Build a dataset from what a scratch home holds and leave in a folder what the asking side expects.

    An error in words is left there too; any other is a mistake of ours and passes.

    Args:
        home: The scratch home, with the pinned tables.
        dataset: Id of the dataset.
        out: An empty folder.
        watch: Told how many models are built.
    """
    told: dict[str, object] = {"source_hash": code_version().source_hash}
    try:
        told |= _build(Settings(home=home.root), load_structure(dataset), out, watch)
    except (dbt.DbtError, GovernanceError, tables.TableError) as error:
        told["error"] = str(error)
    (out / OUTCOME).write_text(json.dumps(told))


def _build(settings: Settings, structure: Structure, out: Path, watch: progress.Progress) -> dict[str, object]:
    marts = [structure.mart, *([_SOURCE_FILES] if structure.kind == "indicators" else [])]
    ancestry = _ancestry(settings, marts)
    total = sum(name.startswith("model.") for name in ancestry)
    finished: list[str] = []

    def on_finished(unique_id: str) -> None:
        finished.append(unique_id)
        watch("dbt models", len(finished), total)

    failed = [result for result in dbt.build(settings, (), on_finished, marts=marts) if not result.passed]
    if failed:
        raise dbt.DbtError("; ".join(f"{result.name}: {result.message}" for result in failed if not result.skipped))
    labels = labels_of_columns(dbt.column_metadata(settings, structure.mart))
    candidate = build.build(settings.amar_home, structure, labels=labels).candidate
    parquet.write_table(candidate.data, out / DATA, compression="zstd")
    (out / STRUCTURE).write_bytes(canonical_bytes(dict(candidate.document)) + b"\n")
    return {"content_hash": candidate.content_hash, "unpinned": _unpinned(settings.amar_home, ancestry)}


def _unpinned(home: Home, ancestry: Iterable[str]) -> list[str]:
    """Name the tables that the marts read and the scratch home does not have; they counted as empty."""
    read = [name.split(".")[-2:] for name in ancestry if name.startswith("source.")]
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
    """Do what the command line says: HOME DATASET OUT."""
    root, dataset, out = arguments
    with redirect_stdout(sys.stderr):
        rebuild(Home(Path(root)), dataset, Path(out), watch=Progress())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Making a published release again, and saying whether it is the same.

Silver is pinned at the versions that the manifest names, the code is the revision that it names, and the result is held
against the published files. The scratch run enters neither the ledger nor Dagster's history: it makes no fact, and a
history of runs that anybody may start tells nothing of the lake.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import polars as pl

from governance.context import Context
from governance.errors import GovernanceError
from governance.releases.diff import DefinitionChange, ValueChange, cell_changes, definition_changes, missing_keys
from governance.releases.manifest import Manifest
from governance.releases.read import Release, find_release
from governance.retention.losses import losses, sentences
from lake import tables
from lake.layout import Home, Layer
from lake.lock import files_kept
from lake.pinned import pin
from orchestration.progress import Progress
from orchestration.reproducing.exchange import DATA, MODULE, OUTCOME, STRUCTURE
from orchestration.reproducing.revision import Revision, revision_of, running
from orchestration.settings import Settings

_LAYERS: dict[str, Layer] = {layer: layer for layer in get_args(Layer)}
_MADE_AGAIN = "gold"


class ReproductionError(GovernanceError):
    """A release cannot be made again: something it was made from is gone, or building it failed."""


@dataclass(frozen=True)
class Reproduction:
    """What making a release again came to.

    Attributes:
        release: Its id.
        is_identical: Whether data and structure are the published ones, by the content hash.
        published_hash: Content hash of the release.
        reproduced_hash: Content hash of what was made now.
        code: What says which code made it: the release's own, or the one that runs.
        key: Names of the columns that tell observations apart.
        cells: Cells that differ.
        only_published: Keys of observations that are not made any more.
        only_reproduced: Keys of observations that were not published.
        definitions: Definitions that differ.
        is_structure_changed: Whether anything of the structure differs, definitions included.
        notes: What explains a difference: erased rows, tables that were not pinned.
    """

    release: str
    is_identical: bool
    published_hash: str
    reproduced_hash: str
    code: str
    key: tuple[str, ...]
    cells: tuple[ValueChange, ...]
    only_published: tuple[tuple[str, ...], ...]
    only_reproduced: tuple[tuple[str, ...], ...]
    definitions: tuple[DefinitionChange, ...]
    is_structure_changed: bool
    notes: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Return all of it as plain data; each cell and each missing observation with its id."""
        cells = [
            {
                "observation": self.observation(cell.key),
                "column": cell.column,
                "published": cell.before,
                "reproduced": cell.after,
            }
            for cell in self.cells
        ]
        told = {name: value for name, value in asdict(self).items() if name != "cells"}
        return told | {
            "cells": cells,
            "only_published": [self.observation(key) for key in self.only_published],
            "only_reproduced": [self.observation(key) for key in self.only_reproduced],
        }

    def observation(self, key: tuple[str, ...]) -> str:
        """Return the id of an observation, `INDICATORS@1.0.0/support_ratio.IR/1399-12`."""
        *words, period = key
        return f"{self.release}/{'.'.join(words)}/{period}"


def reproduce(
    settings: Settings, context: Context, release_id: str, *, watch: Progress, with_this_code: bool = False
) -> Reproduction:
    """Make a release again in a scratch home and compare it with what was published.

    Args:
        settings: The installation's settings.
        context: The installation's governance.
        release_id: `INDICATORS@1.0.0`.
        watch: Told how many models are built.
        with_this_code: Use the code that runs, whichever built the release.

    Raises:
        ReproductionError: what it was made from is gone, or building it failed.
        orchestration.reproducing.revision.OtherCodeError: it was built by code that cannot be had.
        governance.releases.manifest.ManifestError: its files are not the published ones.
        governance.releases.read.UnknownReleaseError: there is no such release.
        lake.lock.HomeBusyError: files of the lake are being removed.
    """
    release = find_release(context, release_id)
    manifest = context.store.manifest(release.dataset, str(release.version))
    context.store.check_files(manifest)
    home = settings.amar_home
    with files_kept(home, f"reproduce {release_id}"), _workshop(home) as folder:
        revision = running() if with_this_code else revision_of(manifest, folder / "code")
        scratch = Home(folder / "home")
        _pin(home, scratch, manifest, since=release.events[0].sequence, context=context)
        _lend_parsed(home, scratch, revision)
        outcome = _rebuild(settings, revision, scratch, manifest.dataset, folder / "out", watch)
        return _compared(context, release, manifest, outcome, folder / "out")


@contextmanager
def _workshop(home: Home) -> Iterator[Path]:
    """Give a folder on the home's disk that is gone afterwards."""
    home.reproductions.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=home.reproductions, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _pin(home: Home, scratch: Home, manifest: Manifest, *, since: int, context: Context) -> None:
    gone = []
    for table in manifest.tables:
        if table.layer == _MADE_AGAIN:
            continue
        try:
            missing = pin(home, scratch, _LAYERS[table.layer], table.name, table.version)
        except tables.TableError as error:
            gone.append(str(error))
            continue
        if missing:
            gone.append(f"{table.layer}/{table.name} at version {table.version}: {len(missing)} files, {missing[0]} …")
    if gone:
        lost = [*gone, *_lost(context, manifest, since)]
        raise ReproductionError(f"{manifest.release} cannot be made again, for what it was made from is gone: {lost}")


def _lend_parsed(home: Home, scratch: Home, revision: Revision) -> None:
    """Let the running code find its parsed dbt project in the scratch home: parsing it costs more than many a mart."""
    if revision == running():
        (scratch.scratch / "dbt").mkdir(parents=True)
        for parsed in (home.scratch / "dbt").glob("[0-9a-f]" * 16):
            (scratch.scratch / "dbt" / parsed.name).symlink_to(parsed)


def _rebuild(
    settings: Settings, revision: Revision, scratch: Home, dataset: str, out: Path, watch: Progress
) -> dict[str, Any]:
    """Build the dataset in the scratch home: other code in a process of its own, the running code in this one."""
    out.mkdir()
    if revision == running():
        # imported here because dbt takes seconds to import, and what is gone is told before
        from orchestration.reproducing.rebuild import rebuild

        rebuild(scratch, dataset, out, watch=watch)
    else:
        environment = revision.environment() | {"AMAR_THREADS": str(settings.threads)}
        command = [str(revision.python), "-m", MODULE, str(scratch.root), dataset, str(out)]
        subprocess.run(command, cwd=revision.root, env=environment, check=False)  # noqa: S603 - our own module
    try:
        outcome: dict[str, Any] = json.loads((out / OUTCOME).read_text())
    except (OSError, ValueError) as error:
        raise ReproductionError(f"building {dataset} again ended before it was done") from error
    if "error" in outcome:
        raise ReproductionError(f"building {dataset} again failed: {outcome['error']}")
    if outcome["source_hash"] != revision.source_hash:
        raise ReproductionError(f"building {dataset} again was done by other code than was meant")
    return outcome


def _compared(
    context: Context, release: Release, manifest: Manifest, outcome: dict[str, Any], out: Path
) -> Reproduction:
    before, after = context.store.structure(manifest), json.loads((out / STRUCTURE).read_bytes())
    published, made = context.store.data(manifest), pl.read_parquet(out / DATA)
    key = [name for name in before["key"] if name in after["key"]]
    is_identical = outcome["content_hash"] == manifest.content_hash
    is_own = outcome["source_hash"] == manifest.code.source_hash
    notes = [] if is_identical else _lost(context, manifest, release.events[0].sequence)
    if not is_identical:
        held = {f"{item.layer}/{item.name}" for item in manifest.tables}
        notes += [f"{table} was read as empty, for the manifest does not pin it" for table in outcome["unpinned"]
                  if table not in held and _is_held(context, table)]  # fmt: skip
    return Reproduction(
        release=release.id,
        is_identical=is_identical,
        published_hash=manifest.content_hash,
        reproduced_hash=outcome["content_hash"],
        code="the code that built it" if is_own else f"other code than built it ({outcome['source_hash']})",
        key=tuple(key),
        cells=cell_changes(published, made, key),
        only_published=missing_keys(published, made, key),
        only_reproduced=missing_keys(made, published, key),
        definitions=definition_changes(before["definitions"], after["definitions"]),
        is_structure_changed=before != after,
        notes=tuple(notes),
    )


def _is_held(context: Context, table: str) -> bool:
    layer, _, name = table.partition("/")
    return tables.exists(Home(context.settings.home), _LAYERS[layer], name)


def _lost(context: Context, manifest: Manifest, since: int) -> list[str]:
    """Say which rows behind a release were erased since it was proposed, or expired."""
    made_of = {f"{table.layer}/{table.name}" for table in manifest.tables}
    files = set(context.store.sources(manifest)["file_sha256"])
    return sentences(losses(context.ledger, files, tables=made_of, since=since))

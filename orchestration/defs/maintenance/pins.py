"""Which versions of which tables releases were read from, as data for `lake.maintenance`."""

from typing import get_args

from governance.context import Context
from governance.database.engine import DatabaseNotReadyError, check_ready
from governance.releases.manifest import MANIFEST
from governance.releases.read import Release, list_releases
from lake.layout import Layer
from lake.maintenance.model import MaintenanceError

_LAYERS: dict[str, Layer] = {layer: layer for layer in get_args(Layer)}


def pinned_versions(context: Context) -> dict[tuple[Layer, str], set[int]]:
    """Return the versions that every release was read from, by layer and name of the table.

    A withdrawn release that was published once keeps its versions, for it can still be audited; one that was
    withdrawn before needs none.

    Raises:
        MaintenanceError: there are releases on disk and no ledger that knows them.
        governance.releases.manifest.ManifestError: the manifest of a release is missing or was changed.
    """
    try:
        check_ready(context.engine)
    except DatabaseNotReadyError as error:
        if any(context.store.root.rglob(MANIFEST)):
            raise MaintenanceError(f"there are releases, but their ledger cannot be read: {error}") from error
        return {}
    pins: dict[tuple[Layer, str], set[int]] = {}
    for release in list_releases(context):
        if _needs_tables(release):
            for table in context.store.manifest(release.dataset, str(release.version)).tables:
                pins.setdefault((_LAYERS[table.layer], table.name), set()).add(table.version)
    return pins


def _needs_tables(release: Release) -> bool:
    return release.is_open or release.published_at is not None

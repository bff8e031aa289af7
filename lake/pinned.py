"""A table as it was at one version, laid into another home: its log up to there, and links to its files.

Nothing is copied but the log, so a table of any size costs a link a file. What is gone of a version is named, for a
figure made from the rest would be another one.
"""

import shutil
from pathlib import Path

from deltalake.exceptions import DeltaError

from lake import tables
from lake.layout import Home, Layer

_LOG, _DIGITS = "_delta_log", 20


def pin(home: Home, scratch: Home, layer: Layer, name: str, version: int) -> tuple[str, ...]:
    """Make a table of another home be what it was here at a version; that version is its newest there.

    Args:
        home: The installation; the caller keeps its files from being removed (`lake.lock.files_kept`).
        scratch: The home that gets the table; it has none of this name.
        layer: Layer of the table.
        name: Name of the table.
        version: The version.

    Returns:
        Files of that version that are gone, by their path below the table's folder; then the table is not whole.

    Raises:
        lake.tables.TableError: there is no such table or version.
    """
    try:
        files = tables.file_uris(home, layer, name, at=version)
    except (DeltaError, OSError) as error:
        raise tables.TableError(f"{layer}/{name} cannot be opened at version {version}: its log is gone") from error
    source, target = Path(tables.uri(home, layer, name)), scratch.table_path(layer, name)
    (target / _LOG).mkdir(parents=True)
    for entry in (source / _LOG).iterdir():
        if entry.name[:_DIGITS].isdigit() and int(entry.name[:_DIGITS]) <= version and "#" not in entry.name:
            shutil.copyfile(entry, target / _LOG / entry.name)
    gone = []
    for path in map(Path, files):
        place = path.relative_to(source)
        if not path.is_file():
            gone.append(str(place))
            continue
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        (target / place).symlink_to(path)
    return tuple(gone)

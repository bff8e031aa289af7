"""What of a table has to be copied so that the copy is a table: its log up to one version, and the files it names.

Files of the log and of data are never changed once they are named, so they may be copied while others write. Reading
or writing them is the caller's.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lake import tables
from lake.layout import Home, Layer

DOWNSTREAM_FIRST: tuple[Layer, ...] = ("gold", "silver", "quarantine", "bronze")
"""The order in which tables are listed while others write: what a table was made from is listed after it, so a copy
holds at least that, as after a kill."""

_LOG, _DIGITS = "_delta_log", 20


@dataclass(frozen=True)
class TableFiles:
    """A table at the version that is to be copied.

    Attributes:
        layer: Its layer.
        name: Its name.
        version: The version.
        rows: Rows of that version.
        paths: Log and data files; data of older versions too, as far as it is kept.
    """

    layer: Layer
    name: str
    version: int
    rows: int
    paths: tuple[Path, ...]


def lake_files(home: Home) -> list[TableFiles]:
    """List every table of the lake.

    Args:
        home: The installation; the caller keeps its files from being removed (`lake.lock.files_kept`).

    Raises:
        lake.tables.TableError: a file of the newest version of a table is gone.
    """
    return [table_files(home, layer, name) for layer in DOWNSTREAM_FIRST for name in tables.names(home, layer)]


def table_files(home: Home, layer: Layer, name: str) -> TableFiles:
    """List one table at its newest version.

    Raises:
        lake.tables.TableError: there is no such table, or a file of its newest version is gone.
    """
    table = tables.open_table(home, layer, name)
    version, root = table.version(), Path(tables.uri(home, layer, name))
    current = {Path(uri) for uri in table.file_uris()}
    if gone := sorted(path for path in current if not path.is_file()):
        raise tables.TableError(f"{layer}/{name}: {len(gone)} files of version {version} are gone, {gone[0].name} …")
    log = sorted(path for path in (root / _LOG).iterdir() if _is_of(path, version))
    older = {root / unquote(added) for path in log if path.suffix == ".json" for added in _added(path)}
    data = sorted(current | {path for path in older if path.is_file()})
    return TableFiles(layer, name, version, tables.count_of(table), (*log, *data))


def _is_of(path: Path, version: int) -> bool:
    number = path.name[:_DIGITS]
    is_whole = path.suffix in (".json", ".parquet") and "#" not in path.name
    return is_whole and number.isdigit() and int(number) <= version


def _added(commit: Path) -> list[str]:
    with commit.open("rb") as lines:
        actions = [json.loads(line).get("add") for line in lines if b'"add"' in line]
    return [action["path"] for action in actions if action]

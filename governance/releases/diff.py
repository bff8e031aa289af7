"""What differs between two releases, value by value. Pure on tables; `diff` reads the two from the store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from governance.context import Context
from governance.releases.columns import OBSERVATION_ID, REVISION_STATUS
from governance.releases.definitions import Document, by_version, document_changes, in_force
from governance.releases.read import find_release
from governance.releases.versions import Change
from vocabulary.indicators.rules import FieldChange

_RELATIVE = (OBSERVATION_ID, REVISION_STATUS)
_SKELETON = ("kind", "frequency", "key", "columns")


@dataclass(frozen=True)
class ValueChange:
    """One published cell of an observation that differs, both sides as text; `None` is null."""

    key: tuple[str, ...]
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class DefinitionChange:
    """An indicator or measure whose definition differs, field by field.

    Attributes:
        code: Its code.
        before: Version in force in the earlier release; `None` where it did not have the indicator.
        after: Version in force in the later one; `None` where it no longer has the indicator.
        decision_id: Decision that the later version rests on.
        fields: What differs; empty where a side is missing.
    """

    code: str
    before: str | None
    after: str | None
    decision_id: str | None
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class ReleaseDiff:
    """Differences between two releases.

    Attributes:
        before: Id of the earlier release.
        after: Id of the later one.
        key: Names of the key columns.
        added: Keys of observations that came.
        removed: Keys of observations that went.
        changed: Cells that differ.
        is_structure_changed: Whether structure or definitions differ.
        definitions: Definitions that differ, by code.
    """

    before: str
    after: str
    key: tuple[str, ...]
    added: tuple[tuple[str, ...], ...]
    removed: tuple[tuple[str, ...], ...]
    changed: tuple[ValueChange, ...]
    is_structure_changed: bool
    definitions: tuple[DefinitionChange, ...]


def diff(context: Context, before: str, after: str) -> ReleaseDiff:
    """Compare two releases of one dataset.

    Args:
        context: The installation.
        before: `INDICATORS@1.0.0`.
        after: `INDICATORS@1.1.0`.

    Raises:
        UnknownReleaseError: there is no such release.
        ManifestError: files of one were changed.
        ValueError: they are of two datasets.
    """
    sides = []
    for release in (find_release(context, before), find_release(context, after)):
        manifest = context.store.manifest(release.dataset, str(release.version))
        sides.append((manifest, context.store.structure(manifest), context.store.data(manifest)))
    (old, old_structure, old_data), (new, new_structure, new_data) = sides
    if old.dataset != new.dataset:
        raise ValueError(f"{old.release} and {new.release} are of two datasets")
    key = [name for name in new_structure["key"] if name in old_structure["key"]]
    return ReleaseDiff(
        before=old.release,
        after=new.release,
        key=tuple(key),
        added=missing_keys(new_data, old_data, key),
        removed=missing_keys(old_data, new_data, key),
        changed=cell_changes(old_data, new_data, key),
        is_structure_changed=old_structure != new_structure,
        definitions=definition_changes(old_structure["definitions"], new_structure["definitions"]),
    )


def definition_changes(before: Iterable[Document], after: Iterable[Document]) -> tuple[DefinitionChange, ...]:
    """Return the definitions in force that differ between two releases, by code."""
    old, new = ({each["code"]: each for each in in_force(side)} for side in (before, after))
    found = []
    for code in sorted({*old, *new}):
        then, now = old.get(code), new.get(code)
        fields = document_changes(then, now) if then and now else ()
        if fields or then is None or now is None:
            before_version, after_version = (side.get("version") if side else None for side in (then, now))
            decision = now.get("decision_id") if now else None
            found.append(DefinitionChange(code, before_version, after_version, decision, fields))
    return tuple(found)


def change_between(
    old_structure: Mapping[str, object],
    old: pl.DataFrame,
    new_structure: Mapping[str, object],
    new: pa.Table,
    *,
    keys: Sequence[str],
) -> Change:
    """Return how much a candidate differs from what is published, for its version number."""
    if _skeleton(old_structure) != _skeleton(new_structure):
        return Change.MAJOR
    if by_version(_documents(old_structure)).keys() != by_version(_documents(new_structure)).keys():
        return Change.MINOR
    fresh = pl.DataFrame(new.select(list(keys)))
    known = old.select(keys)
    same = fresh.height == known.height and fresh.join(known, on=list(keys), how="anti").is_empty()
    return Change.PATCH if same else Change.MINOR


def revision_status(new: pl.DataFrame, old: pl.DataFrame | None, *, keys: Sequence[str]) -> pl.Series:
    """Return `REVISION_STATUS` of each row against what is published.

    `FIRST` for a new observation, `REVISED` once any of its cells ever changed, else `UNCHANGED`.
    """
    if old is None:
        return pl.repeat("FIRST", new.height, dtype=pl.String, eager=True)
    compared = [name for name in new.columns if name in old.columns and name not in (*keys, *_RELATIVE)]
    known = old.select([*keys, *(pl.col(name).alias(f"{name}@") for name in (*compared, REVISION_STATUS))])
    joined = new.join(known, on=list(keys), how="left", maintain_order="left")
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}@")) for name in compared)
    before = pl.col(f"{REVISION_STATUS}@")
    status = (
        pl.when(before.is_null())
        .then(pl.lit("FIRST"))
        .when(is_same & (before != "REVISED"))
        .then(pl.lit("UNCHANGED"))
        .otherwise(pl.lit("REVISED"))
    )
    return joined.select(status).to_series()


def _documents(structure: Mapping[str, object]) -> list[Document]:
    found = structure.get("definitions", [])
    return found if isinstance(found, list) else []


def _skeleton(structure: Mapping[str, object]) -> list[object]:
    dimensions = structure["dimensions"]
    lists = [(each["id"], each["codelist"]) for each in dimensions] if isinstance(dimensions, list) else []
    return [*(structure[name] for name in _SKELETON), lists]


def missing_keys(left: pl.DataFrame, right: pl.DataFrame, key: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return the keys that the left table has and the right one lacks, sorted."""
    return tuple(sorted(left.join(right, on=key, how="anti").select(key).iter_rows()))


def cell_changes(old: pl.DataFrame, new: pl.DataFrame, key: list[str]) -> tuple[ValueChange, ...]:
    """Return the cells that differ of observations that both tables have, but for what depends on the version."""
    compared = [name for name in new.columns if name in old.columns and name not in (*key, *_RELATIVE)]
    joined = new.join(old, on=key, how="inner", suffix="@")
    found = []
    for name in compared:
        differs = joined.filter(pl.col(name).ne_missing(pl.col(f"{name}@")))
        texts = differs.select(*key, pl.col(f"{name}@").cast(pl.String).alias("before"), pl.col(name).cast(pl.String))
        found += [ValueChange(row[: len(key)], name, row[-2], row[-1]) for row in texts.iter_rows()]
    return tuple(sorted(found, key=lambda change: (change.key, change.column)))

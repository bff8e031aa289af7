"""One slice — a source's month — from bronze to silver, quarantine and row states.

A slice is computed whole from the bronze rows of its month and replaces what was there, so it can be repeated at any
time with the same result, and its cost does not depend on the history. Each bronze row ends in exactly one state:
used (it is in silver), quarantined, duplicate, superseded or layout.

Rows pass in chunks: judged one by one (`lake.chunk`), set down on disk, then judged by what other rows say of them
(`lake.settle`), so that memory does not grow with the month.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from lake import coded
from lake.checks.lists import needed_sums
from lake.chunk import FILE, FINDING_SCHEMA, LINK, ROW, SLICE, Fetch, Judge, Judged, silver_schema
from lake.contracts.model import Entity, Source, load_source
from lake.corrections.mend import CORRECTED_SCHEMA
from lake.corrections.model import Correction
from lake.normalise import UNIT
from lake.pseudonym import Keyring
from lake.settle import Settled, Settlement
from lake.shape import rows_made
from lake.spill import Spill, SpillFolder
from vocabulary.codelists.load import load_codelist
from vocabulary.units.load import load_units

RULES_VERSION = 5
"""Raised when the rules below change what a slice contains, so that every slice is computed anew."""

STATE_SCHEMA: dict[str, pl.DataType] = {
    "_file_sha256": pl.String(),
    "_row_number": pl.Int64(),
    "entity": pl.String(),
    "state": pl.String(),
    "rule": pl.String(),
    "column": pl.String(),
}
FINDINGS_KEPT: dict[str, pl.DataType] = {
    **{name: dtype for name, dtype in FINDING_SCHEMA.items() if name != FILE},
    "_file_sha256": pl.String(),
}
STATES = ("used", "quarantined", "duplicate", "superseded", "layout")


@dataclass(frozen=True)
class SliceResult:
    """What became of one slice's rows.

    Attributes:
        source: Source id.
        period: Jalali month, or None for a source without partitions.
        rows: Bronze rows by state: used, quarantined, duplicate, superseded, layout.
        breaches: Quarantined rows by rule.
        used: Rows in each silver table.
        findings: Findings by rule, warnings among them.
        corrected: Rows mended, by correction.
    """

    source: str
    period: str | None
    rows: dict[str, int]
    breaches: dict[str, int]
    used: dict[str, int]
    findings: dict[str, int]
    corrected: dict[str, int]


@dataclass
class Slice:
    """One slice on its way: what its chunks gave so far, by object.

    Attributes:
        source: Whose slice.
        period: Its month; None for a source without partitions.
        keyring: For the pseudonyms.
        received: Hashes of the source's files, oldest first.
        corrections: Known errors of the source.
        folder: Where rows are set down between the passes.
    """

    source: Source
    period: str | None
    keyring: Keyring
    received: Sequence[str]
    corrections: tuple[Correction, ...]
    folder: SpillFolder
    _parts: dict[str, "Parts"] = field(default_factory=dict)
    _places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Number the files in order of receipt."""
        self._places = {sha: place for place, sha in enumerate(self.received)}

    def judge(self, rows: pl.DataFrame, fetch: Fetch) -> dict[str, Judged]:
        """Judge a chunk of bronze rows, by object; nothing is kept, so several can be judged at once.

        Args:
            rows: The columns that are judged.
            fetch: Gives rows whole, by their places.
        """
        judged = {}
        held = _by_object(rows)
        for entity in self.source.entities:
            if entity.name in held:
                asked = _asked(self.source.id, entity.name)
                judge = Judge(entity, self.period, self.keyring, self._places, self.corrections, asked)
                judged[entity.name] = judge(held[entity.name], fetch)
        return judged

    def add(self, judged: Mapping[str, Judged]) -> None:
        """Take in a chunk that was judged."""
        for name, chunk in judged.items():
            if name not in self._parts:
                self._parts[name] = Parts.empty(self.folder, name)
            self._parts[name].add(chunk)

    def settle(self, pool: Executor) -> "SettledSlice":
        """Decide what rows say of each other, once every chunk was added; frames are looked at side by side."""
        for entity in self.source.entities:
            if entity.name not in self._parts:
                self._parts[entity.name] = Parts.empty(self.folder, entity.name)
        settlements = {
            entity.name: Settlement(entity, self._parts[entity.name].rows, self._parts[entity.name].sliced())
            for entity in self.source.entities
        }
        fallen = {name: settlement.fallen for name, settlement in settlements.items()}
        settled = {}
        for entity in self.source.entities:
            settled[entity.name] = settlements[entity.name].settle(self._sums(entity, fallen), pool)
        return SettledSlice(self.source, self.period, pl.Series(self.received, dtype=pl.String), self._parts, settled)

    def clear(self) -> None:
        """Let go of what the chunks gave, once the slice was written."""
        self._parts = {}
        self.folder.clear()

    def _sums(self, entity: Entity, fallen: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Return what an object's list checks ask for of the others; no rows, typed, where nothing was received."""
        sums = {}
        for other in self.source.entities:
            keys, measures = needed_sums(entity.checks).get(other.name, ((), ()))
            if keys:
                schema = {LINK: pl.UInt64(), **dict.fromkeys(("count", *measures), pl.Int64())}
                summed = self._parts[other.name].summed(entity.name, fallen[other.name])
                sums[other.name] = pl.DataFrame(schema=schema) if summed is None else summed
        return sums


@dataclass
class Parts:
    """What the chunks of one object gave."""

    rows: Spill
    aside: Spill
    findings: Spill
    received: Spill
    corrected: Spill
    slices: list[pl.DataFrame]
    sums: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    @classmethod
    def empty(cls, folder: SpillFolder, name: str) -> "Parts":
        """Return what no chunk gives."""
        return cls(
            rows=folder.spill(f"{name}.rows"),
            aside=folder.spill(f"{name}.aside"),
            findings=folder.spill(f"{name}.findings"),
            received=folder.spill(f"{name}.received"),
            corrected=folder.spill(f"{name}.corrected"),
            slices=[],
        )

    def add(self, chunk: Judged) -> None:
        """Take in one chunk."""
        self.rows.add(chunk.rows)
        self.aside.add(chunk.aside)
        self.findings.add(chunk.findings)
        self.received.add(chunk.received)
        self.corrected.add(chunk.corrected)
        self.slices.append(chunk.slices)
        for asker, sums in chunk.sums.items():
            self.sums.setdefault(asker, []).append(sums)

    def sliced(self) -> pl.DataFrame:
        """Return each slice of each file, and whether a valid row stands in it."""
        nothing = pl.DataFrame(schema={SLICE: pl.UInt64, FILE: pl.Int32, "is_valid": pl.Boolean})
        return pl.concat([nothing, *self.slices]).group_by(SLICE, FILE).agg(pl.col("is_valid").any())

    def summed(self, asker: str, fallen: pl.DataFrame) -> pl.DataFrame | None:
        """Return the sums that an object's list checks ask for, over the files that hold; None without any row."""
        parts = [sums.join(fallen, on=[SLICE, FILE], how="anti") for sums in self.sums.get(asker, [])]
        return pl.concat(parts).drop(SLICE, FILE).group_by(LINK).agg(pl.all().sum()) if parts else None


@dataclass(frozen=True)
class SettledSlice:
    """A slice whose every bronze row has its state; frames are made as they are asked for."""

    source: Source
    period: str | None
    hashes: pl.Series
    parts: Mapping[str, Parts]
    settled: Mapping[str, Settled]

    def frames(self, entity: Entity) -> int:
        """Return in how many frames an object's silver rows come."""
        return len(self.settled[entity.name].rows)

    def silver(self, entity: Entity, place: int) -> pl.DataFrame:
        """Return one frame of an object's silver rows."""
        return self._named(self.settled[entity.name].used(place)).select(*silver_schema(entity))

    def bronze_rows_used(self) -> int:
        """Count the bronze rows in silver; a wide one is one, whatever rows it made."""
        settled = ((rows_made(entity), self.settled[entity.name]) for entity in self.source.entities)
        return sum(parts.rows.rows // made - len(parts.moved) for made, parts in settled)

    def states(self) -> Iterator[pl.DataFrame]:
        """Yield a row for each bronze row that is not in silver."""
        for name, settled in self.settled.items():
            for frame in (*map(settled.aside, self.parts[name].aside.frames()), settled.moved):
                yield self._named(frame).with_columns(pl.lit(name).alias("entity")).select(list(STATE_SCHEMA))

    def quarantine(self, missing: Mapping[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield the rows set aside, as received, each with its rule, column and reason.

        Args:
            missing: Bronze rows, by object, that were set aside only by what other rows say.
        """
        labels = {column.name: column.label for entity in self.source.entities for column in entity.received}
        for name, settled in self.settled.items():
            for frame in (*self.parts[name].received.frames(), missing.get(name)):
                if frame is not None:
                    held = frame if "rule" in frame.columns else settled.with_rules(self._placed(frame))
                    yield _with_reason(settled.held(held).drop(SLICE, FILE, strict=False), labels)

    def findings(self) -> Iterator[pl.DataFrame]:
        """Yield every rule that each row breaks, superseded rows left out."""
        for name, settled in self.settled.items():
            for frame in (*map(settled.held, self.parts[name].findings.frames()), settled.findings):
                yield self._named(frame).select(list(FINDINGS_KEPT))

    def corrected(self) -> Iterator[pl.DataFrame]:
        """Yield which correction mended which row."""
        for parts in self.parts.values():
            yield from (frame.select(list(CORRECTED_SCHEMA)) for frame in parts.corrected.frames())

    def set_aside_late(self) -> dict[str, pl.DataFrame]:
        """Return the places of rows that only other rows' words set aside, by object."""
        return {
            name: self._named(settled.moved.filter(state="quarantined").select(ROW))
            for name, settled in self.settled.items()
        }

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Name the file of each row by its hash instead of its place."""
        return frame.with_columns(self.hashes.gather(frame[FILE]).alias("_file_sha256")).drop(FILE)

    def _placed(self, frame: pl.DataFrame) -> pl.DataFrame:
        places = {sha: place for place, sha in enumerate(self.hashes)}
        return frame.with_columns(pl.col("_file_sha256").replace_strict(places, return_dtype=pl.Int32).alias(FILE))


def signature(
    source: Source, keyring: Keyring, file_hashes: Iterable[str], corrections: str = "", erased: str = ""
) -> str:
    """Return what a slice depends on, hashed: contract, vocabulary, rules, keys, corrections, files, erasures."""
    parts = [source.id, source.digest, _vocabulary_digest(source.id), str(RULES_VERSION), keyring.fingerprint]
    lost = [f"erased {erased}"] if erased else []
    return hashlib.sha256("\n".join([*parts, corrections, *sorted(file_hashes), *lost]).encode()).hexdigest()


def _by_object(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the rows of each object; most chunks are of one file, and so of one object."""
    names = rows["_entity"].unique().cast(pl.String).to_list()
    if len(names) == 1:
        return {names[0]: rows}
    return {name: coded.narrowed(rows.filter(pl.col("_entity") == name)) for name in names}


@cache
def _asked(source: str, name: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return what the list checks of a source's objects want summed over one of them, by the asking object."""
    wanted = {entity.name: needed_sums(entity.checks) for entity in load_source(source).entities}
    return {asker: sums[name] for asker, sums in wanted.items() if name in sums}


@cache
def _vocabulary_digest(source: str) -> str:
    """Hash the codelists that a contract names, with their spellings, and the unit registry."""
    columns = [column for entity in load_source(source).entities for column in entity.columns]
    checks = [check for entity in load_source(source).entities for check in entity.checks]
    named = {column.codelist for column in columns} | {check.settings.get("codelist") for check in checks}
    parts = []
    for name in sorted(name for name in named if name and name != UNIT):
        codelist = load_codelist(name)
        parts += [name, repr(sorted(codelist.labels().items()))]
        parts += [repr((item.code, sorted(item.attributes.items()))) for item in codelist.items]
    if UNIT in named:
        parts.append(repr(sorted(unit.code for unit in load_units())))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _with_reason(broken: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    known = {name: label or name for name, label in labels.items()}
    reason = pl.concat_str(
        pl.lit("row "),
        pl.col("_row_number").cast(pl.String),
        pl.lit(", column "),
        pl.col("column").fill_null("–"),
        pl.lit(" ("),
        pl.col("column").replace(known).fill_null("–"),
        pl.lit("): "),
        pl.col("rule"),
    )
    return broken.with_columns(reason.alias("reason"))

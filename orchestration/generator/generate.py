"""Writing a landing folder of synthetic extracts, the way a ministry would receive them.

What belongs here: which sources and months are written, and the lists beside the landing folder. What is in the files
belongs to `mis`, `smis`, `transfers`, `scanning` and `lists`; how they look, to `styles`. Every file says
`PROVENANCE=synthetic` in its titles, or a note beside it does; only the published figures are real, copied unchanged.

The bytes of a file depend on the seed, the scale, its source, its month and the rate of defects, on nothing else.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from pathlib import Path

import polars as pl
import pyarrow as pa

from lake.contracts.model import load_source
from orchestration.generator.batches import OPERATIONAL, PLANTED_FINDINGS, Plan, make_plan
from orchestration.generator.defects import DUPLICATE
from orchestration.generator.extract import Extract
from orchestration.generator.list_files import warnings_of
from orchestration.generator.scales import Scale
from orchestration.generator.shares import run_shared
from vocabulary.periods import Period, month_range

PUBLISHED = "published_figures"
SOURCES = (*OPERATIONAL, PUBLISHED)
"""What can be written: the operational sources, synthetic, and the published figures, real."""

_FIGURES = "sso_published_figures.csv"
_IDENTIFIERS = "planted_identifiers.txt"
_BATCHES_AHEAD = 2
_TEXTS = {"source": pl.String, "object": pl.String, "file_name": pl.String}
_Ahead = tuple[int, list[Future[tuple[Extract, ...]]], frozenset[str]]


class GenerationError(ValueError):
    """What is asked for cannot be generated."""


@dataclass(frozen=True)
class GenerationReport:
    """What was written.

    Attributes:
        rows: Good data rows.
        files: Files.
        rows_by_source: Good data rows by source.
        files_by_source: Files by source.
        size_bytes: Size of all files.
        planted: Defects by rule, `duplicate` among them.
        planted_path: Parquet file of every defect: `source`, `object`, `file_name` (below the source's folder),
            `row_number` (1-based record number), `state` (`quarantined`, `duplicate`, or `finding` where the row is
            used all the same), `rule` (null for a duplicate).
        identifiers_path: Text file of the identifiers that stand in free text or in spoilt cells, one a line.
    """

    rows: int
    files: int
    rows_by_source: Mapping[str, int]
    files_by_source: Mapping[str, int]
    size_bytes: int
    planted: Mapping[str, int]
    planted_path: Path
    identifiers_path: Path


def generate(
    out: Path,
    *,
    scale: Scale,
    seed: int,
    first: str,
    last: str,
    defects: float,
    planted: Path | None = None,
    sources: Sequence[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    processes: int = 1,
    is_clean: bool = False,
) -> GenerationReport:
    """Write a landing folder.

    Args:
        out: The landing folder; files of the same names in it are replaced, others left alone.
        scale: How much.
        seed: Same seed, same bytes.
        first: First month, `1398-01`.
        last: Last month, included.
        defects: Defective rows as a share of the good ones, 0 to 1.
        planted: Where to list the defects; by default `planted.parquet` beside `out`. The identifiers are listed in
            `planted_identifiers.txt` in the same folder.
        sources: Some of `SOURCES`; all by default.
        progress: Called with what was just written, how many pieces of work are done, and how many there are.
        processes: Processes that write; with one, this one.
        is_clean: Whether no rule of a directive is broken; lawful loops are there all the same.

    Raises:
        GenerationError: An unknown source, a share outside 0…1, an empty range, or a list of defects that would lie
            inside the landing folder.
        PeriodError: A month that is none.
    """
    manifest = planted if planted is not None else out.parent / "planted.parquet"
    months = month_range(Period.parse(first), Period.parse(last))
    chosen = _checked(out, manifest, months, defects, SOURCES if sources is None else sources)
    for folder in (*(out / source for source in chosen), manifest.parent):
        folder.mkdir(parents=True, exist_ok=True)
    tally = _Tally()
    if PUBLISHED in chosen:
        tally.copied(PUBLISHED, *_copy_figures(out / PUBLISHED))
    tasks = [(source, month) for month in months for source in chosen if source != PUBLISHED]
    findings = manifest.with_name(PLANTED_FINDINGS)
    make = partial(
        make_plan,
        out,
        scale=scale,
        seed=seed,
        months=months,
        defects=defects,
        findings=findings,
        is_clean=is_clean,
    )
    for done, extracts, secrets in _run(make(), tasks) if processes == 1 else _run_shared(make, tasks, processes):
        tally.wrote(extracts, secrets)
        if progress is not None:
            progress(" ".join(map(str, tasks[done - 1])), done, len(tasks))
    return tally.close(manifest)


def _checked(
    out: Path, manifest: Path, months: Sequence[Period], defects: float, sources: Sequence[str]
) -> tuple[str, ...]:
    unknown = sorted(set(sources) - set(SOURCES))
    if unknown:
        raise GenerationError(f"unknown source: {', '.join(unknown)}; known: {', '.join(SOURCES)}")
    if not months:
        raise GenerationError("the last month comes before the first")
    if not 0.0 <= defects <= 1.0:
        raise GenerationError("the share of defects lies outside 0…1")
    if out.resolve() in manifest.resolve().parents:
        raise GenerationError("the list of defects would lie inside the landing folder")
    return tuple(source for source in SOURCES if source in sources)


def _run(plan: Plan, tasks: Sequence[tuple[str, Period]]) -> Iterator[tuple[int, list[Extract], frozenset[str]]]:
    """Do the tasks in order, a batch at a time; the next rows are made while files are written.

    Yields:
        The number of the task, from 1, what was written, and the identifiers in it.
    """
    with ThreadPoolExecutor(1) as pool:  # a second writer would only wait for the interpreter's lock
        ahead: deque[_Ahead] = deque()
        for number, (source, month) in enumerate(tasks, start=1):
            for batch in plan.batches(source, month):
                ahead.append((number, [pool.submit(work) for work in batch.work], batch.secrets))
                if len(ahead) > _BATCHES_AHEAD:
                    yield _finished(ahead)
        while ahead:
            yield _finished(ahead)


def _run_shared(
    make: Callable[[], Plan], tasks: Sequence[tuple[str, Period]], processes: int
) -> Iterator[tuple[int, list[Extract], frozenset[str]]]:
    """Do the tasks in several processes; what each wrote comes in order."""
    for number, made in enumerate(run_shared(make, tasks, processes), start=1):
        for extracts, secrets in made:
            yield number, extracts, secrets


def _finished(ahead: deque[_Ahead]) -> tuple[int, list[Extract], frozenset[str]]:
    number, futures, secrets = ahead.popleft()
    return number, [extract for future in futures for extract in future.result()], secrets


def _copy_figures(folder: Path) -> tuple[int, int]:
    """Copy the published figures unchanged; gives their number and size."""
    figures = resources.files("orchestration.generator").joinpath("data", _FIGURES).read_bytes()
    (folder / _FIGURES).write_bytes(figures)
    return len(pl.read_csv(figures, infer_schema=False)), len(figures)


@dataclass
class _Tally:
    """What has been written so far."""

    rows: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    extracts: list[Extract] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    size_bytes: int = 0

    def wrote(self, extracts: Sequence[Extract], secrets: frozenset[str]) -> None:
        """Take in what was written."""
        for extract in extracts:
            self.rows[extract.source] += extract.rows
            self.files[extract.source] += 1
            self.size_bytes += extract.size_bytes
            self.extracts.append(extract)
        self.secrets |= secrets

    def copied(self, source: str, rows: int, size_bytes: int) -> None:
        """Take in a file that was copied."""
        self.rows[source] += rows
        self.files[source] += 1
        self.size_bytes += size_bytes

    def close(self, manifest: Path) -> GenerationReport:
        """Write the lists of defects and identifiers."""
        planted = _listed(self.extracts)
        planted.write_parquet(manifest)
        identifiers = manifest.with_name(_IDENTIFIERS)
        identifiers.write_text("".join(f"{secret}\n" for secret in sorted(self.secrets)), encoding="utf-8")
        rules = planted.select(pl.col("rule").fill_null(DUPLICATE)).group_by("rule").len().sort("rule")
        return GenerationReport(
            rows=self.rows.total(),
            files=self.files.total(),
            rows_by_source=dict(self.rows),
            files_by_source=dict(self.files),
            size_bytes=self.size_bytes,
            planted=dict(rules.iter_rows()),
            planted_path=manifest,
            identifiers_path=identifiers,
        )


def _listed(extracts: Sequence[Extract]) -> pl.DataFrame:
    """List the defects of all files, in the order of writing."""
    texts = [(extract.source, extract.entity, extract.name) for extract in extracts]
    files = pl.DataFrame(texts, schema=["source", "object", "file_name"], orient="row", schema_overrides=_TEXTS)
    count = pl.Series("count", [len(extract.rules) for extract in extracts], dtype=pl.Int64)
    places = pa.chunked_array([extract.places for extract in extracts], pa.int64())
    rules = pa.chunked_array([extract.rules for extract in extracts], pa.large_string())
    rule = pl.col("rule")
    warned = pl.concat_str("object", "rule", separator=" ").is_in(_warnings())
    return (
        files.select(pl.all().repeat_by(count).explode(empty_as_null=False))
        .with_columns(pl.Series("row_number", places), pl.Series("rule", rules))
        .select(
            *_TEXTS,
            "row_number",
            pl.when(rule == DUPLICATE)
            .then(pl.lit(DUPLICATE))
            .when(warned)
            .then(pl.lit("finding"))
            .otherwise(pl.lit("quarantined"))
            .alias("state"),
            pl.when(rule != DUPLICATE).then(rule).alias("rule"),
        )
    )


def _warnings() -> list[str]:
    """Give object and rule where breaking the rule leaves the row in use."""
    entities = [entity for source in OPERATIONAL for entity in load_source(source).entities]
    return [f"{entity.name} {rule}" for entity in entities for rule in sorted(warnings_of(entity))]

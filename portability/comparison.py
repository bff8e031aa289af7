"""Whether two engines made the same mart: content hashes of the whole, and of each column where they differ."""

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa

from lake import content_hash, duck
from lake.layout import Home


@dataclass(frozen=True)
class Comparison:
    """A mart on both engines.

    Attributes:
        mart: Its name.
        rows: Its rows on the other engine.
        hashes: Its content hash on DuckDB and on the other engine.
        columns: Columns whose values differ, each taken by itself.
    """

    mart: str
    rows: int
    hashes: tuple[str, str]
    columns: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether both say the same."""
        return self.hashes[0] == self.hashes[1]

    def __str__(self) -> str:
        """Give a line of the table: mart, rows, both hashes cut short, verdict."""
        ours, other = (text.removeprefix("sha256:")[:16] for text in self.hashes)
        where = ", ".join(self.columns) or "the rows, though no column by itself"
        return f"{self.mart:32}{self.rows:>9}  {ours}  {other}  {'same' if self.is_same else f'DIFFERENT in {where}'}"


def compare(home: Home, mart: str, rows: pa.Table) -> Comparison:
    """Compare a mart of the lake, which DuckDB made, with the rows that another engine made."""
    whole = _hashes(home, mart, rows, rows.column_names)
    names = [] if whole[0] == whole[1] else rows.column_names
    alone = {name: _hashes(home, mart, rows, [name]) for name in names}
    return Comparison(mart, rows.num_rows, whole, tuple(name for name in names if alone[name][0] != alone[name][1]))


def _hashes(home: Home, mart: str, rows: pa.Table, columns: Collection[str]) -> tuple[str, str]:
    chosen = ", ".join(f'"{name}"' for name in columns)
    with duck.connect(home) as connection, duck.connect(home) as other:
        other.register("made_elsewhere", rows)
        ours = content_hash.relation_hash(connection, f"(select {chosen} from {duck.relation_sql(home, 'gold', mart)})")
        return ours, content_hash.relation_hash(other, f"(select {chosen} from made_elsewhere)")

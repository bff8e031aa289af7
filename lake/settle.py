"""What the rows of a slice say of each other: newer files, the same key again, sums over lists.

The rows of one object lie in a spill; only marks of them — hashes of keys and slices — are held for all rows at once.
"""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import polars as pl

from lake import coded
from lake.checks.lists import LIST_CHECKS, WHOLE_OBJECT
from lake.chunk import FILE, FINDING_SCHEMA, KEY, LINK, ROW, SLICE
from lake.contracts.model import Check, Entity
from lake.row_states import CONFLICT, find_repeats
from lake.spill import Spill

MOVED_SCHEMA = {
    FILE: pl.Int32(),
    ROW[1]: pl.Int64(),
    "state": pl.String(),
    "rule": pl.String(),
    "column": pl.String(),
}


@dataclass(frozen=True)
class Settled:
    """The rows of one object, settled.

    Attributes:
        rows: The valid rows, as set down.
        fallen: Slices of files that a newer file replaces.
        moved: Rows that break no rule by themselves and yet are not used: state, rule and column.
        findings: Rules over lists that rows break.
    """

    rows: Spill
    fallen: pl.DataFrame
    moved: pl.DataFrame
    findings: pl.DataFrame

    def used(self, place: int) -> pl.DataFrame:
        """Return the rows of one frame that silver holds."""
        return without(self.rows.frame(place), self.moved)

    def aside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return states of rows set aside, superseded where a newer file replaces their slice."""
        if self.fallen.is_empty():
            return frame
        gone = (
            frame.select(SLICE, FILE)
            .join(
                self.fallen.with_columns(pl.lit(value=True).alias("gone")),
                on=[SLICE, FILE],
                how="left",
                maintain_order="left",
            )["gone"]
            .fill_null(value=False)
        )
        nothing = pl.lit(None, dtype=pl.String)
        return frame.with_columns(
            pl.when(gone).then(pl.lit("superseded")).otherwise("state").alias("state"),
            pl.when(gone).then(nothing).otherwise("rule").alias("rule"),
            pl.when(gone).then(nothing).otherwise("column").alias("column"),
        )

    def held(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows whose slice no newer file replaces."""
        if self.fallen.is_empty() or SLICE not in frame.columns:
            return frame
        return frame.join(self.fallen, on=[SLICE, FILE], how="anti", maintain_order="left")

    def with_rules(self, received: pl.DataFrame) -> pl.DataFrame:
        """Return bronze rows of `moved` with the rule and column that set them aside."""
        broken = self.moved.filter(state="quarantined").select(*ROW, "rule", "column")
        return received.join(broken, on=ROW, how="inner", maintain_order="left")


@dataclass
class Settlement:
    """Settles the rows of one object of a slice.

    Attributes:
        entity: Their contract.
        rows: The valid rows, with their marks.
        slices: Each slice of each file, and whether a valid row stands in it.
    """

    entity: Entity
    rows: Spill
    slices: pl.DataFrame
    fallen: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        """Find the slices that newer files replace."""
        self.fallen = _fallen(self.slices)

    def settle(self, sums: Mapping[str, pl.DataFrame], pool: Executor) -> Settled:
        """Decide about every row.

        Args:
            sums: Over the other objects' rows, for list checks.
            pool: Where frames are looked at side by side.
        """
        superseded = self._superseded()
        repeats = self._repeats(pool)
        gone = pl.concat([superseded, repeats])
        findings = self._findings(sums, gone)
        errors = findings.filter(severity="error").unique(ROW, keep="first", maintain_order=True)
        broken = errors.with_columns(pl.lit("quarantined").alias("state")).select(list(MOVED_SCHEMA))
        moved = pl.concat([gone, broken]).unique(ROW, keep="first", maintain_order=True)
        return Settled(self.rows, self.fallen, moved, findings)

    def _superseded(self) -> pl.DataFrame:
        found = [pl.DataFrame(schema=MOVED_SCHEMA)]
        if len(self.fallen):
            for frame in self.rows.frames([*ROW, SLICE]):
                rows = frame.join(self.fallen, on=[SLICE, FILE], how="semi").unique(ROW, maintain_order=True)
                found.append(_moved(rows, pl.lit("superseded")))
        return pl.concat(found)

    def _repeats(self, pool: Executor) -> pl.DataFrame:
        repeated = self._repeated_keys()
        if repeated.is_empty():
            return pl.DataFrame(schema=MOVED_SCHEMA)

        def with_repeated_key(place: int) -> pl.DataFrame:
            return coded.as_text(self._held(self.rows.frame(place)).filter(pl.col(KEY).is_in(repeated.implode())))

        alike = pool.map(with_repeated_key, range(len(self.rows)))
        found = find_repeats(pl.concat(alike).drop(KEY, SLICE, LINK), self.entity, ROW)
        state = pl.when(pl.col("repeat") == CONFLICT).then(pl.lit("quarantined")).otherwise("repeat")
        rule = pl.when(pl.col("repeat") == CONFLICT).then(pl.lit(CONFLICT))
        return _moved(found, state, rule)

    def _repeated_keys(self) -> pl.Series:
        """Return the marks of keys that stand in more than one row."""
        marks = [self._held(frame)[KEY] for frame in self.rows.frames([KEY, SLICE, FILE])]
        if not marks:
            return pl.Series(KEY, [], dtype=pl.UInt64)
        every = pl.concat(marks).sort()
        return every.filter(every == every.shift(1)).unique()

    def _held(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.fallen.is_empty():
            return frame
        return frame.join(self.fallen, on=[SLICE, FILE], how="anti", maintain_order="left")

    def _findings(self, sums: Mapping[str, pl.DataFrame], gone: pl.DataFrame) -> pl.DataFrame:
        """Judge the rows by the rows of other objects."""
        found = [pl.DataFrame(schema=FINDING_SCHEMA)]
        for check in self.entity.checks:
            if check.settings["rule"] in LIST_CHECKS and len(self.rows):
                is_whole = check.settings["rule"] in WHOLE_OBJECT
                lone = None if is_whole else self._lone(sums[check.settings["object"]])
                found.append(_listed(self._looked_at(check, gone, lone), sums, check, self.entity))
        return pl.concat(found)

    def _lone(self, known: pl.DataFrame) -> pl.Series:
        """Return the marks of the keys that another object does not have."""
        links = pl.concat([frame[LINK].unique() for frame in self.rows.frames([LINK])]).unique()
        return links.to_frame().join(known, on=LINK, how="anti")[LINK]

    def _looked_at(self, check: Check, gone: pl.DataFrame, links: pl.Series | None) -> pl.DataFrame:
        """Return what a list check looks at: rows that nothing replaces, all or those of some keys."""
        unit = [column.name for column in self.entity.columns if column.name == "unit_code"]
        own = (*check.settings.get("distinct", ()), *check.settings.get("totals", ()))
        frames = self.rows.frames(list(dict.fromkeys([*own, *unit, LINK, *ROW])))
        if links is not None:
            frames = (frame.filter(pl.col(LINK).is_in(links.implode())) for frame in frames)
        return pl.concat(coded.as_text(without(frame, gone)) for frame in frames)


def without(frame: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a frame but for those of some places; looks closely only at rows with such a number."""
    alike = frame.with_row_index("_at").filter(pl.col(ROW[1]).is_in(gone[ROW[1]].implode()))
    hit = alike.join(gone, on=ROW, how="semi")["_at"]
    if hit.is_empty():
        return frame
    stays = pl.repeat(value=True, n=len(frame), dtype=pl.Boolean, eager=True)
    return frame.filter(stays.scatter(hit, False))


def _fallen(slices: pl.DataFrame) -> pl.DataFrame:
    """Return the slices of files that a newer file replaces: the newest with a valid row holds."""
    holder = slices.filter("is_valid").group_by(SLICE).agg(pl.col(FILE).max().alias("holder"))
    return slices.join(holder, on=SLICE).filter(pl.col(FILE) < pl.col("holder")).select(SLICE, FILE)


def _moved(rows: pl.DataFrame, state: pl.Expr, rule: pl.Expr | None = None) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    return rows.select(
        *ROW, state.alias("state"), (nothing if rule is None else rule).alias("rule"), nothing.alias("column")
    ).cast(pl.Schema(MOVED_SCHEMA))


def _listed(rows: pl.DataFrame, sums: Mapping[str, pl.DataFrame], check: Check, entity: Entity) -> pl.DataFrame:
    """List the rows that break a rule over lists."""
    found = [pl.DataFrame(schema=FINDING_SCHEMA)]
    unit = pl.col("unit_code") if "unit_code" in rows.columns else pl.lit(None, dtype=pl.String).alias("unit_code")
    linked = replace(check, settings={**check.settings, "keys": [LINK]})
    for hit, rule, about in LIST_CHECKS[check.settings["rule"]](rows, sums, linked):
        column = check.settings["keys"][-1] if about == LINK else about
        words = {"entity": entity.name, "rule": rule, "column": column, "severity": check.severity}
        named = rows.filter(hit).select(unit, *ROW, *(pl.lit(word).alias(name) for name, word in words.items()))
        found.append(named.select(list(FINDING_SCHEMA)).cast(pl.Schema(FINDING_SCHEMA)))
    return pl.concat(found)

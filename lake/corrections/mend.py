"""Applying corrections to bronze rows before they are typed; bronze itself stays as received."""

from collections.abc import Sequence

import polars as pl

from lake.contracts.model import Entity
from lake.corrections.model import PLACES, Correction
from lake.normalise import clean_text
from vocabulary.text import normalise

CORRECTED_SCHEMA = {"correction_id": pl.String(), "_file_sha256": pl.String(), "_row_number": pl.Int64()}


def mend(rows: pl.DataFrame, entity: Entity, corrections: Sequence[Correction]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return bronze rows with known errors mended, and which correction mended which row.

    Corrections match what was received, so the order of corrections does not matter for matching; where two set the
    same cell, the later id holds.

    Args:
        rows: Bronze data rows.
        entity: Their contract.
        corrections: The source's approved corrections.

    Returns:
        The rows, and `CORRECTED_SCHEMA` rows.
    """
    mended, applied = rows, [pl.DataFrame(schema=CORRECTED_SCHEMA)]
    for correction in corrections:
        hit = _matching(rows, correction) if correction.object == entity.name else None
        if hit is None or not hit.any():
            continue
        mended = mended.with_columns(
            pl.when(hit).then(pl.lit(text, dtype=pl.String)).otherwise(pl.col(column).cast(pl.String)).alias(column)
            for column, text in correction.set.items()
        )
        place = rows.filter(hit).select("_file_sha256", "_row_number")
        named = place.with_columns(pl.lit(correction.id).alias("correction_id"))
        applied.append(named.select(list(CORRECTED_SCHEMA)).cast(pl.Schema(CORRECTED_SCHEMA)))
    return mended, pl.concat(applied)


def _matching(rows: pl.DataFrame, correction: Correction) -> pl.Series:
    hit = pl.repeat(value=True, n=len(rows), dtype=pl.Boolean, eager=True)
    for column, text in correction.match.items():
        if not hit.any():
            break
        received = rows[f"_{column}"].cast(pl.String) if column in PLACES else clean_text(rows[column])
        hit = hit & (received == normalise(text)).fill_null(value=False)
    return hit

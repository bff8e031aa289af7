"""The figures that a new version of a definition changes, from the marts, where versions stand side by side."""

import polars as pl

from governance.proof.steps import load_steps
from lake import tables
from lake.layout import Home

TABLE = "fct_definition_comparison"

_KEY = ["geo_code", "period"]


def changed_figures(home: Home, code: str, before: str, after: str) -> list[dict[str, object]]:
    """Return area and period of the figures that differ by more than the noise of a division, both values beside it.

    Empty where the marts do not hold the versions: they are built by `amar build`.

    Args:
        home: The installation's data.
        code: Indicator.
        before: One version.
        after: The other.

    Raises:
        lake.tables.TableError: the table cannot be read.
    """
    if not tables.exists(home, "gold", TABLE):
        return []
    columns = ["indicator_code", "definition_version", *_KEY, "value"]
    held = pl.DataFrame(load_steps()["definition_figures"].read(home, "gold", TABLE, columns=columns)).filter(
        pl.col("indicator_code") == code
    )
    sides = [
        held.filter(pl.col("definition_version") == version).select(*_KEY, pl.col("value").alias(name))
        for version, name in ((before, "before"), (after, "after"))
    ]
    both = sides[0].join(sides[1], on=_KEY, how="full", coalesce=True)
    differs = (pl.col("before") - pl.col("after")).abs() > 1e-9 * pl.max_horizontal(1.0, pl.col("before").abs())
    is_one_sided = pl.col("before").is_null() != pl.col("after").is_null()
    return both.filter(differs.fill_null(value=False) | is_one_sided).sort(_KEY).to_dicts()

"""From which landing files each observation was computed. Pure: tables in, table out.

Counts of rows are withheld for a file that stands behind a withheld observation of the same indicator and period: for
sources that hold one row an event, the number of rows would tell what the gate hid.
"""

from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from governance.releases.columns import OBSERVATION_ID, PERIOD, SOURCE_COLUMNS, sources_schema
from governance.releases.rules import PublicationError


def sources_table(data: pa.Table, used: pa.Table, received: pa.Table, *, keys: Sequence[tuple[str, str]]) -> pa.Table:
    """Return one row an observation, part and file, by observation id.

    Args:
        data: The release's observations, with their ids.
        used: Dimensions, `period`, `part`, `source`, `file_sha256`, `rows_used` (gold).
        received: `file_sha256`, `file_name`, `lines_read` of every received file (bronze).
        keys: Pairs of the release's and the mart's names of the dimensions.

    Raises:
        PublicationError: a file was used that was never received.
    """
    names = {column: name for name, column in [*keys, (PERIOD, "period")]}
    observations = pl.DataFrame(data.select([*names.values(), "CONF_STATUS", OBSERVATION_ID]))
    files = pl.DataFrame(received.select(["file_sha256", "file_name", "lines_read"]))
    files = files.sort("file_name").unique("file_sha256", keep="first", maintain_order=True)
    joined = (
        pl.DataFrame(used)
        .rename(names)
        .join(observations, on=list(names.values()), how="inner")
        .join(files, on="file_sha256", how="left")
    )
    if joined["file_name"].null_count():
        raise PublicationError("an observation uses a file that bronze/received_file does not know")
    behind = [keys[0][0], PERIOD, "file_sha256"]
    withheld = (pl.col("CONF_STATUS") != "F").any().over(behind)
    counted = joined.with_columns(withheld.alias("is_count_withheld")).with_columns(
        pl.when("is_count_withheld").then(None).otherwise(pl.col(name)).alias(name)
        for name in ("lines_read", "rows_used")
    )
    ordered = counted.select(list(SOURCE_COLUMNS)).sort(OBSERVATION_ID, "part", "source", "file_name")
    return ordered.to_arrow().cast(sources_schema())


def no_sources() -> pa.Table:
    """Return the table of a dataset whose observations are not followed to their files one by one."""
    return sources_schema().empty_table()

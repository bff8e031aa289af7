"""Which format an answer takes, and observations in each of them. Pure."""

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import polars as pl
from pyarrow import parquet

from api.answer import json_number
from api.problems.problem import ProblemError, bad_parameter
from governance.releases.columns import OBSERVATION_ID
from governance.releases.definitions import Document
from governance.releases.files import csv_table


class Format(StrEnum):
    """A format that data are answered in."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.PARQUET: "application/vnd.apache.parquet",
}


def negotiate(asked: str | None, accept: str) -> Format:
    """Choose the format: the parameter wins over the `Accept` header, and JSON over the others.

    Args:
        asked: Value of the parameter `format`, if given.
        accept: The `Accept` header; empty means anything.

    Raises:
        ProblemError: 400 for an unknown `format`, 406 where no format is acceptable.
    """
    if asked is not None:
        if asked not in [each.value for each in Format]:
            raise bad_parameter("format", f"There are the formats {', '.join(Format)}.")
        return Format(asked)
    ranges = _ranges(accept or "*/*")
    best = max(Format, key=lambda each: _quality(MEDIA_TYPES[each], ranges))
    if _quality(MEDIA_TYPES[best], ranges) <= 0:
        offered = list(MEDIA_TYPES.values())
        raise ProblemError(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            "No acceptable format",
            f"Data come as {', '.join(offered)}.",
            available=offered,
        )
    return best


def observation(
    row: Mapping[str, Any], dimensions: list[str], definitions: Mapping[tuple[str, str], Document], *, path: str
) -> dict[str, Any]:
    """Return an observation as JSON: every published column, and what it means.

    Args:
        row: The row by column name.
        dimensions: Names of the dimensions; the first names the definition.
        definitions: Code and version → definition of the release.
        path: Path of the release in the API.
    """
    code = row[dimensions[0]]
    plain = {name: _json_value(value) for name, value in row.items()}
    definition = f"/v1/indicators/{code}" if dimensions[0] == "INDICATOR" else f"{path}#{code}"
    return {
        **plain,
        "counting_logic": definitions[code, row["DEFINITION_VERSION"] or ""]["counting_logic"],
        "definition": definition,
        "release": row[OBSERVATION_ID].partition("/")[0],
        "lineage": f"/v1/lineage/{row[OBSERVATION_ID]}",
    }


def to_csv(rows: pl.DataFrame) -> bytes:
    """Return observations as UTF-8 CSV with a header."""
    return csv_table(rows).write_csv().encode()


def to_parquet(rows: pl.DataFrame, note: Mapping[str, str]) -> bytes:
    """Return observations as Parquet with key-value metadata."""
    sink = io.BytesIO()
    table = rows.to_arrow().replace_schema_metadata({"amar": json.dumps(note, sort_keys=True)})
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return json_number(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            found.append((media.lower(), float(quality)))
        except ValueError:
            found.append((media.lower(), 0.0))
    return found


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return how much a type is wanted; the most specific range decides."""
    for pattern in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        for media, quality in ranges:
            if media == pattern:
                return quality
    return 0.0

"""Names and Arrow types of what every published format carries. Pure; the dimensions come from the structure."""

from collections.abc import Mapping

import pyarrow as pa

from governance.datasets.load import Structure

PERIOD = "PERIOD"
OBSERVATION_ID = "OBSERVATION_ID"
REVISION_STATUS = "REVISION_STATUS"

_TEXT = pa.string()

MEASURED: dict[str, pa.DataType] = {
    "period_start": pa.date32(),
    "period_end": pa.date32(),
    "OBS_VALUE": pa.decimal128(38, 6),
    "NUMERATOR": pa.decimal128(38, 3),
    "DENOMINATOR": pa.decimal128(38, 3),
    "UNIT_MEASURE": _TEXT,
    "UNIT_MULT": pa.int32(),
    "DECIMALS": pa.int32(),
    "OBS_STATUS": _TEXT,
    "CONF_STATUS": _TEXT,
    "PROVENANCE": _TEXT,
    "DEFINITION_VERSION": _TEXT,
    "NOTE_CODE": _TEXT,
    "NOTE_FA": _TEXT,
    "NOTE_EN": _TEXT,
    "CLAUSE": _TEXT,
    "BASIS": _TEXT,
}
"""Columns after the key, the same in every dataset and format; a dataset's own attributes follow them.

`OBS_VALUE` is null where nothing is published; `OBS_STATUS`, `CONF_STATUS` and `REVISION_STATUS` are separate axes.
`NOTE_…` explains a withheld or noted value; `CLAUSE` and `BASIS` say what a refusal rests on.
"""

SOURCE_COLUMNS: dict[str, pa.DataType] = {
    OBSERVATION_ID: _TEXT,
    "part": _TEXT,
    "source": _TEXT,
    "file_name": _TEXT,
    "file_sha256": _TEXT,
    "lines_read": pa.int64(),
    "rows_used": pa.int64(),
    "is_count_withheld": pa.bool_(),
}
"""Columns of `lineage.parquet`: one row an observation, part and landing file."""

FILE_COLUMNS: dict[str, pa.DataType] = {
    "geo_code": _TEXT,
    "period": _TEXT,
    "source": _TEXT,
    "file_name": _TEXT,
    "file_sha256": _TEXT,
    "lines_read": pa.int64(),
    "rows_used": pa.int64(),
    "is_count_withheld": pa.bool_(),
}
"""Columns of `files.parquet`: one row a province, month, source and landing file that stands behind it.

A file that holds other rows of the cases of that month, and none of the month itself, has no rows used.
"""

SET_ASIDE_COLUMNS: dict[str, pa.DataType] = {
    "geo_code": _TEXT,
    "period": _TEXT,
    "source": _TEXT,
    "object": _TEXT,
    "file_sha256": _TEXT,
    "kind": _TEXT,
    "rule": _TEXT,
    "rows": pa.int64(),
    "is_count_withheld": pa.bool_(),
}
"""Columns of `set_aside.parquet`: rows quarantined by a rule or mended by a correction, by object, file and month."""

MEASURE_COLUMNS: dict[str, pa.DataType] = {
    OBSERVATION_ID: _TEXT,
    "part": _TEXT,
    "measure_code": _TEXT,
    "value": pa.decimal128(38, 3),
}
"""Columns of `measures.parquet`: what each measure amounts to, of the parts that are made of several."""


def key_columns(structure: Structure) -> tuple[str, ...]:
    """Return the columns that tell observations apart, in the order of observation ids."""
    return (*structure.dimension_ids, PERIOD)


def content_columns(structure: Structure) -> tuple[str, ...]:
    """Return the columns that the content hash covers: all but what depends on earlier versions."""
    return (*key_columns(structure), *MEASURED, *(attribute.id for attribute in structure.attributes))


def data_schema(structure: Structure) -> pa.Schema:
    """Return the Arrow schema of a release's data."""
    keys = [(name, _TEXT) for name in key_columns(structure)]
    attributes = [(attribute.id, pa.int64()) for attribute in structure.attributes]
    tail = [(REVISION_STATUS, _TEXT), (OBSERVATION_ID, _TEXT)]
    return pa.schema([*keys, *MEASURED.items(), *attributes, *tail])


def sources_schema() -> pa.Schema:
    """Return the Arrow schema of a release's lineage."""
    return pa.schema(list(SOURCE_COLUMNS.items()))


def schema_of(columns: Mapping[str, pa.DataType]) -> pa.Schema:
    """Return the Arrow schema of some named columns."""
    return pa.schema(list(columns.items()))

"""Reading a chunk of bronze: what its statistics call empty is not read, and reads as if it were."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake import coded
from lake.bronze import Chunk, judged_schema, read_chunks, read_received, table_schema
from lake.contracts.model import load_source

SOURCE = load_source("scan_index")
SHA = "a" * 64


@pytest.fixture(params=[True, False], ids=["statistics", "no statistics"])
def chunk(request: pytest.FixtureRequest, tmp_path: Path) -> Chunk:
    """Return the second half of a file whose first half fills other columns, with statistics and without."""
    given: dict[str, list[object]] = {
        "event_id": ["E1", "E2", "E3", "E4"],
        "to_unit_code": ["001001", "001002", None, None],
        "step": ["1", "2", "3", None],
        "remark": ["a", "b", None, None],
        "_row_number": [1, 2, 3, 4],
        "_shape": ["data"] * 4,
        "_entity": ["scan_paper_act", "scan_paper_act", "scan_step_event", "scan_step_event"],
        "_file_sha256": [SHA] * 4,
    }
    # as an older file, without the columns that came later
    rows = pl.DataFrame(given, schema={name: table_schema(SOURCE)[name] for name in given})
    path = tmp_path / "part.parquet"
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    pq.write_table(table, path, row_group_size=2, write_statistics=request.param, use_dictionary=True)
    assert pa.types.is_large_string(table.schema.field("remark").type)
    return Chunk(str(path), (1,), 2, 2)


def test_a_chunk_reads_the_same_whatever_its_statistics_tell(chunk: Chunk) -> None:
    rows = read_chunks(SOURCE, [chunk])
    assert list(rows.schema) == list(judged_schema(SOURCE))
    held = coded.as_text(rows).select(pl.col(name) for name in rows.columns if rows[name].null_count() < len(rows))
    assert held.to_dict(as_series=False) == {
        "event_id": ["E3", "E4"],
        "step": ["3", None],
        "_row_number": [3, 4],
        "_shape": ["data"] * 2,
        "_entity": ["scan_step_event"] * 2,
        "_file_sha256": [SHA] * 2,
    }


def test_rows_are_read_as_received_whatever_the_statistics_tell(chunk: Chunk) -> None:
    places = pl.DataFrame({"_file_sha256": [SHA], "_row_number": [4]})
    received = read_received(SOURCE, [chunk], read_chunks(SOURCE, [chunk]), places)
    assert received.schema == pl.Schema(table_schema(SOURCE))
    (row,) = received.to_dicts()
    assert {name: value for name, value in row.items() if value is not None} == {
        "event_id": "E4",
        "_row_number": 4,
        "_shape": "data",
        "_entity": "scan_step_event",
        "_file_sha256": SHA,
    }

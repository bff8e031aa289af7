"""A table of 5 M rows pulled from PostgreSQL in batches, then what a day adds to it.

Floor, in the same run: the same rows by `COPY` to a file, one thread, no text rules, no hash. Needs a server in
`AMAR_TEST_POSTGRES_URL`. `SCALE=small` pulls 200 000 rows.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.report import PeakMemory, Stopwatch, at_most, publish
from lake import bronze
from lake.contracts.model import Source, read_contract
from lake.layout import Home
from orchestration.sources.database import open_pull, pending_pulls
from orchestration.sources.sql.plan import Pull

ROWS = {"small": 200_000, "full": 5_000_000}
ADDED = 20_000
MONTHS = 60
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: bench
name: Payments of invented people
version: 1.0.0
status: active
servers: [{server: bench, type: postgresql, schema: amar_bench}]
schema:
  - name: payment
    logicalType: object
    properties:
      - {name: payment_id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: month, logicalType: string, customProperties: [{property: parse, value: jalali_month}]}
      - {name: person_no, logicalType: string}
      - {name: branch, logicalType: string}
      - {name: paid_on, logicalType: date}
      - {name: amount_rial, logicalType: number}
      - {name: days, logicalType: integer}
      - {name: kind, logicalType: string}
      - {name: changed_at, logicalType: string, physicalType: timestamptz}
    customProperties:
      - {property: query, value: {table: payment, watermark: changed_at, period: month}}
"""
ROWS_FROM = """
insert into amar_bench.payment
select g, to_char(139601 + (g * {months} / {rows}) / 12 * 100 + (g * {months} / {rows}) % 12, 'FM000000'),
       to_char(g * 7919 % 10000000000, 'FM0000000000'), to_char(g % 500, 'FM000000'),
       date '2018-03-21' + (g * 1800 / {rows})::int, (g % 900000) * 1000, g % 31, 'کد ' || (g % 9),
       timestamptz '2018-03-21 00:00:00+00' + g * interval '10 seconds'
from generate_series({first}::bigint, {last}::bigint) g
"""


def main() -> int:
    """Pull everything, then what was added; report."""
    rows = ROWS[os.environ.get("SCALE", "full")]
    url = os.environ["AMAR_TEST_POSTGRES_URL"]
    os.environ["AMAR_SOURCE_BENCH_URL"] = url
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    with tempfile.TemporaryDirectory(prefix="amar-bench-") as folder:
        home, contract = Home(Path(folder)), Path(folder) / "bench.yaml"
        contract.write_text(CONTRACT, encoding="utf-8")
        source = read_contract(contract)
        clock = Stopwatch()
        _fill(engine, rows)
        clock.lap("table made")
        floor = _floor(engine, Path(folder), clock)
        with PeakMemory(os.getpid()) as memory:
            batches, pulled = _pull(home, source)
            first = clock.lap("first pull")
            _insert(engine, rows, rows + 1, rows + ADDED)
            clock.lap("rows added")
            _, added = _pull(home, source)
            again = clock.lap("second pull")
    with engine.begin() as connection:
        connection.execute(sa.text("drop schema amar_bench cascade"))
    return publish(
        "database",
        rows=pulled,
        ratios={"pull_to_copy": first / floor, "rows_per_second": pulled / first, "batches": batches},
        seconds=clock.seconds,
        peak_rss_mib=memory.mib,
        bars={
            "rows_not_pulled": at_most(0, rows + ADDED - pulled - added),
            "second_pull_rows": at_most(ADDED, added),
            "second_to_first": at_most(0.1, again / first),
            "peak_rss_mib": at_most(512, memory.mib),
        },
    )


def _fill(engine: sa.Engine, rows: int) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("drop schema if exists amar_bench cascade"))
        connection.execute(sa.text("create schema amar_bench"))
        connection.execute(
            sa.text(
                "create table amar_bench.payment (payment_id bigint primary key, month text, person_no text,"
                " branch text, paid_on date, amount_rial numeric(18, 0), days integer, kind text,"
                " changed_at timestamptz not null)"
            )
        )
    _insert(engine, rows, 1, rows)
    with engine.begin() as connection:
        connection.execute(sa.text("create index on amar_bench.payment (changed_at)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze amar_bench.payment"))


def _insert(engine: sa.Engine, rows: int, first: int, last: int) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(ROWS_FROM.format(months=MONTHS, rows=rows, first=first, last=last)))


def _floor(engine: sa.Engine, folder: Path, clock: Stopwatch) -> float:
    raw = engine.raw_connection()
    asked = "copy (select * from amar_bench.payment order by changed_at) to stdout"
    opened: Any = raw.cursor()  # psycopg's own: only it copies
    with (folder / "floor.txt").open("wb") as file, opened as cursor, cursor.copy(asked) as copied:
        for block in copied:
            file.write(block)
    raw.close()
    return clock.lap("floor: copy")


def _pull(home: Home, source: Source) -> tuple[int, int]:
    """Pull what is pending, register it, and return batches and rows."""
    pulls: Sequence[Pull] = pending_pulls(home, source)
    records = [_received(pull) for pull in pulls]
    bronze.register(home, records)
    return len(records), sum(record.lines_read for record in records)


def _received(pull: Pull) -> bronze.FileRecord:
    received = open_pull(pull)
    rows = sum(batch.num_rows for batch in received.batches)
    return bronze.FileRecord(
        source=pull.source.id,
        object=pull.entity.name,
        file_name=received.file.name,
        file_sha256=received.file.sha256,
        size_bytes=received.file.size_bytes,
        encoding=received.encoding,
        delimiter=received.delimiter,
        period=pull.period.code if pull.period else None,
        sender_code=received.claim.sender_code,
        prepared_on=received.prepared_on,
        provenance=received.provenance,
        lines_read=rows,
        ingest_id="bench",
    )


if __name__ == "__main__":
    sys.exit(main())

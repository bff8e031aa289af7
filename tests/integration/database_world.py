"""A payments database of invented people, its contract, and an intake that commits its batches to the register."""

import datetime as dt
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from lake import bronze
from lake.contracts.model import Source, read_contract
from lake.layout import Home
from orchestration.sources.database import open_pull, pending_pulls
from orchestration.sources.read import ReceivedFile
from orchestration.sources.sql.connect import Patience
from orchestration.sources.sql.plan import Pull

IMPATIENT = Patience(attempts=3, first_wait=0.01, longest_wait=0.02)
START = dt.datetime(2021, 3, 1, 8, 0, 0, tzinfo=dt.UTC)
VARIABLE = "AMAR_SOURCE_PAYMENT_URL"

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: payment
name: Payments
version: 1.0.0
status: active
servers:
  - server: core
    type: {kind}
    {schema}
schema:
  - name: payment
    logicalType: object
    properties:
      - {{name: payment_id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: month, businessName: ماه, logicalType: string, required: true,
          customProperties: [{{property: parse, value: jalali_month}}]}}
      - {{name: paid_on, logicalType: date}}
      - {{name: amount_rial, businessName: مبلغ, logicalType: number, synonyms: [{{synonym: AMOUNT}}]}}
      - {{name: note, logicalType: string}}
    customProperties:
      - property: query
        value: {query}
customProperties:
  - {{property: sender, value: HQ-01}}
"""
QUERY = "{table: payment, watermark: changed_at, period: month, zone: UTC, lag: 60}"


class World:
    """One database, empty at first, with a payment table that tests write to behind the product's back."""

    def __init__(self, engine: sa.Engine, folder: Path, schema: str | None = None) -> None:
        self.engine = engine
        self.schema = schema
        self.folder = folder
        self.table = sa.Table(
            "payment",
            sa.MetaData(schema=schema),
            sa.Column("payment_id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("month", sa.Text),
            sa.Column("paid_on", sa.Date),
            sa.Column("amount", sa.Numeric(18, 2)),
            sa.Column("note", sa.Text),
            sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, index=True),
        )
        self.table.create(engine)

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def source(self, query: str = QUERY) -> Source:
        schema = f"schema: {self.schema}" if self.schema else "environment: test"
        path = self.folder / "payment.yaml"
        path.write_text(CONTRACT.format(kind=self.engine.dialect.name, schema=schema, query=query), encoding="utf-8")
        return read_contract(path)

    def insert(self, ids: Sequence[int], *, minute: int = 0, month: str = "139912", step: int = 0) -> None:
        """Insert rows whose watermark is `minute`, each `step` seconds after the one before."""
        at = START + dt.timedelta(minutes=minute)
        rows = [
            {
                "payment_id": number,
                "month": month,
                "paid_on": dt.date(2021, 3, 1),
                "amount": number * 1000,
                "note": f"یادداشت {number}",
                "changed_at": at + dt.timedelta(seconds=step * place),
            }
            for place, number in enumerate(ids)
        ]
        with self.engine.begin() as connection:
            connection.execute(self.table.insert(), rows)

    def run(self, *statements: str) -> None:
        """Run SQL on the table, which is `{t}` in it."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement.format(t=self.table.fullname)))


def rows_of(pull: Pull) -> list[dict[str, Any]]:
    return pa.concat_tables(open_pull(pull, patience=IMPATIENT).batches).to_pylist()


def take_in(world: World, source: Source, *, pulls: Sequence[Pull] | None = None) -> list[dict[str, Any]]:
    """Commit batches, by default all that are pending, as intake does, and return their rows."""
    known = {record.file_sha256 for record in bronze.registered(world.home, source.id)}
    rows: list[dict[str, Any]] = []
    records = []
    for pull in pending_pulls(world.home, source, patience=IMPATIENT) if pulls is None else pulls:
        received = open_pull(pull, patience=IMPATIENT)
        if received.file.sha256 not in known:
            batch = [row for batch in received.batches for row in batch.to_pylist()]
            records.append(_record(received, len(batch)))
            rows += batch
    bronze.register(world.home, records)
    return rows


def _record(received: ReceivedFile, rows: int) -> bronze.FileRecord:
    period = received.claim.period
    return bronze.FileRecord(
        source=received.file.source,
        object=received.claim.entity.name,
        file_name=received.file.name,
        file_sha256=received.file.sha256,
        size_bytes=received.file.size_bytes,
        encoding=received.encoding,
        delimiter=received.delimiter,
        period=period.code if period else None,
        sender_code=received.claim.sender_code,
        prepared_on=received.prepared_on,
        provenance=received.provenance,
        lines_read=rows,
        ingest_id="test",
    )


def ids(rows: Sequence[dict[str, Any]]) -> list[int]:
    return sorted(int(row["payment_id"]) for row in rows)


@contextmanager
def sqlite_world(folder: Path) -> Iterator[tuple[World, str]]:
    url = f"sqlite:///{folder / 'core.db'}"
    engine = sa.create_engine(url)
    yield World(engine, folder), url
    engine.dispose()


@contextmanager
def postgresql_world(folder: Path) -> Iterator[tuple[World, str]]:
    """Give a schema of its own on the server that the environment names, or skip."""
    url = os.environ.get("AMAR_TEST_POSTGRES_URL", "")
    if not url:
        reason = "AMAR_TEST_POSTGRES_URL names no PostgreSQL server"
        if "postgresql" in os.environ.get("AMAR_REQUIRE", "").split(","):
            pytest.fail(f"{reason}, and AMAR_REQUIRE asks for one")
        pytest.skip(reason)
    engine, schema = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1)), f"t_{uuid.uuid4().hex}"
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    try:
        yield World(engine, folder, schema), url
    finally:
        with engine.begin() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
        engine.dispose()

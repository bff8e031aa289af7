"""A small installation for tests of releases and of the API: four gold tables, two landing files, three officials."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.access.labels import AccessClass, Granularity, Label
from governance.context import Context, make_context
from governance.database.engine import migrate
from governance.ledger.ledger import Ledger
from governance.ledger.signing import Kind, SigningKey
from governance.officials import Officials, seed_demo
from governance.releases.flow import approve, publish
from governance.releases.propose import propose
from governance.releases.read import Release
from governance.settings import Settings
from lake import tables
from lake.layout import Home

STATISTICIAN, APPROVER, AUDITOR = "DEMO-STATISTICIAN", "DEMO-APPROVER", "DEMO-AUDITOR"
START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SHA_INSURED, SHA_CASES, SHA_EARLIER = "a" * 64, "b" * 64, "c" * 64
UNIT = "GO-23-E"
"""Stands in Tehran."""

_DECIMAL = pa.decimal128(38, 3)
FACT_SCHEMA = pa.schema(
    {
        "indicator_code": pa.string(),
        "geo_code": pa.string(),
        "period": pa.string(),
        "definition_version": pa.string(),
        "value": pa.float64(),
        "numerator": _DECIMAL,
        "denominator": _DECIMAL,
        "contributors": pa.int64(),
        "units_obliged": pa.int64(),
        "units_reported": pa.int64(),
        "obs_status": pa.string(),
        "note_code": pa.string(),
        "provenance": pa.string(),
    }
)


def fact(code, geo, period, numerator, denominator, *, scale=1, status="A", note=None, contributors=None, **other):
    """One row of `fct_indicator_observation`; the value is the quotient in double precision, as dbt makes it."""
    computable = numerator is not None and denominator not in (None, 0)
    value = float(numerator) * scale / float(denominator) if computable else None
    known = [part for part in (numerator, denominator) if part is not None]
    return {
        "indicator_code": code,
        "geo_code": geo,
        "period": period,
        "definition_version": "1.0.0",
        "value": other.get("value", value),
        "numerator": None if numerator is None else Decimal(numerator),
        "denominator": None if denominator is None else Decimal(denominator),
        "contributors": contributors if contributors is not None else (min(known) if len(known) == 2 else None),
        "units_obliged": other.get("units_obliged"),
        "units_reported": other.get("units_reported"),
        "obs_status": "O" if other.get("value", value) is None else status,
        "note_code": note,
        "provenance": other.get("provenance", "synthetic"),
    }


NOTE = "CASES_FROM_ANOTHER_SOURCE"
FACTS = [
    fact("support_ratio", "IR", "1399-12", 14580188, 4228899),
    fact("support_ratio", "IR", "1399-11", 14500000, 4200000),
    fact("support_ratio", "IR-23", "1399-12", 3500000, 900000),
    fact("support_ratio", "IR", "1399-Q4", 14580188, 4228899, status="P", units_obliged=700, units_reported=690),
    fact("support_ratio", "IR-16", "1399-12", 80, 19),
    fact("support_ratio_ex_ui", "IR", "1399-12", 14580188 - 213982, 4228899),
    fact("support_ratio_cases", "IR", "1399-12", 14580188, 3309720, status="U", note=NOTE),
    fact("insured_growth", "IR", "1399-12", None, None, scale=100),
    fact("new_pension_flow", "IR", "1399-12", 20500, None, value=20500.0, contributors=20500),
    fact("transfer_cycle", "IR", "1399-12", 40, 48, value=17.5, contributors=40, status="P"),
    fact("transfer_cycle", "IR-23", "1399-12", 8, 9, value=12.0, contributors=8),
]
USED = [
    ("support_ratio", "IR", "1399-12", "NUMERATOR", "mis", SHA_INSURED, 310),
    ("support_ratio", "IR", "1399-12", "DENOMINATOR", "mis", SHA_INSURED, 40),
    ("support_ratio", "IR-23", "1399-12", "NUMERATOR", "mis", SHA_INSURED, 310),
    ("support_ratio_cases", "IR", "1399-12", "DENOMINATOR", "mis", SHA_INSURED, 4),
    ("transfer_cycle", "IR", "1399-12", "DENOMINATOR", "pension_transfer", SHA_CASES, 96),
    ("transfer_cycle", "IR-23", "1399-12", "DENOMINATOR", "pension_transfer", SHA_CASES, 18),
]
RECEIVED = [
    (SHA_INSURED, "mis_GO-23-E_139912.csv", 1200, "GO-23-E", "mis_report"),
    (SHA_CASES, "pension_transfer_GO-23-E_139912.csv", 130, "GO-23-E", "pension_transfer_event"),
    (SHA_EARLIER, "pension_transfer_GO-23-E_139911.csv", 60, "GO-23-E", "pension_transfer_event"),
]
_RECEIVED_NAMES = ["file_sha256", "file_name", "lines_read", "sender_code", "object"]
REPORTED = [(UNIT, "1399-12", SHA_INSURED, 1)]
CASE = b"case" * 4
EVENTS = [(UNIT, CASE, "1399-12", SHA_CASES), (UNIT, CASE, "1399-11", SHA_EARLIER)]
SET_ASIDE = [
    ("1399-12", SHA_INSURED, 7, "quarantined", "unknown_code"),
    ("1399-12", SHA_INSURED, 9, "quarantined", "unknown_code"),
    ("1399-12", SHA_INSURED, 10, "layout", ""),
]
MENDED = [("1399-12", SHA_INSURED, 12, "MIS-1")]
INSURED = [
    ("PRINCIPAL_INSURED", "IR", "1399-12", "TOTAL", "TOTAL", "TOTAL", "TOTAL", 14580188, 14580188, "synthetic"),
    ("PRINCIPAL_INSURED", "IR", "1399-12", "SPECIAL", "BEEKEEPER", "F", "TOTAL", 19, 19, "synthetic"),
    ("PRINCIPAL_INSURED", "IR-23", "1399-12", "SPECIAL", "BEEKEEPER", "M", "TOTAL", 20, 20, "synthetic"),
    ("DEPENDENT_INSURED", "IR", "1399-12", "NA", "NA", "TOTAL", "NA", 22735281, 22735281, "reported"),
]
_INSURED_NAMES = [
    "measure", "geo_code", "period", "insurance_class", "insurance_type", "sex", "age_group", "value", "contributors",
    "provenance",
]  # fmt: skip

PUBLIC = Label(AccessClass.PUBLIC, Granularity.AGGREGATE)
LABELS = dict.fromkeys([*FACT_SCHEMA.names, *_INSURED_NAMES], PUBLIC)


def columns(names, rows):
    """Rows as a table of the named columns."""
    return pa.table({name: [row[position] for row in rows] for position, name in enumerate(names)})


def write_facts(home: Home, facts) -> None:
    """Put indicator observations into gold."""
    tables.replace(home, "gold", "fct_indicator_observation", pa.Table.from_pylist(facts, schema=FACT_SCHEMA))


def write_lake(home: Home, facts=FACTS) -> None:
    """Put the small installation's tables into the lake."""
    write_facts(home, facts)
    used = ["indicator_code", "geo_code", "period", "part", "source", "file_sha256", "rows_used"]
    tables.replace(home, "gold", "fct_observation_source_file", columns(used, USED))
    tables.replace(home, "bronze", "received_file", columns(_RECEIVED_NAMES, RECEIVED))
    tables.replace(home, "silver", "mis_report", columns(["unit_code", "period", "_file_sha256", "value"], REPORTED))
    events = columns(["origin_unit_code", "file_pid", "period", "_file_sha256"], EVENTS)
    tables.replace(home, "silver", "pension_transfer_event", events)
    states = columns(["period", "_file_sha256", "_row_number", "state", "rule"], SET_ASIDE)
    tables.replace(home, "silver", "mis_row_state", states)
    mended = columns(["period", "_file_sha256", "_row_number", "correction_id"], MENDED)
    tables.replace(home, "silver", "mis_correction", mended)
    tables.replace(home, "gold", "mart_insured", columns(_INSURED_NAMES, INSURED))


@dataclass
class World:
    """An installation with a clock that moves one minute an act."""

    context: Context
    home: Home
    now: datetime = START

    def tick(self) -> datetime:
        """Move the clock and read it."""
        self.now += timedelta(minutes=1)
        return self.now

    def propose(self, dataset="INDICATORS", *, actor=STATISTICIAN, labels=LABELS) -> Release:
        """Propose what is in gold."""
        return propose(self.context, dataset, actor=actor, labels=labels, now=self.tick())

    def release(self, dataset="INDICATORS") -> Release:
        """Propose, approve and publish what is in gold."""
        proposed = self.propose(dataset)
        approve(self.context, proposed.id, actor=APPROVER, now=self.tick())
        return publish(self.context, proposed.id, actor=STATISTICIAN, now=self.tick())


LEDGER_KEY = SigningKey("amar.invalid/ledger", Kind.LOG, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
"""A key that everybody knows, so that checkpoints repeat from run to run."""


class CountingSalt:
    """Salts that repeat from run to run, for golden files."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> bytes:
        self.count += 1
        return self.count.to_bytes(32, "big")


def make_world(folder: Path, facts=FACTS, *, database_url: str = "") -> World:
    """Make the small installation in an empty folder."""
    settings = Settings(home=folder, database_url=database_url, environment="development")
    folder.mkdir(parents=True, exist_ok=True)
    settings.ledger_key.touch(mode=0o600)
    settings.ledger_key.write_text(f"{LEDGER_KEY.text()}\n", encoding="utf-8")
    opened = make_context(settings)
    ledger = Ledger(opened.engine, key=lambda: LEDGER_KEY, salt=CountingSalt())
    officials = Officials(ledger, admits_demo=True)
    context = Context(settings, opened.engine, ledger, officials, opened.store)
    migrate(context.engine)
    seed_demo(officials, now=START)
    write_lake(Home(folder), facts)
    return World(context, Home(folder))


def rewrite(path: Path, change) -> None:
    """Change a released file as somebody would who owns the disk."""
    path.chmod(0o644)
    path.write_bytes(change(path.read_bytes()))

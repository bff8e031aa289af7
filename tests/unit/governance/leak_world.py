"""Labelled tables for planted leaks, the leaks, and what the proof says of a SELECT."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from governance.access.labels import AccessClass, Granularity, Label, parse_label
from governance.proof.held import Held, HeldColumn
from governance.proof.model import Refusal, judge
from lake.plan.column import Trait
from lake.plan.flows import Planner

PRIVATE_RECORD = Label(AccessClass.PRIVATE, Granularity.RECORD)
PRIVATE_AGGREGATE = Label(AccessClass.PRIVATE, Granularity.AGGREGATE)
PUBLIC_RECORD = Label(AccessClass.PUBLIC, Granularity.RECORD)
PUBLIC_AGGREGATE = Label(AccessClass.PUBLIC, Granularity.AGGREGATE)
CAPITAL_RECORD = Label(AccessClass.CAPITAL, Granularity.RECORD)

MODEL = "mart_leak"


def _private(name: str, kind: str = "varchar", trait: Trait = Trait.CATEGORY) -> HeldColumn:
    return HeldColumn(name, kind, PRIVATE_RECORD, trait)


def _unit(name: str = "unit_code") -> HeldColumn:
    return HeldColumn(name, "varchar", PUBLIC_RECORD)


TABLES: Held = {
    "silver.person": [
        _private("person_pid", "blob", Trait.IDENTIFIER),
        _private("national_id", "varchar", Trait.IDENTIFIER),
        _unit(),
        _unit("period"),
        _private("illness"),
        _private("wage_rial", "bigint", Trait.ATTRIBUTE),
        _private("born_on", "date", Trait.ATTRIBUTE),
    ],
    "silver.visit": [
        _private("visit_id", "varchar", Trait.IDENTIFIER),
        _private("person_pid", "blob", Trait.IDENTIFIER),
        _unit(),
        _private("visited_on", "date", Trait.ATTRIBUTE),
        _private("drug"),
    ],
    "silver.offer": [
        HeldColumn("workshop_pid", "blob", CAPITAL_RECORD, Trait.IDENTIFIER),
        _unit(),
        HeldColumn("offer_rial", "bigint", CAPITAL_RECORD, Trait.ATTRIBUTE),
    ],
    "silver.untagged": [_unit(), HeldColumn("note", "varchar", None)],
    "vocabulary.unit": [HeldColumn(name, "varchar", PUBLIC_AGGREGATE) for name in ("unit_code", "geo_code", "name_en")],
}


@dataclass(frozen=True)
class Leak:
    """A SELECT that lets something out.

    Attributes:
        name: What it tries.
        sql: The SELECT.
        source: Column that leaks, `table.column`.
        column: Column of the model that it leaks into.
        declared: What all columns of the model are declared as.
        clause: Clause that the refusal cites.
    """

    name: str
    sql: str
    source: str = "silver.person.national_id"
    column: str = "value"
    declared: Label = PRIVATE_AGGREGATE
    clause: str = "STAT-N1"

    @property
    def path(self) -> str:
        """The way that the refusal must print."""
        return f"{self.source} → {MODEL}.{self.column}"


def judged(sql: str, declared: Label | Mapping[str, Label | None] = PRIVATE_AGGREGATE) -> list[Refusal]:
    """Return what is refused of a SELECT with the columns `unit_code` and `value`."""
    columns = declared if isinstance(declared, Mapping) else dict.fromkeys(("unit_code", "value"), declared)
    return list(judge(_planner(), MODEL, sql, TABLES, columns).refusals)


def planted() -> tuple[Leak, ...]:
    """Return the leaks of `planted_leaks.yaml`."""
    listed = yaml.safe_load(Path(__file__).with_name("planted_leaks.yaml").read_text(encoding="utf-8"))
    words = {"declared": lambda pair: parse_label(*pair, subject="a planted leak")}
    return tuple(Leak(**{name: words.get(name, str)(value) for name, value in each.items()}) for each in listed)


@cache
def _planner() -> Planner:
    planner = Planner()
    for table, columns in TABLES.items():
        planner.declare(table, [column.planned() for column in columns])
    return planner

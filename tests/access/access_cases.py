"""Random cases of access, written as plain data for Amar and for two policy engines that never see Amar's code."""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from governance.access.labels import AccessClass, Granularity, Label
from governance.access.levels import Grant, HolderKind, Person
from governance.access.territory import Rows
from governance.access.verdict import Question

REGISTRY = Path(__file__).parents[2] / "vocabulary" / "units" / "unit.csv"
OFFICES = (
    "HQ-STATISTICS",
    "HQ-SECURITY",
    "GO-16",
    "GO-17",
    "TM-16",
    "161001",
    "162001",
    "171001",
    "SUB-MACHINE-SERVICES",
)
PLACES = (*OFFICES, "161002", "165001")
POSTS = ("statistician", "auditor")
OFFICIALS = ("OFF-1", "OFF-2")
CLASSES = ([], ["private"], ["capital"], ["private", "capital"])
GRAINS = ("protected", "aggregate", "record")
TABLES = ("gold.mart_a", "gold.mart_b", "silver.event")
DAY = date(2026, 11, 21)
ENDLESS = date(9999, 12, 31)


@dataclass(frozen=True)
class World:
    """Grants that stand together, and what is asked under them; all plain data."""

    grants: list[dict[str, Any]]
    questions: list[dict[str, Any]]


def registry() -> dict[str, dict[str, Any]]:
    """Read kind and line of parents of the units that cases name, from the file."""
    with REGISTRY.open(encoding="utf-8", newline="") as stream:
        rows = {row["unit_code"]: row for row in csv.DictReader(stream)}
    return {code: {"kind": rows[code]["kind"], "line": _line(rows, code)} for code in PLACES}


def _line(rows: dict[str, dict[str, str]], code: str) -> list[str]:
    parent = rows[code]["parent_code"]
    return [code, *(_line(rows, parent) if parent else [])]


def draw_world(dice: random.Random, questions: int) -> World:
    """Draw up to three grants, most of which fail in at most one thing, and questions under them."""
    grants = [_grant(dice, place) for place in range(dice.randint(0, 3))]
    return World(grants, [_question(dice, grants) for _ in range(questions)])


def _grant(dice: random.Random, place: int) -> dict[str, Any]:
    office = dice.choice(OFFICES)
    kind = dice.choice(("office", "office", "seat", "official"))
    holders = {"office": office, "seat": f"{office}/{dice.choice(POSTS)}", "official": dice.choice(OFFICIALS)}
    first = DAY + timedelta(days=dice.choice((-300, -300, -300, -300, -300, 0, 0, 1)))
    return {
        "id": f"GRANT-{place}",
        "kind": kind,
        "holder": holders[kind],
        "office": office,
        "classes": dice.choice(CLASSES),
        "granularity": dice.choice(GRAINS),
        "tables": dice.choice(([], [], ["gold.*"], ["gold.mart_a"], ["gold.mart_b", "silver.event"])),
        "rows": dice.choice(("own", "below", "below", "every")),
        "unit": office if dice.random() < 0.8 else dice.choice(PLACES),
        "first_day": first.isoformat(),
        "last_day": dice.choice((ENDLESS, ENDLESS, ENDLESS, DAY, DAY, DAY - timedelta(days=1))).isoformat(),
        "decision": dice.choice(("WG-1",) * 9 + ("",)),
        "revoked_by": dice.choice(("",) * 9 + ("WG-9",)),
    }


def _question(dice: random.Random, grants: list[dict[str, Any]]) -> dict[str, Any]:
    near = dice.choice(grants) if grants and dice.random() < 0.8 else None
    office = near["office"] if near and dice.random() < 0.9 else dice.choice(OFFICES)
    person = {
        "official": dice.choice(OFFICIALS),
        "office": office,
        "posts": sorted(dice.sample(POSTS, dice.choice((0, 1, 2, 2)))),
    }
    label = {"classes": dice.choice(CLASSES), "granularity": dice.choice(GRAINS)}
    if near and dice.random() < 0.7:
        label = {"classes": near["classes"], "granularity": near["granularity"]}
    return {
        "person": person if dice.random() < 0.95 else None,
        "label": label if dice.random() < 0.95 else None,
        "table": dice.choice(TABLES),
        "unit": dice.choice((near["unit"] if near else office, office, dice.choice(PLACES), None)),
        "day": DAY.isoformat(),
    }


def as_grant(raw: dict[str, Any]) -> Grant:
    """Give a drawn grant as Amar holds it."""
    last = date.fromisoformat(raw["last_day"])
    return Grant(
        id=raw["id"],
        kind=HolderKind(raw["kind"]),
        holder=raw["holder"],
        ceiling=_label(raw),
        tables=frozenset(raw["tables"]),
        rows=Rows(raw["rows"]),
        unit=raw["unit"],
        valid_from=date.fromisoformat(raw["first_day"]),
        valid_to=None if last == ENDLESS else last,
        decision=raw["decision"],
        revoked_by=raw["revoked_by"],
    )


def as_question(raw: dict[str, Any]) -> Question:
    """Give a drawn question as Amar is asked it."""
    person = raw["person"] and Person(
        raw["person"]["official"], raw["person"]["office"], frozenset(raw["person"]["posts"])
    )
    label = raw["label"] and _label(raw["label"])
    return Question(person, raw["table"], raw["table"], label, raw["unit"], date.fromisoformat(raw["day"]))


def _label(raw: dict[str, Any]) -> Label:
    access = AccessClass.PUBLIC
    for name in raw["classes"]:
        access |= AccessClass[name.upper()]
    return Label(access, Granularity[raw["granularity"].upper()])

"""Writes extracts of the worked example: a wide monthly table without header, 90 columns, invented numbers.

`python make_extract.py FOLDER` writes `insured_202403.txt`. Columns: region, branch, month; 70 counts by sex, age group
and class; 10 totals over the ages by sex and class; 5 totals over the sexes by class; the grand total; a note.
"""

import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

REGIONS = ("01", "02", "03", "04", "05", "06")
BRANCHES = ("A", "C", "F", "G", "I", "Q", "X")
SEXES, AGES, CLASSES = 2, 7, 5
FIRST, WIDTH = 3, 90

Row = list[str]
Fault = Callable[[Row], None]


def table(month: str, *, seed: int = 1) -> list[Row]:
    """Return the rows of a month, one a region and branch, all sums right, and a last one of totals."""
    draws = random.Random(f"{seed} {month}")
    rows = [_row(region, branch, month, draws) for region in REGIONS for branch in BRANCHES]
    grand = [str(sum(int(row[place]) for row in rows)) for place in range(FIRST, WIDTH - 1)]
    return [*rows, ["TOTAL", "TOTAL", month, *grand, ""]]


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as the fund does: semicolons, no header, CR LF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(";".join(row) + "\r\n" for row in rows).encode())


def _row(region: str, branch: str, month: str, draws: random.Random) -> Row:
    counts = [draws.randrange(2_000) for _ in range(SEXES * AGES * CLASSES)]
    by_sex = [
        sum(counts[(sex * AGES + age) * CLASSES + kind] for age in range(AGES))
        for sex in range(SEXES)
        for kind in range(CLASSES)
    ]
    by_class = [by_sex[kind] + by_sex[CLASSES + kind] for kind in range(CLASSES)]
    numbers = [*counts, *by_sex, *by_class, sum(by_class)]
    return [region, branch, month, *map(str, numbers), draws.choice(("", "revised", "see note 3"))]


if __name__ == "__main__":
    write(Path(sys.argv[1]) / "insured_202403.txt", table("202403"))

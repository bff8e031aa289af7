"""Two months of pension transfers by hand: what the tests of retention and erasure take away from.

The person to be erased stands in each month in a row that is used, in its double, in one that is set aside, and in a
record that does not fit its header, the identifier spelt in several ways. `OTHER` stands beside in rows of their own,
one of them about the same file.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from intake_world import take_in_all

from governance.context import Context, make_context
from governance.database.engine import migrate
from governance.officials import seed_demo
from governance.settings import Settings
from lake import tables
from lake.contracts.model import load_source
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from lake.retention.removal import PLACE

SOURCE = load_source("pension_transfer")
MONTHS = ("1399-11", "1399-12")
PERSON, OTHER = "0499370899", "0790419904"
SPELT = PERSON.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
PID = DEVELOPMENT_KEYRING.pseudonym("person", PERSON)
OTHER_PID = DEVELOPMENT_KEYRING.pseudonym("person", OTHER)
FILE_PID = DEVELOPMENT_KEYRING.pseudonym("file", "F1")
LINES_A_MONTH, GONE_A_MONTH = 7, 4
UNIT = "011001"

_HEADER = "شناسه رویداد,شماره انتقال,شماره پرونده مستمری,کد ملی,نوع رویداد,تاریخ رویداد,ساعت رویداد,شعبه ثبت کننده,"
_HEADER += "شعبه مبدأ,شعبه مقصد,کد کاربر,سمت,نتیجه تطبیق,تعداد افراد تبعی,توضیحات"


def event(number: str, file: str, person: str, kind: str, day: str) -> str:
    """One line of an extract."""
    return f"{number},T-{number[:2]},{file},{person},{kind},{day},08:00,{UNIT},{UNIT},011002,OP7,OTHER,,2,"


def lines(month: str) -> list[str]:
    """Give the lines of a month's file below its header."""
    day, tag = f"{month.replace('-', '/')}/10", month[-2:]
    return [
        event(f"{tag}1", "F1", PERSON, "REFERRED", day),
        event(f"{tag}1", "F1", SPELT, "REFERRED", day),
        event(f"{tag}2", "F1", SPELT, "NO SUCH EVENT", day),
        f"{tag}3;{PERSON};a record cut short",
        event(f"{tag}4", "F1", OTHER, "REFERRED", day),
        event(f"{tag}5", "F2", OTHER, "NO SUCH EVENT", day),
    ]


def write_file(home: Home, month: str, below: list[str], *, name: str = "GO-01", printed: int = 0) -> Path:
    """Write an extract into the landing folder."""
    folder = home.landing / SOURCE.id
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{SOURCE.id}_{name}_{month.replace('-', '')}.csv"
    title = [f"تاریخ تهیه: 1400/01/{printed:02d}"] if printed else []
    path.write_text("\n".join([*title, _HEADER, *below]) + "\n", encoding="utf-8")
    return path


@dataclass
class World:
    """An installation with a clock that moves one minute an act."""

    home: Home
    context: Context
    now: datetime = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def tick(self) -> datetime:
        """Move the clock and read it."""
        self.now += timedelta(minutes=1)
        return self.now

    def kinds(self, prefix: str) -> list[str]:
        """Return the kinds of events that begin with a word, in order."""
        with self.context.ledger.reading() as ledger:
            return [event.kind for event in ledger.events() if event.kind.startswith(prefix)]


def make_world(root: Path) -> World:
    """Take two months in, and open governance with its demo officials."""
    home = Home(root / "home")
    for month in MONTHS:
        write_file(home, month, lines(month))
    take_in_all(home, [SOURCE.id])
    context = make_context(Settings(home=home.root))
    migrate(context.engine)
    world = World(home, context)
    seed_demo(context.officials, now=world.now)
    return world


def holds(home: Home, pid: bytes, *words: str) -> list[str]:
    """Return every file of the lake's tables, those of older versions too, in which a pseudonym or a word stands."""
    import polars as pl

    found = []
    for path in sorted(home.lake.rglob("*.parquet")):
        rows = pl.read_parquet(path, hive_partitioning=False)
        for column in rows.get_columns():
            is_hit = column.dtype == pl.Binary and column.is_in(pl.Series([pid], dtype=pl.Binary).implode()).any()
            if column.dtype == pl.String:
                is_hit = any(column.str.contains(word, literal=True).any() for word in words)
            if is_hit:
                found.append(f"{path.relative_to(home.lake).parts[1]}.{column.name}")
    return found


def placed(home: Home, table: str) -> set[tuple[str, int]]:
    """Return the places of a silver table's rows."""
    rows = tables.read(home, "silver", table, columns=list(PLACE)).to_pylist()
    return {(row[PLACE[0]], row[PLACE[1]]) for row in rows}

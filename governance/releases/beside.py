"""What a release needs of the lake for its lineage, beside its figures: standing files, rows set aside, measures.

Counts and names of files only: rows of single records are counted within `lake` and do not come here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from governance.datasets.load import Structure
from governance.releases.measures import measures_table
from governance.releases.standing import (
    SourceStanding,
    files_table,
    load_standing,
    set_aside_table,
    sources_of_cube,
    withheld_periods,
)
from governance.releases.store import FILES, MEASURES, SET_ASIDE
from lake import tables
from lake.layout import Home
from lake.set_aside import set_aside_rows
from lake.standing import Standing, standing_files

Note = Callable[[str], int | None]
"""Notes the version of a silver table for the manifest and returns it; none where there is no such table."""


@dataclass(frozen=True)
class Beside:
    """What was read of the lake beside the figures.

    Attributes:
        standing: Files by unit and month, by source.
        set_aside: Counts of rows set aside by file and rule, by source.
        received: Files as received: SHA-256, name, lines, sender.
        measures: Measures by unit and month, of indicators; none for cubes.
    """

    received: pa.Table
    standing: Mapping[str, pa.Table] = field(default_factory=dict)
    set_aside: Mapping[str, pa.Table] = field(default_factory=dict)
    measures: pa.Table | None = None

    def tables(self, structure: Structure, data: pa.Table) -> dict[str, pa.Table]:
        """Return the release's files of lineage by name."""
        withheld = withheld_periods(data)
        made = {
            FILES: files_table(self.standing, self.received, withheld=withheld),
            SET_ASIDE: set_aside_table(self.set_aside, self.received, withheld=withheld),
        }
        if structure.kind == "indicators":
            made[MEASURES] = measures_table(data, self.measures)
        return made


def read_beside(
    home: Home,
    structure: Structure,
    received: pa.Table,
    measures: pa.Table | None,
    *,
    note: Note,
    sources: Sequence[str] | None = None,
) -> Beside:
    """Read what stands beside the figures of a dataset.

    Args:
        home: The installation.
        structure: Structure of the dataset.
        received: Files as received.
        measures: Measures by unit and month.
        note: Notes the version of each silver table that is read.
        sources: Sources that are read of; all of the dataset by default.
    """
    known = load_standing().sources
    of_dataset = known if structure.kind == "indicators" else sources_of_cube(structure.id)
    names = [name for name in of_dataset if sources is None or name in sources]
    versions = {
        name: at for source in names for name in _tables(source, known[source]) if (at := note(name)) is not None
    }
    return Beside(
        received=received,
        standing={source: standing_files(home, _standing(known[source]), versions) for source in names},
        set_aside={source: set_aside_rows(home, source, versions) for source in names},
        measures=measures,
    )


def _tables(source: str, how: SourceStanding) -> tuple[str, ...]:
    return (*how.tables, *([how.placed_by] if how.placed_by else []), f"{source}_row_state", f"{source}_correction")


def _standing(how: SourceStanding) -> Standing:
    return Standing(how.tables, how.unit, how.case, how.placed_by)


def note_silver(home: Home, remember: Callable[[str, int], None]) -> Note:
    """Return what notes the newest version of a silver table."""
    held: dict[str, int] = {}

    def note(name: str) -> int | None:
        if name not in held and tables.exists(home, "silver", name):
            held[name] = tables.version(home, "silver", name)
            remember(name, held[name])
        return held.get(name)

    return note

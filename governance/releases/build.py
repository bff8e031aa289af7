"""Reading the gold tables of a dataset at pinned versions and turning them into a candidate.

The only module of releases that opens the lake, besides the version numbers it notes. Nothing is written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from governance.access.flow import spelled, through_gate
from governance.access.labels import Label
from governance.datasets.load import Structure
from governance.disclosure.certificate import Certificate
from governance.proof.steps import RELEASE, load_steps
from governance.releases.beside import Beside, note_silver, read_beside
from governance.releases.candidate import Candidate, make_candidate
from governance.releases.definitions import rules_for
from governance.releases.manifest import TableVersion
from governance.releases.rules import Rule
from governance.releases.sources import no_sources, sources_table
from governance.releases.store import SOURCES
from lake import tables
from lake.layout import Home, Layer

_SOURCE_FILES, _RECEIVED, _MEASURES = "fct_observation_source_file", "received_file", "fct_measure"

_MEASURED = ("period", "value", "provenance")
_INDICATOR = ("definition_version", "numerator", "denominator", "obs_status", "note_code")
_INSIDE = ("contributors",)
"""Read for the gate only; it never leaves."""


@dataclass(frozen=True)
class Build:
    """A candidate with what it was built from.

    Attributes:
        candidate: What would be published.
        rules: Publication rules applied.
        tables: Tables read, at their versions.
        used: Landing files by observation; `None` for cubes, which follow theirs by area and month.
        beside: What else tells of the files behind the figures; `None` where the lake has no files.
        certificate: What the gate certifies of the candidate: it alone lowers a class.
    """

    candidate: Candidate
    rules: Mapping[str, Rule]
    tables: tuple[TableVersion, ...]
    used: pa.Table | None
    beside: Beside
    certificate: Certificate

    def lineage(self, data: pa.Table) -> dict[str, pa.Table]:
        """Return the release's tables of lineage by file name, for data that carry observation ids."""
        structure = self.candidate.structure
        keys = [(dimension.id, dimension.column) for dimension in structure.dimensions]
        used = no_sources() if self.used is None else sources_table(data, self.used, self.beside.received, keys=keys)
        return {SOURCES: used, **self.beside.tables(structure, data)}


def build(home: Home, structure: Structure, *, labels: Mapping[str, Label]) -> Build:
    """Read a dataset's mart and make a candidate of it.

    Args:
        home: The installation.
        structure: Structure of the dataset.
        labels: Label of each column of the mart, from its metadata; what is missing there is untagged.

    Raises:
        RefusedError: a column that would leave may not: single records, capital information, untagged.
        PublicationError: the mart contradicts itself or its definitions.
        lake.tables.TableError: a table is missing.
    """
    columns = [dimension.column for dimension in structure.dimensions] + list(_MEASURED)
    if structure.kind == "indicators":
        columns += _INDICATOR
    columns += [attribute.column for attribute in structure.attributes]
    lowered = {column: _through_gate(structure, column, labels.get(column)) for column in columns}
    read = _Reading(home)
    rules = rules_for(structure)
    candidate = make_candidate(structure, rules, read.table("gold", structure.mart, [*columns, *_INSIDE]))
    used = measures = None
    if structure.kind == "indicators":
        used = read.table("gold", _SOURCE_FILES, None)
        if tables.exists(home, "gold", _MEASURES):
            measures = read.table("gold", _MEASURES, ["measure_code", "geo_code", "period", "value"])
    received = read.table("bronze", _RECEIVED, ["file_sha256", "file_name", "lines_read", "sender_code", "object"])
    note = note_silver(home, lambda name, at: read.remember("silver", name, at))
    for name in structure.silver:
        note(name)
    beside = read_beside(home, structure, received, measures, note=note)
    certificate = Certificate.of(candidate.verdicts, lowered)
    return Build(candidate, rules, tuple(read.noted), used, beside, certificate)


def _through_gate(structure: Structure, column: str, label: Label | None) -> str:
    through_gate(label, subject=f"{structure.mart}.{column}")
    return spelled(label) if label else ""


class _Reading:
    """Reads tables at their newest version and remembers which that was."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.noted: list[TableVersion] = []

    def table(self, layer: Layer, name: str, columns: list[str] | None) -> pa.Table:
        at = tables.version(self._home, layer, name)
        self.remember(layer, name, at)
        return load_steps()[RELEASE].read(self._home, layer, name, columns=columns, at=at)

    def remember(self, layer: Layer, name: str, at: int) -> None:
        """Note the version of a table that is read."""
        self.noted.append(TableVersion.model_validate({"layer": layer, "name": name, "version": at}))

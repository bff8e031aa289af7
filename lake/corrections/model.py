"""Known errors of senders, mended by name: what is matched, what it is set to, why, and who answers for it.

One YAML a source, `lake/corrections/<source>.yaml` or `<home>/corrections/<source>.yaml`; never code. Two persons: who
proposes a correction does not approve it (design rule 10). Only approved ones are applied.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lake.contracts.model import Source
from lake.layout import Home

FOLDER = Path(__file__).parent
PLACES = ("file_sha256", "row_number")
"""What a correction may match besides the columns of its object."""


class CorrectionError(Exception):
    """A file of corrections cannot be used; names the file, the correction and the fault."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_-]*$")
    object: str
    match: dict[str, str] = Field(min_length=1)
    set: dict[str, str | None] = Field(min_length=1)
    reason: str = Field(min_length=1)
    reported_by: str = Field(min_length=1)
    reported_on: dt.date
    proposed_by: str = Field(min_length=1)
    approved_by: str | None = None
    status: Literal["proposed", "approved", "withdrawn"]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    corrections: list[_Entry]


@dataclass(frozen=True)
class Correction:
    """One approved correction.

    Attributes:
        id: Its name.
        object: Object of the contract whose rows it mends.
        match: Column → text as received, letters and digits in one form, that a row must hold; `file_sha256` and
            `row_number` name one row.
        set: Column → the text that is right; None empties the cell.
        reason: Why.
        reported_by: Who found the error.
        proposed_by: Who proposed to mend it.
        approved_by: Who approved that, another person.
    """

    id: str
    object: str
    match: Mapping[str, str]
    set: Mapping[str, str | None]
    reason: str
    reported_by: str
    proposed_by: str
    approved_by: str


def load_corrections(home: Home, source: Source) -> tuple[Correction, ...]:
    """Load the approved corrections of a source, the project's and the installation's.

    Raises:
        CorrectionError: a file is not of the form, names an unknown object or column, has an id twice, or a correction
            is approved by nobody or by its proposer.
    """
    found: dict[str, Correction] = {}
    for path in _files(home, source):
        for entry in _read(path):
            if entry.id in found:
                raise CorrectionError(f"{path.name}: correction {entry.id} stands twice")
            if entry.status == "approved":
                found[entry.id] = _checked(entry, source, path)
    return tuple(found[name] for name in sorted(found))


def digest(home: Home, source: Source) -> str:
    """Hash the files of a source's corrections; empty text where there are none."""
    data = b"".join(path.read_bytes() for path in _files(home, source))
    return hashlib.sha256(data).hexdigest() if data else ""


def _files(home: Home, source: Source) -> list[Path]:
    folders = (FOLDER, home.root / "corrections")
    return [path for folder in folders if (path := folder / f"{source.id}.yaml").is_file()]


def _read(path: Path) -> list[_Entry]:
    try:
        return _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).corrections
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise CorrectionError(f"{path.name}: {faults}") from None  # the error quotes cells
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CorrectionError(f"{path.name}: not YAML") from error


def _checked(entry: _Entry, source: Source, path: Path) -> Correction:
    entity = next((entity for entity in source.entities if entity.name == entry.object), None)
    if entity is None:
        raise CorrectionError(f"{path.name}: correction {entry.id}: {source.id} has no object {entry.object}")
    received = {column.name for column in (entity.received if entity.wide else entity.judged)}
    unknown = sorted(({*entry.match} - received - set(PLACES)) | ({*entry.set} - received))
    if unknown:
        raise CorrectionError(
            f"{path.name}: correction {entry.id}: {entry.object} has no column {', '.join(unknown)} that silver reads"
        )
    if not entry.approved_by or entry.approved_by.strip().casefold() == entry.proposed_by.strip().casefold():
        raise CorrectionError(
            f"{path.name}: correction {entry.id} is approved by nobody else than its proposer: two persons are needed"
        )
    return Correction(
        entry.id,
        entry.object,
        entry.match,
        entry.set,
        entry.reason,
        entry.reported_by,
        entry.proposed_by,
        entry.approved_by,
    )

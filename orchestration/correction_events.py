"""Corrections as events of the ledger: what is to mend a source's rows is entered before a row is mended.

A source's approved corrections are one event, entered when they are first applied and whenever they changed since (a
new one, a changed one, one that was withdrawn). Whether two persons stand behind each is checked where they are loaded
(`lake.corrections.model`). Names and texts are in the payload, which can be erased; the envelope has none.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from governance.context import Context, open_context
from governance.database.engine import migrate
from governance.database.schema import LEDGER_EVENT
from governance.ledger.envelope import Draft, Event, canonical_bytes
from governance.ledger.ledger import Ledger, NoPayloadError, Reader
from governance.settings import Settings
from lake import tables
from lake.contracts.model import Source
from lake.corrections.model import Correction, load_corrections
from lake.layout import Home

KIND: Final = "correction"
OFFICE: Final = "HQ-STATISTICS"
"""The Office of Statistics answers for validation and processing (DASH-B)."""
CLAUSE: Final = "HOUSE-10"


def enter_corrections(home: Home, source: Source, settings: Settings, *, now: datetime) -> Event | None:
    """Enter the corrections of a source in the ledger; does nothing where they are what was entered last.

    What was entered before, the ledger says, not silver: a correction that never met a row is withdrawn there too. A
    ledger that cannot be reached stops a source only where there is something to mend or to undo; else the withdrawal
    is entered with the next build.

    Args:
        home: The installation; call it before silver is built with its corrections.
        source: Whose corrections.
        settings: Where the ledger is.
        now: Instant of the event.

    Returns:
        The event, if there is a new one.

    Raises:
        lake.corrections.model.CorrectionError: the corrections cannot be used, or lack a second person.
        sqlalchemy.exc.SQLAlchemyError: the ledger cannot be written, so nothing may be mended.
    """
    corrections = load_corrections(home, source)
    with open_context(settings) as context:
        if not corrections:
            try:
                if not _entered_before(context, source.id):
                    return None
            except OperationalError:
                if _applied_before(home, source):
                    raise
                return None
        migrate(context.engine)
        return enter(context.ledger, source.id, corrections, now=now)


def enter(ledger: Ledger, source: str, corrections: Sequence[Correction], *, now: datetime) -> Event | None:
    """Append the event of a source's corrections, unless the last one of the source says the same."""
    subject, digest = _subject(source), _digest(corrections)
    with ledger.writing() as writer:
        last = _last_digest(writer, subject)
        if last == digest or (last is None and not corrections):
            return None
        payload = {"digest": digest, "corrections": [_said(correction) for correction in corrections]}
        return writer.append(Draft(OFFICE, KIND, subject, CLAUSE, payload), now=now)


def _subject(source: str) -> str:
    return f"corrections/{source}"


def _entered_before(context: Context, source: str) -> bool:
    """Tell whether the last that the ledger has of a source are corrections, as far as it can be told."""
    if not inspect(context.engine).has_table(LEDGER_EVENT.name):
        return False
    with context.ledger.reading() as reader:
        return _last_digest(reader, _subject(source)) not in (None, _digest(()))


def _applied_before(home: Home, source: Source) -> bool:
    name = f"{source.id}_correction"
    return tables.exists(home, "silver", name) and tables.count(home, "silver", name) > 0


def _last_digest(reader: Reader, subject: str) -> str | None:
    """Return the digest of the last event; None where there is none, empty where its payload was erased."""
    events = reader.events(subject=subject, kind=KIND)
    if not events:
        return None
    try:
        return str(reader.payload(events[-1].sequence).get("digest", ""))
    except NoPayloadError:
        return ""


def _digest(corrections: Sequence[Correction]) -> str:
    entries = [{**asdict(item), "match": dict(item.match), "set": dict(item.set)} for item in corrections]
    return hashlib.sha256(canonical_bytes(entries)).hexdigest()


def _said(correction: Correction) -> dict[str, Any]:
    """Return what the event says of a correction: who, why and which columns; what stands in them is in its file."""
    return {
        "id": correction.id,
        "object": correction.object,
        "match": sorted(correction.match),
        "set": sorted(correction.set),
        "reason": correction.reason,
        "reported_by": correction.reported_by,
        "proposed_by": correction.proposed_by,
        "approved_by": correction.approved_by,
    }

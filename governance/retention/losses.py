"""What became of the rows behind a number: which landing files lost rows since, how many, and by which decision.

Told from the ledger alone. Rows that expired from bronze are still in silver, so no figure changes by them; rows that
were erased are nowhere, so a figure made again is identical but for them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from governance.ledger.ledger import Ledger, NoPayloadError
from governance.retention.erasure import Step
from governance.retention.expiry import EXPIRED

ERASED = Step.DONE.value


@dataclass(frozen=True)
class Loss:
    """Rows of one landing file that are gone.

    Attributes:
        kind: `rows.erased` or `rows.expired`.
        file_sha256: The landing file.
        rows: How many.
        decision: Id of the decision; none where a rule rests on none, which only a demonstration does.
        layer: Where they were: every layer for erased rows, else bronze or quarantine.
        clause: Clause of the event.
        sequence: The event.
        instant: When.
    """

    kind: str
    file_sha256: str
    rows: int
    decision: str | None
    layer: str
    clause: str
    sequence: int
    instant: str


def losses(ledger: Ledger, files: Collection[str], *, tables: Collection[str] = (), since: int = 0) -> list[Loss]:
    """Return what some landing files lost, in order of the events.

    Args:
        ledger: The ledger.
        files: SHA-256 of landing files.
        tables: Where a number is not followed to its files one by one: the tables it was made of, `silver/…`; of an
            erasure that took rows from one of them every file counts.
        since: Sequence of the event after which rows were lost to the number: what was gone before was never in it.
    """
    found = []
    with ledger.reading() as reader:
        for event in reader.events(kind="rows."):
            try:
                said: Any = reader.payload(event.sequence)
            except NoPayloadError:
                continue
            if event.kind == ERASED and event.sequence < since:
                continue
            place = (event.clause, event.sequence, event.instant)
            layer = said["layer"] if event.kind == EXPIRED else "all"
            whole = not {item["table"] for item in said.get("tables", ())}.isdisjoint(tables)
            found += [
                Loss(event.kind, file["sha256"], file["rows"], said["decision"], layer, *place)
                for file in said["files"]
                if whole or file["sha256"] in files
            ]
    return found


def sentences(found: Iterable[Loss]) -> list[str]:
    """Say what a number made again would lack, an event a line; nothing lost says nothing."""
    by_event: dict[int, list[Loss]] = {}
    for loss in found:
        by_event.setdefault(loss.sequence, []).append(loss)
    return [_sentence(lost) for _, lost in sorted(by_event.items())]


def _sentence(lost: list[Loss]) -> str:
    rows, first = sum(loss.rows for loss in lost), lost[0]
    decision = f"decision {first.decision}" if first.decision else "a demonstration rule, no decision"
    where = f"{len(lost)} files, {decision}, event {first.sequence} ({first.clause})"
    if first.kind == ERASED:
        return f"identical but for {rows} erased rows: {where}"
    return f"{rows} rows as received have expired from {first.layer}, silver still holds what was made of them: {where}"

"""What everyone may see of the ledger: every leaf hash, and the envelopes of acts on releases that were published.

Before the instant of its publication nothing tells that a release is being made; from then on all acts on it are
public, its approval and a later withdrawal among them. Payloads, which hold names, never are (OPEN-1).
"""

from dataclasses import dataclass

from governance.ledger.envelope import Event
from governance.ledger.ledger import Reader
from governance.releases.states import SEALED, Action


@dataclass(frozen=True)
class PublicView:
    """What is public at one state of the ledger.

    Attributes:
        releases: Ids of all releases that were ever published.
    """

    releases: frozenset[str]

    def shows(self, event: Event) -> bool:
        """Tell whether everyone may see the envelope of an event."""
        if event.kind == SEALED:
            return event.subject.partition("/")[0] in self.releases
        return event.kind.startswith("release.") and event.subject in self.releases


def public_view(ledger: Reader) -> PublicView:
    """Return what is public in the ledger as it is read."""
    return PublicView(frozenset(event.subject for event in ledger.events(kind=Action.PUBLISH.kind)))

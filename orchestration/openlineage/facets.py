"""Facets of our own, with their schemas, and who tells: what OpenLineage has no word for.

The schemas are beside this module; a changed one is a new version in the address.
"""

from importlib.metadata import version
from typing import Final

from attrs import define
from openlineage.client.facet_v2 import RunFacet, set_producer

from governance.disclosure.certificate import Certificate
from governance.ledger.envelope import Event

PRODUCER: Final = f"https://amar.invalid/{version('amar')}"
"""Who tells, with the version; the domain is reserved, so that nobody can answer under it."""

SCHEMAS: Final = "https://amar.invalid/openlineage/1-0-0"
"""Address that our schemas go by; they lie beside this module, by the last part of it."""

set_producer(PRODUCER)


@define(kw_only=True)
class ApprovalRunFacet(RunFacet):
    """An act of an office on a release, with its place in the ledger: `amar_approval`.

    Attributes:
        office: Office of the actor, never the person.
        kind: What was done, `release.approved`.
        clause: Clause or house rule that the act rests on.
        sequence: Place of the event in the ledger.
        leafHash: Its RFC 9162 leaf hash.
    """

    office: str
    kind: str
    clause: str
    sequence: int
    leafHash: str  # noqa: N815  as JSON spells it

    @classmethod
    def of(cls, event: Event) -> "ApprovalRunFacet":
        """Return the facet of an event of the ledger."""
        return cls(
            office=event.office,
            kind=event.kind,
            clause=event.clause,
            sequence=event.sequence,
            leafHash=event.leaf_hash(),
        )

    @staticmethod
    def _get_schema() -> str:
        return f"{SCHEMAS}/AmarApprovalRunFacet.json#/$defs/AmarApprovalRunFacet"


@define(kw_only=True)
class CertificateRunFacet(RunFacet):
    """What the gate certifies of a release: `amar_disclosureCertificate`.

    Attributes:
        gate: Name of the gate.
        threshold: Least number of contributors that it asked for.
        cells: Cells judged.
        withheld: Cells whose value it withheld.
        verdicts: SHA-256 over all verdicts by cell.
        lowered: Label of each column as it went in; each left as `public × protected`.
    """

    gate: str
    threshold: int
    cells: int
    withheld: int
    verdicts: str
    lowered: dict[str, str]

    @classmethod
    def of(cls, certificate: Certificate) -> "CertificateRunFacet":
        """Return the facet of a certificate."""
        return cls(
            gate=certificate.gate,
            threshold=certificate.threshold,
            cells=certificate.cells,
            withheld=certificate.withheld,
            verdicts=certificate.verdicts,
            lowered=dict(certificate.lowered),
        )

    @staticmethod
    def _get_schema() -> str:
        return f"{SCHEMAS}/AmarDisclosureCertificateRunFacet.json#/$defs/AmarDisclosureCertificateRunFacet"

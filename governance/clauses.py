"""The clauses and house rules that refusals, events and answers cite.

The wording is a short English reading of the directives; the directives themselves win. Only a rule whose basis is
`text` is called a breach when broken. What a rule decides belongs to the module of that rule, not here.
"""

from dataclasses import dataclass
from enum import StrEnum

from governance.errors import GovernanceError


class Basis(StrEnum):
    """Where a rule comes from."""

    TEXT = "text"
    INFERENCE = "inference"
    HOUSE = "house"


@dataclass(frozen=True)
class Clause:
    """One clause of a governing text, or one of the house's own rules (`HOUSE-…`)."""

    id: str
    source: str
    wording: str


_STAT = "directive 1000/92/4825 of 1392-05-20"
_DASH = "circular on uniform publication of official statistics"
_OPEN = "note on an open social-security organisation (an opinion, never by itself a ground to refuse)"
_HOUSE = "house rules"

CLAUSES = {
    clause.id: clause
    for clause in (
        Clause(
            "STAT-A1", _STAT, "An executive unit speaks from its own reports, after coordination with its province."
        ),
        Clause("STAT-A2", _STAT, "A province speaks from the provincial statistical systems only."),
        Clause("STAT-A3", _STAT, "Headquarters speaks for all, by the duties of the Office of Statistics."),
        Clause("STAT-N1", _STAT, "What may be given is only general, aggregate statistics: counts, non-identity."),
        Clause("STAT-B2", _STAT, "The information-safeguarding working group decides; its eight seats are named."),
        Clause("STAT-N3", _STAT, "The working group's secretariat sits in the Office of Statistics."),
        Clause("STAT-C", _STAT, "No body may publish statistics or information outside this rule."),
        Clause("DASH-0", _DASH, "Correct, accurate, timely official statistics from one official source."),
        Clause("DASH-B", _DASH, "The Office of Statistics supervises collection, validation and processing."),
        Clause(
            "DASH-D", _DASH, "The statistical code: unified definitions, counting logic, definitions of indicators."
        ),
        Clause("DASH-E", _DASH, "The Socio-economic Planning Office works out norm and optimum of each indicator."),
        Clause("DASH-F", _DASH, "Access levels of persons and domains are set by the safeguarding working group."),
        Clause("DASH-X", _DASH, "All headquarters and provincial units are evaluated on the indicators."),
        Clause("OPEN-1", _OPEN, "Private and confidential information is kept from publication."),
        Clause("OPEN-2", _OPEN, "Public information is open data: published with ease and speed, for all."),
        Clause("OPEN-3", _OPEN, "Capital information as a rule does not leave the organisation's hands."),
        Clause("OPEN-P8", _OPEN, "Open data are licence-free, with what is not open precisely told apart."),
        Clause("HOUSE-4", _HOUSE, "The past stays: a published version is never altered; withdrawn means marked."),
        Clause("HOUSE-6", _HOUSE, "Most restrictive wins; what is untagged or unknown is refused."),
        Clause("HOUSE-10", _HOUSE, "Two persons for what moves official numbers."),
    )
}


class RefusedError(GovernanceError):
    """A rule said no.

    Attributes:
        reason: What was refused and why, in a sentence without personal values.
        clause: Id of the clause or house rule that decides.
        basis: Whether the clause says so, implies it, or the house decided it.
        guided_by: Further clauses that explain the rule without being its ground.
    """

    def __init__(self, reason: str, *, clause: str, basis: Basis, guided_by: tuple[str, ...] = ()) -> None:
        """Keep the reason with its ground.

        Raises:
            KeyError: a clause id is unknown.
        """
        self.reason = reason
        self.clause = CLAUSES[clause].id
        self.basis = basis
        self.guided_by = tuple(CLAUSES[guide].id for guide in guided_by)
        super().__init__(f"{reason} ({clause}, {basis})")

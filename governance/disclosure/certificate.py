"""What the gate certifies: which cells it judged by which requirement, and which labels it lowered. Pure.

Without a certificate nothing is public × protected. The manifest of a release carries it; both of its hashes cover it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict

from governance.disclosure.gate import THRESHOLD, Level, Verdict

GATE = "area-and-contributors"
"""Name of the gate that judges: only country and provinces, only enough contributors."""


def parameters() -> dict[str, object]:
    """Return what the gate goes by: its name, the least number of contributors, the areas that may be shown."""
    return {"gate": GATE, "threshold": THRESHOLD, "areas": [Level.NATIONAL.value, Level.PROVINCE.value]}


class Certificate(BaseModel):
    """What the gate did to a dataset before it left.

    Attributes:
        gate: Name of the gate.
        threshold: Least number of contributors that it asked for.
        cells: Cells judged.
        withheld: Cells whose value it withheld.
        verdicts: SHA-256 over all verdicts by cell.
        lowered: Label of each column as it went in, `private × aggregate`; each left as `public × protected`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gate: str
    threshold: int
    cells: int
    withheld: int
    verdicts: str
    lowered: Mapping[str, str]

    @classmethod
    def of(cls, verdicts: Iterable[tuple[str, Verdict]], lowered: Mapping[str, str]) -> Self:
        """Certify verdicts on cells, each with the cell's key in words."""
        judged = sorted(verdicts, key=lambda item: item[0])
        digest = hashlib.sha256()
        for name, verdict in judged:
            shown = f"{int(verdict.shows_value)}{int(verdict.shows_parts)}"
            digest.update(f"{name}\x1f{shown}\x1f{verdict.obs_status}\x1f{verdict.conf_status}\n".encode())
        return cls(
            gate=GATE,
            threshold=THRESHOLD,
            cells=len(judged),
            withheld=sum(verdict.conf_status != "F" for _, verdict in judged),
            verdicts="sha256:" + digest.hexdigest(),
            lowered=dict(sorted(lowered.items())),
        )

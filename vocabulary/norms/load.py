"""Norms and optima of the indicators (DASH-E), apart from their definitions, for their owner is another.

The Socio-economic Planning Office works out the optimum and the norm of each indicator with the deputies and the
independent offices, having regard to the organisation's strategies and programmes: a norm is bound to a plan and
dated, and cites the decision that set it. One YAML file a norm stands beside this module, named
`<indicator>.<level>[.<peer group>].<valid_from>.yaml`, in the form of `norm.schema.json`. No decision is held, so there
is none; figures in the press are no norms. Those in `demonstration/` are made up to show how evaluation works and are
used in development only.

An indicator without a norm is *not evaluated*: it is neither good nor bad.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from vocabulary.indicators.load import load_indicators
from vocabulary.norms.model import Band, Level, Norm, NormError, Standing, check_norm
from vocabulary.periods import Period, PeriodError
from vocabulary.yaml_text import read_yaml

OWNER: Final = "HQ-PLANNING"
"""The Socio-economic Planning Office, which is not the owner of the definitions (DASH-D, DASH-E)."""

_FOLDER = Path(__file__).parent
_DEMONSTRATION = _FOLDER / "demonstration"


def list_norms() -> tuple[str, ...]:
    """Give the names of the norms that were decided, sorted; none means that nothing is evaluated."""
    return tuple(norm.name for norm in load_norms() if norm.status is Standing.DECIDED)


def norms_in_use(*, demonstration: bool) -> tuple[Norm, ...]:
    """Give the norms to evaluate by: those decided; where none is, those for demonstration, if these may be used."""
    decided = tuple(norm for norm in load_norms() if norm.status is Standing.DECIDED)
    return decided or (load_norms() if demonstration else ())


@cache
def load_norms() -> tuple[Norm, ...]:
    """Read all norms, by name: those decided, then those for demonstration.

    Raises:
        NormError: One is malformed, does not fit its indicator, or two claim the same figures.
    """
    return check_norms(read_norms(_FOLDER) + read_norms(_DEMONSTRATION))


def read_norms(folder: Path) -> tuple[Norm, ...]:
    """Read the norms of a folder, by name.

    Raises:
        NormError: One is malformed, or its file has another name than it.
    """
    norms = []
    for path in sorted(folder.glob("*.yaml")):
        norm = read_norm(path.read_text(encoding="utf-8"))
        if norm.name != path.stem:
            raise NormError(f"{path.name} holds {norm.name}")
        norms.append(norm)
    return tuple(norms)


def check_norms(norms: tuple[Norm, ...]) -> tuple[Norm, ...]:
    """Check norms against the definitions and each other, and return them.

    Raises:
        NormError: One does not fit its indicator, or two claim the same figures.
    """
    definitions = {definition.code: definition for definition in load_indicators()}
    for place, norm in enumerate(norms):
        definition = definitions.get(norm.indicator)
        if definition is None:
            raise NormError(f"{norm.name}: no indicator {norm.indicator!r} is computed")
        check_norm(norm, direction=definition.direction.value, kind=definition.kind.value, scale=definition.scale)
        for other in norms[:place]:
            if norm.overlaps(other):
                raise NormError(f"{norm.name} and {other.name} claim the same figures")
    return norms


def read_norm(text: str) -> Norm:
    """Read a norm from YAML; `norm.schema.json` says the same to other tools.

    Raises:
        NormError: A key is missing, unknown or carries what it cannot.
    """
    try:
        return _norm(read_yaml(text))
    except (KeyError, TypeError, ValueError, PeriodError, yaml.YAMLError) as error:
        if isinstance(error, NormError):
            raise
        raise NormError(f"malformed norm: {type(error).__name__} {error}") from error


def _norm(entry: Mapping[str, Any]) -> Norm:
    fields = dict(entry)
    last = fields["valid_to"]
    fields.update(
        level=Level(fields["level"]),
        norm=Band(**{end: _number(value) for end, value in fields["norm"].items()}),
        optimum=_number(fields["optimum"]),
        valid_from=Period.parse(str(fields["valid_from"])),
        valid_to=None if last is None else Period.parse(str(last)),
        status=Standing(fields["status"]),
    )
    return Norm(**fields)


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)

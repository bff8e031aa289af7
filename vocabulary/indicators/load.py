"""The catalogue of indicators: the definitions in force, their earlier versions, which can be computed (DASH-D).

What belongs here: what the other rooms ask of the catalogue. What does not: norms (`vocabulary.norms`, DASH-E), whose
owner is another, and the computing, which the marts do.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from vocabulary.indicators.lock import check_registered, read_registered
from vocabulary.indicators.model import Definition, UnknownIndicatorError
from vocabulary.indicators.read import FOLDER, read_catalogue
from vocabulary.measures.load import load_measures

_FOLDER = FOLDER


def list_indicators() -> tuple[str, ...]:
    """Give the codes of the indicators that are computed, sorted."""
    return tuple(definition.code for definition in load_indicators())


def load_indicator(code: str) -> Definition:
    """Give the definition in force of an indicator, computed or not.

    Raises:
        UnknownIndicatorError: There is none.
        DefinitionError: The catalogue contradicts itself.
    """
    for definition in _catalogue(_FOLDER):
        if definition.code == code and definition.valid_to is None:
            return definition
    raise UnknownIndicatorError(f"no indicator {code!r}")


def load_indicators() -> tuple[Definition, ...]:
    """Give the definitions in force of what is computed, by code."""
    return tuple(definition for definition in load_versions() if definition.valid_to is None)


def load_unsourced() -> tuple[Definition, ...]:
    """Give the definitions of what no source held can carry, by code: they are defined and never computed."""
    return tuple(each for each in _catalogue(_FOLDER) if each.valid_to is None and not each.sources)


def load_versions() -> tuple[Definition, ...]:
    """Give every version of what is computed, by code and then from the first to the one in force.

    Each carries in `valid_to` the first period of the version that came after it.
    """
    return tuple(definition for definition in _catalogue(_FOLDER) if definition.sources)


@cache
def _catalogue(folder: Path) -> tuple[Definition, ...]:
    measures = load_measures()
    versions = read_catalogue(folder, measures)
    check_registered(versions, measures, read_registered(folder))
    return versions

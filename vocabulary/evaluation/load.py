"""The rules of evaluation (DASH-X): weights, limits, peer groups; written, versioned, each with its reason.

One YAML file a version stands beside this module, in the form of `evaluation.schema.json`. None was decided, so there
is none; the one in `demonstration/` is made up to show the working and is used in development only. That two persons
adopted a version is in the ledger (`governance.evaluation`), not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vocabulary.evaluation.model import (
    DomainWeight,
    Funnel,
    FunnelLimits,
    IndicatorWeight,
    PeerGroup,
    Peers,
    Rules,
    RulesError,
    Size,
)
from vocabulary.indicators.load import load_indicators
from vocabulary.indicators.model import Bilingual
from vocabulary.norms.model import Standing
from vocabulary.periods import Period
from vocabulary.yaml_text import read_yaml

_FOLDER = Path(__file__).parent
_DEMONSTRATION = _FOLDER / "demonstration"


@cache
def load_rules() -> tuple[Rules, ...]:
    """Read all versions of the rules, by version: those decided, then those for demonstration.

    Raises:
        RulesError: One is malformed or does not fit the definitions, or two hold for one month.
    """
    versions = tuple(_read_file(path) for path in _files())
    for place, rules in enumerate(versions):
        check_definitions(rules)
        for other in versions[:place]:
            if other.status is rules.status and _meet(rules, other):
                raise RulesError(f"{rules.version} and {other.version} hold for one month")
    return versions


def rules_in_use(*, demonstration: bool) -> tuple[Rules, ...]:
    """Give the versions to evaluate by: those decided; where none is, those for demonstration, if these may be used."""
    decided = tuple(rules for rules in load_rules() if rules.status is Standing.DECIDED)
    return decided or (load_rules() if demonstration else ())


def rules_text(version: str) -> str:
    """Give the file of a version as it stands, to be hashed and adopted.

    Raises:
        RulesError: There is no such version.
    """
    for path in _files():
        if path.stem == version:
            return path.read_text(encoding="utf-8")
    raise RulesError(f"no version {version[:20]!r} of the evaluation rules")


def read_rules(text: str) -> Rules:
    """Read a version from YAML; `evaluation.schema.json` says the same to other tools.

    Raises:
        RulesError: A key is missing, unknown or carries what it cannot.
    """
    try:
        return _rules(read_yaml(text))
    except RulesError:
        raise
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise RulesError(f"malformed evaluation rules: {type(error).__name__} {error}") from error


def check_definitions(rules: Rules) -> None:
    """Check that every indicator is computed, stands in its own domain, and can carry its funnel.

    Raises:
        RulesError: One does not.
    """
    definitions = {definition.code: definition for definition in load_indicators()}
    for domain in rules.domains:
        for item in domain.indicators:
            definition = definitions.get(item.indicator)
            if definition is None or definition.domain != domain.domain:
                raise RulesError(f"{rules.version}: {item.indicator} is no computed indicator of {domain.domain}")
            if item.size is Size.DENOMINATOR and definition.denominator is None:
                raise RulesError(f"{rules.version}: {item.indicator} has no denominator to tell its size by")


def _files() -> list[Path]:
    return [*sorted(_FOLDER.glob("*.yaml")), *sorted(_DEMONSTRATION.glob("*.yaml"))]


def _read_file(path: Path) -> Rules:
    rules = read_rules(path.read_text(encoding="utf-8"))
    if rules.version != path.stem:
        raise RulesError(f"{path.name} holds {rules.version}")
    return rules


def _meet(left: Rules, right: Rules) -> bool:
    (first, last), (start, end) = left.months, right.months
    return (end is None or first <= end) and (last is None or start <= last)


def _rules(entry: Mapping[str, Any]) -> Rules:
    fields = dict(entry)
    last = fields["valid_to"]
    fields.update(
        status=Standing(fields["status"]),
        valid_from=Period.parse(str(fields["valid_from"])),
        valid_to=None if last is None else Period.parse(str(last)),
        name=Bilingual(**fields["name"]),
        explanation=Bilingual(**fields["explanation"]),
        period_kinds=tuple(fields["period_kinds"]),
        funnel=FunnelLimits(**fields["funnel"]),
        peers=Peers(fields["peers"]["minimum"], tuple(_group(group) for group in fields["peers"]["groups"])),
        domains=tuple(_domain(domain, fields["minimum_size"]) for domain in fields["domains"]),
    )
    return Rules(**fields)


def _group(entry: Mapping[str, Any]) -> PeerGroup:
    return PeerGroup(entry["code"], tuple(entry["kinds"]), entry["size_measure"], entry["from"], entry["below"])


def _domain(entry: Mapping[str, Any], minimum_size: int) -> DomainWeight:
    fields = dict(entry)
    fields.update(
        applies_to=tuple(fields["applies_to"]),
        explanation=Bilingual(**fields["explanation"]),
        indicators=tuple(_indicator(item, minimum_size) for item in fields["indicators"]),
    )
    return DomainWeight(**fields)


def _indicator(entry: Mapping[str, Any], minimum_size: int) -> IndicatorWeight:
    by_default = Size.CONTRIBUTORS if entry["funnel"] == Funnel.NONE else Size.DENOMINATOR
    fields = {"minimum_size": minimum_size, "size": by_default, **entry}
    fields.update(
        funnel=Funnel(fields["funnel"]), size=Size(fields["size"]), explanation=Bilingual(**fields["explanation"])
    )
    return IndicatorWeight(**fields)

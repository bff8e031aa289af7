"""Other names of indicators: what is asked for under them is another indicator's figure, by a formula (DASH-0).

An alias has no value of its own, so that one question keeps one official number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from vocabulary.indicators.load import list_indicators, load_indicator
from vocabulary.indicators.model import Bilingual, DefinitionError
from vocabulary.indicators.read import FOLDER
from vocabulary.yaml_text import read_yaml


@dataclass(frozen=True)
class Alias:
    """Another name of an indicator.

    Attributes:
        code: Lower-case code, the name of its file.
        name: Name.
        of: Code of the indicator that it stands for.
        formula: How its figure follows from that of the indicator.
        definition: What it says.
        reason: Why it has no value of its own.
    """

    code: str
    name: Bilingual
    of: str
    formula: str
    definition: Bilingual
    reason: Bilingual


@cache
def load_aliases() -> tuple[Alias, ...]:
    """Read all aliases, by code.

    Raises:
        DefinitionError: One is malformed, bears the name of an indicator, or stands for none.
    """
    paths = sorted((FOLDER / "aliases").glob("*.yaml"))
    found = tuple(read_alias(path.stem, path.read_text(encoding="utf-8")) for path in paths)
    for alias in found:
        load_indicator(alias.of)
        if alias.code in list_indicators():
            raise DefinitionError(f"{alias.code}: it is an indicator, and cannot be another name too")
    return found


def read_alias(code: str, text: str) -> Alias:
    """Read an alias from YAML.

    Args:
        code: Name of its file.
        text: The YAML.

    Raises:
        DefinitionError: It is malformed, or has another code.
    """
    try:
        fields: dict[str, Any] = read_yaml(text)
        for name in ("name", "definition", "reason"):
            fields[name] = Bilingual(**fields[name])
        alias = Alias(**fields)
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise DefinitionError(f"{code}: malformed alias: {type(error).__name__} {error}") from error
    if alias.code != code or alias.of not in alias.formula:
        raise DefinitionError(f"{code}: an alias has the code of its file, and its formula names what it stands for")
    return alias

"""What is registered: the counting rule of every version, so that none changes under figures that cite it.

`python -m vocabulary.indicators.lock` registers new versions and never alters one; with `--check` it fails where one is
not registered.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from vocabulary.indicators.model import Definition, DefinitionError
from vocabulary.indicators.read import FOLDER, read_catalogue
from vocabulary.indicators.rules import changes_between, counting_rule
from vocabulary.measures.load import Measure, load_measures

FILE: Final = "definitions.lock.json"
REGISTER: Final = "python -m vocabulary.indicators.lock"

Registered = Mapping[str, Mapping[str, str]]
"""`code@version` → fields of the counting rule."""


def check_registered(versions: Sequence[Definition], measures: Mapping[str, Measure], registered: Registered) -> None:
    """Refuse a version that counts otherwise than registered, and the loss of one; new ones may be missing yet.

    Raises:
        DefinitionError: It names the version, what differs field by field, and what to do.
    """
    rules = {each.id: counting_rule(each, measures) for each in versions if each.sources}
    for name, known in registered.items():
        if name not in rules:
            raise DefinitionError(
                f"{name} is registered, and no file holds it: keep it as history/{name}.yaml, so that its figures "
                "stay computable"
            )
        changes = changes_between(known, rules[name])
        if changes:
            raise DefinitionError(
                f"{name} counts otherwise than registered: {'; '.join(map(str, changes))}. Take the change back; or "
                f"keep the registered version as history/{name}.yaml and write a new one with `replaces: {name}`, a "
                f"later `valid_from` and its `decision_id`, a changed measure under a new code; then {REGISTER}"
            )


def read_registered(folder: Path) -> Registered:
    """Read the register of a catalogue; an absent one is empty."""
    path = folder / FILE
    found: Registered = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def register(folder: Path, *, is_trial: bool = False) -> list[str]:
    """Enter the versions that are new, and give their names.

    Args:
        folder: The catalogue.
        is_trial: Only say which versions are new, write nothing.

    Raises:
        DefinitionError: A registered version counts otherwise now, or is lost; nothing is written.
    """
    measures, registered = load_measures(), read_registered(folder)
    versions = read_catalogue(folder, measures)
    check_registered(versions, measures, registered)
    new = {each.id: counting_rule(each, measures) for each in versions if each.sources and each.id not in registered}
    if new and not is_trial:
        text = json.dumps(dict(sorted({**registered, **new}.items())), indent=2, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")
    return sorted(new)


def main(arguments: Sequence[str] | None = None) -> int:
    """Register the new versions, or check that there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a version is not registered, write nothing")
    is_check = parser.parse_args(arguments).check
    try:
        names = register(FOLDER, is_trial=is_check)
    except DefinitionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name in names:
        sys.stdout.write(f"{'not registered' if is_check else 'registered'}: {name}\n")
    return 1 if is_check and names else 0


if __name__ == "__main__":
    sys.exit(main())

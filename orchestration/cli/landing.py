"""The demo's landing folder: written once, repaired after a kill, never mixed with anybody's own files.

A marker in the home, `landing.json`, says what the demo wrote and whether it finished. What is in the files belongs to
`orchestration.generator`.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from lake import tables
from lake.layout import Home
from lake.lock import writer_lock
from orchestration.generator.generate import GenerationReport, generate
from orchestration.generator.scales import Scale

MARKER = "landing.json"
WRITING, COMPLETE = "writing", "complete"


class LandingError(Exception):
    """The landing folder is not the demo's to fill."""


@dataclass(frozen=True)
class Extracts:
    """What the demo asks the generator for.

    Attributes:
        scale: How much.
        seed: Same seed, same bytes.
        first: First Jalali month.
        last: Last Jalali month.
        defects: Share of planted defects.
    """

    scale: Scale
    seed: int
    first: str
    last: str
    defects: float


def fill_landing(
    home: Home, extracts: Extracts, *, progress: Callable[[str, int, int], None] | None = None, processes: int = 1
) -> GenerationReport | None:
    """Write the demo's extracts, unless they are there; what a killed run left half is written again.

    Args:
        home: The demo's home.
        extracts: What to ask the generator for.
        progress: Told what was just written.
        processes: Processes that write.

    Returns:
        What was written, or None where nothing was missing.

    Raises:
        LandingError: the landing folder or the lake holds what the demo did not write, or other extracts of the demo.
        lake.lock.HomeBusyError: another process writes to this home.
    """
    with writer_lock(home, "writing the demo's extracts"):
        wanted = _described(home, extracts)
        if not _is_missing(home, wanted):
            return None
        _mark(home, {"state": WRITING, **wanted})
        report = generate(home.landing, **asdict(extracts), progress=progress, processes=processes)
        _mark(home, {"state": COMPLETE, **wanted})
        return report


def _described(home: Home, extracts: Extracts) -> dict[str, Any]:
    is_inside = home.landing.is_relative_to(home.root)
    folder = home.landing.relative_to(home.root) if is_inside else home.landing
    return {
        "scale": extracts.scale.value,
        "seed": extracts.seed,
        "from": extracts.first,
        "to": extracts.last,
        "defects": extracts.defects,
        "landing": str(folder),
    }


def _is_missing(home: Home, wanted: dict[str, Any]) -> bool:
    marker, holds_files = _read_marker(home), _holds_files(home)
    if marker is None:
        if holds_files:
            raise LandingError(
                f"{home.landing} holds files that the demo did not write; take them in with `amar ingest`, "
                "or give the demo a home of its own with AMAR_HOME"
            )
        if tables.versions(home, "bronze"):
            raise LandingError(
                f"the lake in {home.root} holds data that the demo did not write; "
                "give the demo a home of its own with AMAR_HOME"
            )
        return True
    state = marker.pop("state")
    if marker != wanted and (state == COMPLETE or holds_files):
        raise LandingError(
            f"{home.root} holds the demo's extracts with {_differences(marker, wanted)}; ask for these again, "
            "or give the demo another home with AMAR_HOME"
        )
    return bool(state != COMPLETE or not holds_files)


def _differences(marker: dict[str, Any], wanted: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {marker.get(name)} (not {wanted[name]})" for name in wanted if marker.get(name) != wanted[name]
    )


def _holds_files(home: Home) -> bool:
    return any(path.is_file() and not path.name.startswith(".") for path in home.landing.rglob("*"))


def _read_marker(home: Home) -> dict[str, Any] | None:
    path = home.root / MARKER
    if not path.exists():
        return None
    try:
        marker = json.loads(path.read_text())
        if marker["state"] in (WRITING, COMPLETE):
            return dict(marker)
    except (ValueError, KeyError, TypeError):
        pass
    raise LandingError(f"{path} is not what the demo wrote; give the demo another home with AMAR_HOME")


def _mark(home: Home, content: dict[str, Any]) -> None:
    path = home.root / MARKER
    unfinished = path.with_suffix(".json.tmp")
    unfinished.write_text(json.dumps(content, indent=1) + "\n")
    unfinished.replace(path)

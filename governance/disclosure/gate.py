"""The gate: which cells may be published until disclosure control exists.

Only national and province cells with at least twenty contributors pass. The gate looks at one cell at a time; it does
not ask whether a withheld cell can be worked out from its neighbours, which is the task of disclosure control. Pure:
no table, no clock.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from governance.clauses import Basis

THRESHOLD = 20
"""Least number of persons, cases, files or units behind each part of a published cell (house)."""

_PROVINCE = re.compile(r"IR-[0-9]{2}")


class Level(StrEnum):
    """How large the area of a cell is."""

    NATIONAL = "national"
    PROVINCE = "province"
    OTHER = "other"


@dataclass(frozen=True)
class Verdict:
    """What may be shown of one cell, on separate axes.

    Attributes:
        shows_value: Whether the value is published.
        shows_parts: Whether numerator and denominator are published.
        obs_status: `OBS_STATUS`: the mart's own where the value is shown, else Q (suppressed) or O (missing).
        conf_status: `CONF_STATUS`: F free, C confidential.
        note_code: Code of the reason where something is withheld, else empty.
        note_fa: The reason in Persian.
        note_en: The reason in English.
        clause: The clause the reason cites, or empty.
        basis: Basis of the rule, or `None` where nothing is withheld.
    """

    shows_value: bool
    shows_parts: bool
    obs_status: str
    conf_status: str
    note_code: str = ""
    note_fa: str = ""
    note_en: str = ""
    clause: str = ""
    basis: Basis | None = None


_AREA_REFUSED = Verdict(
    shows_value=False,
    shows_parts=False,
    obs_status="Q",
    conf_status="C",
    note_code="GATE-AREA",
    note_fa="تنها ارقام کشور و استان منتشر می‌شود",
    note_en="Withheld: only figures of the country and of provinces are published",
    clause="STAT-N1",
    basis=Basis.HOUSE,
)
_FEW_REFUSED = Verdict(
    shows_value=False,
    shows_parts=False,
    obs_status="Q",
    conf_status="C",
    note_code="GATE-CONTRIBUTORS",
    note_fa=f"محرمانه: کمتر از {THRESHOLD} مورد در پس این رقم است یا شمار آن معلوم نیست",
    note_en=f"Withheld: fewer than {THRESHOLD} contributors stand behind this figure, or their number is unknown",
    clause="STAT-N1",
    basis=Basis.HOUSE,
)


def level_of(geo_code: str) -> Level:
    """Return the level of an area code: `IR` is the country, `IR-23` a province, all else smaller."""
    if geo_code == "IR":
        return Level.NATIONAL
    return Level.PROVINCE if _PROVINCE.fullmatch(geo_code) else Level.OTHER


def decide(*, geo_code: str, contributors: int | None, is_computable: bool, obs_status: str) -> Verdict:
    """Decide what may be shown of one cell.

    Args:
        geo_code: Area of the cell.
        contributors: Smallest number of contributors behind any part of it; `None` where nobody counted.
        is_computable: Whether the mart holds a value.
        obs_status: The mart's own `OBS_STATUS`.

    Returns:
        The verdict. A value that cannot be computed is missing (O), not suppressed, and its parts are shown only
        where enough contributors stand behind them.

    Raises:
        ValueError: the number of contributors is negative, or a missing observation carries a value.
    """
    if contributors is not None and contributors < 0:
        raise ValueError("the number of contributors is negative")
    if obs_status == "O" and is_computable:
        raise ValueError("an observation with status O carries a value")
    if level_of(geo_code) is Level.OTHER:
        return _AREA_REFUSED
    has_enough = contributors is not None and contributors >= THRESHOLD
    if not is_computable:
        return Verdict(shows_value=False, shows_parts=has_enough, obs_status="O", conf_status="F")
    if not has_enough:
        return _FEW_REFUSED
    return Verdict(shows_value=True, shows_parts=True, obs_status=obs_status, conf_status="F")

"""What a data request asks for: codes by dimension, periods, a page. Pure; unknown parameters are refused.

Choosing the version and the format is not done here.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.problems.problem import ProblemError, bad_parameter
from vocabulary.periods import Period, PeriodError, PeriodKind

RESERVED = ("period", "frequency", "version", "format", "limit", "cursor")

_OPERATORS: dict[str, Callable[[Period, Period], bool]] = {
    "eq": lambda period, asked: period.code == asked.code,
    "ne": lambda period, asked: period.code != asked.code,
    "ge": lambda period, asked: period.start >= asked.start,
    "gt": lambda period, asked: period.start > asked.end,
    "le": lambda period, asked: period.end <= asked.end,
    "lt": lambda period, asked: period.end < asked.start,
}
_CONDITION = re.compile(r"(?:([a-z]{2}):)?(.+)", re.DOTALL)
_SHOWN = 8


@dataclass(frozen=True)
class PeriodCondition:
    """One condition on the period; it holds where the operator holds for any of the periods named."""

    operator: str
    periods: tuple[Period, ...]

    def holds(self, period: Period) -> bool:
        """Tell whether a period meets the condition."""
        compare = _OPERATORS[self.operator]
        return any(compare(period, asked) for asked in self.periods)

    def __str__(self) -> str:
        return f"{self.operator}:{','.join(period.code for period in self.periods)}"


@dataclass(frozen=True)
class Selection:
    """Which observations are asked for.

    Attributes:
        codes: Dimension → codes, any of which will do; a dimension that is not named is free.
        periods: Conditions that must all hold.
        frequencies: Kinds of period, any of which will do; all where none is named.
    """

    codes: Mapping[str, tuple[str, ...]]
    periods: tuple[PeriodCondition, ...]
    frequencies: tuple[PeriodKind, ...] = ()

    def covers(self, period: Period) -> bool:
        """Tell whether a period is asked for."""
        is_of_kind = not self.frequencies or period.kind in self.frequencies
        return is_of_kind and all(condition.holds(period) for condition in self.periods)

    @property
    def is_everything(self) -> bool:
        """Tell whether nothing is filtered out."""
        return not self.codes and not self.periods and not self.frequencies

    def digest(self) -> str:
        """Return a short name of the selection, the same for every way to write it."""
        spelled = [sorted((name, sorted(codes)) for name, codes in self.codes.items()), sorted(map(str, self.periods))]
        if self.frequencies:
            spelled.append(sorted(self.frequencies))
        return hashlib.sha256(json.dumps(spelled).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Cursor:
    """Where a page begins, in which version of which selection."""

    version: str
    selection: str
    offset: int

    def encode(self) -> str:
        """Return the cursor as a reader passes it back."""
        text = json.dumps([self.version, self.selection, self.offset])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_selection(
    parameters: Iterable[tuple[str, str]],
    periods: Iterable[str],
    dimensions: Sequence[Mapping[str, Any]],
    frequency: str | None = None,
) -> Selection:
    """Read filters from query parameters.

    Args:
        parameters: Every parameter of the request, repeated ones too; those in `RESERVED` are passed over.
        periods: Conditions on the period.
        dimensions: Dimensions of the dataset with their codes.
        frequency: Kinds of period, separated by commas.

    Raises:
        ProblemError: 400 naming the parameter that is unknown, or holds an unknown code or period.
    """
    known = {str(each["id"]): {str(item["code"]) for item in each["codes"]} for each in dimensions}
    codes: dict[str, tuple[str, ...]] = {}
    for name, text in parameters:
        if name.upper() in known:
            dimension = name.upper()
            codes[dimension] = (*codes.get(dimension, ()), *_codes(dimension, text, known[dimension]))
        elif name not in RESERVED:
            allowed = ", ".join((*known, *RESERVED))
            raise bad_parameter(name[:64], f"There is no such parameter; there are {allowed}.")
    return Selection(codes, tuple(read_condition(text) for text in periods), _frequencies(frequency))


def _frequencies(text: str | None) -> tuple[PeriodKind, ...]:
    try:
        return tuple(PeriodKind(part) for part in text.split(",")) if text is not None else ()
    except ValueError as error:
        raise bad_parameter("frequency", f"There are the frequencies {', '.join(PeriodKind)}.") from error


def read_condition(text: str) -> PeriodCondition:
    """Read a condition such as `1399-12`, `1399-11,1399-12`, `ge:1399-01`.

    Raises:
        ProblemError: 400 naming `period`.
    """
    match = _CONDITION.fullmatch(text)
    operator, listed = (match[1] or "eq", match[2]) if match else ("", "")
    if operator not in _OPERATORS:
        raise bad_parameter("period", f"A period is asked for as 1399-12 or as one of {', '.join(_OPERATORS)} and a "
                            "colon before it.")  # fmt: skip
    try:
        return PeriodCondition(operator, tuple(Period.parse(part) for part in listed.split(",")))
    except PeriodError as error:
        detail = (
            "A period is a Jalali month, quarter, half, nine months or year: 1399-12, 1399-Q4, 1399-H2, 1399-M9, 1399."
        )
        raise bad_parameter("period", detail) from error


def read_cursor(text: str) -> Cursor:
    """Read a cursor.

    Raises:
        ProblemError: 400 naming `cursor`.
    """
    try:
        version, selection, offset = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _bad_cursor() from error
    is_whole = isinstance(version, str) and isinstance(selection, str) and type(offset) is int and offset >= 0
    if not is_whole:
        raise _bad_cursor()
    return Cursor(version, selection, offset)


def check_cursor(cursor: Cursor, selection: Selection) -> None:
    """Refuse a cursor that belongs to other filters.

    Raises:
        ProblemError: 400 naming `cursor`.
    """
    if cursor.selection != selection.digest():
        raise bad_parameter("cursor", "The cursor belongs to other filters; repeat those of the page it came with.")


def _codes(dimension: str, text: str, known: set[str]) -> tuple[str, ...]:
    asked = tuple(text.split(","))
    if unknown := [code for code in asked if code not in known]:
        some = ", ".join(sorted(known)[:_SHOWN])
        detail = f"{len(unknown)} of the codes asked for are not in the codelist, which begins {some}."
        raise bad_parameter(dimension, detail)
    return asked


def _bad_cursor() -> ProblemError:
    return bad_parameter("cursor", "The cursor is not one that this API gave out.")

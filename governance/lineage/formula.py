"""The formula of a number written out: words, exact parts, measures. Pure."""

from collections.abc import Mapping
from typing import Any

from governance.datasets.load import Text
from governance.lineage.model import FormulaStep, MeasureStep, PartStep, Role
from vocabulary.periods import Period

Definition = Mapping[str, Any]
Numbers = Mapping[str, str | None]
"""`value`, `numerator`, `denominator` as texts."""

_HIDDEN = "—"
_MEDIAN = Text(
    fa="میانه {denominator} رکورد، که {numerator} تای آنها پایان یافته است = {value}",
    en="median of {denominator} records, {numerator} of them closed = {value}",
)
_COUNT = Text(fa="{value}", en="{value}")
_ROLES: tuple[Role, ...] = ("NUMERATOR", "DENOMINATOR")


def formula_of(
    definition: Definition, numbers: Numbers, period: str, measured: Mapping[tuple[str, str], str]
) -> FormulaStep:
    """Write the formula of an observation out.

    Args:
        definition: Definition as published; of a cube's measure too.
        numbers: The observation's own numbers.
        period: Its period.
        measured: Part and measure → value, of parts that are made of several measures.
    """
    kind, scale = definition.get("kind") or "count", int(definition.get("scale") or 1)
    if "numerator" not in definition:
        only = PartStep(role="VALUE", text=_text(definition["names"]), value=numbers["value"], measures=())
        return FormulaStep(kind=kind, scale=1, written=_written(kind, 1, numbers, period), parts=(only,))
    parts = tuple(
        _part(role, definition, numbers, measured) for role in _ROLES if definition.get(role.lower()) is not None
    )
    return FormulaStep(kind=kind, scale=scale, written=_written(kind, scale, numbers, period), parts=parts)


def _part(role: Role, definition: Definition, numbers: Numbers, measured: Mapping[tuple[str, str], str]) -> PartStep:
    told = definition[role.lower()]
    per = told.get("per") or []
    codes = [*told["measures"], *per]
    known = {measure["code"]: measure for measure in definition.get("measures", [])}
    is_whole = len(codes) == 1 and definition.get("kind") not in ("median", "growth")
    value = numbers[role.lower()]
    measures = tuple(
        MeasureStep(
            code=code,
            names=_text(known[code]["names"]) if code in known else Text(fa=code, en=code),
            over_time=known[code]["over_time"] if code in known else "",
            is_divisor=code in per,
            value=value if is_whole else measured.get((role, code)),
        )
        for code in codes
    )
    return PartStep(role=role, text=_text(told["text"]), value=value, measures=measures)


def _written(kind: str, scale: int, numbers: Numbers, period: str) -> Text:
    shown = {name: grouped(text) for name, text in numbers.items()}
    if kind == "median":
        return Text(fa=_MEDIAN.fa.format(**shown), en=_MEDIAN.en.format(**shown))
    if kind == "flow_per_day":
        days = Period.parse(period).days
        return Text(
            fa=f"{shown['numerator']} ÷ {days} روز = {shown['value']}",
            en=f"{shown['numerator']} ÷ {days} days = {shown['value']}",
        )
    if kind in ("flow", "count"):
        return Text(fa=_COUNT.fa.format(**shown), en=_COUNT.en.format(**shown))
    times = f" × {scale:,}" if scale != 1 else ""
    line = f"{shown['numerator']} ÷ {shown['denominator']}{times} = {shown['value']}"
    return Text(fa=line, en=line)


def grouped(text: str | None) -> str:
    """Write a decimal with its thousands apart, `14,580,188.5`; a dash where there is none."""
    if text is None:
        return _HIDDEN
    whole, point, rest = text.partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{point}{rest}"


def _text(names: Mapping[str, str]) -> Text:
    return Text(fa=names["fa"], en=names["en"])

"""Boxes, arrows and wrapped text as SVG, left to right or mirrored for right to left. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 1040
_EDGE = 1
_LINE, _HEADING, _PAD, _GAP = 20, 26, 14, 34
_PER_CHARACTER = 7.4
"""Mean width of a character at 14 px, on the wide side: lines break early rather than run out of their box."""
_ISOLATE, _END = "\u2066", "\u2069"


def ltr(text: str) -> str:
    """Keep a code, hash or formula in its own order within Persian text."""
    return f"{_ISOLATE}{text}{_END}"


@dataclass(frozen=True)
class Card:
    """One box of the picture.

    Attributes:
        heading: Its heading, small and coloured.
        lines: What it says.
        tone: Class of its colours: `number`, `formula`, `people`, `table`, `file`, `guard`.
        big: One line in large type under the heading.
    """

    heading: str
    lines: Sequence[str]
    tone: str
    big: str = ""


@dataclass
class Canvas:
    """Rows of boxes, drawn from the top; arrows lead from each row to the next.

    Attributes:
        rtl: Whether it reads from right to left.
    """

    rtl: bool
    _parts: list[str] = field(default_factory=list)
    _top: int = 10

    def row(self, cards: Sequence[Card], *, left: int = 0, width: int = WIDTH) -> None:
        """Draw boxes side by side, as high as the highest of them."""
        each = (width - _PAD * (len(cards) - 1)) // len(cards)
        wrapped = [_wrapped(card.lines, each) for card in cards]
        height = max(_height(card, lines) for card, lines in zip(cards, wrapped, strict=True))
        for place, (card, lines) in enumerate(zip(cards, wrapped, strict=True)):
            self._card(card, lines, left + place * (each + _PAD), each, height)
        self._top += height + _GAP

    def arrow(self, *, left: int = 0, width: int = WIDTH) -> None:
        """Draw an arrow from the row above to the row below."""
        x, y = self._x(left + width // 2), self._top - _GAP
        self._parts.append(f'<path class="arrow" d="M{x} {y + 4}V{y + _GAP - 8}m-5 -6l5 6l5 -6"/>')

    def beside(self, cards: Sequence[Card], *, left: int, width: int, top: int) -> None:
        """Draw boxes under each other in a column of their own, from a height on."""
        held, self._top = self._top, top
        for card in cards:
            self.row([card], left=left, width=width)
        self._top = max(held, self._top)

    @property
    def top(self) -> int:
        """Height at which the next row begins."""
        return self._top

    def svg(self, title: str) -> str:
        """Return the picture."""
        direction = ' direction="rtl"' if self.rtl else ""
        seen = WIDTH + 2 * _EDGE  # half of a box's border lies outside it
        size = f'viewBox="-{_EDGE} 0 {seen} {self._top}" width="{seen}" height="{self._top}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"{direction} class="trace">'
        return f"{head}<title>{escape(title)}</title><style>{_STYLE}</style>{''.join(self._parts)}</svg>"

    def _x(self, x: int) -> int:
        return WIDTH - x if self.rtl else x

    def _card(self, card: Card, lines: Sequence[str], left: int, width: int, height: int) -> None:
        corner = WIDTH - left - width if self.rtl else left
        start, y = self._x(left + _PAD), self._top
        self._parts.append(
            f'<rect class="box {card.tone}" x="{corner}" y="{y}" width="{width}" height="{height}" rx="10"/>'
        )
        y += _HEADING
        self._parts.append(
            f'<text class="heading {card.tone}-ink" x="{start}" y="{y - 4}">{escape(card.heading)}</text>'
        )
        if card.big:
            y += 40
            self._parts.append(f'<text class="big" x="{start}" y="{y - 8}">{escape(card.big)}</text>')
        for line in lines:
            y += _LINE
            self._parts.append(f'<text x="{start}" y="{y - 2}">{escape(line)}</text>')


def _height(card: Card, lines: Sequence[str]) -> int:
    return _HEADING + (40 if card.big else 0) + _LINE * len(lines) + _PAD


def _wrapped(lines: Sequence[str], width: int) -> list[str]:
    room = max(8, int((width - 2 * _PAD) / _PER_CHARACTER))
    return [part for line in lines for part in _broken(line, room)]


def _broken(line: str, room: int) -> list[str]:
    found, held = [], ""
    for word in line.split(" "):
        if held and len(held) + 1 + len(word) > room:
            found.append(held)
            held = word
        else:
            held = f"{held} {word}" if held else word
    return [*found, held]


_STYLE = (
    "svg.trace text{font:14px 'Vazirmatn','Noto Sans Arabic','Noto Sans','DejaVu Sans',Tahoma,sans-serif;fill:#1f2933}"
    "svg.trace .heading{font-size:13px;font-weight:700}svg.trace .big{font-size:34px;font-weight:700}"
    "svg.trace .box{stroke-width:1.5}svg.trace .arrow{stroke:#7b8794;stroke-width:2;fill:none}"
    ".number{fill:#e6f2ff;stroke:#1769aa}.number-ink{fill:#0f4c81!important}"
    ".formula{fill:#f4f0fb;stroke:#6b4fa0}.formula-ink{fill:#553c85!important}"
    ".people{fill:#fff6e5;stroke:#b7791f}.people-ink{fill:#8a5a12!important}"
    ".guard{fill:#fdeeee;stroke:#b33a3a}.guard-ink{fill:#8f2a2a!important}"
    ".table{fill:#eef7f0;stroke:#2f855a}.table-ink{fill:#22643f!important}"
    ".file{fill:#f5f7fa;stroke:#616e7c}.file-ink{fill:#3e4c59!important}"
)

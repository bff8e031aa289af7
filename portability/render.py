"""Models as plain SQL for reading, with the way back to their lines: what dbt puts into them is filled in by stand-ins.

The stand-ins are those of `.sqlfluff`, which lints the same models. What a macro call gives is marked, for macros are
where engines may be spelled apart.
"""

import configparser
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_CALL = re.compile(r"\{\{-?\s*(?!ref\b|source\b|config\b)\w+(?:\.\w+)*\(")
_MARK = re.compile("\ue000(\\d+)\ue001|\ue002|\ue003")
_SECTION = "sqlfluff:templater:jinja"


@dataclass(frozen=True)
class Rendered:
    """A model as SQL.

    Attributes:
        text: The SQL.
        lines: Line of the model that each character comes from, from 1.
        from_macro: Whether each character was made by a macro.
    """

    text: str
    lines: tuple[int, ...]
    from_macro: tuple[bool, ...]


class Renderer:
    """Fills in what dbt would."""

    def __init__(self, root: Path) -> None:
        """Read the stand-ins and the macros that are plain text.

        Args:
            root: Folder of `.sqlfluff`.
        """
        options = configparser.ConfigParser(interpolation=None)
        options.read(root / ".sqlfluff", encoding="utf-8")
        files = options.get(_SECTION, "load_macros_from_path", fallback="").split(",")
        texts = [(root / file.strip()).read_text(encoding="utf-8") for file in files if file.strip()]
        texts += dict(options.items(f"{_SECTION}:macros")).values() if f"{_SECTION}:macros" in options else []
        self._environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=_Placeholder)  # noqa: S701
        self._environment.globals |= {
            "ref": lambda *names: names[-1],
            "source": lambda schema, name: f"{schema}.{name}",
            "config": lambda **_: "",
            "var": lambda _, default=None: default,
            "return": _give_back,
        }
        if f"{_SECTION}:context" in options:
            self._environment.globals |= dict(options.items(f"{_SECTION}:context"))
        for text in texts:
            module = self._environment.from_string(text).module
            macros = {name: partial(_call, item) for name, item in vars(module).items() if callable(item)}
            self._environment.globals |= macros

    def render(self, text: str) -> Rendered:
        """Return a model's text as SQL."""
        made = self._environment.from_string(_marked(text)).render()
        kept, lines, from_macro = "", list[int](), list[bool]()
        line, in_macro, place = 1, False, 0
        for mark in [*_MARK.finditer(made), None]:
            piece = made[place : mark.start() if mark else len(made)]
            kept += piece
            lines += [line] * len(piece)
            from_macro += [in_macro] * len(piece)
            if mark:
                line = int(mark[1]) if mark[1] else line
                in_macro = mark[0] == "\ue002" if not mark[1] else in_macro
                place = mark.end()
        return Rendered(kept, tuple(lines), tuple(from_macro))


class _GivenBack(Exception):  # noqa: N818
    """Carries the value of dbt's `return`."""


def _give_back(value: Any) -> None:
    raise _GivenBack(value)


def _call(macro: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    try:
        return macro(*arguments, **named)
    except _GivenBack as given:
        return given.args[0]


class _Placeholder(jinja2.ChainableUndefined):
    """A macro that has no stand-in: a column called `made_by_macro`."""

    def __call__(self, *_: Any, **__: Any) -> str:  # type: ignore[override]  # jinja's own raises
        return "made_by_macro"


def _marked(text: str) -> str:
    """Mark the line at each line's beginning and around each tag, and macro calls on both sides."""
    made, place, line = "\ue0001\ue001", 0, 1
    for tag in _TAG.finditer(text):
        made += _with_lines(text[place : tag.start()], line)
        line += text.count("\n", place, tag.end())
        here = f"\ue000{line}\ue001"
        made += f"\ue002{tag[0]}\ue003{here}" if _CALL.match(tag[0]) else f"{tag[0]}{here}"
        place = tag.end()
    return made + _with_lines(text[place:], line)


def _with_lines(text: str, line: int) -> str:
    first, *others = text.split("\n")
    return first + "".join(f"\n\ue000{line + n}\ue001{rest}" for n, rest in enumerate(others, start=1))

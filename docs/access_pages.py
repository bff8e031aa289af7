"""The pages of access: what each published column is, which way it came, which step lowered it, who may see the rest.

The ways are those of the flow proof: dbt compiles the project, nothing is run. `docs/generate.py` writes the files.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from governance.access.flow import PUBLISHED, spelled
from governance.datasets.load import Structure, list_structures, load_structure
from governance.proof.project import prove
from governance.proof.steps import load_steps
from governance.proof.ways import Proof, Step, way_to
from orchestration import dbt, proof
from orchestration.settings import PROJECT_ROOT, Settings

_TITLE = {"en": "What each published column is", "fa": "هر ستون منتشرشده چیست"}
_ABOUT = {
    "en": "Written from the flow proof ([ADR 14](adr/0014-flow-proof.md)): for every column of a release its label in "
    "the mart, the way that decides it from its source, and what lowered it. An allow-listed aggregate makes an "
    "aggregate of records and leaves the class; only the disclosure gate makes it `public × protected`, and the "
    "release's manifest carries its certificate. `amar access check TABLE.COLUMN` tells the way of any column.",
    "fa": "از روی اثبات جریان ([ADR 14](adr/0014-flow-proof.md)) نوشته شده است: برای هر ستون هر انتشار، برچسب آن در "
    "جدول، راهی که از منبع به آن می‌رسد و برچسبش را معین می‌کند، و گامی که آن را پایین آورده است. جمع و شمارش مجاز "
    "از رکورد رقم کلی می‌سازد ولی طبقه را پایین نمی‌آورد؛ تنها دروازهٔ افشا آن را «public × protected» می‌کند "
    "و گواهی آن در مانیفست انتشار است. `amar access check TABLE.COLUMN` راه هر ستون را می‌گوید.",
}
_HEAD = {
    "en": "| published as | mart column | label in the mart | way from the source | lowered by |\n"
    "|---|---|---|---|---|\n",
    "fa": "| نام در انتشار | ستون جدول | برچسب در جدول | راه از منبع | پایین‌آورنده |\n|---|---|---|---|---|\n",
}
_LATTICE = {
    "en": "## The lattice\n\n![Classes and granularities, and the two steps that lower](images/access-lattice.svg)\n\n"
    "Joining goes up: what is made of two things is as restricted as both. `private` and `capital` do not compare. "
    "Capital information and single records never pass the gate (OPEN-3, STAT-N1).\n",
    "fa": "## شبکهٔ طبقه‌ها\n\n![طبقه‌ها و ریزدانگی، و دو گامی که پایین می‌آورند](images/access-lattice.svg)\n\n"
    "ترکیب به بالا می‌رود: آنچه از دو چیز ساخته شود به اندازهٔ هر دو محدود است. «private» و «capital» با هم سنجیده "
    "نمی‌شوند. اطلاعات سرمایه‌ای و تک‌رکورد هرگز از دروازه نمی‌گذرد (OPEN-3، STAT-N1).\n",
}
_STEPS = {"en": "## Steps in Python\n\n", "fa": "## گام‌های پایتون\n\n"}
_STEPS_HEAD = {
    "en": "What they do not declare they cannot read.\n\n| step | reads | gives | lowered by |\n|---|---|---|---|\n",
    "fa": "آنچه اعلام نکرده‌اند نمی‌توانند بخوانند.\n\n| گام | می‌خواند | می‌دهد | پایین‌آورنده |\n|---|---|---|---|\n",
}
_HOLDERS = {
    "en": "## Who holds what in the demo\n\nInvented grants (`governance/demo_grants.yaml`); see "
    "[access levels](access-levels.md).\n\n| holder | up to | tables | rows |\n|---|---|---|---|\n",
    "fa": "## در نمایش، چه کسی چه سطحی دارد\n\nمجوزهای ساختگی (`governance/demo_grants.yaml`)؛ نگاه کنید به "
    "[سطح‌های دسترسی](access-levels.fa.md).\n\n| دارنده | تا | جدول‌ها | ردیف‌ها |\n|---|---|---|---|\n",
}
_GATE = {"en": "the gate", "fa": "دروازه"}
_COUNTED = {"en": "aggregate in", "fa": "جمع در"}


def access_page(language: str) -> str:
    """Write the page in English (`en`) or Persian (`fa`)."""
    proven = _proof()
    parts = [f"# {_TITLE[language]}\n\n{_ABOUT[language]}\n\n", _LATTICE[language]]
    for structure in map(load_structure, list_structures()):
        name = structure.names.fa if language == "fa" else structure.names.en
        parts.append(f"\n## `{structure.id}` · {name}\n\n`gold.{structure.mart}` → `{spelled(PUBLISHED)}`\n\n")
        parts.append(_HEAD[language])
        parts += [_row(proven, structure, *pair, language) for pair in _columns(structure)]
    parts += ["\n", _STEPS[language], _STEPS_HEAD[language], *_steps(language)]
    return "".join([*parts, "\n", _HOLDERS[language], *_holders()])


def lattice_picture() -> str:
    """Draw classes × granularities with the two steps that lower."""
    classes = ("public", "private", "capital", "private|capital")
    sizes = ("protected", "aggregate", "record")
    across = dict(zip(classes, (90, 290, 490, 690), strict=True))
    up = dict(zip(sizes, (290, 180, 70), strict=True))
    lines = [
        _line(across[low], up[size], across[high], up[size], "order")
        for size in sizes
        for low, high in (("public", "private"), ("capital", "private|capital"))
    ]
    lines += [_line(across[name], up[low], across[name], up[high], "order") for name in classes for low, high in _PAIRS]
    lines += [
        _arc(across[low], across[high], up[size] - 17)
        for size in sizes
        for low, high in (("public", "capital"), ("private", "private|capital"))
    ]
    counted = [
        _line(across[name] + 24, up["record"] + 18, across[name] + 24, up["aggregate"] - 20, "counted")
        for name in classes
    ]
    gate = _line(across["private"] - 40, up["aggregate"] + 18, across["public"] + 60, up["protected"] - 20, "gate")
    nodes = [
        f'<rect x="{x - 85}" y="{y - 17}" width="170" height="34" rx="5" class="{_kind(name, size)}"/>'
        f'<text x="{x}" y="{y + 4}">{name} × {size}</text>'
        for name, x in across.items()
        for size, y in up.items()
    ]
    return "\n".join([_SVG, *lines, *nodes, *counted, gate, _LEGEND, "</svg>"]) + "\n"


_PAIRS = (("protected", "aggregate"), ("aggregate", "record"))
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 790 360" font-family="sans-serif" font-size="12">
<title>Access classes and granularities</title>
<style>text{text-anchor:middle}.order{stroke:#999;fill:none}
.counted{stroke:#06c;stroke-dasharray:5 3;marker-end:url(#b)}
.gate{stroke:#080;stroke-width:3;marker-end:url(#g)}.in{fill:#eee;stroke:#666}.out{fill:#cfc;stroke:#080}</style>
<defs><marker id="b" markerWidth="8" markerHeight="8" refX="6" refY="3" orient="auto">
<path d="M0 0L6 3L0 6z" fill="#06c"/></marker>
<marker id="g" markerWidth="6" markerHeight="6" refX="5" refY="2.5" orient="auto">
<path d="M0 0L5 2.5L0 5z" fill="#080"/></marker></defs>"""
_LEGEND = (
    '<text x="395" y="345">grey: more restricted upwards and to the right · blue: an allow-listed aggregate · '
    "green: the disclosure gate, with a certificate</text>"
)


def _kind(name: str, size: str) -> str:
    return "out" if (name, size) == ("public", "protected") else "in"


def _line(x1: int, y1: int, x2: int, y2: int, kind: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{kind}"/>'


def _arc(x1: int, x2: int, y: int) -> str:
    return f'<path d="M{x1} {y}Q{(x1 + x2) // 2} {y - 50} {x2} {y}" class="order"/>'


@cache
def _proof() -> Proof:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        sql = proof.compiled(settings, "all months")
        return prove(json.loads(dbt.manifest(settings).read_text(encoding="utf-8")), sql)


def _columns(structure: Structure) -> Iterator[tuple[str, str]]:
    """Give what a release calls its columns, with the mart's columns they are made from."""
    yield from ((dimension.id, dimension.column) for dimension in structure.dimensions)
    yield "PERIOD", "period"
    yield "OBS_VALUE", "value"
    if structure.kind == "indicators":
        yield from (("NUMERATOR", "numerator"), ("DENOMINATOR", "denominator"), ("OBS_STATUS", "obs_status"))
        yield from (("NOTE_CODE", "note_code"), ("DEFINITION_VERSION", "definition_version"))
    yield "PROVENANCE", "provenance"
    yield from ((attribute.id, attribute.column) for attribute in structure.attributes)


def _row(proven: Proof, structure: Structure, published: str, column: str, language: str) -> str:
    way = way_to(proven, f"gold.{structure.mart}", column)
    path = " → ".join(f"`{step.table}.{step.column}`" for step in way)
    lowered = [*_lowering(way, language), _GATE[language]]
    return f"| `{published}` | `{column}` | {spelled(way[-1].label)} | {path} | {', '.join(lowered)} |\n"


def _lowering(way: tuple[Step, ...], language: str) -> Iterator[str]:
    for step, after in pairwise(way):
        if step.is_lowered:
            yield f"{_COUNTED[language]} `{after.table}`"


def _steps(language: str) -> Iterator[str]:
    for step in load_steps().values():
        reads = ", ".join(f"`{table}`" for table in sorted(step.reads))
        lowered = _GATE[language] if step.lowered_by else "–"
        yield f"| `{step.name}` | {reads} | {spelled(step.gives) if step.gives else '–'} | {lowered} |\n"


def _holders() -> Iterator[str]:
    told: Mapping[str, Any] = yaml.safe_load((PROJECT_ROOT / "governance" / "demo_grants.yaml").read_text("utf-8"))
    for grant in told["grants"]:
        ceiling = f"{grant['access_class']} × {grant['granularity']}".replace("|", "\\|")
        tables = ", ".join(f"`{table}`" for table in grant.get("tables", ["*"]))
        yield f"| {grant['kind']} `{grant['holder']}` | {ceiling} | {tables} | {grant['rows']} |\n"

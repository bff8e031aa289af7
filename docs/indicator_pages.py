"""The pages of the indicators, in English and in Persian: what each counts, from where, in which versions.

What belongs here: putting definitions, measures, norms and versions into words. `docs/generate.py` writes the files.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vocabulary.codelists.load import load_codelist
from vocabulary.indicators.aliases import Alias, load_aliases
from vocabulary.indicators.load import load_unsourced, load_versions
from vocabulary.indicators.model import Definition, Kind, Part
from vocabulary.indicators.read import FOLDER
from vocabulary.indicators.rules import VALID_FROM, changes_between, counting_rule
from vocabulary.measures.load import Filter, Measure, load_measures
from vocabulary.norms.load import load_norms
from vocabulary.norms.model import Norm, Standing
from vocabulary.population.load import list_references, load_reference
from vocabulary.units.load import units_by_code

Row = tuple[str, str]


@dataclass(frozen=True)
class Page:
    """One language of the page: `words` by their English key; English keys stand for themselves."""

    language: str
    words: dict[str, str]

    def word(self, key: str) -> str:
        """Give a word of the page."""
        return self.words.get(key, key)

    def of(self, fa: str, en: str) -> str:
        """Choose between two texts."""
        return fa if self.language == "fa" else en

    def text(self, both: object) -> str:
        """Choose the text of something that has both."""
        return str(getattr(both, self.language))


ENGLISH = Page("en", {"end": "stock at the end", "average": "average of month-end stocks", "sum": "sum of the months"})
PERSIAN = Page(
    "fa",
    {
        "Indicators": "شاخص‌ها",
        "Name": "نام",
        "Definition": "تعریف",
        "Counting logic": "منطق شمارش",
        "Formula": "فرمول",
        "Numerator": "صورت",
        "Denominator": "مخرج",
        "Measures": "سنجه‌ها",
        "Unit": "واحد سنجش",
        "Better": "جهت مطلوب",
        "In whose hands": "در اختیار",
        "Sources": "منابع",
        "Source needed": "منبع لازم",
        "Versions": "نسخه‌ها",
        "Norm": "نُرم",
        "Clauses": "بندها",
        "Status": "وضعیت",
        "No source held": "منبعی در دست نیست",
        "Other names": "نام‌های دیگر",
        "Corrections of the first list": "اصلاح فهرست نخست",
        "Population references": "مراجع جمعیتی",
        "correction": "اصلاح",
        "none: not evaluated": "ندارد: ارزیابی نمی‌شود",
        "up": "بیشتر",
        "down": "کمتر",
        "neutral": "بی‌جهت",
        "target_band": "بازه هدف",
        "unit": "واحد اجرایی",
        "directorate": "استان",
        "headquarters": "ستاد",
        "none": "هیچ‌کس",
        "end": "مانده پایان دوره",
        "average": "میانگین مانده‌های پایان ماه",
        "sum": "جمع ماه‌ها",
        "nothing": "هیچ",
        "country": "کشور",
        "province": "استان",
    },
)


def indicators_page(page: Page) -> str:
    """Describe every indicator: by domain, then what no source carries, other names, and the first list's mistakes."""
    versions = load_versions()
    title = f"# {page.word('Indicators')}\n\n{_preface(page, versions)}\n"
    parts = [title]
    for item in load_codelist("CL_INDICATOR_DOMAIN").items:
        office = units_by_code()[item.attributes["office"]]
        chosen = [each for each in versions if each.domain == item.code and each.valid_to is None]
        heading = f"\n## {page.of(item.name_fa, item.name_en)}\n\n{page.of(office.name_fa, office.name_en)}\n"
        parts += [heading, *(_computed(page, each, _chain(versions, each.code)) for each in chosen)]
    parts.append(f"\n## {page.word('No source held')}\n\n{_why_unsourced(page)}\n")
    parts += [_entry(page, each, _needs(page, each)) for each in load_unsourced()]
    parts.append(f"\n## {page.word('Other names')}\n")
    parts += [_alias(page, each) for each in load_aliases()]
    parts += [_references(page), _corrections(page)]
    body = "".join(parts)
    return f'<div dir="rtl" lang="fa">\n\n{body}\n</div>\n' if page.language == "fa" else body


def _preface(page: Page, versions: Sequence[Definition]) -> str:
    computed, defined = sum(each.valid_to is None for each in versions), len(load_unsourced())
    return page.of(
        f"برای هر شاخص یک تعریف (DASH-D): {computed} شاخص محاسبه می‌شود، {defined} شاخص تعریف شده و منبعی برای آن در "
        "دست نیست. پرونده‌ها در `vocabulary/indicators/` و سنجه‌ها در `vocabulary/measures/` است.",
        f"One definition each (DASH-D): {computed} are computed, {defined} are defined and have no source. The files "
        "are in `vocabulary/indicators/`, the measures in `vocabulary/measures/`.",
    )


def _why_unsourced(page: Page) -> str:
    return page.of(
        "این شاخص‌ها تعریف شده‌اند و هرگز محاسبه نمی‌شوند، تا منبعی به دست آید؛ هیچ رقمی برآورد نمی‌شود.",
        "These are defined and never computed until a source is held; no figure is estimated.",
    )


def _chain(versions: Sequence[Definition], code: str) -> list[Definition]:
    return [each for each in versions if each.code == code]


def _computed(page: Page, definition: Definition, chain: Sequence[Definition]) -> str:
    measures = [load_measures()[code] for code in definition.measures]
    norms = [norm for norm in load_norms() if norm.indicator == definition.code and norm.status is Standing.DECIDED]
    return _entry(
        page,
        definition,
        [
            ("Formula", _formula(definition)),
            ("Measures", "<br>".join(_measure(page, each) for each in measures)),
            ("Sources", ", ".join(f"`{source}`" for source in definition.sources)),
            ("Versions", "<br>".join(_versions(page, chain))),
            ("Norm", "<br>".join(_norm(page, each) for each in norms) or page.word("none: not evaluated")),
        ],
    )


def _entry(page: Page, definition: Definition, special: Iterable[Row]) -> str:
    below, status = definition.denominator, definition.status_note
    unit = load_codelist("CL_UNIT_MEASURE").item(definition.unit_measure)
    rows = [
        ("Name", page.text(definition.name)),
        ("Definition", page.text(definition.definition)),
        ("Counting logic", page.text(definition.counting_logic)),
        ("Numerator", page.text(definition.numerator.text)),
        ("Denominator", page.text(below.text) if below else "–"),
        *special,
        ("Unit", f"{page.of(unit.name_fa, unit.name_en)} (`{unit.code}`){_decimals(page, definition.decimals)}"),
        ("Better", page.word(definition.direction.value)),
        ("In whose hands", page.word(definition.is_controllable_by.value)),
        ("Clauses", ", ".join(definition.clauses)),
        ("Status", definition.obs_status + (f": {page.text(status)}" if status else "")),
    ]
    lines = "".join(f"| {page.word(name)} | {text} |\n" for name, text in rows)
    notes = "".join(f"\n> {page.text(note)} ({note.source})\n" for note in definition.notes)
    return f"\n### `{definition.code}`\n\n| | |\n|---|---|\n{lines}{notes}"


def _decimals(page: Page, decimals: int) -> str:
    return page.of(f"، {decimals} رقم اعشار", f", {decimals} decimals")


def _formula(definition: Definition) -> str:
    above, below = _sum(definition.numerator), _sum(definition.denominator) if definition.denominator else ""
    scale = f" × {definition.scale}" if definition.scale != 1 else ""
    if definition.kind is Kind.GROWTH:
        return f"({above}[t] − {above}[t−1y]) ÷ {below}[t−1y]{scale}"
    if definition.kind is Kind.MEDIAN:
        return f"median({above})"
    if definition.kind is Kind.FLOW_PER_DAY:
        return f"{above} ÷ [days]{scale}"
    return f"{above} ÷ {below}{scale}" if below else above + scale


def _sum(part: Part) -> str:
    """Add the measures of a part up, over those of its own average where it has one."""
    above, below = (" + ".join(f"`{code}`" for code in codes) for codes in (part.measures, part.per))
    return f"({above} ÷ {below})" if below else above


def _measure(page: Page, measure: Measure) -> str:
    name = page.of(measure.name_fa, measure.name_en)
    counted = f"`{measure.of}`" if measure.of else f"`{measure.model or measure.records}`"
    filters = "".join(f", {_filter(each)}" for each in measure.where)
    return f"`{measure.code}` · {name}: `{measure.source}` {counted}{filters}; {page.word(measure.over_time.value)}"


def _filter(chosen: Filter) -> str:
    """Put a filter in words: what counts, or what does not where that is shorter."""
    known = set(load_codelist(f"CL_{chosen.dimension.upper()}").codes)
    counted, left_out = chosen.codes & known, known - chosen.codes
    is_short = len(left_out) < len(counted)
    listed = ", ".join(f"`{code}`" for code in sorted(left_out if is_short else counted))
    return f"{chosen.dimension} {'≠' if is_short else '='} {listed}"


def _needs(page: Page, definition: Definition) -> list[Row]:
    return [("Source needed", page.text(definition.needs))]


def _versions(page: Page, chain: Sequence[Definition]) -> list[str]:
    lines = []
    for before, each in zip([None, *chain[:-1]], chain, strict=True):
        since, decision = each.valid_from.code, f", {each.decision_id}" if each.decision_id else ""
        line = page.of(f"{each.version} از {since}{decision}", f"{each.version} since {since}{decision}")
        lines.append(line + "".join(f"; {change}" for change in _changes(before, each)))
    return lines


def _changes(before: Definition | None, after: Definition) -> list[str]:
    if before is None:
        return []
    changes = changes_between(*(counting_rule(each, load_measures()) for each in (before, after)))
    return [str(change) for change in changes if change.field != VALID_FROM]


def _norm(page: Page, norm: Norm) -> str:
    lower, upper = ("–" if end is None else f"{end:g}" for end in (norm.norm.lower, norm.norm.upper))
    return f"{page.word(norm.level.value)}: {lower} … {upper}, {norm.valid_from}, {norm.decision_id}"


def _alias(page: Page, alias: Alias) -> str:
    text = f"`{alias.formula}`. {page.text(alias.definition)} {page.text(alias.reason)}"
    return f"\n### `{alias.code}`\n\n{page.text(alias.name)}: {text}\n"


def _references(page: Page) -> str:
    lines = [f"\n## {page.word('Population references')}\n"]
    for name in list_references():
        each = load_reference(name)
        served = ", ".join(period.code for period in each.serves)
        words = [each.name, each.source, each.licence, each.notes]
        text = ". ".join(word[page.language].rstrip(".") for word in words)
        lines.append(f"\n- `{each.id}` {each.version} ({each.reference.code} → {served}): {text}.\n")
    return "".join(lines)


def _corrections(page: Page) -> str:
    with (FOLDER / "draft.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["correction_en"]]
    lines = "".join(f"| `{row['code']}` | {row[f'correction_{page.language}']} |\n" for row in rows)
    heading = f"| | {page.word('correction')} |\n|---|---|\n"
    return f"\n## {page.word('Corrections of the first list')}\n\n{heading}{lines}"

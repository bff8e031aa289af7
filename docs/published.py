"""The page of published checks: what follows from printed figures, what contradicts, what does not close.

Read from the seeds of the dbt project and the collection of printed figures; the marts `mart_published_check`,
`mart_published_contradiction` and `mart_published_reconciliation` say the same of a lake.
"""

import csv
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_FIGURES = _ROOT / "orchestration" / "generator" / "data" / "sso_published_figures.csv"
_SEEDS = _ROOT / "dbt_project" / "seeds"

_INTRODUCTION = """# Published checks · بررسی با ارقام منتشرشده

The organisation's figures are known from the press, as printed (`published_figures`, 250 of them). What can be computed
from them is stated here as what it is: **derived** by us from printed counts, or **printed** by the source itself. No
such value is ever published as ours. In a lake they are the marts `mart_published_check`,
`mart_published_contradiction` and `mart_published_reconciliation`.

ارقام سازمان از رسانه‌ها، همان‌گونه که چاپ شده‌اند، گردآوری شده است. آنچه از آنها به دست می‌آید همان‌گونه که هست بیان می‌شود:
**محاسبه‌شده** به دست ما از شمارهای چاپ‌شده، یا **چاپ‌شده** در خود منبع. هیچ‌یک از این مقادیر به نام ما منتشر نمی‌شود.
"""

Row = dict[str, str]


def published_page() -> str:
    """Describe the checks, the contradictions and the identities that do not close."""
    figures = {row["fact_no"]: row for row in _rows(_FIGURES)}
    return "".join([_INTRODUCTION, *_checks(figures), *_contradictions(figures), *_open_identities(figures)])


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _checks(figures: dict[str, Row]) -> list[str]:
    parts = defaultdict(list)
    for row in _rows(_SEEDS / "published_check_part.csv"):
        parts[row["check_code"], row["part"]].append(row)
    lines = [
        "\n## Checks · بررسی‌ها\n\n",
        "| check | as of | what · چه | computed | printed | basis | closes |\n|---|---|---|---|---|---|---|\n",
    ]
    for check in _rows(_SEEDS / "published_check.csv"):
        above, below = (parts[check["check_code"], part] for part in ("NUMERATOR", "DENOMINATOR"))
        value = _sum(above, figures) * int(check["scale"]) / (_sum(below, figures) if below else 1)
        told = " / ".join(_told(terms, figures) for terms in (above, below) if terms)
        printed = figures.get(check["printed_fact_no"])
        compared, places = (printed["value"], check["printed_decimals"]) if printed else (check["stated_value"], "")
        closes = _rounded(value, places or check["decimals"]) == Decimal(compared)
        cells = [
            f"`{check['check_code']}`",
            f"`{check['as_of_jalali']}`",
            f"{check['formula_en']} · {check['formula_fa']}",
            f"{told} = **{_rounded(value, check['decimals']):,}**",
            f"{Decimal(printed['value']):,}" if printed else "–",
            "printed · چاپ‌شده" if printed else "derived · محاسبه‌شده",
            "yes · بله" if closes else "**no · نه**",
        ]
        lines.append(f"| {' | '.join(cells)} |\n")
    return lines


def _sum(parts: list[Row], figures: dict[str, Row]) -> Decimal:
    return sum((Decimal(figures[part["fact_no"]]["value"]) * int(part["factor"]) for part in parts), Decimal(0))


def _told(parts: list[Row], figures: dict[str, Row]) -> str:
    terms = [f"{'−' if part['factor'] == '-1' else '+'} {_number(figures[part['fact_no']])}" for part in parts]
    told = " ".join(terms).removeprefix("+ ")
    return f"({told})" if len(parts) > 1 else told


def _number(figure: Row) -> str:
    return f"{Decimal(figure['value']):,}"


def _rounded(value: Decimal, decimals: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP)


def _contradictions(figures: dict[str, Row]) -> list[str]:
    lines = ["\n## Contradictions · تناقض‌ها\n\n", "Explained by definition, never averaged.\n"]
    lines.append("\nبا تعریف توضیح داده می‌شود، نه با میانگین.\n")
    for pair in _rows(_SEEDS / "published_contradiction.csv"):
        lines.append(f"\n### {pair['subject_en']} · {pair['subject_fa']}\n\n")
        lines.append("| | figure | unit | as of | source |\n|---|---|---|---|---|\n")
        for name in ("first", "second"):
            figure = figures[pair[f"{name}_fact_no"]]
            mark = "ours · تعریف ما" if pair["ours"] in ("BOTH", name.upper()) else "–"
            cells = [mark, _number(figure), figure["unit"], f"`{figure['as_of_jalali']}`", figure["source_id"]]
            lines.append(f"| {' | '.join(cells)} |\n")
        lines += [f"\n{pair['why_en']} **{pair['use_en']}**\n", f"\n{pair['why_fa']} **{pair['use_fa']}**\n"]
    return lines


def _open_identities(figures: dict[str, Row]) -> list[str]:
    groups = defaultdict(list)
    for figure in figures.values():
        groups[figure["identity_group"]].append(figure)
    lines = [
        "\n## Totals that are not the sum of their parts · جمع‌هایی که با اجزای خود نمی‌خوانند\n\n",
        "As printed; nothing is mended. All identities are in `mart_published_reconciliation`.\n\n",
        "| identity | as of | measure | total | sum of parts | difference | note |\n|---|---|---|---|---|---|---|\n",
    ]
    for group, members in groups.items():
        totals = [figure for figure in members if figure["role"] == "total"]
        added = sum(Decimal(figure["value"]) for figure in members if figure["role"] == "part")
        for total in totals if group else []:
            difference = Decimal(total["value"]) - added
            if difference:
                cells = [f"`{group}`", f"`{total['as_of_jalali']}`", total["measure"], _number(total), f"{added:,}"]
                lines.append(f"| {' | '.join([*cells, f'{difference:,}', total['note']])} |\n")
    return lines

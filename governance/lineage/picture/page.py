"""The picture in a page of its own: one file, no script, nothing fetched; Persian and English in it. Pure."""

from collections.abc import Sequence
from html import escape

from governance.lineage.model import Trace
from governance.lineage.picture.canvas import ltr
from governance.lineage.picture.draw import draw, shown, words_of
from governance.lineage.picture.phrases import LANGUAGES, Language, phrase
from governance.lineage.words import period_words

_NAMES: dict[Language, str] = {"fa": "فارسی", "en": "English"}
_DIRECTIONS: dict[Language, str] = {"fa": "rtl", "en": "ltr"}


def page(trace: Trace, language: Language = "fa", lost: Sequence[str] = ()) -> str:
    """Return a page that tells the whole trace.

    Args:
        trace: The trace.
        language: Language that is shown first.
        lost: Sentences on rows that are gone since.
    """
    title = escape(words_of(trace.observation.title, language))
    switches = "".join(
        f'<input type="radio" name="language" id="in-{each}"{" checked" if each == language else ""}>'
        f'<label for="in-{each}" lang="{each}">{_NAMES[each]}</label>'
        for each in LANGUAGES
    )
    bodies = "".join(_body(trace, each, lost) for each in LANGUAGES)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{switches}{bodies}</body></html>\n"
    )


def _body(trace: Trace, language: Language, lost: Sequence[str]) -> str:
    tables = [
        _table(phrase("made_of", language), _contributions(trace, language)),
        _table(phrase("files", language), _files(trace, language)),
        _table(phrase("set_aside", language), _set_aside(trace, language)),
        _table(phrase("lost", language), [["", ""], *([line, ""] for line in lost)] if lost else []),
    ]
    heading = f"<h1>{escape(phrase('title', language))}</h1>"
    place = f'class="told {language}" lang="{language}" dir="{_DIRECTIONS[language]}"'
    return f"<main {place}>{heading}{draw(trace, language)}{''.join(tables)}</main>"


def _contributions(trace: Trace, language: Language) -> list[list[str]]:
    if not trace.contributions:
        return []
    rows = [[phrase(name, language) for name in ("area", "period", "measure", "value", "NUMERATOR", "DENOMINATOR")]]
    for each in trace.contributions:
        named = words_of(each.names, language) if each.kind != "period" else ""
        hidden = phrase("withheld", language) if each.is_withheld else shown(each.value, language)
        rows.append(
            [
                f"{ltr(each.code)} {named}".strip(),
                words_of(period_words(each.period), language),
                ltr(each.measure or "–"),
                hidden,
                shown(each.numerator, language),
                shown(each.denominator, language),
            ]
        )
    return rows


def _files(trace: Trace, language: Language) -> list[list[str]]:
    held = {file.file_sha256 for file in trace.sources}
    files = [*trace.sources, *(file for file in trace.decided_by if file.file_sha256 not in held)]
    if not files:
        return []
    rows = [[phrase(name, language) for name in ("part", "source", "file", "lines", "used")] + ["SHA-256"]]
    rows += [
        [
            phrase(file.part, language),
            ltr(file.source),
            ltr(file.file_name),
            _count(file.lines_read, language),
            _count(file.rows_used, language),
            ltr(file.file_sha256),
        ]
        for file in files
    ]
    return rows


def _set_aside(trace: Trace, language: Language) -> list[list[str]]:
    if not trace.set_aside:
        return []
    rows = [[phrase(name, language) for name in ("source", "kind", "rule", "files", "rows")]]
    rows += [
        [
            ltr(step.source),
            phrase(step.kind, language),
            ltr(step.rule or "–"),
            shown(str(step.files), language),
            _count(step.rows, language),
        ]
        for step in trace.set_aside
    ]
    return rows


def _count(count: int | None, language: Language) -> str:
    return phrase("count_withheld", language) if count is None else shown(str(count), language)


def _table(title: str, rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


_STYLE = (
    "body{font:15px/1.6 'Vazirmatn','Noto Sans Arabic','Noto Sans','DejaVu Sans',Tahoma,sans-serif;color:#1f2933;"
    "margin:1.2rem auto;max-width:1060px;padding:0 .6rem}"
    "h1{font-size:1.35rem;margin:.6rem 0 1rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}"
    "svg{max-width:100%;height:auto}table{border-collapse:collapse;width:100%;font-size:13px}"
    "th,td{border-bottom:1px solid #d9e2ec;padding:.25rem .5rem;text-align:start;overflow-wrap:anywhere}"
    "th{background:#f0f4f8}input{position:absolute;opacity:0}"
    "label{display:inline-block;padding:.1rem .8rem;border:1px solid #9fb3c8;border-radius:1rem;cursor:pointer;"
    "margin-inline-end:.4rem}input:checked+label{background:#102a43;color:#fff}"
    "input:focus-visible+label{outline:3px solid #f0b429}"
    "main.told{display:none}#in-fa:checked~main.fa,#in-en:checked~main.en{display:block}"
    "@media print{input,label{display:none}}"
)

"""Measures and indicators as tables for dbt: what is counted, and what is divided by what, in each version."""

from collections.abc import Iterable

from lake.dbt_plugin.word import Word, typed_rows
from vocabulary.indicators.load import load_versions
from vocabulary.indicators.model import Definition, Frequency
from vocabulary.measures.load import load_measures

SHORTEST = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEARLY: 6, Frequency.ANNUAL: 9}
"""Months of the shortest period that an indicator is computed for; one of the year also for nine months, cumulative."""


def indicator_words() -> tuple[Word, ...]:
    """Give the tables of measures and indicators."""
    return (_derived_measures(), _measure_filters(), _indicators(), _parts(), _indicator_sources())


def _derived_measures() -> Word:
    columns = {
        "measure_code": ("varchar", "Measure that numerators and denominators are made of."),
        "source": ("varchar", "Source that it is counted from; `reporting` for counts of the reporters themselves."),
        "reported_code": ("varchar", "Reported measure that it is taken from; null where a model counts it."),
        "filters": ("integer", "Number of breakdowns whose codes are filtered."),
        "over_time": ("varchar", "What a longer period shows: end, average or sum of its months."),
        "contributor_code": ("varchar", "Measure that counts the contributors behind it."),
        "is_once": ("boolean", "Whether what it counts comes in one month only, so that contributors add up."),
    }
    rows = [
        {
            "measure_code": item.code,
            "source": item.source,
            "reported_code": item.of,
            "filters": len(item.where),
            "over_time": str(item.over_time),
            "contributor_code": item.contributors,
            "is_once": item.once,
        }
        for item in load_measures().values()
    ]
    return Word("derived_measure", "One row a measure of vocabulary/measures.", columns, typed_rows(columns, rows))


def _measure_filters() -> Word:
    columns = {
        "measure_code": ("varchar", "Measure of vocabulary/measures."),
        "dimension": ("varchar", "Breakdown of the reported measure."),
        "code": ("varchar", "Code whose rows count."),
    }
    rows = [
        {"measure_code": item.code, "dimension": rule.dimension, "code": code}
        for item in load_measures().values()
        for rule in item.where
        for code in sorted(rule.codes)
    ]
    return Word("measure_filter", "One row a measure, filtered breakdown and code that counts.", columns, tuple(rows))


def _indicators() -> Word:
    columns = {
        "indicator_code": ("varchar", "Indicator."),
        "version": ("varchar", "Version of its definition."),
        "kind": ("varchar", "ratio, share, average, rate, coverage, growth, flow, flow_per_day or median."),
        "main_source": ("varchar", "First of its sources: when months of it change, its figures are computed anew."),
        "sources": ("integer", "Number of its sources."),
        "scale": ("integer", "Factor of the quotient: 1, 100 for percent, 1000 for per thousand."),
        "shortest_months": ("integer", "Months of the shortest period that it is computed for."),
        "obs_status": ("varchar", "Code of CL_OBS_STATUS that the definition gives its values."),
        "note_code": ("varchar", "Note that explains that status."),
        "valid_from": ("varchar", "First Jalali month of the version."),
        "valid_to": ("varchar", "First Jalali month of the version that comes after; null for the last."),
        "is_successor": ("boolean", "Whether it counts otherwise than the version that it replaces."),
        "is_only_version": ("boolean", "Whether the indicator has no other version."),
    }
    versions = load_versions()
    codes = [item.code for item in versions]
    rows = [
        {
            "indicator_code": item.code,
            "version": item.version,
            "kind": str(item.kind),
            "main_source": item.sources[0],
            "sources": len(set(item.sources)),
            "scale": item.scale,
            "shortest_months": SHORTEST[item.frequency],
            "obs_status": item.obs_status,
            "note_code": item.status_note.code if item.status_note else None,
            "valid_from": item.valid_from.months()[0].code,
            "valid_to": item.valid_to.months()[0].code if item.valid_to else None,
            "is_successor": item.is_break,
            "is_only_version": codes.count(item.code) == 1,
        }
        for item in versions
    ]
    return Word("indicator", "One row an indicator and version of its definition.", columns, typed_rows(columns, rows))


def _parts() -> Word:
    columns = {
        "indicator_code": ("varchar", "Indicator."),
        "version": ("varchar", "Version of its definition."),
        "part": ("varchar", "NUMERATOR or DENOMINATOR; with _PER, what a part that is an average is divided by."),
        "measure_code": ("varchar", "Measure that is added to the part."),
    }
    rows = [
        {"indicator_code": item.code, "version": item.version, "part": part, "measure_code": measure}
        for item in load_versions()
        for part, measure in _measured(item)
    ]
    about = "One row an indicator, version, part and measure."
    return Word("indicator_part", about, columns, typed_rows(columns, rows))


def _indicator_sources() -> Word:
    columns = {
        "indicator_code": ("varchar", "Indicator."),
        "version": ("varchar", "Version of its definition."),
        "main_source": ("varchar", "First of its sources."),
        "source": ("varchar", "Source that its figures are read from."),
        "is_growth": ("boolean", "Whether its figures are read a year later too."),
    }
    rows = [
        {
            "indicator_code": item.code,
            "version": item.version,
            "main_source": item.sources[0],
            "source": source,
            "is_growth": item.kind == "growth",
        }
        for item in load_versions()
        for source in dict.fromkeys(item.sources)
    ]
    about = "One row an indicator, version and source."
    return Word("indicator_source", about, columns, typed_rows(columns, rows))


def _measured(indicator: Definition) -> Iterable[tuple[str, str]]:
    for part, side in (("NUMERATOR", indicator.numerator), ("DENOMINATOR", indicator.denominator)):
        for measure in side.measures if side else ():
            yield part, measure
        for measure in side.per if side else ():
            yield f"{part}_PER", measure

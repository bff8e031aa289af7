"""The vocabulary as tables for dbt.

`vocabulary.unit`, `.period`, `.codelist`, `.measure`, `.indicator` and the others are real tables of the scratch
database, some thousand rows in all, read from the repository's files.
"""

from dataclasses import asdict

import duckdb
import pyarrow as pa

from lake.contracts.due import due_on
from lake.contracts.model import load_sources
from lake.dbt_plugin.evaluation_words import evaluation_tables
from lake.dbt_plugin.indicator_words import indicator_words
from lake.dbt_plugin.period_words import period_words
from lake.dbt_plugin.process_words import process_words
from lake.dbt_plugin.word import Word, typed_rows
from vocabulary.codelists.load import CodelistItem, list_codelists, load_codelist
from vocabulary.measures.load import REPORTED
from vocabulary.periods import PARTITIONS, Period, PeriodError
from vocabulary.units.load import load_provinces, load_reporting_obligations, load_units


def register(connection: duckdb.DuckDBPyConnection, *, demonstration: bool = False) -> None:
    """Create the tables of the vocabulary; replaces those that are there.

    Args:
        connection: Where to.
        demonstration: Whether norms and rules that nobody decided may be used.
    """
    connection.execute("create schema if not exists vocabulary")
    for word in words(demonstration=demonstration):
        columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, (kind, _) in word.columns.items())
        names = list(word.columns)
        arrow = pa.table({name: [row[name] for row in word.rows] for name in names})
        connection.register("_word", arrow)
        connection.execute(f"create or replace table vocabulary.{word.name} as select {columns} from _word")
        connection.unregister("_word")


def words(*, demonstration: bool = False) -> tuple[Word, ...]:
    """Give all tables of the vocabulary; norms and rules that nobody decided where `demonstration` allows them."""
    return (
        _units(),
        _provinces(),
        _obligations(),
        _periods(),
        *period_words(),
        _due_days(),
        *process_words(),
        _codelists(),
        _attributes(),
        _measures(),
        _sources(),
        *indicator_words(),
        *(Word(*table) for table in evaluation_tables(demonstration=demonstration)),
    )


def _units() -> Word:
    columns = {
        "unit_code": ("varchar", "Unit."),
        "kind": ("varchar", "Code of CL_UNIT_KIND."),
        "name_fa": ("varchar", "Persian name."),
        "name_en": ("varchar", "English name."),
        "parent_code": ("varchar", "Unit one level up."),
        "directorate_code": ("varchar", "General office or treatment management at the top of its hierarchy."),
        "province_code": ("varchar", "Two digits; null for headquarters and subsidiaries."),
        "geo_code": ("varchar", "Province (ISO 3166-2), or IR."),
        "valid_from": ("date", "First day (Gregorian)."),
        "valid_to": ("date", "Last day; null while it exists."),
        "is_invented": ("boolean", "Whether the unit is made up, for want of a public list."),
    }
    rows = [{**asdict(unit), "unit_code": unit.code} for unit in load_units()]
    return Word("unit", "One row a unit.", columns, typed_rows(columns, rows))


def _provinces() -> Word:
    columns = {
        "province_code": ("varchar", "Two digits."),
        "geo_code": ("varchar", "ISO 3166-2."),
        "name_fa": ("varchar", "Persian name."),
        "name_en": ("varchar", "English name."),
    }
    rows = [{**asdict(province), "province_code": province.code} for province in load_provinces()]
    return Word("province", "One row a province.", columns, typed_rows(columns, rows))


def _obligations() -> Word:
    columns = {
        "unit_kind": ("varchar", "Kind of unit that must report."),
        "source": ("varchar", "Source that it reports to."),
        "latency_days": ("integer", "Days after the end of the month within which the file is due."),
    }
    latency = {source.id: source.latency_days or 0 for source in load_sources()}
    rows = [
        {"unit_kind": kind, "source": source, "latency_days": latency[source]}
        for source, kinds in load_reporting_obligations().items()
        for kind in kinds
    ]
    return Word("reporting_obligation", "One row a kind of unit and source.", columns, typed_rows(columns, rows))


def _periods() -> Word:
    columns = {
        "period": ("varchar", "Jalali month, `1399-12`."),
        "period_start": ("date", "First day (Gregorian)."),
        "period_end": ("date", "Last day (Gregorian)."),
        "days": ("integer", "Number of days."),
        "previous_year_period": ("varchar", "Same month of the year before."),
        "next_year_period": ("varchar", "Same month of the year after."),
    }
    rows = [
        {
            "period": month.code,
            "period_start": month.start,
            "period_end": month.end,
            "days": month.days,
            "previous_year_period": _moved(month, years=-1),
            "next_year_period": _moved(month, years=1),
        }
        for month in PARTITIONS
    ]
    return Word("period", "One row a Jalali month, 1380-01 to 1430-12.", columns, typed_rows(columns, rows))


def _due_days() -> Word:
    columns = {
        "source": ("varchar", "Source whose files are due."),
        "period": ("varchar", "Jalali month, `1399-12`."),
        "due_on": ("date", "Last day (Gregorian) on which the month's files are in time."),
    }
    rows = [
        {"source": source.id, "period": month.code, "due_on": day}
        for source in load_sources()
        for month in PARTITIONS
        if source.partitioned and (day := due_on(source, month))
    ]
    about = "One row a source and Jalali month: the day by its contract, or the next one on which offices work."
    return Word("calendar_due", about, columns, typed_rows(columns, rows))


def _moved(month: Period, *, years: int) -> str | None:
    try:
        return month.shift(12 * years).code
    except PeriodError:
        return None


def _codelists() -> Word:
    columns = {
        "codelist": ("varchar", "Codelist."),
        "code": ("varchar", "Code."),
        "parent": ("varchar", "Code one level up."),
        "name_fa": ("varchar", "Persian name."),
        "name_en": ("varchar", "English name."),
        "position": ("integer", "Place in the list, from 1."),
    }
    rows = [
        {"codelist": name, "position": place, **asdict(item)}
        for name in list_codelists()
        for place, item in enumerate(load_codelist(name).items, start=1)
    ]
    return Word("codelist", "One row a code of a codelist.", columns, typed_rows(columns, rows))


def _attributes() -> Word:
    columns = {
        "codelist": ("varchar", "Codelist."),
        "code": ("varchar", "Code."),
        "attribute": ("varchar", "Further column of the codelist."),
        "attribute_value": ("varchar", "What stands in it; the row is left out where nothing does."),
    }
    rows = [
        {"codelist": name, "code": item.code, "attribute": attribute, "attribute_value": value}
        for name in list_codelists()
        for item in load_codelist(name).items
        for attribute, value in item.attributes.items()
        if value
    ]
    about = "One row a code and further attribute of it."
    return Word("code_attribute", about, columns, typed_rows(columns, rows))


def _measures() -> Word:
    items = [(source, item) for source, name in REPORTED.items() for item in load_codelist(name).items]
    dimensions = sorted({dimension for _, item in items for dimension in _dimensions(item)})
    columns = {
        "source": ("varchar", "Source that reports it."),
        "measure_code": ("varchar", "Measure."),
        "unit_measure": ("varchar", "Code of CL_UNIT_MEASURE."),
        "stock_flow": ("varchar", "STOCK or FLOW."),
        "contributor_code": ("varchar", "Measure of the same source that counts the contributors behind it."),
        **{f"has_{name}": ("boolean", f"Whether it is broken down by {name}.") for name in dimensions},
    }
    rows = [
        {
            "source": source,
            "measure_code": item.code,
            "unit_measure": item.attributes["unit_measure"],
            "stock_flow": item.attributes["stock_flow"],
            "contributor_code": item.attributes["contributor"],
            **{f"has_{name}": name in _dimensions(item) for name in dimensions},
        }
        for source, item in items
    ]
    return Word("measure", "One row a reported measure.", columns, typed_rows(columns, rows))


def _dimensions(item: CodelistItem) -> list[str]:
    return [name for name in item.attributes["dimensions"].split("|") if name]


def _sources() -> Word:
    columns = {"source": ("varchar", "Source whose rows are of months.")}
    rows = [{"source": item.id} for item in load_sources() if item.partitioned]
    return Word("source", "One row a source.", columns, typed_rows(columns, rows))

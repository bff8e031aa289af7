"""What the conformance of processes is judged by, as tables for dbt: starts of units, limits, rules of findings."""

from dataclasses import asdict

from lake.dbt_plugin.word import Word, typed_rows
from vocabulary.codelists.load import list_codelists, load_codelist
from vocabulary.conformance.load import load_limits
from vocabulary.units.go_live import load_go_live


def process_words() -> tuple[Word, ...]:
    """Give the tables `unit_go_live`, `conformance_limit` and `finding_rule`."""
    return (_go_live(), _limits(), _finding_rules())


def _go_live() -> Word:
    columns = {
        "unit_code": ("varchar", "Unit."),
        "process": ("varchar", "XFER or SCAN."),
        "live_from": ("date", "First day (Gregorian) on which the directive applies to the unit."),
        "decision": ("varchar", "Decision that set it."),
        "is_invented": ("boolean", "Whether the day is made up, for want of a source."),
    }
    rows = [{**asdict(item), "live_from": item.date} for item in load_go_live()]
    return Word("unit_go_live", "One row a unit and process.", columns, typed_rows(columns, rows))


def _limits() -> Word:
    columns = {
        "limit_code": ("varchar", "What it limits."),
        "limit_value": ("integer", "The limit."),
        "limit_unit": ("varchar", "SECOND, DAY or MONTH."),
        "valid_from": ("date", "First day (Gregorian) on which it holds."),
        "valid_to": ("date", "Last day; null while it holds."),
        "decision": ("varchar", "Decision that set it."),
    }
    rows = [
        {**asdict(item), "limit_code": item.code, "limit_value": item.value, "limit_unit": item.unit}
        for item in load_limits()
    ]
    return Word("conformance_limit", "One row a limit and stretch of time.", columns, typed_rows(columns, rows))


def _finding_rules() -> Word:
    columns = {
        "codelist": ("varchar", "Codelist of the process's findings, `CL_TRANSFER_FINDING`."),
        "rule_code": ("varchar", "Rule of conformance."),
        "clause": ("varchar", "Clause of the directive that it is about."),
        "basis": ("varchar", "text, inference or house; only text is called a breach."),
    }
    rows = [
        {"codelist": name, "rule_code": item.code, **item.attributes}
        for name in list_codelists()
        if name.endswith("_FINDING")
        for item in load_codelist(name).items
    ]
    return Word("finding_rule", "One row a rule of conformance.", columns, typed_rows(columns, rows))

"""The indicators as exposures of the dbt project: which models count each, under which definition, whose it is."""

from typing import Any

import yaml

from vocabulary.indicators.load import load_indicators
from vocabulary.indicators.model import Definition
from vocabulary.measures.load import Measure, load_measures
from vocabulary.units.load import units_by_code

HEADER = "# Written by `make docs` from vocabulary/indicators and vocabulary/measures; do not edit.\n"
FACT = "fct_indicator_observation"


def exposures_page() -> str:
    """Give the YAML with one exposure an indicator."""
    document = {"version": 2, "exposures": [_exposure(each) for each in load_indicators()]}
    return HEADER + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _exposure(definition: Definition) -> dict[str, Any]:
    owner, measures = units_by_code()[definition.owner], [load_measures()[code] for code in definition.measures]
    models = sorted({_counted_by(measure) for measure in measures})
    return {
        "name": f"indicator_{definition.code}",
        "label": f"{definition.name.en} · {definition.name.fa}",
        "type": "analysis",
        "description": f"{definition.definition.en} {definition.counting_logic.en}\n\n{definition.definition.fa}",
        "owner": {"name": owner.name_en, "email": "office-of-statistics@example.invalid"},
        "depends_on": [f"ref('{model}')" for model in (FACT, *models)],
        "config": {
            "meta": {
                "indicator": definition.code,
                "version": definition.version,
                "domain": definition.domain,
                "valid_from": definition.valid_from.code,
                "decision_id": definition.decision_id,
                "unit_measure": definition.unit_measure,
                "measures": list(definition.measures),
                "clauses": list(definition.clauses),
            }
        },
    }


def _counted_by(measure: Measure) -> str:
    return measure.model or measure.records or f"int_{measure.source}__measure"

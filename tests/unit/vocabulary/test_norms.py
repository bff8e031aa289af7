import json
from pathlib import Path

import jsonschema
import pytest

import vocabulary.norms.load as module
from vocabulary.norms.load import list_norms

NORM = {
    "indicator": "bed_occupancy",
    "level": "country",
    "norm": {"lower": 70, "upper": 85},
    "optimum": 80,
    "plan": "a plan",
    "peer_group": None,
    "valid_from": "1400",
    "valid_to": None,
    "decision_id": "a decision",
}


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((Path(module.__file__).parent / "norm.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_no_norm_is_invented() -> None:
    assert list_norms() == ()


def test_the_form_of_a_norm() -> None:
    assert validator().is_valid(NORM)


@pytest.mark.parametrize("key", NORM)
def test_a_norm_says_everything(key: str) -> None:
    assert not validator().is_valid({name: value for name, value in NORM.items() if name != key})


def test_a_norm_needs_a_decision() -> None:
    assert not validator().is_valid({**NORM, "decision_id": None})

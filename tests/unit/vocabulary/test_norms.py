"""Norms: what one may say, and that none is invented."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

import vocabulary.norms.load as module
from vocabulary.indicators.load import load_indicator
from vocabulary.norms.load import OWNER, check_norms, list_norms, load_norms, read_norm, read_norms
from vocabulary.norms.model import Band, Norm, NormError, Standing, check_norm
from vocabulary.periods import Period

FOLDER = Path(module.__file__).parent
ENTRY = {
    "indicator": "bed_occupancy",
    "definition": 1,
    "level": "country",
    "peer_group": None,
    "norm": {"lower": 70, "upper": 85},
    "optimum": 80,
    "plan": "a plan",
    "valid_from": "1400",
    "valid_to": None,
    "decision_id": "a decision",
    "status": "decided",
}


def norm(**changes: object) -> Norm:
    return replace(read_norm(yaml.safe_dump(ENTRY)), **changes)  # type: ignore[arg-type]


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / "norm.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_no_norm_is_invented():
    assert list_norms() == ()
    assert {item.status for item in load_norms()} == {Standing.DEMONSTRATION}


def test_every_norm_held_is_in_the_form_of_the_schema():
    files = [*FOLDER.glob("*.yaml"), *(FOLDER / "demonstration").glob("*.yaml")]
    assert files
    for path in files:
        validator().validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_norms_and_definitions_have_different_owners():
    assert OWNER == "HQ-PLANNING"
    assert load_indicator("bed_occupancy").owner != OWNER


def test_the_form_of_a_norm():
    assert validator().is_valid(ENTRY)
    assert norm().norm == Band(70, 85)


@pytest.mark.parametrize("key", ENTRY)
def test_a_norm_says_everything(key: str):
    entry = {name: value for name, value in ENTRY.items() if name != key}
    assert not validator().is_valid(entry)
    with pytest.raises(NormError):
        read_norm(yaml.safe_dump(entry))


def test_a_norm_needs_a_decision():
    assert not validator().is_valid({**ENTRY, "decision_id": None})
    with pytest.raises(NormError, match="DASH-E"):
        check_norm(norm(decision_id=" "), direction="target_band", kind="share", scale=100)


@pytest.mark.parametrize(
    ("direction", "lower", "upper", "optimum", "words"),
    [
        ("up", 80, None, 95, None),
        ("up", 80, 99, 80, None),
        ("up", None, 90, None, "worse side is missing"),
        ("up", 80, None, 79, "optimum"),
        ("down", None, 5, 1, None),
        ("down", 1, 5, 0, None),
        ("down", 1, None, None, "worse side is missing"),
        ("down", None, 5, 6, "optimum"),
        ("target_band", 70, 85, None, None),
        ("target_band", 70, 85, 85, None),
        ("target_band", 70, None, None, "two ends"),
        ("target_band", 70, 85, 90, "optimum"),
        ("neutral", 70, 85, None, "no norm"),
        ("up", 85, 70, None, "above the upper"),
        ("up", None, None, None, "at least one bound"),
        ("up", float("nan"), None, None, "numbers"),
        ("up", 101, None, None, "between 0 and 100"),
        ("up", 80, None, 101, "between 0 and 100"),
    ],
)
def test_a_norm_fits_its_indicator(direction, lower, upper, optimum, words):
    candidate = norm(norm=Band(lower, upper), optimum=optimum)
    if words is None:
        check_norm(candidate, direction=direction, kind="share", scale=100)
    else:
        with pytest.raises(NormError, match=words):
            check_norm(candidate, direction=direction, kind="share", scale=100)


def test_only_a_share_ends_at_one_hundred():
    check_norm(norm(norm=Band(90, None), optimum=130), direction="up", kind="ratio", scale=100)


@pytest.mark.parametrize(("decision", "status"), [("DEMO-1", Standing.DECIDED), ("a decision", Standing.DEMONSTRATION)])
def test_a_demonstration_is_told_apart(decision, status):
    with pytest.raises(NormError, match="demonstration"):
        check_norm(norm(decision_id=decision, status=status), direction="target_band", kind="share", scale=100)


def test_a_norm_does_not_end_before_it_begins():
    with pytest.raises(NormError, match="ends before"):
        check_norm(norm(valid_to=Period.parse("1399-12")), direction="target_band", kind="share", scale=100)


@pytest.mark.parametrize(
    ("first", "last", "start", "end", "meet"),
    [
        ("1400", None, "1401", None, True),
        ("1400", "1400", "1401", None, False),
        ("1401", None, "1400", "1400-12", False),
        ("1400", "1401-01", "1401", "1402", True),
        ("1400-H2", "1400-12", "1400-Q2", "1400-06", False),
    ],
)
def test_norms_of_one_figure_do_not_overlap(first, last, start, end, meet):
    def dated(since: str, until: str | None) -> Norm:
        return norm(valid_from=Period.parse(since), valid_to=None if until is None else Period.parse(until))

    pair = (dated(first, last), dated(start, end))
    assert pair[0].overlaps(pair[1]) is meet
    assert pair[1].overlaps(pair[0]) is meet
    if meet:
        with pytest.raises(NormError, match="claim the same figures"):
            check_norms(pair)
    else:
        assert check_norms(pair) == pair


@pytest.mark.parametrize("change", [{"peer_group": "CENTRE-SMALL"}, {"status": Standing.DEMONSTRATION}])
def test_norms_of_different_figures_do_not_meet(change):
    assert not norm().overlaps(norm(**change))


def test_a_norm_of_nothing_computed_is_refused():
    with pytest.raises(NormError, match="no indicator"):
        check_norms((norm(indicator="nothing"),))


def test_a_file_is_named_after_its_norm(tmp_path):
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(ENTRY), encoding="utf-8")
    with pytest.raises(NormError, match=r"holds bed_occupancy\.country\.1400"):
        read_norms(tmp_path)


def test_a_malformed_file_is_refused():
    with pytest.raises(NormError, match="malformed"):
        read_norm("[")

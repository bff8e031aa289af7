"""Every member of every answer has an access class and a granularity; what has none is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from pydantic import BaseModel, ConfigDict

from api.classes import fields
from api.data.schemas import DataAnswer
from governance.access.labels import AccessClass, Granularity, Label
from governance.clauses import RefusedError

WORD = Label(AccessClass.PUBLIC, Granularity.AGGREGATE)
FIGURE = Label(AccessClass.PUBLIC, Granularity.PROTECTED)
PRIVATE = Label(AccessClass.PRIVATE, Granularity.AGGREGATE)


class Inner(BaseModel):
    """A part of an answer."""

    value: int


class Outer(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="allow")

    name: str
    parts: list[Inner] | None = None


MODELS = {"Outer": Outer, "Inner": Inner}
LABELS = {"Outer": {"name": WORD, "parts": FIGURE}, "Inner": {"value": FIGURE}}


def test_models_whose_fields_are_labelled_pass():
    fields.check_models(MODELS, LABELS)


@dataclass(frozen=True)
class Case:
    """Labels that do not hold, and what is said of them."""

    labels: Mapping[str, Mapping[str, Label]]
    said: str


@pytest.mark.parametrize(
    "case",
    [
        Case({"Outer": {"name": WORD}, "Inner": {"value": FIGURE}}, "field parts of the response model Outer has no"),
        Case({"Outer": LABELS["Outer"]}, "field value of the response model Inner has no"),
        Case({**LABELS, "Inner": {"value": PRIVATE}}, "Outer.parts is declared weaker than the members of Inner"),
        Case({**LABELS, "Inner": {"value": FIGURE, "gone": FIGURE}}, "labels Inner.gone, which no answer has"),
        Case({**LABELS, "Other": {"value": FIGURE}}, "labels Other, which no route answers with"),
    ],
)
def test_what_is_not_labelled_or_weaker_than_its_members_is_refused(case):
    with pytest.raises(RefusedError, match=case.said) as refusal:
        fields.check_models(MODELS, case.labels)
    assert refusal.value.clause == "HOUSE-6"


@pytest.mark.parametrize(
    ("content", "member"),
    [
        ({"name": "a", "person": "0012345678"}, "person"),
        ({"name": "a", "parts": [{"value": 1}, {"value": 1, "person": "0012345678"}]}, "person"),
        ({"name": "a", "parts": [{"value": 1}], "GEO": "IR"}, "GEO"),
    ],
)
def test_a_member_that_no_model_has_is_not_sent_and_its_value_is_not_told(content, member):
    with pytest.raises(RefusedError, match=f"member {member} of an answer") as refusal:
        fields.check_answer(Outer, content)
    assert "0012345678" not in str(refusal.value)


def test_columns_of_a_release_stand_beside_the_members_of_an_observation_only():
    dimension = {"PERIOD": "1399-12", "GEO": "IR"}
    observation = fields.load_fields()["Observation"]
    assert fields.RELEASED in observation
    fields.check_answer(DataAnswer, {"observations": [dimension]}, released=frozenset({"GEO"}))
    with pytest.raises(RefusedError, match="member GEO"):
        fields.check_answer(DataAnswer, {"observations": [dimension]})
    with pytest.raises(RefusedError, match="member GEO"):
        fields.check_answer(DataAnswer, {"GEO": "IR"}, released=frozenset({"GEO"}))


def test_a_union_takes_what_one_of_its_models_has():
    fields.check_answer(Outer | Inner, {"value": 1})
    with pytest.raises(RefusedError):
        fields.check_answer(Outer | Inner, {"value": 1, "name": "a"})


def test_a_field_labelled_twice_or_with_an_unknown_word_is_refused(tmp_path):
    twice = tmp_path / "twice.yaml"
    twice.write_text("- {access_class: public, granularity: aggregate, fields: {Outer: [name, name]}}")
    with pytest.raises(RefusedError, match=r"Outer\.name twice"):
        fields.load_fields(twice)
    unknown = tmp_path / "unknown.yaml"
    unknown.write_text("- {access_class: open, granularity: aggregate, fields: {Outer: [name]}}")
    with pytest.raises(RefusedError, match="no access class"):
        fields.load_fields(unknown)

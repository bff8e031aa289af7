"""Two policy engines, Cedar and OPA's Rego, with rules written from the clauses, give Amar's verdicts.

The engines see plain data (`access_cases`) and never Amar's code; units climb by the registry's file.
"""

import random
from itertools import pairwise
from pathlib import Path

import cedarpy
import pytest
import regopy
from access_cases import OFFICES, World, as_grant, as_question, draw_world, registry

from governance.access.verdict import check_see, decide, may_see
from governance.clauses import RefusedError

HERE = Path(__file__).parent
WORLDS, QUESTIONS, SEED = 200, 50, 1405


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    dice = random.Random(SEED)
    return [draw_world(dice, QUESTIONS) for _ in range(WORLDS)]


@pytest.fixture(scope="module")
def amar(worlds) -> list[bool]:
    return [
        may_see(as_question(question), [as_grant(grant) for grant in world.grants])
        for world in worlds
        for question in world.questions
    ]


def test_the_cases_are_ten_thousand_and_of_both_kinds(worlds, amar):
    assert len(amar) == WORLDS * QUESTIONS == 10_000
    by_grant = sum(
        decide(as_question(question), [as_grant(grant) for grant in world.grants]).grant is not None and allowed
        for (world, question), allowed in zip(
            ((world, question) for world in worlds for question in world.questions), amar, strict=True
        )
    )
    assert by_grant > 500
    assert amar.count(False) > 5_000


def test_may_agrees_with_check_everywhere(worlds, amar):
    answers = iter(amar)
    for world in worlds:
        grants = [as_grant(grant) for grant in world.grants]
        for question in world.questions:
            try:
                check_see(as_question(question), grants)
            except RefusedError as refused:
                assert next(answers) is False, refused
            else:
                assert next(answers) is True


def test_rego_gives_the_same_verdicts(worlds, amar):
    verdicts: list[bool] = []
    interpreter = regopy.Interpreter()
    interpreter.add_module("levels.rego", (HERE / "levels.rego").read_text(encoding="utf-8"))
    units = registry()
    for world in worlds:
        interpreter.set_input({"units": units, "grants": world.grants, "questions": world.questions})
        verdicts += interpreter.query("data.amar.access.verdicts").results[0].expressions[0]
    assert verdicts == amar


def test_cedar_gives_the_same_verdicts(worlds, amar):
    requests, owners, columns = [], [], {}
    asked = [(world, question) for world in worlds for question in world.questions]
    for owner, (world, question) in enumerate(asked):
        for grant in (None, *world.grants):
            requests.append(_request(question, grant, columns))
            owners.append(owner)
    policies = (HERE / "levels.cedar").read_text(encoding="utf-8")
    results = cedarpy.is_authorized_batch(requests, policies, [*_units(), *_persons(asked), *columns.values()])
    assert not [result.diagnostics.errors for result in results if result.diagnostics.errors][:3]
    verdicts = [False] * len(asked)
    for owner, result in zip(owners, results, strict=True):
        verdicts[owner] |= result.allowed
    assert verdicts == amar


def _request(question, grant, columns):
    label = question["label"] or {}
    key = "/".join([question["table"], *label.get("classes", ["unlabelled"]), label.get("granularity", "")])
    layer = question["table"].split(".")[0] + ".*"
    attributes = {"table": question["table"], "whole_layer": layer, **label}
    columns[key] = {"uid": {"type": "Column", "id": key}, "attrs": attributes, "parents": []}
    context = {"day": int(question["day"].replace("-", ""))}
    if question["unit"]:
        context["unit"] = _entity("Unit", question["unit"])
    if grant:
        days = {name: int(grant[name].replace("-", "")) for name in ("first_day", "last_day")}
        plain = {name: grant[name] for name in ("decision", "revoked_by", "tables", "classes", "granularity", "rows")}
        links = {
            "holder": _entity(grant["kind"].capitalize(), grant["holder"]),
            "unit": _entity("Unit", grant["unit"]),
        }
        context["grant"] = {**plain, **days, **links}
    return {
        "principal": f'Person::"{_name(question["person"])}"',
        "action": 'Action::"seeBy"' if grant else 'Action::"see"',
        "resource": f'Column::"{key}"',
        "context": context,
    }


def _entity(kind, name):
    return {"__entity": {"type": kind, "id": name}}


def _name(person):
    return "/".join([person["official"], person["office"], *person["posts"]]) if person else "anybody"


def _units():
    places = {"headquarters": []}
    for unit in registry().values():
        top = "headquarters" if unit["kind"] == "HQ_OFFICE" else None
        line = [*unit["line"], *([top] if top else [])]
        for below, above in pairwise(line):
            places[below] = [above]
        places.setdefault(line[-1], [])
    return [
        {"uid": {"type": "Unit", "id": code}, "attrs": {}, "parents": [{"type": "Unit", "id": up} for up in above]}
        for code, above in places.items()
    ]


def _persons(asked):
    """Give everybody who asks, a member of office, seats and of themselves; `anybody` sits nowhere."""
    people = {_name(question["person"]): question["person"] for _, question in asked}
    entities = []
    for name, person in people.items():
        office = person["office"] if person else "nowhere"
        seats = [("Seat", f"{office}/{post}") for post in person["posts"]] if person else []
        parents = [("Office", office), ("Official", person["official"]), *seats] if person else []
        entities.append(
            {
                "uid": {"type": "Person", "id": name},
                "attrs": {"office": _entity("Unit", office)},
                "parents": [{"type": kind, "id": code} for kind, code in parents],
            }
        )
    assert len(people) > len(OFFICES)
    return entities

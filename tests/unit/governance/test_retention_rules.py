"""Retention rules as data: what is refused, what is due, which rule decides."""

from datetime import date
from pathlib import Path

import pytest

from governance.clauses import CLAUSES
from governance.retention.erasure import CLAUSES_OF_STEPS
from governance.retention.rules import RetentionError, Rule, class_of, deciding, find_rule, load_rules
from lake.contracts.model import load_source
from vocabulary.periods import Period

SHIPPED = load_rules()
RULE = SHIPPED[0]


def rule(**changed: object) -> Rule:
    return Rule.model_validate({**RULE.model_dump(), **changed})


def test_no_shipped_rule_poses_as_decided() -> None:
    assert all(item.demonstration and item.decision is None for item in SHIPPED)
    assert all(item.clause in CLAUSES for item in SHIPPED)
    assert set(CLAUSES_OF_STEPS.values()) <= set(CLAUSES)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"demonstration": False}, "has to say so"),
        ({"clause": "NO-1"}, "unknown clause"),
        ({"source": "nothing"}, "unknown source"),
        ({"valid_until": date(2020, 1, 1)}, "ends before it begins"),
        ({"keep_months": 0}, "greater than or equal to 1"),
        ({"layer": "silver"}, "'bronze' or 'quarantine'"),
        ({"surplus": 1}, "Extra inputs"),
    ],
)
def test_a_rule_that_lacks_its_ground_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rule(**changed)


def test_a_file_that_is_no_rules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    for text in ("rules: [{id: x}]", "rules: [", "{}"):
        path.write_text(text)
        with pytest.raises(RetentionError, match=r"rules\.yaml"):
            load_rules(path)
    doubled = [rule().model_dump(mode="json")] * 2
    path.write_text(__import__("json").dumps({"rules": doubled}))
    with pytest.raises(RetentionError, match="same id"):
        load_rules(path)
    with pytest.raises(RetentionError, match="no retention rule 'none'"):
        find_rule("none", SHIPPED)


def test_a_month_is_due_when_its_term_has_passed_whole() -> None:
    month, last = Period.parse("1399-11"), Period.parse("1409-11").end
    assert not rule(keep_months=120).is_due(month, last)
    assert rule(keep_months=120).is_due(month, last.fromordinal(last.toordinal() + 1))


def test_validity_bounds_a_rule() -> None:
    bounded = rule(valid_from=date(2027, 1, 1), valid_until=date(2027, 12, 31))
    days = {date(2026, 12, 31): False, date(2027, 1, 1): True, date(2027, 12, 31): True, date(2028, 1, 1): False}
    assert {day: bounded.holds_on(day) for day in days} == days


def test_the_source_goes_before_the_class_and_the_longest_before_the_shorter() -> None:
    mis = load_source("mis")
    short, long = rule(id="short", keep_months=10), rule(id="long", keep_months=20)
    own = rule(id="own", source="mis", keep_months=5)
    assert deciding([short, long], mis, "bronze") == long
    assert deciding([short, long, own], mis, "bronze") == own
    assert deciding([short, own], load_source("smis"), "bronze") == short
    assert deciding([short], mis, "quarantine") is None
    public = rule(id="public", access_class="public")
    assert deciding([public], mis, "bronze") is None
    assert deciding([public], load_source("published_figures"), "bronze") == public
    assert class_of(mis).name == "PRIVATE"


def test_another_text_is_another_rule_to_confirm() -> None:
    assert rule(keep_months=121).subject != RULE.subject
    assert rule().subject == RULE.subject

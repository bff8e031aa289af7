"""The gate's truth table: area × contributors × computable × the mart's status."""

from itertools import product

import pytest

from governance.clauses import CLAUSES, Basis
from governance.disclosure.gate import THRESHOLD, Level, decide, level_of

AREAS = {"IR": Level.NATIONAL, "IR-23": Level.PROVINCE, "IR-00": Level.PROVINCE, "231001": Level.OTHER}
OTHERS = ["", "ir", "IR-", "IR-2", "IR-230", "GO-23-E", "IR-23 "]
CONTRIBUTORS = [None, 0, 1, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, 10**9]
STATUSES = ["A", "P", "U", "B", "D", "E", "I", "N", "V"]


@pytest.mark.parametrize(("area", "contributors", "status"), list(product(AREAS, CONTRIBUTORS, STATUSES)))
def test_a_computable_cell(area, contributors, status):
    verdict = decide(geo_code=area, contributors=contributors, is_computable=True, obs_status=status)
    passes = AREAS[area] is not Level.OTHER and contributors is not None and contributors >= THRESHOLD
    assert verdict.shows_value is passes
    assert verdict.shows_parts is passes
    if passes:
        assert (verdict.obs_status, verdict.conf_status) == (status, "F")
        assert (verdict.note_code, verdict.note_fa, verdict.note_en, verdict.clause, verdict.basis) == (
            "", "", "", "", None,
        )  # fmt: skip
    else:
        assert (verdict.obs_status, verdict.conf_status) == ("Q", "C")
        assert verdict.note_code == ("GATE-AREA" if AREAS[area] is Level.OTHER else "GATE-CONTRIBUTORS")
        assert verdict.note_fa
        assert verdict.note_en.startswith("Withheld")
        assert verdict.clause in CLAUSES
        assert verdict.basis is Basis.HOUSE


@pytest.mark.parametrize(("area", "contributors", "status"), list(product(AREAS, CONTRIBUTORS, [*STATUSES, "O"])))
def test_a_cell_without_a_value_is_missing_not_suppressed(area, contributors, status):
    verdict = decide(geo_code=area, contributors=contributors, is_computable=False, obs_status=status)
    assert not verdict.shows_value
    if AREAS[area] is Level.OTHER:
        assert (verdict.obs_status, verdict.conf_status, verdict.shows_parts) == ("Q", "C", False)
    else:
        enough = contributors is not None and contributors >= THRESHOLD
        assert (verdict.obs_status, verdict.conf_status, verdict.shows_parts) == ("O", "F", enough)


@pytest.mark.parametrize("area", OTHERS)
def test_what_looks_like_an_area_but_is_not(area):
    assert level_of(area) is Level.OTHER


@pytest.mark.parametrize(("area", "level"), AREAS.items())
def test_levels(area, level):
    assert level_of(area) is level


def test_contradictions_are_errors():
    with pytest.raises(ValueError, match="negative"):
        decide(geo_code="IR", contributors=-1, is_computable=True, obs_status="A")
    with pytest.raises(ValueError, match="status O"):
        decide(geo_code="IR", contributors=50, is_computable=True, obs_status="O")

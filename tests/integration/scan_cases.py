"""Cases of imaging in any order, drawn for `test_scan_conformance`: random walks over steps and acts on papers."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from scan_automaton import KINDS, Case, Event

from vocabulary.codelists.load import load_codelist

STEPS = load_codelist("CL_SCAN_STEP").codes


def _maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values])


def _events(act: str) -> st.SearchStrategy[Event]:
    """Draw an event with what is told of its kind."""
    told: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
        "S02": {"leaves": st.sampled_from([10, 11, None])},
        "S09": {"leaves": st.sampled_from([10, 11, None])},
        "S07": {
            "images": st.sampled_from([15, 9, 21, 23, None]),
            "role": _maybe("BROKERAGE_HEAD", "BROKERAGE_DELEGATE"),
        },
        "MOVED": {"imaged": _maybe("YES", "NO")},
        "GIVEN_BACK": {"kind": _maybe(*KINDS)},
        "KEPT": {
            "kind": _maybe(*KINDS),
            "binder": _maybe("b1", "b2"),
            "position": st.integers(1, 5),
            "entered": st.integers(0, 3),
        },
        "DESTROYED": {
            "kind": _maybe(*KINDS),
            "quality": _maybe("YES", "NO"),
            "out_of_reach": _maybe("YES", "NO"),
            "has_come": _maybe("NO", "YES"),
            "role": _maybe("DOCUMENTS_EXPERT", "OTHER"),
        },
    }
    return st.builds(
        _event,
        st.just(act),
        st.integers(0, 5),
        st.sampled_from([60, 450, 900]),
        month=st.sampled_from([0, 0, 0, 1, 13]),
        unit=st.sampled_from(["011001", "011001", "011001", "011002"]),
        officer=st.sampled_from("ab"),
        **told.get(act, {}),
    )


def _event(act: str, spot: int, pace: int, month: int, **told: Any) -> Event:
    return Event(act, at=month * 2_678_400 + spot * pace, month=month, **told)


def cases_of(workflow: str) -> st.SearchStrategy[Case]:
    """Draw a case of any acts, or of a few that belong together."""
    disposal = [] if workflow == "BROKERAGE" else ["STAMPED", "GIVEN_BACK", "KEPT", "DESTROYED", "MOVED"]
    together = [[*STEPS, *disposal], ["S05", "S06", "S07", "S11"]]
    if workflow == "FILE":
        together += [["S01", "S02", "S09", "S10"], ["S02", "S05", "S07", "WEEDED"]]
    if workflow == "NEW_DOCUMENT":
        together += [["KEPT"], ["S05", "STAMPED", "GIVEN_BACK", "DESTROYED"]]
    logs = [st.lists(st.one_of([_events(act) for act in acts]), min_size=1, max_size=10) for acts in together]
    return st.builds(Case, st.just(workflow), st.one_of(logs).map(tuple), entered=st.sampled_from([0, 0, None, 1]))

"""The bytes that are hashed: they can never change, so they stand here literally."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.ledger.envelope import (
    Event,
    canonical_bytes,
    commitment,
    instant_text,
    parse_instant,
)

EVENT = Event(
    sequence=1,
    instant="2026-11-21T08:00:00.000000Z",
    office="HQ-STATISTICS",
    kind="release.proposed",
    subject="INDICATORS@1.0.0",
    clause="DASH-B",
    commitment="00" * 32,
)


def test_the_canonical_envelope():
    assert EVENT.canonical() == (
        b'{"clause":"DASH-B","commitment":"' + b"0" * 64 + b'","instant":"2026-11-21T08:00:00.000000Z",'
        b'"kind":"release.proposed","office":"HQ-STATISTICS","sequence":1,"subject":"INDICATORS@1.0.0"}'
    )
    assert EVENT.leaf_hash() == hashlib.sha256(b"\x00" + EVENT.canonical()).hexdigest()


def test_the_commitment_is_salted():
    payload = canonical_bytes({"b": "ب", "a": [1, None, True]})
    assert payload == '{"a":[1,null,true],"b":"ب"}'.encode()
    salt = bytes(range(32))
    assert commitment(salt, payload) == hashlib.sha256(salt + payload).hexdigest()
    assert commitment(bytes(32), payload) != commitment(salt, payload)
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short", payload)


@pytest.mark.parametrize("value", [{"n": 2**53}, {"x": float("nan")}, {"when": datetime(2026, 1, 1, tzinfo=UTC)}])
def test_what_is_not_canonical_json(value):
    with pytest.raises(ValueError, match="canonical"):
        canonical_bytes(value)


def test_instants_are_utc_with_microseconds():
    tehran = timezone(timedelta(hours=3, minutes=30))
    text = instant_text(datetime(2026, 11, 21, 11, 30, 0, 5, tzinfo=tehran))
    assert text == "2026-11-21T08:00:00.000005Z"
    assert parse_instant(text) == datetime(2026, 11, 21, 8, 0, 0, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 11, 21))  # noqa: DTZ001
    with pytest.raises(ValueError, match="does not match"):
        parse_instant("2026-11-21 08:00")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.builds(Event, st.integers(1, 2**53 - 1), TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_envelope_as_written_out_is_rfc_8785(event):
    assert event.canonical() == canonical_bytes(vars(event))


@pytest.mark.parametrize("text", ['\x00\x1f\x7f\u2028"\\/\b\f\n\r\t', "آمار 😀"])
def test_characters_that_json_writers_disagree_on(text):
    event = replace(EVENT, subject=text)
    assert event.canonical() == canonical_bytes(vars(event))

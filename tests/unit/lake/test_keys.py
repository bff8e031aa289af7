"""Keys are known by their fingerprints; a rotation nests what is there, once, however often it is killed."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from lake import tables
from lake.keys import register, rotation
from lake.keys.register import KeyringError, Registered
from lake.keys.rotation import rotate
from lake.layout import Home
from lake.pseudonym import Keyring

ONE, TWO, THREE = b"first key", b"second key", b"third key"
OLD, NEW = Keyring((ONE,)), Keyring((ONE, TWO))
PERSONS = [f"{number:010d}" for number in range(40)]
MONTHS = [f"1399-{number:02d}" for number in range(1, 5)]


@pytest.fixture
def filled(home: Home) -> Home:
    """Return a home with two tables of silver, one of them by months, and a mart."""
    register.admit(home, OLD)
    for month in MONTHS:
        tables.append(home, "silver", "person", _rows(OLD, month), partition_by=["period"])
    tables.append(home, "gold", "mart_person", _rows(OLD, MONTHS[0]).drop_columns(["_key_version"]))
    tables.append(home, "gold", "mart_total", pl.DataFrame({"count": [40]}).to_arrow())
    return home


def _rows(keyring: Keyring, month: str) -> object:
    frame = pl.DataFrame(
        {
            "person_pid": [*(keyring.pseudonym("person", one) for one in PERSONS), b"NA", None],
            "days": list(range(42)),
            "_key_version": keyring.version,
            "period": month,
        }
    )
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _held(home: Home, layer: str = "silver", name: str = "person") -> list[dict[str, object]]:
    rows = pl.scan_delta(tables.uri(home, layer, name)).collect()  # type: ignore[arg-type]
    by = [column for column in ("period", "days") if column in rows.columns]
    return rows.sort(by).to_dicts()


def _rotated(home: Home, keyring: Keyring = NEW) -> rotation.Rotation:
    return rotate(home, keyring, record=lambda: None, watch=lambda _: None)


def test_after_a_rotation_rows_are_as_if_taken_in_under_both_keys(filled: Home) -> None:
    done = _rotated(filled)
    assert (done.version, done.tables, done.resumed) == (2, ("silver/person", "gold/mart_person"), False)
    wanted = pl.concat([pl.DataFrame(_rows(NEW, month)) for month in MONTHS]).sort("period", "days")
    assert _held(filled) == wanted.to_dicts()
    assert [row["person_pid"] for row in _held(filled, "gold", "mart_person")] == wanted["person_pid"][:42].to_list()
    register.check(filled, NEW)
    assert tables.open_table(filled, "silver", "person").metadata().partition_columns == ["period"]


def test_each_table_is_one_commit_and_none_without_pseudonyms_is_touched(filled: Home) -> None:
    before = tables.versions(filled, "silver") | tables.versions(filled, "gold")
    _rotated(filled)
    after = tables.versions(filled, "silver") | tables.versions(filled, "gold")
    moved = {name: after[name] - before[name] for name in before if name != register.TABLE}
    assert moved == {"person": 1, "mart_person": 1, "mart_total": 0}


def _kill_before_the_table(patch: pytest.MonkeyPatch, place: int) -> None:
    whole, calls = rotation._rewrite, list[int]()

    def dies(*arguments: object) -> None:
        calls.append(1)
        if len(calls) == place:
            raise KeyboardInterrupt
        whole(*arguments)  # type: ignore[arg-type]

    patch.setattr(rotation, "_rewrite", dies)


def _kill_after_the_table(patch: pytest.MonkeyPatch, place: int) -> None:
    whole, calls = rotation._rewrite, list[int]()

    def dies(*arguments: object) -> None:
        whole(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == place:
            raise KeyboardInterrupt

    patch.setattr(rotation, "_rewrite", dies)


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("kill", [_kill_before_the_table, _kill_after_the_table])
def test_a_rotation_that_was_killed_goes_on_and_nests_nothing_twice(
    filled: Home, kill: Callable[[pytest.MonkeyPatch, int], None], place: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kill(patch, place)
        with pytest.raises(KeyboardInterrupt):
            _rotated(filled)
    for keyring in (OLD, NEW):
        with pytest.raises(KeyringError, match="a rotation to key 2 is not finished: amar keys rotate"):
            register.admit(filled, keyring)
    with pytest.raises(KeyringError, match="a rotation to another key has begun"):
        _rotated(filled, Keyring((ONE, THREE)))
    assert _rotated(filled).resumed
    wanted = pl.concat([pl.DataFrame(_rows(NEW, month)) for month in MONTHS]).sort("period", "days")
    assert _held(filled) == wanted.to_dicts()
    assert [row["person_pid"] for row in _held(filled, "gold", "mart_person")] == wanted["person_pid"][:42].to_list()


def test_a_rotation_whose_event_could_not_be_entered_is_not_finished(filled: Home) -> None:
    def fails() -> None:
        raise OSError

    with pytest.raises(OSError, match=r".*"):
        rotate(filled, NEW, record=fails, watch=lambda _: None)
    assert register.registered(filled) == Registered(OLD.fingerprints, NEW.fingerprints[1])
    assert _rotated(filled).tables == ()


def test_keys_are_rotated_again(filled: Home) -> None:
    _rotated(filled)
    last = Keyring((ONE, TWO, THREE))
    _rotated(filled, last)
    assert {row["person_pid"] for row in _held(filled)} == {
        *(last.pseudonym("person", one) for one in PERSONS),
        b"NA",
        None,
    }
    assert {row["_key_version"] for row in _held(filled)} == {3}


@pytest.mark.parametrize(
    ("keyring", "reason"),
    [
        (Keyring((TWO,)), "to rotate, set the 1 keys in force, oldest first"),
        (Keyring((TWO, ONE)), "set are 2, of which 0 fit their place"),
        (Keyring((ONE, ONE)), "the new key is one of the keys in force"),
        (Keyring((ONE, TWO, THREE)), "to rotate, set the 1 keys in force"),
    ],
)
def test_a_rotation_wants_the_keys_in_force_and_one_more(filled: Home, keyring: Keyring, reason: str) -> None:
    with pytest.raises(KeyringError, match=reason):
        _rotated(filled, keyring)
    register.check(filled, OLD)


def test_there_is_nothing_to_rotate_in_an_empty_home(home: Home) -> None:
    with pytest.raises(KeyringError, match="nothing was taken in yet"):
        _rotated(home)


@pytest.mark.parametrize(
    ("keyring", "said"),
    [
        (Keyring((THREE, TWO)), "pseudonym key 1 of 2 .* is not the one that is set in its place: lost or exchanged"),
        (Keyring((ONE,)), "pseudonym key 2 of 2 .* is not set: lost or left out"),
        (Keyring((ONE, TWO, THREE)), "3 pseudonym keys are set and 2 are in force: amar keys rotate"),
    ],
)
def test_a_lost_key_is_stated_as_what_it_is(filled: Home, keyring: Keyring, said: str) -> None:
    _rotated(filled)
    with pytest.raises(KeyringError, match=said) as refused:
        register.admit(filled, keyring)
    text = str(refused.value)
    assert not [key for key in (ONE, TWO, THREE) if key.decode() in text]
    if "lost" in text:
        assert "What is published stays as it is" in text
        assert "new rows would not meet the old ones" in text
        assert "amar keys abandon" in text


def test_the_register_is_written_once(home: Home, tmp_path: Path) -> None:
    register.admit(home, OLD)
    register.admit(home, OLD)
    assert DeltaTable(tables.uri(home, "silver", register.TABLE)).version() == 0
    register.check(Home(tmp_path / "other"), NEW)

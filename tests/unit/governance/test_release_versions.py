"""Version numbers: reading, ordering, choosing, counting on."""

import pytest

from governance.releases.versions import FIRST, Change, Version, VersionError, check_pattern, next_version, select

VERSIONS = [Version.parse(text) for text in ("1.0.0", "1.2.0", "1.10.0", "2.0.0", "10.0.0")]


def test_round_trip_and_order():
    assert [str(version) for version in sorted(VERSIONS[2:] + VERSIONS[:2])] == [
        "1.0.0",
        "1.2.0",
        "1.10.0",
        "2.0.0",
        "10.0.0",
    ]


@pytest.mark.parametrize("text", ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-rc1", "v1.0.0", "1.0.-1", "1.0.0\n"])
def test_what_is_no_version(text):
    with pytest.raises(VersionError):
        Version.parse(text)


@pytest.mark.parametrize(
    ("change", "expected"), [(Change.MAJOR, "2.0.0"), (Change.MINOR, "1.11.0"), (Change.PATCH, "1.10.1")]
)
def test_the_next_version(change, expected):
    assert str(next_version(VERSIONS[:3], change)) == expected


def test_the_first_version():
    assert next_version([], Change.MAJOR) == FIRST == Version(1, 0, 0)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("latest", "10.0.0"),
        ("*", "10.0.0"),
        ("1.*", "1.10.0"),
        ("1.1.*", None),
        ("1.2.*", "1.2.0"),
        ("2.*", "2.0.0"),
        ("1.0.0", "1.0.0"),
        ("3.0.0", None),
    ],
)
def test_choosing_a_version(pattern, expected):
    chosen = select(VERSIONS, pattern)
    assert (str(chosen) if chosen else None) == expected


@pytest.mark.parametrize("pattern", ["", "1", "1.x", "1.**", "../1.0.0", "newest", "1.0.0.*"])
def test_malformed_patterns(pattern):
    with pytest.raises(VersionError):
        check_pattern(pattern)
    with pytest.raises(VersionError):
        select(VERSIONS, pattern)

"""Version numbers of datasets: a stability contract a reader can rely on (SemVer 2). Pure.

Major: the structure changed. Minor: observations came or went, or a definition has a new version. Patch: only values,
statuses or texts changed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from governance.errors import GovernanceError

_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
_PATTERN = re.compile(r"latest|\*|(0|[1-9][0-9]{0,5})\.((0|[1-9][0-9]{0,5})\.)?\*")


class VersionError(GovernanceError, ValueError):
    """The text is not a version, or not a pattern of versions."""


class Change(StrEnum):
    """How much a release differs from the one before it."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@dataclass(frozen=True, order=True)
class Version:
    """`major.minor.patch`, ordered by number."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read a version.

        Raises:
            VersionError: the text is not three plain numbers joined by dots.
        """
        match = _VERSION.fullmatch(text)
        if not match:
            raise VersionError(f"{text!r} is not a version such as 1.0.0")
        return cls(*(int(part) for part in match.groups()))

    def bump(self, change: Change) -> "Version":
        """Return the next version after a change."""
        if change is Change.MAJOR:
            return Version(self.major + 1, 0, 0)
        if change is Change.MINOR:
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0, 0)


def next_version(taken: Iterable[Version], change: Change) -> Version:
    """Return the version of a new release.

    Args:
        taken: Every version ever proposed for the dataset, withdrawn ones too; a number is never used again.
        change: Difference from what is published now.
    """
    highest = max(taken, default=None)
    return FIRST if highest is None else highest.bump(change)


def check_pattern(pattern: str) -> None:
    """Make sure that a text selects versions: `1.0.0`, `1.0.*`, `1.*`, `*` or `latest`.

    Raises:
        VersionError: it is none of these.
    """
    if not (_VERSION.fullmatch(pattern) or _PATTERN.fullmatch(pattern)):
        raise VersionError(f"{pattern[:40]!r} is neither a version such as 1.0.0 nor a pattern such as 1.* or latest")


def select(versions: Iterable[Version], pattern: str) -> Version | None:
    """Return the newest version that a pattern selects, or `None`.

    Raises:
        VersionError: the pattern is malformed.
    """
    check_pattern(pattern)
    if pattern in ("latest", "*"):
        return max(versions, default=None)
    if not pattern.endswith("*"):
        return max((version for version in versions if str(version) == pattern), default=None)
    start = pattern[:-1]
    return max((version for version in versions if str(version).startswith(start)), default=None)

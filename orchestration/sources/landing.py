"""What lies in the landing folder: files by source, and why a file as a whole is turned away.

Reading a file's rows belongs to `orchestration.sources.read`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from lake.contracts.model import Entity, Source
from vocabulary.periods import PARTITIONS, Period, PeriodError
from vocabulary.units.load import units_by_code

IGNORED_SUFFIXES = frozenset({".part", ".tmp", ".crdownload"})


class FileRejectedError(Exception):
    """A whole file cannot be taken in; it is set aside and the others go on.

    Attributes:
        rule: Short name of the broken rule, such as `missing_column`.
        reason: What is wrong, in words that hold no cell of the file.
    """

    def __init__(self, rule: str, reason: str) -> None:
        """Keep the rule and the reason."""
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class FileNotReadyError(Exception):
    """A file changed or vanished between being listed and being read; the next run looks at it again."""


@dataclass(frozen=True)
class LandingFile:
    """One file of the landing folder, with the hash of its bytes."""

    source: str
    path: Path
    size_bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """File name without its folder; what is no UTF-8 or cannot be printed stands as escapes."""
        text = self.path.name.encode("utf-8", "backslashreplace").decode()
        return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


@dataclass(frozen=True)
class Claim:
    """What a file's name claims: the object in it, who sends it and its month."""

    entity: Entity
    sender_code: str
    period: Period | None


def list_files(landing: Path, source: str) -> list[LandingFile]:
    """List the files that were dropped for one source, by name, with their hashes.

    Hidden and half-named files (`.part`, `.tmp`), links and folders are passed over. A file is hashed in blocks, never
    held whole.
    """
    folder = landing / source
    if not folder.is_dir():
        return []
    paths = sorted(path for path in folder.iterdir() if path.is_file() and _is_candidate(path))
    return [file for path in paths if (file := _listed(source, path))]


def read_claim(source: Source, name: str) -> Claim:
    """Read what a file's name claims.

    Raises:
        FileRejectedError: `file_name` where no pattern of the contract fits; `bad_period`, `unknown_sender` where
            there is no such month or unit.
    """
    for entity in source.entities:
        found = entity.file_pattern.fullmatch(name)
        if found:
            groups = found.groupdict()
            return Claim(entity, _sender(groups.get("sender")) or source.sender, _period(groups.get("period")))
    patterns = ", ".join(entity.file_pattern.pattern for entity in source.entities)
    raise FileRejectedError("file_name", f"the name fits no pattern of the contract {source.id}: {patterns}")


def _listed(source: str, path: Path) -> LandingFile | None:
    """Return a file with its hash; None where it vanished; an unreadable one under a hash of its name."""
    try:
        return LandingFile(source, path, path.stat().st_size, _sha256(path))
    except FileNotFoundError:
        return None
    except OSError:
        return LandingFile(source, path, 0, hashlib.sha256(f"unreadable {path!r}".encode()).hexdigest())


def _sender(code: str | None) -> str | None:
    if code is not None and code not in units_by_code():
        raise FileRejectedError("unknown_sender", f"the name claims the sender {code}, which the unit registry lacks")
    return code


def _period(digits: str | None) -> Period | None:
    if digits is None:
        return None
    try:
        period = Period.parse(f"{digits[:4]}-{digits[4:]}")
    except PeriodError as error:
        raise FileRejectedError("bad_period", f"the name claims the month {digits}, which does not exist") from error
    if period not in PARTITIONS:
        bounds = f"{PARTITIONS[0].code} … {PARTITIONS[-1].code}"
        raise FileRejectedError("bad_period", f"the name claims the month {period.code}, outside {bounds}")
    return period


def _is_candidate(path: Path) -> bool:
    is_named = not path.name.startswith((".", "~$")) and path.suffix.lower() not in IGNORED_SUFFIXES
    return is_named and not path.is_symlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

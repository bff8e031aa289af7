"""Retention rules as data: how long which rows are kept as received, on which ground, and which rule decides. Pure.

The default is to keep. Putting a rule in force takes two persons: `governance.retention.acts`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from governance.access.labels import AccessClass
from governance.clauses import CLAUSES
from governance.errors import GovernanceError
from governance.ledger.envelope import canonical_bytes
from lake.contracts.model import Source, source_ids
from vocabulary.periods import Period

RULES = Path(__file__).parent / "rules.yaml"
_Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]*$")]
_DIGITS = 12


class RetentionError(GovernanceError):
    """The retention rules cannot be read, or there is no such rule."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Model):
    """A text in Persian and English."""

    fa: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Rule(_Model):
    """How long rows of a layer and class are kept.

    Attributes:
        id: Name of the rule.
        layer: bronze or quarantine; silver, gold and releases are never expired.
        access_class: Class of the rows: the join over the source's columns holds it.
        source: Only this source; all by default.
        keep_months: Jalali months after the month of the rows.
        ground: Legal ground, in words.
        clause: Clause or house rule that the ground is closest to.
        approver: Office whose official confirms the rule.
        decision: Id of the decision; none only for a demonstration.
        valid_from: First day on which the rule may be applied.
        valid_until: Last such day; none for no end.
        demonstration: Whether nobody decided it: refused outside development.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    layer: Literal["bronze", "quarantine"]
    access_class: Literal["public", "private", "capital"]
    source: str | None = None
    keep_months: Annotated[int, Field(ge=1, le=1200)]
    ground: Words
    clause: str
    approver: _Code
    decision: Annotated[str, Field(min_length=1)] | None
    valid_from: date
    valid_until: date | None
    demonstration: bool = False

    @model_validator(mode="after")
    def _is_grounded(self) -> "Rule":
        if self.decision is None and not self.demonstration:
            raise ValueError(f"{self.id}: a rule without a decision is a demonstration and has to say so (HOUSE-10)")
        if self.clause not in CLAUSES:
            raise ValueError(f"{self.id}: unknown clause {self.clause}")
        if self.source is not None and self.source not in source_ids():
            raise ValueError(f"{self.id}: unknown source {self.source}")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"{self.id}: it ends before it begins")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of all that the rule says, hexadecimal."""
        return hashlib.sha256(canonical_bytes(self.model_dump(mode="json"))).hexdigest()

    @property
    def subject(self) -> str:
        """Subject of the rule's events: another text is another subject."""
        return f"retention/{self.id}/{self.digest[:_DIGITS]}"

    def holds_on(self, day: date) -> bool:
        """Tell whether the rule may be applied on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def is_due(self, month: Period, today: date) -> bool:
        """Tell whether rows of a month have had their time."""
        return month.shift(self.keep_months).end < today

    def covers(self, source: Source) -> bool:
        """Tell whether the rule speaks of a source's rows."""
        if self.source is not None:
            return self.source == source.id
        held, wanted = class_of(source), AccessClass[self.access_class.upper()]
        return held == wanted if wanted is AccessClass.PUBLIC else bool(held & wanted)


class _Rules(_Model):
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _ids_differ(self) -> "_Rules":
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) < len(ids):
            raise ValueError("two rules have the same id")
        return self


def load_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """Load the retention rules.

    Raises:
        RetentionError: the file is not what it should be.
    """
    try:
        return _Rules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).rules
    except (ValidationError, yaml.YAMLError) as error:
        raise RetentionError(f"{path.name}: {error}") from error


def find_rule(name: str, rules: Iterable[Rule]) -> Rule:
    """Return the rule of an id.

    Raises:
        RetentionError: there is none.
    """
    for rule in rules:
        if rule.id == name:
            return rule
    raise RetentionError(f"no retention rule {name[:80]!r}: amar retention status lists them")


def class_of(source: Source) -> AccessClass:
    """Return the class of a source's rows as received: the join over its columns (HOUSE-6)."""
    words = {column.access_class for entity in source.entities for column in entity.columns}
    return reduce(lambda left, right: left | right, (AccessClass[word.upper()] for word in words), AccessClass.PUBLIC)


def deciding(rules: Sequence[Rule], source: Source, layer: str) -> Rule | None:
    """Return the rule that decides about a source's rows in a layer; none = keep.

    A rule for the source goes before those for a class; of several the one that keeps longest decides, for nothing is
    removed while a rule in force says to keep it.
    """
    speaking = [rule for rule in rules if rule.layer == layer and rule.covers(source)]
    own = [rule for rule in speaking if rule.source is not None]
    return max(own or speaking, key=lambda rule: (rule.keep_months, rule.id), default=None)

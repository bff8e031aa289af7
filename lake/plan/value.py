"""The algebra of flows: sets of base columns as bits, by how near to a record they still are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from lake.plan.column import Trait


@dataclass(frozen=True)
class Value:
    """What a value is made of; each set of base columns is an integer of bits.

    Attributes:
        carried: Bases that reach it as they are.
        counted: Bases that reach it through an allow-listed aggregate.
        picked: Bases of which single records were picked out, so that no aggregate lowers them.
        trait: How well the value tells records apart.
        is_plain: Whether it is a column as it stands, or null: what an identifier may be counted or compared as.
        made: Bases that it is computed from; of the others something decided which rows there are. These three say
            where a value comes from and take no part in what it may be.
        changed: Those of them that are not in it as they stand.
        gathered: Those of them that went through an aggregate.
    """

    carried: int = 0
    counted: int = 0
    picked: int = 0
    trait: Trait = Trait.CATEGORY
    is_plain: bool = False
    made: int = 0
    changed: int = 0
    gathered: int = 0

    def __or__(self, other: "Value") -> "Value":
        """Return what is made of both."""
        return Value(
            self.carried | other.carried,
            self.counted | other.counted,
            self.picked | other.picked,
            max(self.trait, other.trait),
            made=self.made | other.made,
            changed=self.changed | other.changed,
            gathered=self.gathered | other.gathered,
        )

    def lowered(self) -> "Value":
        """Return what an allow-listed aggregate makes of it."""
        counted = self.counted | self.carried
        return replace(self, carried=0, counted=counted, trait=Trait.CATEGORY, is_plain=False)

    def as_picked(self) -> "Value":
        """Return it where single records were picked out."""
        return replace(self, carried=0, picked=self.picked | self.carried, is_plain=False)

    def as_computed(self) -> "Value":
        """Return it where it is no longer what it was made of."""
        return replace(self, changed=self.made)

    def made_of(self, other: "Value", *, gathered: bool = False) -> "Value":
        """Return it where its values are computed from those of another, which is part of it."""
        return replace(self, made=other.made, changed=other.made, gathered=other.made if gathered else other.gathered)

    def of_trait(self, trait: Trait) -> "Value":
        """Return it with another trait."""
        return replace(self, trait=trait, is_plain=False)


NOTHING = Value()


def union(values: Iterable[Value]) -> Value:
    """Return what is made of all the values."""
    return reduce(lambda left, right: left | right, values, NOTHING)


@dataclass(frozen=True)
class Relation:
    """What an operator of the plan gives.

    Attributes:
        columns: Its columns by position.
        deciding: What decided which rows there are: filters, joins, grouping, order where it limits.
        rows: The rows of the tables that they come from: what a count of them is a count of.
    """

    columns: tuple[Value, ...]
    deciding: Value = NOTHING
    rows: Value = NOTHING

    def decided_by(self, values: Iterable[Value]) -> "Relation":
        """Return it where `values` too decide which rows there are."""
        return replace(self, deciding=union((self.deciding, *values)))

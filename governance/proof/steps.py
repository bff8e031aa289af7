"""Steps in Python that read the lake and give something on, declared in `steps.yaml` beside this file.

SQL is judged by its plan; Python cannot be. So a step says which columns it reads and what it gives, and reads by
nothing but its declaration: another column is refused when it is read. Whether what it gives is at least what it reads
is judged with the models, before anything is built.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyarrow as pa
import yaml

from governance.access.flow import check_declared, through_gate
from governance.access.labels import Label, parse_label, untagged
from governance.clauses import Basis, RefusedError
from governance.datasets.load import list_structures, load_structure
from governance.proof.held import Held, label_of
from governance.proof.model import Refusal
from lake import tables
from lake.layout import Home, Layer

STEPS = Path(__file__).with_name("steps.yaml")
RELEASE = "release"
GATE = "gate"

_MEASURED = frozenset({"period", "value", "provenance", "contributors"})
_INDICATOR = frozenset({"definition_version", "numerator", "denominator", "obs_status", "note_code"})


@dataclass(frozen=True)
class PythonStep:
    """A step as it is declared.

    Attributes:
        name: Its name.
        about: What it does.
        reads: Columns that it reads of each table, `layer.table`.
        gives: Label of what it gives.
        lowered_by: What lowers the labels of what it reads: `gate`, or nothing where it is empty.
    """

    name: str
    about: str
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gives: Label | None = None
    lowered_by: str = ""

    def read(
        self,
        home: Home,
        layer: Layer,
        name: str,
        *,
        columns: Sequence[str] | None = None,
        where: Mapping[str, str] | None = None,
        at: int | None = None,
    ) -> pa.Table:
        """Read a table of the lake, as `lake.tables.read` does.

        Raises:
            RefusedError: the step does not declare the table or one of the columns (HOUSE-6).
            lake.tables.TableError: the table is missing.
        """
        wanted = columns if columns is not None else tables.schema(home, layer, name).names
        self.check_reads(f"{layer}.{name}", wanted)
        return tables.read(home, layer, name, columns=columns, where=where, at=at)

    def check_reads(self, table: str, columns: Sequence[str]) -> None:
        """Refuse columns that the step does not declare.

        Raises:
            RefusedError: naming table and column.
        """
        undeclared = set(columns) - self.reads.get(table, frozenset())
        if undeclared:
            raise RefusedError(
                f"step {self.name} reads {table}.{min(undeclared)}, which it does not declare",
                clause="HOUSE-6",
                basis=Basis.HOUSE,
            )


@cache
def load_steps(path: Path = STEPS) -> Mapping[str, PythonStep]:
    """Read the steps by name; a release reads the mart of each dataset too.

    Raises:
        RefusedError: a step has no label, or one with an unknown word.
    """
    found = {}
    for name, told in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        reads = {table: frozenset(columns) for table, columns in told["reads"].items()}
        access_class, granularity = told.get("gives") or (None, None)
        gives = parse_label(access_class, granularity, subject=f"step {name}")
        step_reads = reads | (_of_structures() if name == RELEASE else {})
        found[name] = PythonStep(name, told["about"], step_reads, gives, told.get("lowered_by", ""))
    return found


def check_steps(steps: Mapping[str, PythonStep], held: Held) -> Iterator[Refusal]:
    """Judge what steps give by the labels of what they read; tables that a project lacks are left out.

    Yields:
        A refusal for each step that gives something weaker, with the columns that it comes from.
    """
    for step in steps.values():
        for table in sorted(step.reads.keys() & held.keys()):
            known = {column.name for column in held[table]}
            for column in sorted(step.reads[table]):
                yield from _judged(step, held, table, column, is_there=column in known)


def _judged(step: PythonStep, held: Held, table: str, column: str, *, is_there: bool) -> Iterator[Refusal]:
    subject = f"what step {step.name} gives"
    try:
        if not is_there:
            raise untagged(f"column {table}.{column}, which step {step.name} reads,")
        if step.gives is None:
            raise untagged(subject)
        label = label_of(held, table, column)
        inflow = through_gate(label, subject=f"{table}.{column}") if step.lowered_by == GATE else label
        check_declared(step.gives, inflow, subject=subject)
    except RefusedError as error:
        yield Refusal(step.name, column, error.clause, str(error), (((table, column), (step.name, "gives")),))


def _of_structures() -> dict[str, frozenset[str]]:
    found = {}
    for structure in map(load_structure, list_structures()):
        columns = {item.column for item in structure.dimensions} | {item.column for item in structure.attributes}
        columns |= _MEASURED
        found[f"gold.{structure.mart}"] = frozenset(
            columns | (_INDICATOR if structure.kind == "indicators" else frozenset())
        )
    return found

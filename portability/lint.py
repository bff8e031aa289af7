"""Refuses SQL in the models that engines read differently: `python -m portability.lint`, part of `make check`.

Macros are exempt: they are where engines are spelled apart. Models are read as text, without dbt.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlglot

from portability.render import Renderer
from portability.rules import RULES, Model, Schema
from vocabulary.yaml_text import read_yaml

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "dbt_project"


@dataclass(frozen=True)
class Finding:
    """A place that is not portable."""

    file: str
    line: int
    rule: str
    instead: str

    def __str__(self) -> str:
        """Give a line as compilers do."""
        return f"{self.file}:{self.line}: {self.rule}: write {self.instead}"


def lint(text: str, file: str, renderer: Renderer, schema: Schema) -> Iterator[Finding]:
    """Find what is not portable in a model.

    Args:
        text: The model as it stands in the repository.
        file: How to call it.
        renderer: Fills in what dbt would.
        schema: Columns of the tables that it may read.
    """
    made = renderer.render(text)
    try:
        tree = sqlglot.parse_one(made.text, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        line = (getattr(error, "errors", None) or [{}])[0].get("line") or 1
        place = sum(len(part) + 1 for part in made.text.split("\n")[: line - 1])
        yield Finding(file, made.lines[min(place, len(made.lines) - 1)], "cannot be read", "SQL that sqlglot parses")
        return
    model = Model(tree, sqlglot.tokenize(made.text, dialect="duckdb"), schema)
    for rule in RULES:
        lines = {made.lines[place] for place in rule.places(model) if not made.from_macro[place]}
        yield from (Finding(file, line, rule.name, rule.instead) for line in sorted(lines))


def schema_of(project: Path) -> Schema:
    """Return the columns of each model, seed and source, as the project's YAML has them."""
    schema: Schema = {}
    for file in sorted([*project.glob("models/**/*.yml"), *project.glob("seeds/*.yml")]):
        document = read_yaml(file.read_text(encoding="utf-8"))
        for item in (*document.get("models", ()), *document.get("seeds", ())):
            schema[item["name"]] = _columns(item)
        for source in document.get("sources", ()):
            schema |= {f"{source['name']}.{table['name']}": _columns(table) for table in source["tables"]}
    return schema


def _columns(item: dict[str, Any]) -> frozenset[str]:
    return frozenset(column["name"] for column in item.get("columns", ()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Lint the files named, or every model; returns 1 where anything is found."""
    names = sys.argv[1:] if arguments is None else arguments
    files = [Path(name).resolve() for name in names] or sorted(PROJECT.glob("models/**/*.sql"))
    renderer, schema = Renderer(ROOT), schema_of(PROJECT)
    found = [
        finding
        for file in files
        for finding in lint(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)), renderer, schema)
    ]
    for finding in found:
        print(finding, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

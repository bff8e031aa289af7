"""`amar access check`: whether every column of the models is declared as at least what flows into it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import REFUSED, Json, answer, friendly

if TYPE_CHECKING:
    from governance.proof.ways import Proof


def check(
    column: Annotated[str, typer.Argument(help="Print the way to one column, `gold.mart_insured.value`.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Prove all labels from the plans of DuckDB, without data; exit 4 where a column is declared too weak.

    What the home holds and nothing declares is named: it is closed to everybody.
    """
    from orchestration.labels import declared_labels, undeclared
    from orchestration.proof import proofs
    from orchestration.settings import Settings

    with friendly():
        settings = Settings()
        found = proofs(settings)
        whole = next(iter(found.values()))
        steps = _way(whole, column) if column else []
        unknown = undeclared(settings, declared_labels(settings))
    refused = {str(refusal): refusal for proof in found.values() for refusal in proof.refusals}
    verdict = f"{len(refused)} refused" if refused else "every column is declared as what flows into it, or stronger"
    document = {"columns": whole.column_count, "refused": list(refused), "undeclared": unknown, "way": steps}
    lines = [f"{whole.column_count} columns of {len(whole.models)} models: {verdict}", *refused]
    lines += [f"closed to everybody, for nothing declares it: {name}" for name in unknown]
    lines += [
        f"  {step['column']:<60} {step['label']}{'  → aggregate' if step['is_lowered'] else ''}" for step in steps
    ]
    answer(document, as_json=as_json, lines=lines)
    if refused:
        raise typer.Exit(REFUSED)


def _way(proof: "Proof", column: str) -> list[dict[str, Any]]:
    from governance.access.flow import spelled
    from governance.proof.ways import way_to

    relation, _, name = column.rpartition(".")
    return [
        {"column": f"{step.table}.{step.column}", "label": spelled(step.label), "is_lowered": step.is_lowered}
        for step in way_to(proof, relation, name)
    ]

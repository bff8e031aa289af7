"""Commands for whoever asks what an official number means: the definitions, their versions, what a version changed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import USAGE, Json, answer, fail, friendly, table

if TYPE_CHECKING:
    from vocabulary.indicators.model import Definition

indicators = typer.Typer(no_args_is_help=True, help="Say what the indicators mean, and what a version changed.")

Code = Annotated[str, typer.Argument(help="Code of the indicator.")]


@indicators.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the indicators: computed ones, those that no source held can carry, and other names."""
    from vocabulary.indicators.aliases import load_aliases
    from vocabulary.indicators.load import load_indicators, load_unsourced

    with friendly():
        rows = [
            {
                "code": each.code,
                "version": each.version,
                "domain": each.domain,
                "standing": standing,
                "name": each.name.en,
            }
            for standing, definitions in (("computed", load_indicators()), ("no source held", load_unsourced()))
            for each in definitions
        ]
        rows += [_row(each.code, each.name.en, each.formula) for each in load_aliases()]
    answer(rows, as_json=as_json, lines=table(rows))


@indicators.command()
def show(code: Code) -> None:
    """Show all that the definition of CODE says, as JSON: measures with their filters, versions and breaks."""
    from dataclasses import asdict

    from governance.releases.definitions import definition_document
    from vocabulary.indicators.aliases import load_aliases
    from vocabulary.indicators.load import load_indicator

    with friendly():
        alias = next((each for each in load_aliases() if each.code == code), None)
        if alias:
            data: dict[str, Any] = asdict(alias)
        else:
            chain = _chain(code) or [load_indicator(code)]
            steps = zip([None, *chain[:-1]], chain, strict=True)
            versions = [definition_document(each, before) for before, each in steps]
            data = {**versions[-1], "versions": versions[:-1]}
    answer(data, as_json=True, lines=[])


@indicators.command()
def diff(
    code: Code,
    before: Annotated[str | None, typer.Argument(help="A version; the last but one by default.")] = None,
    after: Annotated[str | None, typer.Argument(help="Another; the one in force by default.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what a version of CODE says otherwise than another, field by field, and which figures it changed."""
    from dataclasses import asdict

    from governance.releases.definitions import definition_document, document_changes
    from orchestration.definition_figures import changed_figures
    from orchestration.settings import Settings

    with friendly():
        old, new = _pair(code, before, after)
        fields = [asdict(each) for each in document_changes(definition_document(old), definition_document(new))]
        figures = changed_figures(Settings().amar_home, code, old.version, new.version)
    data = {"before": old.id, "after": new.id, "decision_id": new.decision_id, "fields": fields, "figures": figures}
    title = f"{old.id} → {new.id}, from {new.valid_from.code}, decision {new.decision_id or '–'}"
    lines = [title, "", *table(fields), "", "figures that differ:", *(table(figures) if figures else ["none held"])]
    answer(data, as_json=as_json, lines=lines)


def _row(code: str, name: str, standing: str, *, version: str = "", domain: str = "") -> dict[str, str]:
    return {"code": code, "version": version, "domain": domain, "standing": standing, "name": name}


def _chain(code: str) -> list["Definition"]:
    from vocabulary.indicators.load import load_versions

    return [each for each in load_versions() if each.code == code]


def _pair(code: str, before: str | None, after: str | None) -> tuple["Definition", "Definition"]:
    """Find two versions of an indicator: by default the one in force and the one before it."""
    chain = {each.version: each for each in _chain(code)}
    if not chain:
        fail(f"no indicator {code!r} is computed: amar indicators list", USAGE)
    versions = list(chain)
    new = after or versions[-1]
    old = before or (versions[versions.index(new) - 1] if new in versions[1:] else "")
    if not old:
        fail(f"{code} has no version before {new}", USAGE)
    for version in (old, new):
        if version not in chain:
            fail(f"{code} has no version {version}; there are {', '.join(versions)}", USAGE)
    return chain[old], chain[new]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands, as `amar indicators …`."""
    app.add_typer(indicators, name="indicators")

"""Indicators without figures of their own: those that no source held can carry, and other names of indicators.

They are told of like any other, marked, and a request for their data answers why there is none. A release that holds
figures of a code wins: what was published stays.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from api.problems.problem import ProblemError
from governance.releases.definitions import definition_document
from vocabulary.indicators.aliases import Alias, load_aliases
from vocabulary.indicators.load import load_unsourced
from vocabulary.indicators.model import Bilingual, Definition

COMPUTED, NO_SOURCE, ALIAS = "computed", "no_source", "alias"
"""Whether an indicator has figures; `no_source` and `alias` have none."""

NOTES = {
    NO_SOURCE: {"fa": "منبعی در دست نیست", "en": "no source held"},
    ALIAS: {"fa": "نام دیگر یک شاخص", "en": "another name of an indicator"},
}


def uncounted_documents(published: Iterable[str]) -> list[dict[str, Any]]:
    """Return the documents of the indicators without figures, by code, but for codes that a release holds."""
    held = set(published)
    found = [_unsourced(each) for each in load_unsourced()] + [_alias(each) for each in load_aliases()]
    return sorted((each for each in found if each["code"] not in held), key=lambda each: str(each["code"]))


def check_counted(asked: Iterable[str], published: Iterable[str]) -> None:
    """Refuse a request for the data of an indicator that has none, and say why.

    Args:
        asked: Values of the parameter, codes separated by commas.
        published: Codes that the release holds.

    Raises:
        ProblemError: 404 with the source that would be needed, or the indicator to ask for.
    """
    codes = {code for text in asked for code in text.split(",")}
    for document in uncounted_documents(published) if codes else ():
        if document["code"] not in codes:
            continue
        code, href = document["code"], f"/v1/indicators/{document['code']}"
        if document["status"] == ALIAS:
            detail = f"{code} has no figures of its own: it is {document['formula']}; ask for {document['alias_of']}."
            raise _problem("alias", "Another name of an indicator", detail, href=href, reason=document["reason"])
        detail = f"{code} is defined and not computed. What it needs: {document['needs']['en']}"
        raise _problem("no-source", "No source is held", detail, href=href, needs=document["needs"])


def _problem(kind: str, title: str, detail: str, **more: object) -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, kind, title, detail, parameter="INDICATOR", **more)


def _unsourced(definition: Definition) -> dict[str, Any]:
    return {**definition_document(definition), "status": NO_SOURCE, "status_text": NOTES[NO_SOURCE]}


def _alias(alias: Alias) -> dict[str, Any]:
    return {
        "code": alias.code,
        "names": _words(alias.name),
        "definition": _words(alias.definition),
        "status": ALIAS,
        "status_text": NOTES[ALIAS],
        "alias_of": alias.of,
        "formula": alias.formula,
        "reason": _words(alias.reason),
    }


def _words(text: Bilingual) -> dict[str, str]:
    return {"fa": text.fa, "en": text.en}

"""The access class and granularity of every field that the API answers with (OPEN-1…3, HOUSE-6).

`fields.yaml` beside this file is the only place where they are written. A response model with a field that is not there
keeps the app from starting, and an answer with a member that no model has is not sent. Which release carries the
certificate that a figure needs is `api.site`.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from governance.access.labels import Label, covers, join, parse_label, untagged
from governance.clauses import Basis, RefusedError

CLASS, GRANULARITY = "x-access-class", "x-granularity"
"""Members of a property in the OpenAPI document."""

RELEASED = "(released)"
"""Stands in `fields.yaml` for the columns of a release, whose names follow from its structure."""

FIELDS = Path(__file__).with_name("fields.yaml")

Labels = Mapping[str, Mapping[str, Label]]
"""Model → field → label."""


@cache
def load_fields(path: Path = FIELDS) -> Labels:
    """Read the labels of all fields.

    Raises:
        RefusedError: a label has an unknown word, or a field is labelled twice.
    """
    found: dict[str, dict[str, Label]] = {}
    for group in yaml.safe_load(path.read_text(encoding="utf-8")):
        label = parse_label(group.get("access_class"), group.get("granularity"), subject=f"a group of {path.name}")
        for model, names in group["fields"].items():
            for name in names:
                if name in found.setdefault(model, {}):
                    raise _refused(f"{path.name} labels {model}.{name} twice")
                found[model][name] = label
    return found


def response_models(app: FastAPI) -> dict[str, type[BaseModel]]:
    """Give every model that an answer of the app can be made of, by name.

    Raises:
        RefusedError: two models share a name, so that their fields cannot be told apart.
    """
    found: dict[str, type[BaseModel]] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        answers = [answer.get("model") for answer in getattr(route, "responses", {}).values()]
        for model in _models_in(getattr(route, "response_model", None), *answers):
            if found.setdefault(model.__name__, model) is not model:
                raise _refused(f"two response models are called {model.__name__}")
    return found


def check_models(models: Mapping[str, type[BaseModel]], labels: Labels) -> None:
    """Refuse response models whose fields are not labelled, or weaker than what stands in them.

    Raises:
        RefusedError: a field without a label, a label without a field, or a field that is declared weaker than the
            members of the model it holds.
    """
    for name, model in models.items():
        for field in model.model_fields:
            if field not in labels.get(name, {}):
                raise untagged(f"field {field} of the response model {name}")
    for name, known in labels.items():
        if name not in models:
            raise _refused(f"fields.yaml labels {name}, which no route answers with")
        if stale := set(known) - {*models[name].model_fields, RELEASED}:
            raise _refused(f"fields.yaml labels {name}.{min(stale)}, which no answer has")
    for name, model in models.items():
        _check_containers(name, model, labels)


def check_answer(annotation: Any, content: object, *, released: frozenset[str] = frozenset()) -> None:
    """Refuse an answer that holds a member which its model does not have.

    Args:
        annotation: The route's response model.
        content: The answer.
        released: Names of the columns of the release that is answered from; they are labelled by its certificate.

    Raises:
        RefusedError: the member, without its value.
    """
    if isinstance(content, Mapping):
        models = list(_models_at(annotation))
        if not models:
            return
        model = next((each for each in models if not _strange(each, content, released)), None)
        if model is None:
            raise untagged(f"member {min(_strange(models[0], content, released))} of an answer as {models[0].__name__}")
        for name, field in model.model_fields.items():
            check_answer(field.annotation, content.get(name), released=released)
    elif isinstance(content, list | tuple):
        known: object = None
        for each in content:
            if not isinstance(each, Mapping) or each.keys() != known:
                check_answer(annotation, each, released=released)
                known = each.keys() if isinstance(each, Mapping) else None


def describe(document: dict[str, Any], labels: Labels) -> dict[str, Any]:
    """Write the labels into an OpenAPI document, so that a client sees what each member is."""
    for model, schema in document["components"]["schemas"].items():
        for field, label in labels.get(model, {}).items():
            if field in schema.get("properties", {}):
                schema["properties"][field] |= {
                    CLASS: str(label.access_class.name).lower(),
                    GRANULARITY: label.granularity.name.lower(),
                }
    return document


def _check_containers(name: str, model: type[BaseModel], labels: Labels) -> None:
    for field, declared in model.model_fields.items():
        for inner in _models_at(declared.annotation):
            if not covers(labels[name][field], join(labels[inner.__name__].values())):
                raise _refused(f"{name}.{field} is declared weaker than the members of {inner.__name__} that it holds")


def _strange(model: type[BaseModel], content: Mapping[str, Any], released: frozenset[str]) -> set[str]:
    strange = set(content) - set(model.model_fields)
    return strange - released if RELEASED in load_fields().get(model.__name__, {}) else strange


def _models_in(*annotations: Any) -> Iterator[type[BaseModel]]:
    """Find the models of annotations and those of their fields, however deep."""
    waiting, seen = list(annotations), set[type[BaseModel]]()
    while waiting:
        for model in _models_at(waiting.pop()):
            if model not in seen:
                seen.add(model)
                waiting += [field.annotation for field in model.model_fields.values()]
                yield model


def _models_at(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the models that an annotation names, in lists and unions too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    inner: Iterable[Any] = get_args(annotation)
    for each in inner:
        yield from _models_at(each)


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, clause="HOUSE-6", basis=Basis.HOUSE)

"""What the OpenLineage specification asks of an event, written down as ours: the package ships no schemas.

Core 2-0-2 and each facet in the version whose address the events name. Stricter than the specification where that is no
matter of taste: a member that it does not know is a mistake of ours.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SPEC = "https://openlineage.io/spec"
CORE = f"{SPEC}/2-0-2/OpenLineage.json"
OURS = Path(__file__).parents[2] / "orchestration" / "openlineage"
TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
ADDRESS = {"type": "string", "pattern": r"^https?://[^\s]+$"}
SIGNED = {"_producer": ADDRESS, "_schemaURL": ADDRESS}

Schema = dict[str, Any]


def thing(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these members and no others."""
    members = {**required, **(optional or {})}
    return {"type": "object", "properties": members, "required": sorted(required), "additionalProperties": False}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def by_name(items: Schema) -> Schema:
    return {"type": "object", "additionalProperties": items}


ANY_FACET = {"type": "object", "properties": SIGNED, "required": sorted(SIGNED)}
FACETS = by_name(ANY_FACET)
RUN, JOB = thing({"runId": UUID}, {"facets": FACETS}), thing({"namespace": TEXT, "name": TEXT}, {"facets": FACETS})
DATASET = {"namespace": TEXT, "name": TEXT}
RUN_EVENT = thing(
    {"eventTime": INSTANT, "producer": ADDRESS, "schemaURL": ADDRESS, "run": RUN, "job": JOB},
    {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "inputs": many(thing(DATASET, {"facets": FACETS, "inputFacets": FACETS})),
        "outputs": many(thing(DATASET, {"facets": FACETS, "outputFacets": FACETS})),
    },
)
TAG = {"key": TEXT, "value": TEXT}
TRANSFORMATION = thing(
    {"type": {"enum": ["DIRECT", "INDIRECT"]}}, {"subtype": TEXT, "description": TEXT, "masking": FLAG}
)
INPUT_FIELD = thing({"namespace": TEXT, "name": TEXT, "field": TEXT}, {"transformations": many(TRANSFORMATION)})
ASSERTION = thing(
    {"assertion": TEXT, "success": FLAG},
    {**dict.fromkeys(["column", "severity", "name", "expected", "actual", "content", "contentType"], TEXT)}
    | {"description": TEXT, "params": {"type": "object"}},
)
OWNED = ({}, {"owners": many(thing({"name": TEXT}, {"type": TEXT}))})
FACET_RULES: Mapping[str, tuple[Schema, Schema]] = {
    "1-2-0/ColumnLineageDatasetFacet": (
        {"fields": by_name(thing({"inputFields": many(INPUT_FIELD)}))},
        {"dataset": many(INPUT_FIELD)},
    ),
    "1-0-1/DatasetVersionDatasetFacet": ({"datasetVersion": TEXT}, {}),
    "1-1-0/DataQualityAssertionsDatasetFacet": ({"assertions": many(ASSERTION)}, {}),
    "1-0-0/TagsDatasetFacet": ({}, {"tags": many(thing(TAG, {"source": TEXT, "field": TEXT}))}),
    "1-0-1/OwnershipDatasetFacet": OWNED,
    "1-2-0/SchemaDatasetFacet": (
        {},
        {
            "fields": many(
                thing(
                    {"name": TEXT},
                    {"type": TEXT, "description": TEXT, "ordinal_position": {"type": "integer"}, "fields": many({})},
                )
            )
        },
    ),
    "1-1-0/DocumentationDatasetFacet": ({"description": TEXT}, {"contentType": TEXT}),
    "1-2-0/ParentRunFacet": ({"run": RUN, "job": JOB}, {"root": {"type": "object"}}),
    "1-1-1/ProcessingEngineRunFacet": ({"version": TEXT}, {"name": TEXT, "openlineageAdapterVersion": TEXT}),
    "1-0-1/NominalTimeRunFacet": ({"nominalStartTime": INSTANT}, {"nominalEndTime": INSTANT}),
    "1-0-1/ErrorMessageRunFacet": ({"message": TEXT, "programmingLanguage": TEXT}, {"stackTrace": TEXT}),
    "1-0-0/TagsRunFacet": ({}, {"tags": many(thing(TAG, {"source": TEXT}))}),
    "1-1-0/SQLJobFacet": ({"query": TEXT}, {"dialect": TEXT}),
    "1-1-0/SourceCodeLocationJobFacet": (
        {"type": TEXT, "url": ADDRESS},
        dict.fromkeys(["repoUrl", "path", "version", "tag", "branch", "pullRequestNumber"], TEXT),
    ),
    "2-0-4/JobTypeJobFacet": ({"processingType": TEXT, "integration": TEXT}, {"jobType": TEXT}),
    "1-1-0/DocumentationJobFacet": ({"description": TEXT}, {"contentType": TEXT}),
    "1-0-1/OwnershipJobFacet": OWNED,
}


def _documents() -> Iterator[tuple[str, Schema]]:
    yield CORE, {"$id": CORE, "$defs": {"RunEvent": RUN_EVENT, "RunFacet": ANY_FACET}}
    for place, (required, optional) in FACET_RULES.items():
        name = place.partition("/")[2]
        facet = thing({**SIGNED, **required}, {"_deleted": FLAG, **optional})
        yield f"{SPEC}/facets/{place}.json", {"$id": f"{SPEC}/facets/{place}.json", "$defs": {name: facet}}
    for path in OURS.glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        yield schema["$id"], schema


REGISTRY: Registry[Any] = Registry().with_resources(
    (address, DRAFT202012.create_resource(schema)) for address, schema in _documents()
)


class Rules:
    """The rules, each compiled once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: dict[str, Draft202012Validator] = {}

    def faults(self, event: Schema) -> list[str]:
        """Return what is wrong with an event and its facets, by the addresses that they name themselves."""
        found = self._of(event["schemaURL"], event)
        for owner, facets in facets_of(event):
            for name, facet in facets.items():
                found += [f"{owner}.{name}: {fault}" for fault in self._of(facet["_schemaURL"], facet)]
        return found

    def _of(self, address: str, document: Schema) -> list[str]:
        if address not in self._known:
            self._known[address] = Draft202012Validator({"$ref": address}, registry=REGISTRY)
        return [error.message[:200] for error in self._known[address].iter_errors(document)]


def facets_of(event: Schema) -> Iterator[tuple[str, Schema]]:
    """Give every group of facets of an event, with what it is of."""
    yield "run", event["run"].get("facets", {})
    yield "job", event["job"].get("facets", {})
    for dataset in [*event.get("inputs", []), *event.get("outputs", [])]:
        for group in ("facets", "inputFacets", "outputFacets"):
            yield dataset["name"], dataset.get(group, {})

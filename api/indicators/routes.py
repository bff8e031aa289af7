"""Definitions of the indicators, as they were published; before a first release as the vocabulary has them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.answer import json_answer
from api.data.observations import newest_observation
from api.dependencies import CurrentSite
from api.indicators.schemas import Indicator, IndicatorList, OtherName, VersionStep
from api.indicators.uncounted import ALIAS, COMPUTED, uncounted_documents
from api.problems.problem import not_found, responses
from api.site import Site
from governance.datasets.load import load_structure
from governance.releases.definitions import Document, in_force, rules_for
from vocabulary.units.load import COUNTRY_GEO

DATASET = "INDICATORS"

router = APIRouter(tags=["indicators"])


@router.get("/v1/indicators", summary="All indicators", response_model=IndicatorList)
def list_indicators(request: Request, site: CurrentSite) -> Response:
    """List the indicators with their names and units; those that no source held can carry are marked."""
    listed = [
        {
            "code": each["code"],
            "version": each.get("version"),
            "names": each["names"],
            "domain": each.get("domain"),
            "unit_measure": each.get("unit_measure"),
            "direction": each.get("direction"),
            "status": each["status"],
            "status_text": each["status_text"],
            "href": f"/v1/indicators/{each['code']}",
        }
        for each in _documents(site)
    ]
    return json_answer(request, {"indicators": listed}, provenance=_provenance(site))


@router.get(
    "/v1/indicators/{code}",
    summary="An indicator",
    response_model=Indicator | OtherName,
    responses=responses(404, 422),
)
def read_indicator(
    request: Request,
    site: CurrentSite,
    code: Annotated[str, Path(description="Code of the indicator.", examples=["support_ratio"], max_length=64)],
) -> Response:
    """Tell what an indicator means: counting logic, measures with their filters, unit, owner, versions and breaks."""
    document = next((each for each in _documents(site) if each["code"] == code), None)
    if document is None:
        raise not_found("indicator", "No indicator has this code; /v1/indicators lists them.")
    if document["status"] == ALIAS:
        content = {**document, "links": {"indicator": f"/v1/indicators/{document['alias_of']}"}}
    else:
        content = {**document, "versions": _versions(site, document), **_figures(site, document)}
    return json_answer(request, content, provenance=_provenance(site), released=_columns(site))


def _figures(site: Site, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the newest value of the country and where the others are; nothing where none is computed."""
    dataset = {"dataset": f"/v1/datasets/{DATASET}"}
    if document["status"] != COMPUTED:
        return {"latest": None, "links": dataset}
    data = f"/v1/datasets/{DATASET}/data?INDICATOR={document['code']}"
    return {
        "latest": newest_observation(site, DATASET, {"INDICATOR": document["code"], "GEO": COUNTRY_GEO}),
        "links": {"data": data, "latest": f"{data}&GEO={COUNTRY_GEO}", **dataset},
    }


def _documents(site: Site) -> list[dict[str, Any]]:
    counted = [{**each, "status": COMPUTED, "status_text": None} for each in in_force(_definitions(site))]
    everything = [*counted, *uncounted_documents(each["code"] for each in counted)]
    return sorted(everything, key=lambda each: str(each["code"]))


def _versions(site: Site, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return when each version held, by which decision, and what it counts otherwise than the one before."""
    chain = [each for each in _definitions(site) if each["code"] == document["code"]] or [document]
    return [{name: each.get(name) for name in VersionStep.model_fields} for each in chain]


def _definitions(site: Site) -> Sequence[Document]:
    published = site.newest(DATASET)
    if published is None:
        structure = load_structure(DATASET)
        return [each.document for rule in rules_for(structure).values() for each in rule.versions]
    found: list[Document] = published.structure["definitions"]
    return found


def _columns(site: Site) -> list[str]:
    published = site.newest(DATASET)
    return published.columns if published else []


def _provenance(site: Site) -> str | None:
    published = site.newest(DATASET)
    return published.manifest.provenance if published else None

"""Definitions of the indicators, as they were published; before a first release as the vocabulary has them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.answer import json_answer
from api.data.observations import newest_observation
from api.dependencies import CurrentSite
from api.indicators.schemas import Indicator, IndicatorList
from api.problems.problem import not_found, responses
from api.site import Site
from governance.releases.definitions import definition_document
from vocabulary.indicators.load import load_indicators
from vocabulary.units.load import COUNTRY_GEO

DATASET = "INDICATORS"

router = APIRouter(tags=["indicators"])


@router.get("/v1/indicators", summary="All indicators", response_model=IndicatorList)
def list_indicators(request: Request, site: CurrentSite) -> Response:
    """List the indicators with their names and units."""
    listed = [
        {
            "code": each["code"],
            "version": each["version"],
            "names": each["names"],
            "unit_measure": each["unit_measure"],
            "direction": each["direction"],
            "href": f"/v1/indicators/{each['code']}",
        }
        for each in _definitions(site)
    ]
    return json_answer(request, {"indicators": listed}, provenance=_provenance(site))


@router.get("/v1/indicators/{code}", summary="An indicator", response_model=Indicator, responses=responses(404, 422))
def read_indicator(
    request: Request,
    site: CurrentSite,
    code: Annotated[str, Path(description="Code of the indicator.", examples=["support_ratio"], max_length=64)],
) -> Response:
    """Tell what an indicator means: definition, counting logic, numerator, denominator, unit, rounding, owner."""
    definition = next((each for each in _definitions(site) if each["code"] == code), None)
    if definition is None:
        raise not_found("indicator", "No indicator has this code; /v1/indicators lists them.")
    content = {
        **definition,
        "latest": newest_observation(site, DATASET, {"INDICATOR": code, "GEO": COUNTRY_GEO}),
        "links": {
            "data": f"/v1/datasets/{DATASET}/data?INDICATOR={code}",
            "latest": f"/v1/datasets/{DATASET}/data?INDICATOR={code}&GEO={COUNTRY_GEO}",
            "dataset": f"/v1/datasets/{DATASET}",
        },
    }
    return json_answer(request, content, provenance=_provenance(site))


def _definitions(site: Site) -> list[dict[str, Any]]:
    published = site.newest(DATASET)
    if published is None:
        return [definition_document(definition) for definition in load_indicators()]
    found: list[dict[str, Any]] = published.structure["definitions"]
    return found


def _provenance(site: Site) -> str | None:
    published = site.newest(DATASET)
    return published.manifest.provenance if published else None

"""`/v1/lineage/{observation}`: from a published number down to the files it came from."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.answer import json_answer
from api.data.schemas import Notice
from api.dependencies import CurrentSite
from api.problems.problem import bad_parameter, not_found, responses
from governance.lineage import Lineage, UnknownObservationError, release_of, trace

router = APIRouter(tags=["lineage"])


class LineageAnswer(Lineage):
    """Lineage with its notice and links."""

    provenance: str | None = None
    notice: Notice | None = None
    links: dict[str, str]


@router.get(
    "/v1/lineage/{observation:path}",
    summary="The way from a number to its files",
    response_model=LineageAnswer,
    responses=responses(400, 404, 410, 422),
)
def read_lineage(
    request: Request,
    site: CurrentSite,
    observation: Annotated[
        str,
        Path(
            description="Id of an observation, as data answers give it.",
            examples=["INDICATORS@1.0.0/support_ratio.IR/1399-12"],
            max_length=300,
        ),
    ],
) -> Response:
    """Tell observation, definition, release with approvals, tables and code, and the landing files with SHA-256.

    Row counts of a file are withheld where they would tell what a withheld value hides.
    """
    try:
        dataset, _, version = release_of(observation).partition("@")
    except UnknownObservationError as error:
        raise bad_parameter("observation", f"This is {error}.") from error
    published = site.resolve(dataset, version)
    try:
        lineage = trace(site.context, observation)
    except UnknownObservationError as error:
        raise not_found("observation", f"{published.release.id} has no such observation.") from error
    content = {
        **lineage.model_dump(mode="json"),
        "links": {
            "release": published.path,
            "manifest": f"/v1/datasets/{dataset}/files/manifest.json?version={version}",
            "sources": f"/v1/datasets/{dataset}/files/lineage.parquet?version={version}",
        },
    }
    return json_answer(request, content, provenance=lineage.observation.provenance)

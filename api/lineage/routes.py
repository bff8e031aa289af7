"""`/v1/lineage/{observation}`: from a published number down to the files it came from, as JSON or as a picture."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.answer import headers, is_fresh, json_answer, not_modified, tag
from api.data.schemas import Notice
from api.dependencies import CurrentSite
from api.problems.problem import bad_parameter, not_found, responses
from governance.lineage.model import Lineage, UnknownObservationError
from governance.lineage.picture.draw import draw
from governance.lineage.picture.page import page
from governance.lineage.picture.phrases import Language
from governance.lineage.published import release_of, trace

router = APIRouter(tags=["lineage"])

Format = Literal["json", "html", "svg"]
_MEDIA: dict[str, str] = {"html": "text/html; charset=utf-8", "svg": "image/svg+xml"}
_STRICT = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Vary": "Accept"}
"""A picture needs its own styles and nothing else."""


class LineageAnswer(Lineage):
    """Lineage with its notice and links."""

    provenance: str | None = None
    notice: Notice | None = None
    links: dict[str, str]


@router.get(
    "/v1/lineage/{observation:path}",
    summary="The way from a number to its files",
    response_model=LineageAnswer,
    responses={
        **responses(400, 404, 410, 422),
        200: {"content": {"text/html": {}, "image/svg+xml": {}}},
    },
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
    format: Annotated[  # noqa: A002 - the parameter is called so in the API
        Format | None, Query(description="json, or a picture: html is a page of its own. By default as `Accept` says.")
    ] = None,
    lang: Annotated[Language, Query(description="Language of the picture; the page holds both.")] = "fa",
) -> Response:
    """Tell observation, formula, release with approvals, what it is made of, tables, and landing files with SHA-256.

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
    wanted = format or ("html" if "text/html" in request.headers.get("accept", "") else "json")
    if wanted != "json":
        return _picture(request, lineage, wanted, lang)
    content = {
        **lineage.model_dump(mode="json"),
        "links": {
            "release": published.path,
            "manifest": f"/v1/datasets/{dataset}/files/manifest.json?version={version}",
            "sources": f"/v1/datasets/{dataset}/files/lineage.parquet?version={version}",
            "picture": f"/v1/lineage/{observation}?format=html",
        },
    }
    return json_answer(request, content, provenance=lineage.observation.provenance)


def _picture(request: Request, lineage: Lineage, wanted: str, language: Language) -> Response:
    etag, provenance = tag(lineage.model_dump_json(), wanted, language), lineage.observation.provenance
    if is_fresh(request, etag):
        return not_modified(etag, provenance, _STRICT)
    body = draw(lineage, language) if wanted == "svg" else page(lineage, language)
    return Response(body.encode(), media_type=_MEDIA[wanted], headers=headers(etag, provenance, _STRICT))

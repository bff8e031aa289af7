"""`/v1/datasets/{id}/data`: observations of a published release, filtered and paged, as JSON, CSV or Parquet."""

from typing import Annotated, Any
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from api.answer import headers, is_fresh, json_answer, not_modified, tag
from api.data.formats import MEDIA_TYPES, Format, negotiate, observation, to_csv, to_parquet
from api.data.observations import release_reference
from api.data.query import Cursor, Selection, check_cursor, read_cursor, read_selection
from api.data.schemas import DataAnswer
from api.dependencies import CurrentSite, DatasetId
from api.indicators.uncounted import check_counted
from api.problems.problem import bad_parameter, responses
from api.site import Published, Site
from governance.datasets.load import list_structures, load_structure
from governance.releases.columns import PERIOD
from governance.releases.definitions import by_version
from governance.releases.files import CSV
from governance.releases.store import DATA
from vocabulary.periods import Period

DEFAULT_LIMIT, MAX_LIMIT = 1_000, 10_000
"""Rows of a JSON page; CSV and Parquet are not cut unless `limit` asks for it."""

_REPRESENTATION = "1"  # to be raised whenever the same release is answered in other bytes

_WHOLE = {Format.CSV: CSV, Format.PARQUET: DATA}

router = APIRouter(tags=["data"])


def _dimension_parameters() -> list[dict[str, Any]]:
    """Return the OpenAPI entries of the filters, which follow from the datasets' structures."""
    datasets: dict[str, list[str]] = {}
    for dataset in list_structures():
        for dimension in load_structure(dataset).dimension_ids:
            datasets.setdefault(dimension, []).append(dataset)
    return [
        {
            "name": dimension,
            "in": "query",
            "required": False,
            "description": f"Codes separated by commas; a dimension of {', '.join(of)}.",
            "schema": {"type": "string"},
        }
        for dimension, of in datasets.items()
    ]


@router.get(
    "/v1/datasets/{dataset}/data",
    summary="Observations of a dataset",
    response_model=DataAnswer,
    responses={
        200: {
            "description": "Observations by key. The same columns in every format.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        304: {"description": "The client holds this answer (`If-None-Match`)."},
        **responses(400, 404, 406, 410, 422),
    },
    openapi_extra={"parameters": _dimension_parameters()},
)
def read_data(
    request: Request,
    site: CurrentSite,
    dataset: DatasetId,
    period: Annotated[
        list[str] | None,
        Query(
            description="A Jalali period, several with commas, or a bound: `ge:`, `gt:`, `le:`, `lt:`, `ne:`. "
            "Repeated conditions must all hold.",
            examples=["1399-12", "ge:1399-01"],
        ),
    ] = None,
    frequency: Annotated[
        str | None,
        Query(
            description="Kinds of period, several with commas: `month`, `quarter`, `half`, `nine_months`, `year`; all "
            "that the dataset has by default.",
            examples=["year"],
            max_length=64,
        ),
    ] = None,
    version: Annotated[
        str, Query(description="`1.0.0`, `1.0.*`, `1.*` or `latest`.", examples=["1.*"], max_length=32)
    ] = "latest",
    output: Annotated[
        str | None,
        Query(alias="format", description="`json`, `csv` or `parquet`; wins over `Accept`.", examples=["csv"]),
    ] = None,
    limit: Annotated[
        int | None, Query(ge=1, description=f"Rows a page; for JSON {DEFAULT_LIMIT} by default, {MAX_LIMIT} at most.")
    ] = None,
    cursor: Annotated[
        str | None,
        Query(description="From `next` of the page before; it stays with that page's version.", max_length=200),
    ] = None,
) -> Response:
    """Filter by dimension (`GEO=IR,IR-23`) and period, choose a version, page with `limit` and `cursor`.

    Values that are withheld (`OBS_STATUS` Q) or missing (O) are listed with their reason, not left out. The answer to a
    request for a fixed version never changes; its tag does not either.
    """
    chosen = negotiate(output, request.headers.get("accept", ""))
    start = read_cursor(cursor) if cursor is not None else None
    published = site.resolve(dataset, start.version if start else version)
    asked = [text for name, text in request.query_params.multi_items() if name.upper() == "INDICATOR"]
    check_counted(asked, (each["code"] for each in published.structure["definitions"]))
    selection = read_selection(request.query_params.multi_items(), period or (), published.dimensions, frequency)
    if start:
        check_cursor(start, selection)
    page = _Page(published, selection, start.offset if start else 0, _page_size(limit, chosen))
    etag = tag(published.manifest.manifest_hash, _REPRESENTATION, chosen, page.offset, page.limit, selection.digest())
    provenance = published.manifest.provenance
    if is_fresh(request, etag):
        return not_modified(etag, provenance, {"Vary": "Accept"})
    if chosen is Format.JSON:
        content = _content(request, page)
        answer = json_answer(request, content, provenance=provenance, etag=etag, released=published.columns)
    else:
        answer = _download(request, site, page, chosen, headers(etag, provenance))
    answer.headers["Vary"] = "Accept"
    return answer


class _Page:
    """The rows asked for."""

    def __init__(self, published: Published, selection: Selection, offset: int, limit: int | None) -> None:
        self.published = published
        self.selection = selection
        self.offset = offset
        self.limit = limit
        self._matching: pl.DataFrame | None = None

    @property
    def matching(self) -> pl.DataFrame:
        """All rows that match, on every page."""
        if self._matching is None:
            self._matching = _filter(self.published.data, self.selection)
        return self._matching

    @property
    def is_whole(self) -> bool:
        """Tell whether the release's own file is the answer."""
        return self.selection.is_everything and self.offset == 0 and self.limit is None

    @property
    def rows(self) -> pl.DataFrame:
        """The rows of this page."""
        return self.matching.slice(self.offset, self.limit)

    def next_path(self, request: Request) -> str | None:
        """Return the path of the next page, or `None`."""
        if self.limit is None or self.offset + self.limit >= self.matching.height:
            return None
        version = str(self.published.release.version)
        following = Cursor(version, self.selection.digest(), self.offset + self.limit)
        kept = [(name, text) for name, text in request.query_params.multi_items() if name not in ("cursor", "version")]
        return f"{request.url.path}?{urlencode([*kept, ('cursor', following.encode())], safe=':,')}"


def _page_size(limit: int | None, chosen: Format) -> int | None:
    if chosen is not Format.JSON:
        return limit
    if limit is not None and limit > MAX_LIMIT:
        raise bad_parameter("limit", f"A JSON page has at most {MAX_LIMIT} rows; CSV and Parquet have no limit.")
    return limit or DEFAULT_LIMIT


def _filter(data: pl.DataFrame, selection: Selection) -> pl.DataFrame:
    conditions = [pl.col(name).is_in(list(codes)) for name, codes in selection.codes.items()]
    if selection.periods or selection.frequencies:
        parsed = [Period.parse(code) for code in data[PERIOD].unique()]
        wanted = [each.code for each in parsed if selection.covers(each)]
        conditions.append(pl.col(PERIOD).is_in(wanted))
    return data.filter(conditions) if conditions else data


def _content(request: Request, page: _Page) -> dict[str, Any]:
    published = page.published
    definitions = by_version(published.structure["definitions"])
    return {
        "dataset": published.release.dataset,
        "version": str(published.release.version),
        "release": release_reference(published),
        "structure": published.path,
        "total": page.matching.height,
        "next": page.next_path(request),
        "observations": [
            observation(row, published.key[:-1], definitions, path=published.path)
            for row in page.rows.iter_rows(named=True)
        ],
    }


def _download(request: Request, site: Site, page: _Page, form: Format, sent: dict[str, str]) -> Response:
    if page.is_whole:
        path = site.context.store.file_path(page.published.manifest, _WHOLE[form])
        return FileResponse(path, media_type=MEDIA_TYPES[form], headers=sent)
    answer = Response(_bytes(page, form), media_type=MEDIA_TYPES[form], headers=sent)
    if following := page.next_path(request):
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def _bytes(page: _Page, chosen: Format) -> bytes:
    if chosen is Format.CSV:
        return to_csv(page.rows)
    manifest = page.published.manifest
    note = {
        "release": manifest.release,
        "content_hash": manifest.content_hash,
        "PROVENANCE": manifest.provenance,
    }
    return to_parquet(page.rows, note)

"""What is published: the entry page, datasets, versions, bulk files."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response

from api.answer import headers, is_fresh, json_answer, most_restrictive, not_modified
from api.catalogue.schemas import DatasetList, Entry, ReleaseAnswer, VersionList
from api.dependencies import CurrentSite, DatasetId
from api.problems.problem import not_found, responses
from api.site import Published, Site
from governance.releases.manifest import MANIFEST
from governance.releases.read import Release, withdrawal_reason
from governance.releases.store import sha256_of

router = APIRouter(tags=["catalogue"])

_VERSION_HELP = "`1.0.0`, `1.0.*`, `1.*` or `latest`."


@router.get("/v1", summary="What is here", response_model=Entry)
def read_entry(request: Request, site: CurrentSite) -> Response:
    """Start here: what is published, what may be done with it, how to cite it, and where to go on."""
    content = {
        "title": {"fa": "آمار رسمی، از عدد تا پرونده", "en": "Official statistics, from the number down to the file"},
        "description": {
            "fa": "هر عدد با تعریف، منطق شمارش، صورت و مخرج، وضعیت و راه بازگشت به فایل مبدأ؛ بدون ثبت نام.",
            "en": "Each number with its definition, counting logic, numerator and denominator, status and the way back "
            "to the files it came from; no registration.",
        },
        "reuse": {
            "fa": "استفاده از این داده‌ها برای همه، برای هر کار و بدون اجازه و هزینه آزاد است (OPEN-P8).",
            "en": "Anyone may use these data for anything, without asking and free of charge (OPEN-P8).",
        },
        "citation": "<observation id>, Amar, content hash <release's content_hash>, published <published_at>",
        "links": {
            "config": "/v1/config",
            "datasets": "/v1/datasets",
            "indicators": "/v1/indicators",
            "data": "/v1/datasets/{dataset}/data",
            "lineage": "/v1/lineage/{observation}",
            "ledger": "/v1/ledger/checkpoint",
            "health": "/v1/health",
            "openapi": "/v1/openapi.json",
        },
    }
    return json_answer(request, content, provenance=most_restrictive(site.provenance()))


@router.get("/v1/datasets", summary="Published datasets", response_model=DatasetList)
def list_datasets(request: Request, site: CurrentSite) -> Response:
    """List every dataset that has a published version, with its newest one."""
    published = site.datasets()
    content = {"datasets": [_summary(each) for each in published]}
    return json_answer(request, content, provenance=most_restrictive(site.provenance()))


@router.get("/v1/datasets/{dataset}", summary="A dataset", response_model=ReleaseAnswer, responses=responses(404, 422))
def read_dataset(request: Request, site: CurrentSite, dataset: DatasetId) -> Response:
    """Describe a dataset by its newest published version: structure, codes, definitions, files."""
    return _release_answer(request, site.resolve(dataset))


@router.get(
    "/v1/datasets/{dataset}/versions", summary="Versions", response_model=VersionList, responses=responses(404, 422)
)
def list_versions(request: Request, site: CurrentSite, dataset: DatasetId) -> Response:
    """List every version that was ever published; withdrawn ones are marked, with the reason."""
    releases = site.versions(dataset)
    content = {"dataset": dataset, "versions": [_version(site, release) for release in releases]}
    provenance = most_restrictive(site.manifest(release).provenance for release in releases)
    return json_answer(request, content, provenance=provenance)


@router.get(
    "/v1/datasets/{dataset}/versions/{version}",
    summary="A version",
    response_model=ReleaseAnswer,
    responses=responses(400, 404, 410, 422),
)
def read_version(
    request: Request,
    site: CurrentSite,
    dataset: DatasetId,
    version: Annotated[str, Path(description=_VERSION_HELP, examples=["1.0.0"], max_length=32)],
) -> Response:
    """Describe one version: structure, files with checksums, hashes, the events that let it out."""
    return _release_answer(request, site.resolve(dataset, version))


@router.get(
    "/v1/datasets/{dataset}/files/{name}",
    summary="A bulk file",
    response_class=FileResponse,
    responses={
        200: {"description": "The file as released; its SHA-256 is the tag and stands in `Repr-Digest`."},
        304: {"description": "The client holds this file (`If-None-Match`)."},
        **responses(400, 404, 410, 422),
    },
)
def read_file(
    request: Request,
    site: CurrentSite,
    dataset: DatasetId,
    name: Annotated[str, Path(description="Name from the version's list of files.", examples=["data.csv"])],
    version: Annotated[str, Query(description=_VERSION_HELP, examples=["1.0.0"], max_length=32)] = "latest",
) -> Response:
    """Download a whole file of a release: data as CSV or Parquet, structure, lineage, manifest."""
    published = site.resolve(dataset, version)
    entry = published.manifest.file(name)
    if entry is None and name != MANIFEST:
        known = ", ".join([*(each.name for each in published.manifest.files), MANIFEST])
        raise not_found("file", f"{published.release.id} has the files {known}.")
    path = site.context.store.file_path(published.manifest, name)
    digest = entry.sha256 if entry else sha256_of(path)
    etag, provenance = f'"{digest}"', published.manifest.provenance
    if is_fresh(request, etag):
        return not_modified(etag, provenance)
    checksum = base64.b64encode(bytes.fromhex(digest)).decode()
    more = {"Repr-Digest": f"sha-256=:{checksum}:"}
    return FileResponse(
        path,
        media_type=entry.media_type if entry else "application/json",
        filename=f"{dataset}_{published.release.version}_{name}",
        headers=headers(etag, provenance, more),
    )


def _summary(published: Published) -> dict[str, Any]:
    manifest, dataset = published.manifest, published.release.dataset
    return {
        "provenance": manifest.provenance,
        "id": dataset,
        "names": published.structure["names"],
        "description": published.structure["description"],
        "version": str(published.release.version),
        "published_at": published.release.published_at,
        "content_hash": manifest.content_hash,
        "observations": max(entry.rows or 0 for entry in manifest.files if entry.name.startswith("data.")),
        "href": f"/v1/datasets/{dataset}",
        "data": f"/v1/datasets/{dataset}/data",
    }


def _version(site: Site, release: Release) -> dict[str, Any]:
    manifest = site.manifest(release)
    return {
        "version": str(release.version),
        "state": release.state.value,
        "published_at": release.published_at,
        "withdrawn_at": release.withdrawn_at,
        "withdrawal_reason": withdrawal_reason(site.context, release),
        "content_hash": manifest.content_hash,
        "manifest_hash": manifest.manifest_hash,
        "href": f"/v1/datasets/{release.dataset}/versions/{release.version}",
    }


def _release_answer(request: Request, published: Published) -> Response:
    manifest = published.manifest
    told = manifest.model_dump(mode="json", exclude={"provenance", "files", "built_at"})
    base = f"/v1/datasets/{manifest.dataset}"
    pinned = f"?version={manifest.version}"
    files = [
        {**entry.model_dump(mode="json"), "href": f"{base}/files/{entry.name}{pinned}"} for entry in manifest.files
    ]
    content = {
        **told,
        "state": published.release.state.value,
        "published_at": published.release.published_at,
        "files": files,
        "structure": published.structure,
        "links": {
            "data": f"{base}/data{pinned}",
            "versions": f"{base}/versions",
            "manifest": f"{base}/files/{MANIFEST}{pinned}",
        },
    }
    return json_answer(request, content, provenance=manifest.provenance)

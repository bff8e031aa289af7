"""What answers of several subjects say about a release and about single observations."""

from typing import Any

import polars as pl

from api.data.formats import observation
from api.site import Published, Site
from governance.releases.definitions import by_version


def release_reference(published: Published) -> dict[str, Any]:
    """Return what an answer says about its release."""
    return {
        "id": published.release.id,
        "published_at": published.release.published_at,
        "content_hash": published.manifest.content_hash,
        "manifest_hash": published.manifest.manifest_hash,
        "href": published.path,
    }


def newest_observation(site: Site, dataset: str, codes: dict[str, str]) -> dict[str, Any] | None:
    """Return the observation of the newest period, of those the shortest, for a full key, as JSON, or `None`."""
    published = site.newest(dataset)
    if published is None:
        return None
    rows = published.data.filter([pl.col(name) == code for name, code in codes.items()]).sort(
        "period_end", "period_start"
    )
    if rows.is_empty():
        return None
    definitions = by_version(published.structure["definitions"])
    return observation(rows.row(-1, named=True), published.key[:-1], definitions, path=published.path)

"""What routes ask for: the site that the app was made with."""

from typing import Annotated

from fastapi import Depends, Path, Request

from api.site import Site


def site_of(request: Request) -> Site:
    """Return the site of the request's app."""
    site: Site = request.app.state.site
    return site


CurrentSite = Annotated[Site, Depends(site_of)]
DatasetId = Annotated[
    str, Path(alias="dataset", description="Id of a dataset.", examples=["INDICATORS"], max_length=64)
]

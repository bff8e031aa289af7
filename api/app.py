"""The public statistics API as an ASGI app.

A server starts it by its factory, `api.app:create_app`; settings come from `AMAR_*`. Nothing is read at import. No
request is logged and no address kept: the server's access log stays off.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answer import PROVENANCE_HEADER
from api.catalogue import routes as catalogue
from api.classes import fields
from api.data import routes as data
from api.health import routes as health
from api.indicators import routes as indicators
from api.ledger import acts
from api.ledger import routes as ledger
from api.lineage import routes as lineage
from api.problems.problem import describe, install
from api.site import Site
from governance.context import make_context
from governance.database.engine import check_ready
from governance.settings import Settings

_DESCRIPTION = """\
Official statistics, open to anyone without registration. Start at `/v1`.

Every observation carries its period in the Jalali calendar (`PERIOD`) with Gregorian bounds, its exact numerator and
denominator, three separate statuses, its provenance, and a link to its lineage: definition, approvals, tables, files.
Figures that a generator made say `PROVENANCE=synthetic` in the body and in the header `Amar-Provenance`.

Published versions never change. Ask for `version=1.*` to follow a dataset without breaking changes, or for `1.0.0` to
cite. Answers carry strong entity tags; send `If-None-Match` to be told 304.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the app.

    Args:
        settings: Where the data live; read from `AMAR_*` by default.

    Raises:
        DatabaseNotReadyError: the governance database is missing or of another version.
        RefusedError: a response model has a field without access class and granularity.
    """
    context = make_context(settings or Settings())
    check_ready(context.engine)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        context.engine.dispose()

    app = _Amar(
        title="Amar: official statistics",
        version=version("amar"),
        summary="From an official number down to the files it came from.",
        description=_DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # Swagger's page loads scripts from elsewhere, which would tell others who reads here
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.site = Site(context)
    for room in (catalogue, data, indicators, lineage, ledger, acts, health):
        app.include_router(room.router)
    fields.check_models(fields.response_models(app), fields.load_fields())
    install(app)
    app.add_middleware(_Head)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "Repr-Digest", "Content-Disposition", PROVENANCE_HEADER],
    )
    return app


class _Amar(FastAPI):
    """FastAPI whose OpenAPI document tells errors as they are, and what class each member of an answer has."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if not self.openapi_schema:
            self.openapi_schema = fields.describe(describe(super().openapi()), fields.load_fields())
        return self.openapi_schema


class _Head:
    """Answers HEAD like GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, bodiless)

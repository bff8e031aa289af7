"""Errors as RFC 9457 problem details: what went wrong, which parameter, what to do.

Every error of the API takes this form, those of the framework too. Values of a request are never echoed beyond the
parameter's name and what would be allowed.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from governance.ledger.ledger import ForgedEventError
from governance.ledger.tree import DamagedTreeError
from governance.releases.manifest import ManifestError
from governance.releases.states import LedgerStateError

MEDIA_TYPE = "application/problem+json"

_LOG = logging.getLogger(__name__)


class Problem(BaseModel):
    """An RFC 9457 problem."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:amar:problem:unknown-code",
                "title": "A code is not in its codelist",
                "status": 400,
                "detail": "GEO has no code XX",
                "instance": "/v1/datasets/INDICATORS/data",
                "parameter": "GEO",
            }
        },
    )

    type: str = Field(description="What kind of problem, as a URI that never changes.")
    title: str = Field(description="The kind in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened this time.")
    instance: str = Field(description="Path of the request.")
    parameter: str | None = Field(default=None, description="The parameter at fault, where there is one.")


class ProblemError(Exception):
    """Raised anywhere in the API to answer with a problem."""

    def __init__(
        self, status: HTTPStatus, kind: str, title: str, detail: str, *, parameter: str | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.more = {**({"parameter": parameter} if parameter else {}), **more}


def bad_parameter(parameter: str, detail: str) -> ProblemError:
    """Return the problem of a parameter that cannot be understood."""
    return ProblemError(HTTPStatus.BAD_REQUEST, "bad-parameter", "A parameter is wrong", detail, parameter=parameter)


def not_found(kind: str, detail: str) -> ProblemError:
    """Return the problem of something that is not published; `kind` names it, such as `dataset`."""
    return ProblemError(HTTPStatus.NOT_FOUND, f"unknown-{kind}", f"There is no such {kind}", detail)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI entries for the problems a route can answer with."""
    return {
        status: {
            "model": Problem,
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """Leave only the problem media type on the error responses of an OpenAPI document."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                if MEDIA_TYPE in answer.get("content", {}):
                    answer["content"] = {MEDIA_TYPE: answer["content"][MEDIA_TYPE]}
    return document


def install(app: FastAPI) -> None:
    """Make every error of an app a problem."""

    @app.exception_handler(ProblemError)
    def _problem(request: Request, error: ProblemError) -> JSONResponse:
        return _answer(request, error.status, error.kind, error.title, error.detail, error.more)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [{"parameter": str(fault["loc"][-1]), "detail": fault["msg"]} for fault in error.errors()]
        detail = "; ".join(f"{fault['parameter']}: {fault['detail']}" for fault in faults)
        more = {"parameter": faults[0]["parameter"], "errors": faults}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _answer(request, status, "bad-parameter", "A parameter is wrong", detail, more)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        kind = status.phrase.lower().replace(" ", "-")
        return _answer(request, status, kind, status.phrase, str(error.detail), {}, error.headers)

    @app.exception_handler(ManifestError)
    @app.exception_handler(LedgerStateError)
    @app.exception_handler(ForgedEventError)
    @app.exception_handler(DamagedTreeError)
    def _tampered(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("a release cannot be trusted: %s", error)
        detail = "The files or the ledger do not agree with what was approved, so nothing is answered from them."
        return _answer(
            request, HTTPStatus.SERVICE_UNAVAILABLE, "not-as-approved", "The release fails its check", detail, {}
        )

    @app.exception_handler(SQLAlchemyError)
    def _database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        _LOG.error("the governance database does not answer: %s", type(error).__name__)
        detail = "The ledger cannot be read now; try again later."
        return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, "no-ledger", "The ledger is out of reach", detail, {})

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("unexpected error: %s", type(error).__name__)
        detail = "Something failed that should not; it was noted without the request's content."
        return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "Unexpected error", detail, {})


def _answer(
    request: Request,
    status: HTTPStatus,
    kind: str,
    title: str,
    detail: str,
    more: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    content = {
        "type": f"urn:amar:problem:{kind}",
        "title": title,
        "status": int(status),
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(content, status, media_type=MEDIA_TYPE, headers=dict(headers or {}))

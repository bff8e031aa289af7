"""How answers go out: entity tags, 304, provenance notices, numbers that JSON can carry.

Belongs here: what every subject shares. What an answer says belongs to its subject.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from api.classes.fields import check_answer

PROVENANCE_HEADER = "Amar-Provenance"
SAFE_INTEGER = 2**53
"""Integers from here on lose digits in many JSON readers; they are sent as text."""

NOTICES = {
    "synthetic": {
        "provenance": "synthetic",
        "fa": "این ارقام را برنامه‌ای مولد ساخته است و واقعیت هیچ سازمانی نیست.",
        "en": "These figures were made by a generator; they are not facts about any organisation.",
    },
    "published_elsewhere": {
        "provenance": "published_elsewhere",
        "fa": "این ارقام را پیش‌تر دیگران منتشر کرده‌اند.",
        "en": "These figures were published elsewhere before.",
    },
}
_RANK = ("reported", "published_elsewhere", "synthetic")


def most_restrictive(provenances: Iterable[str]) -> str | None:
    """Return the provenance that wins, or `None` where there are no figures."""
    return max(provenances, key=_RANK.index, default=None)


def json_number(value: Decimal | None) -> int | float | str | None:
    """Return a decimal as JSON can carry it exactly: a number, or text where a reader would lose digits."""
    if value is None:
        return None
    if value == value.to_integral_value():
        whole = int(value)
        return whole if abs(whole) < SAFE_INTEGER else str(whole)
    near = float(value)
    return near if Decimal(repr(near)) == value else f"{value.normalize():f}"


def tag(*parts: object) -> str:
    """Return a strong entity tag over parts that decide an answer's bytes."""
    text = json.dumps([str(part) for part in parts])
    return f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def is_fresh(request: Request, etag: str) -> bool:
    """Tell whether the client holds the answer with this tag already."""
    held = request.headers.get("if-none-match", "")
    candidates = [part.strip().removeprefix("W/") for part in held.split(",")]
    return etag in candidates or "*" in candidates


def headers(etag: str, provenance: str | None, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers that every good answer carries."""
    found = {"ETag": etag, "Cache-Control": "public, no-cache", **(more or {})}
    if provenance:
        found[PROVENANCE_HEADER] = provenance
    return found


def not_modified(etag: str, provenance: str | None, more: Mapping[str, str] | None = None) -> Response:
    """Return the 304 for a client that holds the answer."""
    return Response(status_code=304, headers=headers(etag, provenance, more))


def json_answer(
    request: Request,
    content: Mapping[str, Any],
    *,
    provenance: str | None,
    etag: str | None = None,
    released: Iterable[str] = (),
) -> Response:
    """Return a JSON answer with its notice, tag and headers, or a 304.

    Args:
        request: The request.
        content: The body; `provenance` and `notice` are added where they hold.
        provenance: Most restrictive provenance of the figures concerned.
        etag: The tag where it is known; otherwise the body's hash.
        released: Names of the columns of the release that is answered from.

    Raises:
        RefusedError: a member of the body has no access class.
    """
    told = noticed(content, provenance)
    check_answer(request.scope["route"].response_model, told, released=frozenset(released))
    body = json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
    found = etag or f'"{hashlib.sha256(body).hexdigest()}"'
    if is_fresh(request, found):
        return not_modified(found, provenance)
    return Response(body, media_type="application/json", headers=headers(found, provenance))


def noticed(content: Mapping[str, Any], provenance: str | None) -> dict[str, Any]:
    """Return a body with its provenance in front, and the notice that belongs to it."""
    front: dict[str, Any] = {"provenance": provenance} if provenance else {}
    if provenance in NOTICES:
        front["notice"] = NOTICES[provenance]
    return {**front, **content}

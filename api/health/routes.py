"""`/v1/health` and `/v1/config`: whether the API works, and what a client may rely on."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.answer import SAFE_INTEGER, json_answer, most_restrictive
from api.data.formats import MEDIA_TYPES
from api.data.routes import DEFAULT_LIMIT, MAX_LIMIT
from api.data.schemas import Notice, Words
from api.dependencies import CurrentSite
from api.problems.problem import responses
from governance.clauses import CLAUSES, Basis
from governance.disclosure.gate import THRESHOLD
from vocabulary.codelists.load import load_codelist

router = APIRouter(tags=["service"])

_STATUSES = {
    "OBS_STATUS": "CL_OBS_STATUS",
    "CONF_STATUS": "CL_CONF_STATUS",
    "REVISION_STATUS": "CL_REVISION_STATUS",
    "UNIT_MEASURE": "CL_UNIT_MEASURE",
}


class Health(BaseModel):
    """Whether the API answers from its ledger."""

    status: str
    ledger_events: int = Field(description="Events in the ledger.")
    datasets: int = Field(description="Datasets with a published version.")


class Config(BaseModel):
    """Limits and rules, so that a client can discover them."""

    provenance: str | None = None
    notice: Notice | None = None
    formats: dict[str, str]
    limits: dict[str, int]
    periods: dict[str, Any]
    numbers: dict[str, Any]
    disclosure: dict[str, Any]
    versions: Words
    statuses: dict[str, list[dict[str, Any]]]
    clauses: list[dict[str, str]]
    bases: list[str]


@router.get("/v1/health", summary="Health", response_model=Health, responses=responses(503))
def read_health(request: Request, site: CurrentSite) -> Response:
    """Tell whether the ledger can be read and the published releases agree with it."""
    with site.context.ledger.reading() as ledger:
        head = ledger.head()
    return json_answer(
        request, {"status": "ok", "ledger_events": head, "datasets": len(site.datasets())}, provenance=None
    )


@router.get("/v1/config", summary="Limits and rules", response_model=Config)
def read_config(request: Request, site: CurrentSite) -> Response:
    """Tell formats, limits, how periods and numbers are written, what is withheld, and what status codes mean."""
    content = {
        "formats": {each.value: media_type for each, media_type in MEDIA_TYPES.items()},
        "limits": {"json_rows_default": DEFAULT_LIMIT, "json_rows_max": MAX_LIMIT},
        "periods": {
            "calendar": "Jalali (Solar Hijri)",
            "forms": ["1399-12", "1399-Q4", "1399-H2", "1399-M9", "1399"],
            "gregorian_bounds": ["period_start", "period_end"],
            "operators": ["eq", "ne", "ge", "gt", "le", "lt"],
        },
        "numbers": {
            "rounding": "half away from zero, once, from the exact numerator and denominator",
            "largest_json_integer": SAFE_INTEGER - 1,
            "beyond": "sent as text",
        },
        "disclosure": {"least_contributors": THRESHOLD, "areas": ["country", "province"], "withheld": "OBS_STATUS Q"},
        "versions": {
            "fa": "نسخه اصلی: تغییر ساختار؛ فرعی: آمدن یا رفتن مشاهده؛ وصله: تنها تغییر مقدار یا متن.",
            "en": "Major: the structure changed. Minor: observations came or went. Patch: only values or texts did.",
        },
        "statuses": {name: _legend(codelist) for name, codelist in _STATUSES.items()},
        "clauses": [
            {"id": clause.id, "source": clause.source, "wording": clause.wording} for clause in CLAUSES.values()
        ],
        "bases": [basis.value for basis in Basis],
    }
    return json_answer(request, content, provenance=most_restrictive(site.provenance()))


def _legend(codelist: str) -> list[dict[str, Any]]:
    return [
        {"code": item.code, "names": {"fa": item.name_fa, "en": item.name_en}} for item in load_codelist(codelist).items
    ]

"""`/v1/ledger/acts`: who did what to published releases, by which clause; offices, never persons.

Every other act is for auditors (`amar audit acts`): the authenticated desk does not exist yet.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.answer import json_answer
from api.dependencies import CurrentSite
from api.ledger.schemas import LedgerActs
from api.problems.problem import responses
from governance.acts.read import Wanted, public_acts
from governance.clauses import CLAUSES

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000


@router.get("/acts", summary="Who did what by which clause", response_model=LedgerActs, responses=responses(422))
def list_acts(
    request: Request,
    site: CurrentSite,
    office: Annotated[str | None, Query(max_length=64, description="Only acts of this office.")] = None,
    kind: Annotated[
        str | None, Query(max_length=64, description="Only this kind, or what begins with it: `release.`.")
    ] = None,
    subject: Annotated[
        str | None, Query(max_length=128, description="Only this release, or what begins with it: `INDICATORS@`.")
    ] = None,
    clause: Annotated[str | None, Query(max_length=64, description="Only acts by this clause.")] = None,
    since: Annotated[str | None, Query(max_length=32, description="Only since this day or instant (UTC).")] = None,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="Only those after this sequence.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")] = DEFAULT_LIMIT,
) -> Response:
    """List the acts on releases that were published, in order; before its publication no release is told of."""
    asked = {"office": office, "kind": kind, "subject": subject, "clause": clause, "since": since}
    with site.context.ledger.reading() as ledger:
        found = public_acts(ledger, Wanted(**asked), after=after, limit=limit + 1)
    shown = found[:limit]
    clauses = {each.clause: CLAUSES[each.clause].wording for each in shown if each.clause in CLAUSES}
    more = None
    if len(found) > limit:
        query = {name: value for name, value in asked.items() if value is not None}
        more = f"/v1/ledger/acts?{urlencode({**query, 'after': shown[-1].sequence, 'limit': limit})}"
    content = {"acts": [vars(event) for event in shown], "clauses": clauses, "next": more}
    return json_answer(request, content, provenance=None)

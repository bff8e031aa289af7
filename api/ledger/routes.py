"""`/v1/ledger`: checkpoints, leaves and proofs, by which anyone can tell that nothing was changed.

What of an event is public is decided in `governance.ledger.public`; checking is done by the reader, with the
single-file verifier or any other that speaks RFC 9162 and C2SP checkpoints.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response

from api.answer import headers, is_fresh, json_answer, not_modified, tag
from api.dependencies import CurrentSite
from api.ledger.schemas import Consistency, Inclusion, LedgerCheckpoints, LedgerEntries, LedgerKey
from api.problems.problem import bad_parameter, not_found, responses
from governance.ledger.checkpoints import KeptCheckpoint, NoCheckpointError
from governance.ledger.envelope import Event
from governance.ledger.ledger import Reader
from governance.ledger.proofs import NoProofError
from governance.ledger.public import PublicView, public_view
from governance.ledger.signing import parse_vkey

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
_LARGEST = 2**53 - 1
_Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")]
_Size = Annotated[int | None, Query(ge=1, le=_LARGEST, description="Size of the tree; all events by default.")]


@router.get(
    "/checkpoint",
    summary="The newest checkpoint",
    response_class=PlainTextResponse,
    responses=responses(404),
)
def read_checkpoint(request: Request, site: CurrentSite) -> Response:
    """Give the newest checkpoint as a signed note (c2sp.org/tlog-checkpoint), with the lines of its witnesses."""
    with site.context.ledger.reading() as ledger:
        note = _newest(ledger).note
    etag = tag(note)
    if is_fresh(request, etag):
        return not_modified(etag, None)
    return PlainTextResponse(note, headers=headers(etag, None))


@router.get("/checkpoints", summary="Kept checkpoints", response_model=LedgerCheckpoints, responses=responses(422))
def list_checkpoints(
    request: Request,
    site: CurrentSite,
    after: Annotated[int, Query(ge=0, le=_LARGEST, description="Only those of more events.")] = 0,
    limit: _Limit = DEFAULT_LIMIT,
) -> Response:
    """List the checkpoints that are kept: the newest, the last of each day (UTC), and those that were given out."""
    with site.context.ledger.reading() as ledger:
        found = ledger.checkpoints(after=after, limit=limit + 1)
    told = [
        {
            "tree_size": each.tree_size,
            "root_hash": each.root_hash,
            "note": each.note,
            "witnesses": list(each.witnesses),
        }
        for each in found[:limit]
    ]
    more = f"/v1/ledger/checkpoints?after={found[limit - 1].tree_size}&limit={limit}" if len(found) > limit else None
    return json_answer(request, {"checkpoints": told, "next": more}, provenance=None)


@router.get("/entries", summary="Leaves of the ledger", response_model=LedgerEntries, responses=responses(422))
def list_entries(
    request: Request,
    site: CurrentSite,
    start: Annotated[int, Query(ge=1, le=_LARGEST, description="Sequence of the first.")] = 1,
    limit: _Limit = DEFAULT_LIMIT,
) -> Response:
    """List every event's leaf hash, and the envelopes of acts on releases from the instant of their publication."""
    stop = start + limit - 1
    with site.context.ledger.reading() as ledger:
        head, public = ledger.head(), public_view(ledger)
        entries = [_entry(event, public) for event in ledger.iterate(start, stop)]
    more = f"/v1/ledger/entries?start={stop + 1}&limit={limit}" if stop < head else None
    return json_answer(request, {"tree_size": head, "entries": entries, "next": more}, provenance=None)


@router.get(
    "/proof/inclusion", summary="That an event is in it", response_model=Inclusion, responses=responses(400, 422)
)
def prove_inclusion(
    request: Request,
    site: CurrentSite,
    sequence: Annotated[int, Query(ge=1, le=_LARGEST, description="Sequence of the event.")],
    size: _Size = None,
) -> Response:
    """Prove that an event is among the first `size` events."""
    with _proving(site, "sequence", size=size) as ledger:
        proof = ledger.inclusion(sequence, size)
    return json_answer(request, {**vars(proof), "hashes": list(proof.hashes)}, provenance=None)


@router.get(
    "/proof/consistency",
    summary="That it only grew",
    response_model=Consistency,
    responses=responses(400, 422),
)
def prove_consistency(
    request: Request,
    site: CurrentSite,
    old: Annotated[int, Query(ge=1, le=_LARGEST, description="Size of a checkpoint that you hold.")],
    new: _Size = None,
) -> Response:
    """Prove that the ledger at size `new` begins with the ledger at size `old`."""
    with _proving(site, "old", new=new) as ledger:
        proof = ledger.consistency(old, new)
    return json_answer(request, {**vars(proof), "hashes": list(proof.hashes)}, provenance=None)


@router.get("/key", summary="The ledger's public key", response_model=LedgerKey, responses=responses(404))
def read_key(request: Request, site: CurrentSite) -> Response:
    """Tell the key that signs checkpoints. Who trusts it only from here trusts whoever answers here."""
    with site.context.ledger.reading() as ledger:
        key = parse_vkey(_newest(ledger).vkey)
    return json_answer(request, {"origin": key.name, "algorithm": "Ed25519", "vkey": key.vkey}, provenance=None)


def _newest(ledger: Reader) -> KeptCheckpoint:
    try:
        return ledger.checkpoint()
    except NoCheckpointError as error:
        raise not_found("checkpoint", "Nothing was written to the ledger yet, so nothing is signed.") from error


def _entry(event: Event, public: PublicView) -> dict[str, Any]:
    envelope = vars(event) if public.shows(event) else None
    return {"sequence": event.sequence, "leaf_hash": event.leaf_hash(), "envelope": envelope}


@contextmanager
def _proving(site: CurrentSite, parameter: str, **largest: int | None) -> Iterator[Reader]:
    """Read the ledger for a proof; what cannot be proved is a wrong parameter, by default `parameter`."""
    with site.context.ledger.reading() as ledger:
        head = ledger.head()
        for name, size in largest.items():
            if size is not None and size > head:
                raise bad_parameter(name, f"The ledger has {head} events.")
        try:
            yield ledger
        except NoProofError as error:
            raise bad_parameter(parameter, f"{error}.") from error

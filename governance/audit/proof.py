"""A proof that stands by itself: entries of the ledger with their paths to a signed checkpoint, and a manifest.

It says of an entry that it is in the ledger; of a release that its files are those that were approved and published;
of an observation that it stands in those files. `amar_verify.py inclusion` and `release` check it.
"""

import re
from collections.abc import Iterable
from typing import Any

import polars as pl

from governance.audit import amar_verify
from governance.audit.export import Audience, check_audience, kept_view
from governance.audit.holdings import seals
from governance.context import Context
from governance.errors import GovernanceError
from governance.ledger.envelope import canonical_bytes
from governance.ledger.ledger import Reader
from governance.ledger.public import public_view
from governance.releases.columns import OBSERVATION_ID
from governance.releases.read import Release, UnknownReleaseError, fold, parse_release_id

_SEQUENCE = re.compile(r"[1-9][0-9]{0,15}")


class UnknownEntryError(GovernanceError):
    """There is nothing of this name that a proof could be about."""


def prove(context: Context, what: str, *, actor: str | None = None) -> bytes:
    """Return the proof of an entry (`17`), of a release (`INDICATORS@1.0.0`), or of one of its observations.

    Args:
        context: The installation.
        what: What is to be proved.
        actor: Code of an auditor; without one the proof shows only what is public.

    Raises:
        RefusedError: the actor is no auditor.
        UnknownEntryError: there is no such entry or observation.
        UnknownReleaseError: there is no such release, or it is not published.
        NoCheckpointError: nothing was ever written to the ledger.
    """
    audience = Audience.AUDITOR if actor else Audience.PUBLIC
    check_audience(context, audience, actor)
    with kept_view(context) as (ledger, size):
        if _SEQUENCE.fullmatch(what):
            if int(what) > size:
                raise UnknownEntryError(f"the ledger has {size} entries, none has the number {what}")
            return _proof(ledger, [int(what)], size, audience)
        release_id, _, cell = what.partition("/")
        release = _admitted(ledger, release_id, audience)
        manifest = context.store.manifest(release.dataset, str(release.version))
        if cell and not context.store.data(manifest).filter(pl.col(OBSERVATION_ID) == what).height:
            raise UnknownEntryError(f"{release_id} has no observation {what[:200]!r}")
        events = [*release.events, *seals(ledger, release)]
        content = amar_verify.parse_json(manifest.to_bytes())
        sequences = sorted(event.sequence for event in events)
        return _proof(ledger, sequences, size, audience, manifest=content, observation=what if cell else None)


def _admitted(ledger: Reader, release_id: str, audience: Audience) -> Release:
    parse_release_id(release_id)
    for release in fold(ledger.events(subject=release_id)):
        if release.is_visible if audience is Audience.PUBLIC else release.published_at:
            return release
    raise UnknownReleaseError(f"there is no published release {release_id[:80]!r}")


def _proof(ledger: Reader, sequences: Iterable[int], size: int, audience: Audience, **of: Any) -> bytes:
    checkpoint = ledger.checkpoint(size)
    public = public_view(ledger)
    entries = []
    for sequence in sequences:
        (event,) = ledger.iterate(sequence, sequence)
        proven = ledger.inclusion(sequence, size)
        envelope = vars(event) if audience is Audience.AUDITOR or public.shows(event) else None
        said = {"sequence": sequence, "leaf_hash": proven.leaf_hash, "envelope": envelope}
        entries.append({**said, "hashes": list(proven.hashes)})
    proof = {
        "format": amar_verify.PROOF_FORMAT,
        "origin": amar_verify.parse_key(checkpoint.vkey, amar_verify.LOG_KEY).name,
        "vkey": checkpoint.vkey,
        "checkpoint": checkpoint.note,
        "entries": entries,
        "manifest": of.get("manifest"),
        "observation": of.get("observation"),
    }
    return canonical_bytes(proof) + b"\n"

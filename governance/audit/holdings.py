"""The published releases of the home, checked by the rules of the single file: files, manifest, and ledger entries."""

from governance.audit.amar_verify import (
    MANIFEST,
    SEALED,
    Folder,
    Malformed,
    Released,
    Report,
    Said,
    Unreadable,
    check_manifest,
    check_release_acts,
    check_release_files,
    parse_canonical,
    read,
)
from governance.context import Context
from governance.ledger.envelope import Event
from governance.ledger.ledger import NoPayloadError, Reader
from governance.releases.manifest import ManifestError
from governance.releases.read import Release


def check_release(context: Context, ledger: Reader, release: Release) -> list[str]:
    """Return everything about a published release that does not agree, a sentence each."""
    report = Report()
    try:
        folder = Folder(context.store.path(release.dataset, str(release.version)))
        held = {name: name for name in folder.names()}
        found = Released(MANIFEST, check_manifest(parse_canonical(read(folder, MANIFEST))))
    except ManifestError as error:
        return [str(error)]
    except (OSError, Malformed, Unreadable) as error:
        reason = "cannot be read" if isinstance(error, OSError) else str(error)
        return [f"{release.id}: {MANIFEST}: {reason}"]
    check_release_files(report, folder, held, found)
    check_release_acts(report, found, _said(ledger, release))
    return [f"{release.id}: {finding.line()}" for finding in report.findings]


def seals(ledger: Reader, release: Release) -> list[Event]:
    """Return the events that seal a release's manifest: one, or none in a ledger from before there were any."""
    return [event for event in ledger.events(kind=SEALED) if event.subject.startswith(f"{release.id}/")]


def _said(ledger: Reader, release: Release) -> Said:
    said = Said()
    for event in (*release.events, *seals(ledger, release)):
        said.leaves[event.sequence] = event.leaf_hash()
        said.keep(vars(event))
        try:
            said.payloads[event.sequence] = dict(ledger.payload(event.sequence))
        except NoPayloadError:
            continue
    return said

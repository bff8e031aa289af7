"""Whether what a manifest says was let out could have been: the gate's certificate, looked at again. Pure.

The API asks when it opens a release, so that nothing is served which no gate let through.
"""

from governance.access.flow import through_gate
from governance.access.labels import parse_label
from governance.clauses import RefusedError
from governance.releases.manifest import Manifest, ManifestError


def check_certified(manifest: Manifest) -> None:
    """Make sure that the gate may lower every label that the certificate says it lowered.

    A release from before there were certificates was let out with public columns only, and stays (HOUSE-4).

    Raises:
        ManifestError: a label is none, or may not pass the gate (STAT-N1, OPEN-3).
    """
    if manifest.certificate is None:
        return
    for column, spelled in manifest.certificate.lowered.items():
        access_class, _, granularity = spelled.partition("×")
        try:
            through_gate(parse_label(access_class, granularity, subject=column), subject=column)
        except RefusedError as error:
            raise ManifestError(
                f"{manifest.release}: its certificate lowers what no gate may lower: {error}"
            ) from error

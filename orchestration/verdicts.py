"""What the last run of the marts found, told to a proposal: the tests of the data, and the proof of the labels.

Read from what dbt left of its last run and from what the proof keeps; nothing is run again.
"""

import hashlib
import json
from collections import Counter

from governance.releases.checks import DATA, LABELS, Check, Outcome
from orchestration import dbt, proof
from orchestration.settings import Settings

_BAD = frozenset({"fail", "error", "runtime error", "skipped", "partial success"})


def verdicts(settings: Settings) -> list[Check]:
    """Return the verdicts of the checks that a build of the marts makes."""
    return [_data(settings), _labels(settings)]


def _data(settings: Settings) -> Check:
    path = dbt.artifacts(settings) / "run_results.json"
    if not path.is_file():
        return Check(DATA, Outcome.UNKNOWN)
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    told = sorted((result["unique_id"], result["status"]) for result in results)
    found = Counter(status for name, status in told if name.startswith("test."))
    bad = sum(1 for _, status in told if status in _BAD)
    outcome = Outcome.FAILED if bad else Outcome.FLAGGED if found["warn"] else Outcome.PASSED
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    counts = {"tests": found.total(), "warned": found["warn"], "failed": bad}
    return Check(DATA, outcome, {**counts, "results": f"sha256:{digest}"})


def _labels(settings: Settings) -> Check:
    forms = proof.proven(settings)
    return Check(LABELS, Outcome.PASSED if forms else Outcome.UNKNOWN, {"proven": ", ".join(forms)} if forms else {})

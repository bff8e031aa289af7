"""What the process that asks for a release again and the one that builds it agree on, whichever code each runs.

A release is built again by the revision that built it first, so a change here shuts out every revision before it.
"""

MODULE = "orchestration.reproducing.rebuild"
"""Run as `python -m MODULE HOME DATASET OUT`: a home with pinned tables, a dataset, and an empty folder."""

OUTCOME = "outcome.json"
"""Left in OUT: `source_hash`, and either `error` or `content_hash` and `unpinned` (tables that were read as empty)."""

DATA, STRUCTURE = "data.parquet", "structure.json"
"""Left in OUT where there was no error: what would be published, as in a release, without what the version decides."""

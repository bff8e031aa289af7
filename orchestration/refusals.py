"""The check that fails where files were turned away as a whole, so that an alert goes out: counts by rule."""

from collections import Counter
from collections.abc import Collection
from typing import Final

import dagster as dg

from lake.bronze import RejectedFile

REFUSED: Final = "refused_files"


def refusal_spec(asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Describe the check of an asset."""
    return dg.AssetCheckSpec(REFUSED, asset=asset, description="No file of this run was turned away as a whole.")


def refusal_result(asset: dg.AssetKey, known: Collection[RejectedFile], run_id: str) -> dg.AssetCheckResult:
    """Count the files that a run turned away, by the rule that they break; names and reasons are in its log.

    Args:
        asset: Whose check it is.
        known: What was ever turned away; a step that was tried again finds there what its first attempt did.
        run_id: The run.
    """
    files = [file for file in known if file.ingest_id == run_id]
    rules = Counter(file.rule for file in files)
    return dg.AssetCheckResult(
        check_name=REFUSED,
        asset_key=asset,
        passed=not files,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"files": len(files), **{f"rule/{rule}": count for rule, count in sorted(rules.items())}},
    )

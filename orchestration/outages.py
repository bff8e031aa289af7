"""The check that fails where a source's database could not be read: its files went on, and an alert goes out."""

from typing import Final

import dagster as dg

from orchestration.sources.sql.errors import DatabaseSourceError

DATABASE: Final = "database"


def outage_spec(asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Describe the check of a bronze asset."""
    return dg.AssetCheckSpec(DATABASE, asset=asset, description="The source's database was read to its end.")


def outage_result(asset: dg.AssetKey, failure: DatabaseSourceError | None) -> dg.AssetCheckResult:
    """Name the object and what is wrong with it, without a value of a row and without an address."""
    told: dict[str, str | int] = {}
    if failure:
        told = {"object": failure.entity or "all", f"rule/{failure.rule}": 1, "reason": str(failure)}
    return dg.AssetCheckResult(
        check_name=DATABASE,
        asset_key=asset,
        passed=failure is None,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata=told,
    )


def outage_of(result: dg.ExecuteInProcessResult) -> str:
    """Return what a run said of a database that it could not read; empty where it could."""
    failed = [check for check in result.get_asset_check_evaluations() if check.check_name == DATABASE]
    return next((str(check.metadata["reason"].value) for check in failed if not check.passed), "")

"""Release assets: a proposed version of each dataset, built from gold through the gate.

Approval and publication are acts of officials and ledger events, not runs; they are in `amar release`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from governance.access.labels import labels_of_columns
from governance.context import open_context
from governance.datasets.load import list_structures, load_structure
from governance.releases.propose import NothingChangedError, propose
from governance.settings import Settings as GovernanceSettings
from orchestration import dbt
from orchestration.openlineage.acts import proposal_observed
from orchestration.resources import Lake
from orchestration.verdicts import verdicts


class ProposalConfig(dg.Config):
    """Who proposes."""

    actor: str = Field(description="Code of the official who proposes.")


def release_asset(dataset: str) -> dg.AssetsDefinition:
    """Make the asset of one dataset's proposals."""
    structure = load_structure(dataset)

    @dg.asset(
        name=dataset,
        key_prefix="release",
        deps=[dg.AssetKey(["gold", structure.mart])],
        group_name="releases",
        owners=["team:office-of-statistics"],
        tags={"layer": "release"},
        kinds={"parquet", "csv"},
        description=f"{structure.names.en}: the version that is proposed from what gold holds.",
    )
    def _asset(
        context: dg.AssetExecutionContext, lake: Lake, config: ProposalConfig
    ) -> Iterator[dg.MaterializeResult[Any]]:
        labels = labels_of_columns(dbt.column_metadata(lake.settings(), structure.mart))
        run_id = context.run.run_id
        with proposal_observed(lake.home, dataset, run_id), open_context(GovernanceSettings()) as governance:
            try:
                checks, now = verdicts(lake.settings()), datetime.now(UTC)
                release = propose(governance, dataset, actor=config.actor, labels=labels, checks=checks, now=now)
                outcome = release.state.value
            except NothingChangedError as same:
                release, outcome = same.release, "nothing changed"
            manifest = governance.store.manifest(dataset, str(release.version))
        metadata = {"release": release.id, "outcome": outcome, "content_hash": manifest.content_hash}
        yield dg.MaterializeResult(metadata=metadata)

    return _asset


@dg.definitions
def release_definitions() -> dg.Definitions:
    """Load the release assets and a job for each."""
    assets = [release_asset(dataset) for dataset in list_structures()]
    jobs = [
        dg.define_asset_job(
            f"propose_{dataset}",
            selection=dg.AssetSelection.assets(asset),
            executor_def=dg.in_process_executor,
            description=f"Propose a release of {dataset} as an official.",
        )
        for dataset, asset in zip(list_structures(), assets, strict=True)
    ]
    return dg.Definitions(assets=assets, jobs=jobs)

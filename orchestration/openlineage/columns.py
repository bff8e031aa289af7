"""The columnLineage facets: of silver from the contracts, of gold from the flow proof, of a release from the gate."""

from collections.abc import Iterable, Mapping
from typing import Final

from openlineage.client.facet_v2 import column_lineage_dataset as facet

from governance.proof.lineage import Nearness, Origins
from lake.contracts.model import Entity
from lake.plan.column import ROWS, Base
from orchestration.column_lineage import named, silver_origins

_SUBTYPES: Final = {
    Nearness.AS_IT_IS: "IDENTITY",
    Nearness.COMPUTED: "TRANSFORMATION",
    Nearness.AGGREGATED: "AGGREGATION",
}


def of_bronze(namespace: str, source: str, columns: Iterable[str]) -> facet.ColumnLineageDatasetFacet:
    """Tell that bronze holds what was received, as it is."""
    as_it_is = facet.Transformation("DIRECT", "IDENTITY", masking=False)
    return facet.ColumnLineageDatasetFacet(
        {name: facet.Fields([facet.InputField(namespace, f"landing.{source}", name, [as_it_is])]) for name in columns}
    )


def of_silver(namespace: str, entity: Entity) -> facet.ColumnLineageDatasetFacet:
    """Tell what columns of bronze silver is made of, and of which of them only a pseudonym is left (STAT-N1)."""
    return facet.ColumnLineageDatasetFacet(
        {
            name: facet.Fields(
                [
                    facet.InputField(
                        namespace,
                        f"bronze.{entity.source}",
                        origin.column,
                        [facet.Transformation("DIRECT", "TRANSFORMATION", masking=origin.is_pseudonym)],
                    )
                    for origin in origins
                ]
            )
            for name, origins in silver_origins(entity).items()
            if origins
        }
    )


def of_gold(
    namespace: str, columns: Mapping[str, Origins], keys: Mapping[str, tuple[str, ...]]
) -> facet.ColumnLineageDatasetFacet:
    """Tell what columns of the sources a mart is made of, and once for all columns those that decide its rows.

    What reaches every column, as a filter of some at least, stands with the dataset; with a column stands what it is
    made of, and what decides only some.
    """
    told = {column: origins for column, origins in columns.items() if column != ROWS}
    deciding = {
        base for origins in told.values() for base, nearness in origins.items() if nearness is Nearness.DECIDES_ROWS
    }
    everywhere = deciding.intersection(*told.values())
    return facet.ColumnLineageDatasetFacet(
        {
            column: facet.Fields(
                [
                    _input(namespace, base, nearness)
                    for origin, nearness in sorted(origins.items())
                    if not (nearness is Nearness.DECIDES_ROWS and origin in everywhere)
                    for base in named([origin], keys)
                ]
            )
            for column, origins in told.items()
        },
        dataset=[
            _input(namespace, base, Nearness.DECIDES_ROWS)
            for origin in sorted(everywhere)
            for base in named([origin], keys)
        ],
    )


def of_release(
    namespace: str, mart: str, columns: Mapping[str, str], *, judged: frozenset[str]
) -> facet.ColumnLineageDatasetFacet:
    """Tell what columns of a mart a release is made of; the gate may hide values of those that it judged (OPEN-2).

    Args:
        namespace: Namespace of the datasets.
        mart: The mart.
        columns: Column of the mart by column of the release.
        judged: Columns of the mart whose values the gate may withhold.
    """
    return facet.ColumnLineageDatasetFacet(
        {
            name: facet.Fields(
                [
                    facet.InputField(
                        namespace,
                        f"gold.{mart}",
                        column,
                        [facet.Transformation("DIRECT", "IDENTITY", masking=column in judged)],
                    )
                ]
            )
            for name, column in columns.items()
        }
    )


def _input(namespace: str, base: Base, nearness: Nearness) -> facet.InputField:
    kind = "INDIRECT" if nearness is Nearness.DECIDES_ROWS else "DIRECT"
    return facet.InputField(namespace, *base, transformations=[facet.Transformation(kind, _SUBTYPES.get(nearness))])

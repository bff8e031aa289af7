"""The datasets that events speak of: names, columns, labels, owners. Nothing here reads a row.

Names are the lake's: `landing.<source>`, `bronze.<source>`, `silver.<entity>`, `gold.<mart>`, `release.<DATASET>`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    dataset_version_dataset,
    documentation_dataset,
    ownership_dataset,
    schema_dataset,
    tags_dataset,
)

from lake.contracts.model import Entity, Source
from lake.dbt_plugin.sources import silver_table
from orchestration.openlineage.settings import LineageSettings

OFFICE = "office-of-statistics"


@dataclass(frozen=True)
class Field:
    """A column of a dataset, with its label."""

    name: str
    kind: str
    description: str
    access_class: str
    granularity: str


@dataclass(frozen=True)
class Dataset:
    """A dataset as it is described, before anything happened to it.

    Attributes:
        name: Layer and name.
        description: What a row is.
        owner: Office that answers for it.
        fields: Its columns; none where nothing is declared of them.
    """

    name: str
    description: str
    owner: str
    fields: tuple[Field, ...] = ()


@dataclass
class Told:
    """What is said of a dataset in one event.

    Attributes:
        dataset: The dataset.
        version: Version that was read or written; empty where it is not known yet.
        facets: Further facets.
        input_facets: Facets that only an input has.
    """

    dataset: Dataset
    version: str = ""
    facets: dict[str, DatasetFacet] = field(default_factory=dict)
    input_facets: dict[str, InputDatasetFacet] = field(default_factory=dict)

    def as_input(self, settings: LineageSettings) -> InputDataset:
        """Return it as an input of a job."""
        facets = self._version() | self.facets  # its columns were told where it was written
        return InputDataset(
            settings.openlineage_namespace, self.dataset.name, inputFacets=self.input_facets, facets=facets
        )

    def as_output(self, settings: LineageSettings) -> OutputDataset:
        """Return it as an output of a job."""
        return OutputDataset(settings.openlineage_namespace, self.dataset.name, facets=self._facets())

    def _facets(self) -> dict[str, DatasetFacet]:
        known: dict[str, DatasetFacet] = {
            "documentation": documentation_dataset.DocumentationDatasetFacet(self.dataset.description),
            "ownership": ownership_dataset.OwnershipDatasetFacet(
                [ownership_dataset.Owner(f"team:{self.dataset.owner}", "OWNER")]
            ),
        }
        if self.dataset.fields:
            known["schema"] = _schema(self.dataset.fields)
            known["tags"] = _tags(self.dataset.fields)
        return known | self._version() | self.facets

    def _version(self) -> dict[str, DatasetFacet]:
        return {"version": dataset_version_dataset.DatasetVersionDatasetFacet(self.version)} if self.version else {}


def landing(source: Source) -> Dataset:
    """Return what arrives of a source."""
    return Dataset(f"landing.{source.id}", f"{source.name}: files and tables as they arrive.", source.owner)


def bronze(source: Source) -> Dataset:
    """Return what a source sent, as received."""
    fields = {
        column.name: Field(column.name, "varchar", column.description, column.access_class, "record")
        for entity in source.entities
        for column in entity.received
    }
    place = (
        Field("_file_sha256", "varchar", "SHA-256 of the file that the row came in.", "public", "aggregate"),
        Field("_row_number", "bigint", "Physical record in that file, from 1.", "public", "record"),
    )
    return Dataset(f"bronze.{source.id}", f"{source.name}, as received.", source.owner, (*fields.values(), *place))


def silver(source: Source, entity: Entity) -> Dataset:
    """Return a silver table."""
    table = silver_table(source, entity)
    fields = (
        Field(column.name, column.sql_type, column.description, column.access_class, column.granularity)
        for column in table.columns
    )
    return Dataset(f"silver.{entity.name}", table.description, source.owner, tuple(fields))


def gold(node: Mapping[str, Any]) -> Dataset:
    """Return a mart, from dbt's manifest."""
    fields = []
    for name, column in node["columns"].items():
        meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
        kind = column.get("data_type") or "varchar"
        labels = str(meta.get("access_class", "")), str(meta.get("granularity", ""))
        fields.append(Field(name, kind, column.get("description", ""), *labels))
    owner = str(node["config"].get("meta", {}).get("owner") or OFFICE)
    return Dataset(f"gold.{node['name']}", node.get("description", "").strip(), owner, tuple(fields))


def _schema(fields: Iterable[Field]) -> schema_dataset.SchemaDatasetFacet:
    return schema_dataset.SchemaDatasetFacet(
        [
            schema_dataset.SchemaDatasetFacetFields(item.name, item.kind, item.description, ordinal_position=place)
            for place, item in enumerate(fields, start=1)
        ]
    )


def _tags(fields: Iterable[Field]) -> tags_dataset.TagsDatasetFacet:
    """Label every column with class × granularity (OPEN-1…3)."""
    return tags_dataset.TagsDatasetFacet(
        [
            tags_dataset.TagsDatasetFacetFields(key, value, "AMAR", item.name)
            for item in fields
            for key, value in (("access_class", item.access_class), ("granularity", item.granularity))
            if value
        ]
    )

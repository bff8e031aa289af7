"""The data structures of what is published: dimensions, measures, units, sources; one YAML a dataset beside this file.

The structure comes first, and every format follows from it. Values, and what may be shown of them, belong to
`governance.releases` and `governance.disclosure`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from governance.errors import GovernanceError
from vocabulary.codelists.load import NA, TOTAL, load_codelist
from vocabulary.periods import PeriodKind
from vocabulary.units.load import COUNTRY_GEO, load_provinces
from vocabulary.yaml_text import read_yaml

CL_GEO = "CL_GEO"
"""The country and its provinces; made from the registry, not a file of its own."""

_FOLDER = Path(__file__).parent


class StructureError(GovernanceError):
    """A dataset is unknown or its structure contradicts itself or the vocabulary."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Model):
    """A text in Persian and English."""

    fa: str
    en: str


class Dimension(_Model):
    """One axis of a cube.

    Attributes:
        id: Name in every published format, `GEO`.
        column: Column of the mart that holds it.
        codelist: Codelist of its values; `None` where the dataset's measures or indicators are the list.
        names: What it is called.
    """

    id: str = Field(pattern=r"^[A-Z][A-Z_]*$")
    column: str
    codelist: str | None = None
    names: Text


class Attribute(_Model):
    """What stands beside a value, in every published format.

    Attributes:
        id: Name in every published format, `UNITS_REPORTED`.
        column: Column of the mart that holds it; a whole number.
        names: What it is called.
        description: What it says of the value.
    """

    id: str = Field(pattern=r"^[A-Z][A-Z_]*$")
    column: str
    names: Text
    description: Text


class Measure(_Model):
    """One measure of a cube whose rows carry a `MEASURE`.

    Attributes:
        code: Value of the dimension `MEASURE`.
        counting_logic: What counts, and what does not.
        names: What it is called; from the measure codelist where the dataset names one.
        unit_measure: Code of `CL_UNIT_MEASURE`; likewise.
        stock_flow: `STOCK` at the end of the period or `FLOW` during it; likewise.
    """

    code: str
    counting_logic: Text
    names: Text
    unit_measure: str
    stock_flow: Literal["STOCK", "FLOW"]


class Structure(_Model):
    """One published dataset.

    Attributes:
        id: `INDICATORS`.
        names: What it is called.
        description: What it holds.
        mart: Gold table that it is made from.
        kind: `indicators` (values are divided here, by definition) or `cube` (values are counts or amounts).
        frequency: Shortest kind of its periods.
        frequencies: All kinds of its periods.
        dimensions: Axes in the order of observation ids; the period follows them.
        attributes: What stands beside each value, apart from what every dataset has.
        measure_codelist: Codelist that names the measures.
        measures: Measures of a cube; empty for indicators.
        silver: Silver tables that the mart's SQL reads, on whatever way: a release pins their versions, so that it can
            be made again.
    """

    id: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_-]*$")
    names: Text
    description: Text
    mart: str
    kind: Literal["indicators", "cube"]
    frequency: Literal["month"]
    frequencies: tuple[PeriodKind, ...] = (PeriodKind.MONTH,)
    dimensions: tuple[Dimension, ...]
    attributes: tuple[Attribute, ...] = ()
    measure_codelist: str | None = None
    measures: tuple[Measure, ...] = ()
    silver: tuple[str, ...]

    @model_validator(mode="before")
    @classmethod
    def _name_measures(cls, data: object) -> object:
        """Fill names and units of measures from the codelist that the dataset names."""
        if not isinstance(data, dict) or not data.get("measure_codelist"):
            return data
        codelist = load_codelist(data["measure_codelist"])
        filled = []
        for measure in data["measures"]:
            item = codelist.item(measure["code"])
            known = {
                "names": {"fa": item.name_fa, "en": item.name_en},
                "unit_measure": item.attributes["unit_measure"],
                "stock_flow": item.attributes["stock_flow"],
            }
            filled.append({**known, **measure})
        return {**data, "measures": filled}

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        """Names of the dimensions in order."""
        return tuple(dimension.id for dimension in self.dimensions)


@cache
def load_structure(dataset: str) -> Structure:
    """Read the structure of a dataset.

    Raises:
        StructureError: there is no such dataset, or its file is wrong.
    """
    if dataset not in list_structures():
        raise StructureError(f"there is no dataset {dataset}; there are {', '.join(list_structures())}")
    path = _FOLDER / f"{dataset}.yaml"
    try:
        structure = Structure.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise StructureError(f"{path.name}: {error}") from error
    if structure.id != dataset:
        raise StructureError(f"{path.name} says that it is {structure.id}")
    return structure


@cache
def list_structures() -> tuple[str, ...]:
    """Return the ids of all datasets, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def codes_of(codelist: str) -> dict[str, Text]:
    """Return the codes of a dimension's codelist with their names, `TOTAL` and `NA` included where they may stand.

    Args:
        codelist: `CL_…`, or `CL_GEO` for the country and its provinces.
    """
    if codelist == CL_GEO:
        country = {COUNTRY_GEO: Text(fa="کل کشور", en="Iran")}
        return country | {
            province.geo_code: Text(fa=province.name_fa, en=province.name_en) for province in load_provinces()
        }
    items = (*load_codelist(codelist).items, *(load_codelist("CL_RESERVED").item(code) for code in (TOTAL, NA)))
    return {item.code: Text(fa=item.name_fa, en=item.name_en) for item in items}


def codelist_version(codelist: str) -> str | None:
    """Return the version of a dimension's codelist; `None` for `CL_GEO`, which the registry makes."""
    return None if codelist == CL_GEO else load_codelist(codelist).version

"""Which columns of a contribution list a file may lack."""

import pytest

from lake.contracts.model import load_source
from orchestration.generator.dbf import LAYOUTS, fields_of
from orchestration.sources.header import Record, check_header, find_header
from orchestration.sources.landing import FileRejectedError

ENTITIES = load_source("contribution_list").entities


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_layout_in_use_is_whole(layout: str, entity: object) -> None:
    names = [Record(tuple(field.name for field in fields_of(layout, entity.name)), 0)]
    found = check_header(find_header(names, entity), entity, names)
    assert None not in found.columns


@pytest.mark.parametrize("lost", ["PER_NATCOD", "DSW_YY", "DSW_DD", "DSW_JOB", "DSW_SDATE", "DSW_NAT"])
def test_a_field_that_rules_or_silver_need_is_missed(lost: str) -> None:
    worker = ENTITIES[1]
    names = [Record(tuple(field.name for field in fields_of("short", worker.name) if field.name != lost), 0)]
    label = next(column.label for column in worker.received if lost in column.aliases)
    with pytest.raises(FileRejectedError, match="missing_column") as caught:
        check_header(find_header(names, worker), worker, names)
    assert label in caught.value.reason

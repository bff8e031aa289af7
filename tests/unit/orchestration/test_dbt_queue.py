"""dbt itself, over a small project, starts what the longest way follows and takes no more than it has threads."""

from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import networkx as nx
import pytest
from dbt.cli.main import dbtRunner
from dbt.graph import selector
from dbt_common.events.base_types import EventMsg

from orchestration import dbt
from orchestration.dbt_queue import longest_way_first, ways
from orchestration.settings import Settings

PROFILE = "small: {target: it, outputs: {it: {type: duckdb, path: ':memory:', threads: 1}}}"
LEAVES = [f"leaf_{number}" for number in range(6)]
MODELS = dict.fromkeys([*LEAVES, "way_1"], "select 1 as n") | {
    "way_2": "select * from {{ ref('way_1') }}",
    "way_3": "select * from {{ ref('way_2') }}",
    "way_4": "select * from {{ ref('way_3') }}",
}


def order_of(folder: Path, **changed: str) -> list[str]:
    """Run dbt over the models with one thread and return their names as it started them; a skipped one is not."""
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text("{name: small, profile: small}")
    (folder / "profiles.yml").write_text(PROFILE)
    for name, sql in (MODELS | changed).items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    started: list[str] = []

    def listen(event: EventMsg) -> None:
        if event.info.name == "LogStartLine":
            started.append(event.data.node_info.node_name)

    places = {"project-dir": folder, "profiles-dir": folder, "target-path": folder / "target"}
    options = [text for name, path in places.items() for text in (f"--{name}", str(path))]
    done = dbtRunner(callbacks=[listen]).invoke(["--quiet", "--log-level-file=none", "build", *options])
    assert done.exception is None
    return started


def test_the_longest_way_goes_first_and_leaves_wait_for_a_thread(tmp_path: Path) -> None:
    with longest_way_first(threads=1):
        assert order_of(tmp_path) == ["way_1", "way_2", "way_3", *LEAVES, "way_4"]


def test_a_failure_ends_its_way_and_nothing_else(tmp_path: Path) -> None:
    broken = "select no_such_column from {{ ref('way_1') }}"
    with longest_way_first(threads=1):
        assert order_of(tmp_path, way_2=broken) == ["way_1", "way_2", *LEAVES]


def test_the_marts_are_built_in_this_order(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Runner:
        def __init__(self, **_: object) -> None: ...

        def invoke(self, _: list[str]) -> SimpleNamespace:
            seen.append(selector.GraphQueue.__name__)
            return SimpleNamespace(exception="not run", result=None)

    monkeypatch.setattr(dbt, "read_manifest", lambda _: None)
    monkeypatch.setattr(dbt, "dbtRunner", Runner)
    with pytest.raises(dbt.DbtError, match="not run"):
        dbt.build(Settings(), ["1399-12"], lambda _: None)
    assert seen == ["LongestWayFirst"]


def test_outside_dbt_has_its_own_order(tmp_path: Path) -> None:
    before = selector.GraphQueue
    with longest_way_first(threads=1):
        assert selector.GraphQueue is not before
    assert selector.GraphQueue is before
    assert order_of(tmp_path) == [*LEAVES, "way_1", "way_2", "way_3", "way_4"]


def test_a_way_is_as_long_as_the_longest_that_follows() -> None:
    graph = nx.DiGraph([("seed.a", "model.b"), ("model.b", "test.c"), ("model.b", "model.d"), ("seed.a", "test.e")])
    assert ways(graph) == {"seed.a": 11, "model.b": 10, "test.c": 1, "model.d": 5, "test.e": 1}


class Manifest:
    """What the queue asks of dbt's: a node by its id."""

    def expect(self, node_id: str) -> SimpleNamespace:
        return SimpleNamespace(unique_id=node_id, resource_type="model")


@pytest.mark.parametrize("threads", [1, 3])
def test_the_next_leaves_when_one_is_done(threads: int) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(f"model.{number}" for number in range(5))
    with longest_way_first(threads):
        queue = selector.GraphQueue(graph, Manifest(), set(graph))
    taken = [queue.get().unique_id for _ in range(threads)]
    waiting = Thread(target=lambda: taken.append(queue.get().unique_id), daemon=True)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    queue.mark_done(taken[0])
    waiting.join()
    assert taken == [f"model.{number}" for number in range(threads + 1)]

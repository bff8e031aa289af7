"""dbt as tests run it: over lakes of their own, the project parsed once."""

import datetime as dt
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from lake import duck, tables
from lake.layout import Home

PROJECT = Path(__file__).parents[2] / "dbt_project"


class Dbt:
    """The real dbt, run in this process; what it writes goes under `root`, and the project is parsed once."""

    def __init__(self, root: Path, project: Path = PROJECT) -> None:
        self._root = root
        self._project = project
        self._manifest: Any = None
        self._warnings: list[str] = []

    def build(self, home: Home, *arguments: str, threads: int = 2) -> dict[str, Any]:
        """Run `dbt build` over a lake and return what it left."""
        scratch = self._root / "scratch" / home.root.name
        settings = {"AMAR_HOME": str(home.root), "AMAR_DBT_SCRATCH": str(scratch), "AMAR_THREADS": str(threads)}
        os.environ.update(settings)
        places = {"--project-dir": self._project, "--profiles-dir": self._project}
        places |= {"--target-path": scratch / "target", "--log-path": scratch / "logs"}
        options = [str(item) for pair in places.items() for item in pair]
        if self._manifest is None:
            self._manifest = dbtRunner(callbacks=[self._listen]).invoke(["--quiet", "parse", *options]).result
        run = ["--quiet", "--no-write-json", "build", *options, *arguments]
        done = dbtRunner(manifest=self._manifest, callbacks=[self._listen]).invoke(run)
        results = [] if done.result is None else done.result.results
        return {
            "success": done.success,
            "error": str(done.exception),
            "failures": {item.node.name: item.message for item in results if item.status in ("error", "fail")},
            "messages": {item.node.name: item.message for item in results},
            "tests": {item.node.name: item.node.compiled_code for item in results if item.node.resource_type == "test"},
            "versions": tables.versions(home, "gold"),
            "warnings": self._warnings,
        }

    def freshness(self, home: Home, days: Sequence[dt.date]) -> list[dict[str, str]]:
        """Ask as of some days how fresh the sources of a lake are, which was built before: a status a table."""
        scratch = self._root / "scratch" / home.root.name
        os.environ |= {"AMAR_HOME": str(home.root), "AMAR_DBT_SCRATCH": str(scratch)}
        places = ["--project-dir", str(self._project), "--profiles-dir", str(self._project)]
        places += ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
        answers = []
        for day in days:
            asked = ["--vars", json.dumps({"today": str(day)})]
            done = dbtRunner(manifest=self._manifest).invoke(["--quiet", "source", "freshness", *places, *asked])
            answers.append({result.node.name: str(result.status) for result in done.result.results})
        return answers

    def _listen(self, event: EventMsg) -> None:
        if event.info.level == "warn":
            self._warnings.append(f"{event.info.name}: {event.info.msg}")


def rows(home: Home, name: str, condition: str = "true", at: int | None = None) -> list[dict[str, Any]]:
    """Return the rows of a table of gold, of today or of an earlier version."""
    with duck.connect(home) as connection:
        relation = connection.sql(f"select * from {duck.relation_sql(home, 'gold', name, at=at)} where {condition}")
        return relation.to_arrow_table().to_pylist()

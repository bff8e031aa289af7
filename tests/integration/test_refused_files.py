"""A file that is turned away as a whole is worth an alert: counts by rule, no names, no reasons."""

import dagster as dg

from lake.layout import Home
from orchestration import pipeline
from orchestration.alerts import alert_for
from orchestration.runs import instance
from orchestration.settings import Settings


def test_files_turned_away_for_content_and_for_name_alert_once_each(home: Home) -> None:
    folder = home.landing / "mis"
    folder.mkdir(parents=True)
    (folder / "mis_GO-01_139912.csv").write_text("what,is,this\n1,2,3\n")
    (folder / "report of the month.csv").write_text("x")
    for _ in range(2):
        pipeline.ingest(Settings(), ["mis"])
    with instance(home) as dagster:
        alerts = [alert_for(dagster, run.run_id) for run in dagster.get_runs(dg.RunsFilter())]
    found = [finding for alert in alerts if alert for finding in alert["findings"]]
    told = {finding.pop("asset"): finding for finding in found}
    named = {"what": "check failed", "check": "refused_files", "files": 1}
    assert len(found) == 2
    assert told["quarantine/rejected_file"] == {**named, "rule/file_name": 1}
    (rule,) = told["bronze/mis"].keys() - named.keys()
    assert told["bronze/mis"] == {**named, rule: 1}

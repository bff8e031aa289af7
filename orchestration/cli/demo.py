"""`amar up`: extracts → lake → marts → approved release → API answering, then a self-check against known figures.

The figures that the invented extracts are made to reach are the published ones for 1399-12 (see
`orchestration/generator/data`); the check compares what the API serves with them.
"""

import json
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from governance import grants
from governance.context import Context, open_context
from governance.database.engine import migrate
from governance.datasets.load import list_structures
from governance.officials import seed_demo
from governance.releases.flow import approve, publish
from governance.releases.read import list_releases, newest_visible
from governance.releases.states import State
from governance.settings import Settings as GovernanceSettings
from orchestration import pipeline, runs
from orchestration.cli.console import FAILED, REFUSED, Progress, fail, say, step
from orchestration.cli.landing import Extracts, fill_landing
from orchestration.generator.scales import Scale
from orchestration.progress import listening, report
from orchestration.serving import LOOPBACK, ServerError, check_port, get_json, server_beside
from orchestration.settings import Settings

SEED, FIRST, LAST, DEFECTS = 1399, "1398-01", "1399-12", 0.01
PROPOSER, APPROVER = "DEMO-STATISTICIAN", "DEMO-APPROVER"
EXPECTED = {
    "support_ratio": ("3.45", "A"),
    "support_ratio_ex_ui": ("3.40", "A"),
    "support_ratio_cases": ("4.41", "U"),
}
"""Indicator → published value and status for Iran at 1399-12, from the published figures."""


def run_demo(settings: Settings, *, port: int, scale: Scale, keep_serving: bool) -> None:
    """Run every stage that is behind, then check and show what the API answers."""
    if _governance().environment != "development":
        fail("`amar up` publishes invented figures in the name of demo officials: for development only", REFUSED)
    check_port(LOOPBACK, port)
    with step(f"extracts: invented, {FIRST} … {LAST}, scale {scale}, seed {SEED}"):
        extracts = Extracts(scale, SEED, FIRST, LAST, DEFECTS)
        written = fill_landing(settings.amar_home, extracts, progress=Progress(), processes=settings.threads)
        if written:
            say(f"  {written.rows:,} data rows in {written.files:,} files; each says PROVENANCE=synthetic")
        else:
            say("  all there")
    with listening(Progress()), runs.session(settings.amar_home):
        with step("lake: landing → bronze → silver or quarantine"):
            if not pipeline.ingest(settings).did_anything:
                say("  nothing new")
        with step("marts: dbt on DuckDB over Delta"):
            if not pipeline.build(settings):
                say("  nothing changed")
        with (
            step("release: proposed by one official, approved by another, published"),
            open_context(_governance()) as context,
        ):
            _release_all(settings, context)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the server is stopped as well
    with step(f"API on http://{LOOPBACK}:{port}"), server_beside(settings, port=port) as server:
        base = server.base
        _show_and_check(base, is_national=scale is not Scale.TINY)
        if keep_serving:
            say(f"\nServing {base}/v1, described by {base}/v1/openapi.json. Stop with Ctrl-C.")
            server.wait()


def _governance() -> GovernanceSettings:
    return GovernanceSettings()


def _release_all(settings: Settings, context: Context) -> None:
    migrate(context.engine)
    seed_demo(context.officials, now=datetime.now(UTC))
    grants.seed_demo(context, now=datetime.now(UTC))
    datasets = list_structures()
    for done, dataset in enumerate(datasets, start=1):
        pipeline.propose(settings, dataset, PROPOSER)
        for release in list_releases(context, dataset):
            if release.state is State.PROPOSED:
                approve(context, release.id, actor=APPROVER, now=datetime.now(UTC))
            if release.is_open:
                publish(context, release.id, actor=APPROVER, now=datetime.now(UTC))
        report("releases", done, len(datasets))
    visible = [newest_visible(list_releases(context, dataset)) for dataset in datasets]
    say("  " + ", ".join(release.id for release in visible if release))


def _show_and_check(base: str, *, is_national: bool) -> None:
    data = f"{base}/v1/datasets/INDICATORS/data?INDICATOR={','.join(EXPECTED)}&GEO=IR&period={LAST}"
    observations = {item["INDICATOR"]: item for item in _get(data)["observations"]}
    if set(observations) != set(EXPECTED):
        fail(f"self-check: {data} answers {sorted(observations) or 'nothing'}", FAILED)
    lineage = base + observations["support_ratio"]["lineage"]
    for url in (data, f"{base}/v1/indicators/support_ratio", lineage):
        say(f"\n$ curl '{url}'\n{json.dumps(_brief(_get(url)), ensure_ascii=False, indent=2)}")
    files = _get(lineage)["sources"]
    if not files or not all(file["file_sha256"] and file["lines_read"] for file in files):
        fail("self-check: the lineage of support_ratio does not end in files", FAILED)
    if is_national:
        _check_values(observations)
    say(f"\nself-check passed; {len(files)} landing files behind support_ratio of Iran at {LAST}")


def _check_values(observations: dict[str, Any]) -> None:
    for code, (value, status) in EXPECTED.items():
        found = observations[code]
        served = f"{found['OBS_VALUE']:.{found['DECIMALS']}f}"
        if (served, found["OBS_STATUS"]) != (value, status):
            fail(f"self-check: {code} is {served}/{found['OBS_STATUS']}, not {value}/{status}", FAILED)
        say(f"  {code:<20} {served}  status {status}")


def _get(url: str) -> Any:
    try:
        return get_json(url)
    except ServerError as error:
        fail(f"self-check: {error}", FAILED)


def _brief(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _brief(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_brief(item) for item in document[:2]] + ([f"… {len(document) - 2} more"] if len(document) > 2 else [])
    return document

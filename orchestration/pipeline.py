"""The job from end to end, stage by stage: what `amar ingest`, `build`, `release` and `up` are made of.

Each stage runs through Dagster and does only what is behind: a second run finds nothing to do.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from governance.datasets.load import load_structure
from lake import bronze, rebuild, slices, tables
from lake.contracts.model import Source, load_source, load_sources, source_ids
from lake.keys import register
from lake.layout import Home
from lake.lock import writer_lock
from lake.retention.register import ExpiredBronzeError, expired_months
from lake.retyped import RetypedColumn, find_retyped
from orchestration import dbt, runs
from orchestration.partitions import again_tags, contiguous_ranges, range_tags
from orchestration.pending import find_pending
from orchestration.settings import Settings
from orchestration.sources.database import is_pulled
from orchestration.sources.landing import stray_entries
from vocabulary.indicators.load import load_versions
from vocabulary.periods import Period

WHOLE = "all"
"""Stands for the one slice of a source without partitions."""


class MartsBehindError(runs.RunFailedError):
    """A release would be made from marts that are not what silver says."""


class SilverBehindError(runs.RunFailedError):
    """Marts would be built from silver that is not what bronze holds."""


class NoDatabaseError(Exception):
    """Months are to be read again from a database, and the source has none."""


@dataclass
class IngestSummary:
    """What an ingest did.

    Attributes:
        months: Months that were run, by source.
        set_aside: Files that were turned away as a whole.
        repeated: Files whose content was held already under another name, by source.
        stray: Loose files and folders of no source in the landing folder, which nothing takes in.
        retyped: Columns of files of these months that hold something else than their contract says.
    """

    months: dict[str, list[str]] = field(default_factory=dict)
    set_aside: list[bronze.RejectedFile] = field(default_factory=list)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    stray: list[str] = field(default_factory=list)
    retyped: list[RetypedColumn] = field(default_factory=list)

    @property
    def did_anything(self) -> bool:
        """Whether any source had something new."""
        return bool(self.months)


def ingest(settings: Settings, sources: Sequence[str] = (), *, again: Sequence[str] = ()) -> IngestSummary:
    """Take in what is new in the landing folder and bring silver up to date.

    Args:
        settings: The installation's settings.
        sources: Sources to look at; all by default.
        again: Months that are read again as a whole from the databases of these sources.

    Raises:
        NoDatabaseError: months are to be read again, and a source that is named has no database, or none has.
        lake.contracts.model.ContractError: a source has no contract.
        lake.keys.register.KeyringError: the keys are not those of the pseudonyms that are there.
        lake.retention.register.ExpiredBronzeError: a month that is to be read again, or made anew under another type of
            a column, has expired.
        orchestration.runs.RunFailedError: a source's run failed, or its database could not be read; the other sources
            went on, and the files of a source whose database is down are in silver.
    """
    home = settings.amar_home
    register.check(home, settings.keyring())
    summary, failures = IngestSummary(stray=stray_entries(home.landing)), list[str]()
    chosen = [load_source(name) for name in sources or source_ids()]
    pulled = _with_database(chosen, named=bool(sources)) if again else []
    for source in chosen:
        if source.id in pulled and (gone := sorted(expired_months(home, source.id).intersection(again))):
            raise ExpiredBronzeError(f"{source.id}: {', '.join(gone)} has expired and is not read again (HOUSE-4)")
        _empty_retyped(home, source)
    before = {(file.source, file.file_sha256, file.file_name) for file in bronze.rejected(home)}
    pending = {source.id: find_pending(home, source) for source in chosen}
    summary.repeated = {name: found.repeated for name, found in pending.items() if found.repeated}
    if any(found.unclaimed for found in pending.values()):
        runs.execute(home, _ingest_definitions(), "set_aside_files")
    with runs.session(home):
        for source in chosen:
            failure = pending[source.id].failure
            repeat = (again if source.partitioned else [WHOLE]) if source.id in pulled else []
            wanted = {month if source.partitioned else None for month in repeat}
            months = {*wanted, *pending[source.id].by_period, *slices.stale(home, source, settings.keyring())}
            if months:
                in_order = sorted(months, key=lambda month: month or "")
                summary.months[source.id] = [month or "all" for month in in_order]
                try:
                    _run_ingest(settings, source, in_order, repeat)
                except runs.RunFailedError as error:
                    failures.append(f"{source.id}: {error}")
            elif failure:
                failures.append(f"{source.id}: {failure}")
    summary.retyped = [
        column
        for source in chosen
        if source.id in summary.months
        for column in find_retyped(home, source, [*summary.months[source.id]])
    ]
    summary.set_aside = [
        file
        for file in sorted(bronze.rejected(home), key=lambda file: (file.source, file.file_name))
        if (file.source, file.file_sha256, file.file_name) not in before
    ]
    if failures:
        raise runs.RunFailedError("; ".join(failures))
    return summary


def build(settings: Settings, *, periods: Sequence[str] = (), force: bool = False) -> bool:
    """Build the marts where what they depend on changed: the months that changed, or all of them with new code.

    Args:
        settings: The installation's settings.
        periods: Only these months; what changed decides by default.
        force: Build even if nothing changed.

    Returns:
        Whether dbt was run.

    Raises:
        vocabulary.periods.PeriodError: a period is no Jalali month.
        vocabulary.indicators.model.DefinitionError: a definition or measure counts otherwise than registered.
        SilverBehindError: a slice of silver has to be built first.
        orchestration.runs.RunFailedError: a model or a test of a model failed.
    """
    load_versions()
    for period in periods:
        Period.parse(period)
    _require_current_silver(settings)
    seen, inputs = _last_inputs(settings), _inputs(settings)
    if seen == inputs and not force and not periods:
        return False
    chosen = list(periods) if periods or force else _changed_months(seen, inputs)
    config = {"ops": {"marts": {"config": {"periods": chosen}}}}
    runs.execute(settings.amar_home, _mart_definitions(), "build_marts", run_config=config)
    if not periods:
        _note_inputs(settings, inputs)
    return True


def propose(settings: Settings, dataset: str, actor: str) -> None:
    """Propose a release of a dataset from what gold holds, as an official.

    Raises:
        governance.datasets.load.StructureError: there is no such dataset.
        SilverBehindError: a slice of silver has to be built first.
        MartsBehindError: the last build failed, or silver has changed since.
        orchestration.runs.RunFailedError: the proposal was refused or failed.
    """
    from orchestration.defs.releases.assets import release_definitions

    load_structure(dataset)
    _require_current_silver(settings)
    if _last_inputs(settings) != _inputs(settings):
        raise MartsBehindError("the marts are not built from what silver holds now, or their tests failed: amar build")
    definitions = _with_lake(release_definitions())
    config = {"ops": {f"release__{dataset}": {"config": {"actor": actor}}}}
    runs.execute(settings.amar_home, definitions, f"propose_{dataset}", run_config=config)


def check_plausibility(settings: Settings) -> int:
    """Judge the series of the marts and return how many figures are flagged for a reviewer.

    Raises:
        orchestration.runs.RunFailedError: the marts were not built.
    """
    from orchestration.defs.marts.plausibility import JOB, plausibility_definitions

    runs.execute(settings.amar_home, _with_lake(plausibility_definitions()), JOB)
    return tables.count(settings.amar_home, "gold", "plausibility_flag")


def prepare(settings: Settings) -> None:
    """Make what loading all definitions needs: the dbt project's manifest."""
    dbt.manifest(settings)


def _require_current_silver(settings: Settings) -> None:
    """Refuse where an interrupted ingest, a new contract or a new rule left slices that are not built."""
    behind = {
        source.id: len(stale)
        for source in load_sources()
        if (stale := slices.stale(settings.amar_home, source, settings.keyring()))
    }
    if behind:
        named = ", ".join(f"{source} ({count} months)" for source, count in behind.items())
        raise SilverBehindError(f"silver is not built from what bronze holds: {named}: amar ingest")


def _inputs(settings: Settings) -> dict[str, str]:
    """Name everything the marts depend on: code, register and each slice, with what it was built from."""
    home = settings.amar_home
    inputs = {"code": dbt.code_hash(settings)}
    if tables.exists(home, "silver", slices.TABLE):
        for row in tables.read(home, "silver", slices.TABLE).to_pylist():
            inputs[f"slice/{row['source']}/{row['period'] or ''}"] = row["signature"]
    return inputs


def _changed_months(seen: dict[str, str], inputs: dict[str, str]) -> list[str]:
    changed = {name for name in seen.keys() | inputs.keys() if seen.get(name) != inputs.get(name)}
    months = {name.rsplit("/", 1)[1] for name in changed if name.startswith("slice/")}
    is_whole = not seen or "code" in changed or "" in months
    return [] if is_whole else sorted(months)


def _inputs_file(settings: Settings) -> Path:
    return settings.amar_home.scratch / "built_from.json"


def _last_inputs(settings: Settings) -> dict[str, str]:
    """Return what the marts were last built from; nothing where that is unknown, so that all is built again."""
    try:
        return dict(json.loads(_inputs_file(settings).read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _note_inputs(settings: Settings, inputs: dict[str, str]) -> None:
    staged = _inputs_file(settings).with_suffix(".tmp")
    staged.write_text(json.dumps(inputs, indent=1, sort_keys=True))
    staged.rename(_inputs_file(settings))


def _mart_definitions() -> dg.Definitions:
    from orchestration.defs.marts.assets import marts_definitions

    return _with_lake(marts_definitions())


def _empty_retyped(home: Home, source: Source) -> None:
    """Empty silver tables whose contract changed a type: this call builds all their slices anew."""
    if rebuild.retyped_tables(home, source):
        with writer_lock(home, f"empty silver of {source.id}"):
            rebuild.start_anew(home, source)


def _with_database(chosen: Sequence[Source], *, named: bool) -> list[str]:
    """Return the sources that have a database."""
    pulled = [source.id for source in chosen if is_pulled(source)]
    if not pulled or (named and len(pulled) < len(chosen)):
        others = ", ".join(source.id for source in chosen if source.id not in pulled)
        raise NoDatabaseError(f"only a month of a database can be read again, and {others} has none")
    return pulled


def _run_ingest(settings: Settings, source: Source, months: Sequence[str | None], again: Sequence[str]) -> None:
    definitions = _ingest_definitions()
    job = f"ingest_{source.id}"
    if not source.partitioned:
        runs.execute(settings.amar_home, definitions, job, tags=again_tags(again))
        return
    outages = []
    for first, last in contiguous_ranges(month for month in months if month):
        within = [month for month in again if first <= month <= last]
        try:
            runs.execute(settings.amar_home, definitions, job, tags=range_tags(first, last) | again_tags(within))
        except runs.DatabaseDownError as outage:
            outages.append(outage)
    if outages:
        raise outages[0]


def _ingest_definitions() -> dg.Definitions:
    from orchestration.defs.bronze.assets import bronze_definitions
    from orchestration.defs.bronze.rejected import rejected_file
    from orchestration.defs.jobs import intake_jobs
    from orchestration.defs.silver.assets import silver_definitions

    rejected = dg.Definitions(assets=[rejected_file])
    return _with_lake(dg.Definitions.merge(rejected, bronze_definitions(), silver_definitions(), intake_jobs()))


def _with_lake(definitions: dg.Definitions) -> dg.Definitions:
    from orchestration.resources import Lake

    return dg.Definitions.merge(definitions, dg.Definitions(resources={"lake": Lake()}))

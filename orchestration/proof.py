"""The flow proof before a build: what dbt would run is compiled, judged, and refused where a label is too weak.

The SQL of a run over some months differs from that of a run over all, so both forms are judged. What is proven is kept
by the hash of all that decides it, so that a second build costs nothing; after a build the SQL that ran is held against
the SQL that was judged.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from governance.errors import GovernanceError
from governance.proof.lineage import ColumnLineage
from governance.proof.model import Refusal
from governance.proof.project import prove
from governance.proof.ways import Proof
from orchestration import dbt
from orchestration.settings import PROJECT_ROOT, Settings

FORMS: Mapping[str, tuple[str, ...]] = {"all months": (), "some months": ("1399-12",)}
"""Forms of a run that compile to different SQL, with months that stand for any others."""

_DECIDING = ("lake/plan/*.py", "lake/contracts/*.yaml", "governance/proof/*.py", "governance/access/*.py")
_JUDGED = ("resource_type:model", "resource_type:snapshot")
_MONTHS = re.compile(r"'1[34][0-9]{2}-(?:0[1-9]|1[0-2])'(?:, '1[34][0-9]{2}-(?:0[1-9]|1[0-2])')*")


class FlowRefusedError(GovernanceError):
    """Columns are declared weaker than what flows into them, or a flow cannot be resolved.

    Attributes:
        refusals: What is refused.
    """

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        """Keep the refusals; the message prints each with its paths."""
        self.refusals = tuple(refusals)
        super().__init__("\n".join(["the flow proof refuses the build:", *map(str, self.refusals)]))


def check(settings: Settings, form: str) -> None:
    """Refuse a build whose columns are not proven; nothing is computed again where nothing changed.

    Raises:
        FlowRefusedError: with every refusal and its paths.
        DbtError: dbt cannot compile the project.
    """
    kept = _kept(settings, form)
    if kept.is_file():
        return
    sql = compiled(settings, form)
    proof = prove(_manifest(settings), sql)
    if proof.refusals:
        raise FlowRefusedError(proof.refusals)
    kept.parent.mkdir(parents=True, exist_ok=True)
    digests = {name: _digest(text) for name, text in sorted(sql.items())}
    staged = kept.with_suffix(".new")
    staged.write_text(json.dumps({"judged": digests, "lineage": ColumnLineage.of(proof.models).to_json()}))
    staged.rename(kept)


def column_lineage(settings: Settings, form: str) -> ColumnLineage:
    """Return where the columns of the models come from, as the proof of a build found it; it is proven where it is not.

    Raises:
        FlowRefusedError: with every refusal and its paths.
        DbtError: dbt cannot compile the project.
    """
    check(settings, form)
    return ColumnLineage.from_json(json.loads(_kept(settings, form).read_text())["lineage"])


def check_ran(settings: Settings, form: str, results: Iterable[dbt.NodeResult]) -> None:
    """Hold what ran against what was judged: a macro may not write one SQL for the proof and another for the run.

    Raises:
        FlowRefusedError: a model ran that was not judged as it ran.
    """
    judged = json.loads(_kept(settings, form).read_text())["judged"]
    refusals = [
        Refusal(result.name, "", "HOUSE-6", f"model {result.name} ran other SQL than was judged (HOUSE-6, house)")
        for result in results
        if result.compiled and result.unique_id.startswith(("model.", "snapshot."))
        if judged.get(result.unique_id) != _digest(result.compiled)
    ]
    if refusals:
        raise FlowRefusedError(refusals)


def proven(settings: Settings) -> list[str]:
    """Return the forms of a run whose labels are proven as the project stands."""
    return [form for form in FORMS if _kept(settings, form).is_file()]


def form_of(periods: Iterable[str]) -> str:
    """Return the form of a run over these months, none for all."""
    return "some months" if list(periods) else "all months"


def proofs(settings: Settings) -> dict[str, Proof]:
    """Judge the project in every form, by form.

    Raises:
        DbtError: dbt cannot compile the project.
    """
    manifest = _manifest(settings)
    return {form: prove(manifest, compiled(settings, form)) for form in FORMS}


def compiled(settings: Settings, form: str) -> dict[str, str]:
    """Return the SQL that dbt would run of each model and snapshot, by its unique id.

    Raises:
        DbtError: dbt cannot compile the project; queries while compiling are among what it cannot.
    """
    periods = json.dumps({"periods": list(FORMS[form])})
    manifest = dbt.read_manifest(settings)
    with tempfile.TemporaryDirectory(prefix="proof-", dir=settings.amar_home.scratch / "dbt") as folder:
        command = ["compile", "--no-introspect", "--no-populate-cache", "--no-write-json", "--vars", periods]
        command += ["--log-level-file=none"]  # dbt leaves the file open
        done = dbt.invoke(settings, dbtRunner(manifest=manifest), [*command, "--select", *_JUDGED], Path(folder))
    if not done.success:
        raise dbt.DbtError(f"dbt cannot compile {settings.dbt_project}: {done.exception}")
    return {result.node.unique_id: result.node.compiled_code for result in done.result.results}


def _manifest(settings: Settings) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(dbt.manifest(settings).read_text())
    return document


def _kept(settings: Settings, form: str) -> Path:
    digest = hashlib.sha256(dbt.code_hash(settings).encode())
    for pattern in _DECIDING:
        for path in sorted(PROJECT_ROOT.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return settings.amar_home.scratch / "dbt" / f"proof-{form.replace(' ', '-')}-{digest.hexdigest()[:16]}.json"


def _digest(sql: str) -> str:
    """Hash SQL, whatever months it names."""
    return hashlib.sha256(_MONTHS.sub("'*'", sql).encode()).hexdigest()

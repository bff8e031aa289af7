"""Erasing on the command line, with a release published before: it stays, and its trace says what is gone since."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import release_world
from intake_world import take_in_all
from retention_world import GONE_A_MONTH, PERSON, PID, SOURCE, lines, write_file
from typer.testing import CliRunner

from lake import tables
from lake.layout import Home
from orchestration.cli.main import app

OBSERVATION = "INDICATORS@1.0.0/support_ratio.IR/1399-12"
MONTH = "1399-12"
USED = ["indicator_code", "geo_code", "period", "part", "source", "file_sha256", "rows_used"]
BY = ("--as", "DEMO-STATISTICIAN")
SECOND = ("--as", "DEMO-APPROVER")


@pytest.fixture
def amar(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return the command line over a home with a release whose number was made of one landing file."""
    sha = hashlib.sha256(write_file(home, MONTH, lines(MONTH)).read_bytes()).hexdigest()
    take_in_all(home, [SOURCE.id])
    used = release_world.columns(USED, [("support_ratio", "IR", MONTH, "NUMERATOR", SOURCE.id, sha, 2)])

    def write_gold(home: Home, facts: list[dict[str, object]]) -> None:
        release_world.write_facts(home, facts)
        tables.replace(home, "gold", "fct_observation_source_file", used)

    monkeypatch.setattr(release_world, "write_lake", write_gold)
    world = release_world.make_world(home.root)
    world.release()
    world.context.engine.dispose()

    def run(*arguments: str, code: int = 0, typed: str | None = None) -> str:
        result = CliRunner().invoke(app, list(arguments), input=typed)
        assert result.exit_code == code, result.output
        return result.output

    return run


def _released(home: Home) -> dict[str, str]:
    files = sorted(path for path in (home.lake / "release").rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_release_stays_and_its_trace_says_what_is_gone(home: Home, amar: Callable[..., str]) -> None:
    before = _released(home)
    named = json.loads(amar("erase", "find", "--json", typed=f"{PERSON}\n"))
    assert named["lines"] == GONE_A_MONTH
    assert PID.hex() in named["pseudonyms"]
    erasure = (PID.hex(), "--decision", "D-7")
    assert "OPEN-1" in amar("erase", "request", PID.hex(), "--reason", "COURT_ORDER", *BY, code=4)
    assert "COURT_ORDER, PERSONS_REQUEST" in amar("erase", "request", *erasure, "--reason", "WHY", *BY, code=4)
    amar("erase", "request", *erasure, "--reason", "COURT_ORDER", *BY)
    assert "takes the role approver" in amar("erase", "confirm", *erasure, *BY, code=4)
    done = amar("erase", "confirm", *erasure, "--no-build", *SECOND)
    assert f"is carried out: {GONE_A_MONTH} lines of 1 files" in done
    told = amar("trace", OBSERVATION).splitlines()[-1]
    assert told.startswith(f"identical but for {GONE_A_MONTH} erased rows: 1 files, decision D-7, event ")
    assert json.loads(amar("trace", OBSERVATION, "--json"))["lost_rows"][0]["rows"] == GONE_A_MONTH
    assert _released(home) == before
    assert "releases verified" in amar("audit", "verify")
    assert PERSON not in done


def test_rules_are_shown_put_in_force_and_applied(amar: Callable[..., str]) -> None:
    assert "no retention rule" in amar("retention", "propose", "nothing", *BY, code=4)
    for rule in ("demo-bronze-private", "demo-quarantine-private"):
        amar("retention", "propose", rule, *BY)
        assert "in force" in amar("retention", "confirm", rule, *SECOND)
    shown = json.loads(amar("retention", "status", "--json"))
    assert [rule["state"] for rule in shown["rules"]] == ["in force", "in force"]
    (row,) = (row for row in shown["held"] if (row["layer"], row["source"]) == ("quarantine", SOURCE.id))
    assert (row["due_months"], row["due_rows"]) == (1, 3)
    done = amar("retention", "apply", *BY)
    assert f"quarantine  {SOURCE.id}  {MONTH}  1      3" in done
    assert amar("retention", "apply", *BY) == "nothing is due\n"
    assert f"quarantine/{SOURCE.id}  3" in amar("retention", "status")
    assert "expired from quarantine" in amar("trace", OBSERVATION)


def test_what_is_typed_is_never_shown(amar: Callable[..., str], tmp_path: Path) -> None:
    shown = amar("erase", "find", PERSON, code=4)
    assert PERSON not in shown
    assert "amar erase find" in shown
    assert "0 lines" in amar("erase", "find", "--kind", "workshop", typed="123\n")
    assert "no contract has identifiers" in amar("erase", "find", "--kind", "cat", typed="123\n", code=2)

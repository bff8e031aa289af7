"""The auditor's walk, as the page tells it: every command of it runs, in order, and every path of it answers."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from release_world import LEDGER_KEY, make_world
from typer.testing import CliRunner

from api.app import create_app
from governance.audit import amar_verify
from orchestration.cli.main import app

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PAGES = ("auditor.md", "auditor.fa.md")


def commands(page):
    """The commands of a page: lines of its shell blocks, without comments."""
    lines = "\n".join(BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))).splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]


def test_both_pages_walk_the_same_way():
    english, persian = (commands(page) for page in PAGES)
    assert english == persian
    assert len(english) >= 10


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = make_world(tmp_path / "home")
    world.release()
    monkeypatch.setenv("AMAR_HOME", str(world.home.root))
    monkeypatch.chdir(tmp_path)
    Path("amar_verify.py").write_bytes(Path(amar_verify.__file__).read_bytes())
    yield world
    world.context.engine.dispose()


def run(line, world):
    """Run a command of the page and return what it says."""
    name, *arguments = shlex.split(line.replace("VKEY", LEDGER_KEY.verifying.vkey))
    if name == "curl":
        target = arguments[-1].removeprefix("http://127.0.0.1:8000")
        with TestClient(create_app(world.context.settings)) as client:
            answer = client.get(target)
        assert answer.status_code == 200, line
        if "-o" in arguments:
            Path(arguments[arguments.index("-o") + 1]).write_bytes(answer.content)
        return answer.text
    if name == "python":
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout
    assert name == "amar", line
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, f"{line}: {done.output}"
    return done.output


@pytest.mark.parametrize("page", PAGES[:1])
def test_the_page_can_be_walked(world, page):
    said = {line: run(line, world) for line in commands(page)}
    everything = "\n".join(said.values())
    for expected in ("3.45", "mis_GO-23-E_139912.csv", "release.approved", "sound", "UNWITNESSED"):
        assert expected in everything, expected

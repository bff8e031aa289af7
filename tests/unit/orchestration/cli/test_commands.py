"""The command line: errors in words with an exit code that means something, and no stack trace anywhere."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError
from typer.testing import CliRunner, Result

from lake.bronze import RejectedFile
from lake.layout import Home
from lake.lock import HomeBusyError, writer_lock
from orchestration import doctor, pipeline
from orchestration.cli import console, demo, landing
from orchestration.cli.console import BUSY, FAILED, REFUSED, USAGE
from orchestration.cli.main import app
from orchestration.runs import RunFailedError
from orchestration.serving import ServerError
from orchestration.settings import Settings

AMAR = Path(sys.executable).parent / "amar"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def check(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    for word in words:
        assert word in result.output


def raises(error: Exception):
    def fake(*_: object, **__: object) -> None:
        raise error

    return fake


def test_months_that_do_not_exist_are_refused(home: Home):
    check(run("generate", "--from", "1399-13"), USAGE, "--from 1399-13: no Jalali month")
    check(run("generate", "--to", "1399"), USAGE, "--to 1399: no Jalali month")
    check(run("build", "--period", "1399-13"), USAGE, "--period 1399-13")
    assert not home.root.exists()


def test_a_range_that_is_none_is_refused():
    check(run("generate", "--from", "1399-12", "--to", "1399-01"), USAGE, "the last month comes before the first")


@pytest.mark.parametrize("command", ["generate", "up"])
def test_an_unknown_scale_is_refused_with_the_choices(command):
    check(run(command, "--scale", "huge"), USAGE, "tiny", "demo", "national")


@pytest.mark.parametrize("command", [["status"], ["doctor"], ["generate"], ["up"], ["dagster"], ["query", "select 1"]])
def test_a_setting_that_is_none_is_named(command, monkeypatch):
    monkeypatch.setenv("AMAR_THREADS", "abc-secret")
    result = run(*command)
    check(result, USAGE, "AMAR_THREADS: Input should be a valid integer")
    assert "secret" not in result.output


def test_an_unknown_environment_is_named(monkeypatch):
    monkeypatch.setenv("AMAR_ENVIRONMENT", "staging")
    check(run("release", "list"), USAGE, "AMAR_ENVIRONMENT")
    check(run("up"), USAGE, "AMAR_ENVIRONMENT")


def test_a_home_that_cannot_be_made_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AMAR_HOME", str(tmp_path / "file" / "home"))
    check(run("doctor"), FAILED, "cannot be made")
    check(run("generate", "--scale", "tiny"), FAILED, "Not a directory")
    check(run("release", "list"), FAILED, "Not a directory")
    check(run("up", "--port", "18999"), FAILED, "Not a directory")


def test_a_database_that_cannot_be_reached_is_told(monkeypatch):
    monkeypatch.setenv("AMAR_DATABASE_URL", "postgresql://amar:secret@127.0.0.1:1/amar")
    for command, code in (["doctor"], FAILED), (["audit", "verify"], FAILED):
        result = run(*command)
        check(result, code, "127.0.0.1")
        assert "secret" not in result.output


def test_a_fresh_home_has_nothing_to_audit():
    check(run("trace", "INDICATORS@1.0.0/support_ratio.IR/1399-12"), FAILED, "has no tables yet")
    check(run("audit", "verify"), FAILED, "has no tables yet")
    check(run("serve", "--port", "18998"), FAILED, "has no tables yet")


def test_a_fresh_home_has_no_releases():
    check(run("release", "list"), 0, "(nothing)")
    for act in ["show"], ["approve", "--as", "X"], ["publish", "--as", "X"], ["withdraw", "--as", "X", "--reason", "r"]:
        check(run("release", act[0], "INDICATORS@1.0.0", *act[1:]), REFUSED)
    check(run("release", "diff", "INDICATORS@1.0.0", "INDICATORS@1.0.1"), REFUSED)
    for command in (["release", "propose", "NONE", "--as", "X"], ["release", "list", "NONE"]):
        check(run(*command), USAGE, "no dataset 'NONE'", "INDICATORS")


def test_the_doctor_makes_the_tables_of_the_ledger(monkeypatch):
    monkeypatch.setattr(doctor, "NEEDED_FREE_BYTES", 0)
    check(run("doctor"), 0, "ledger")
    check(run("audit", "verify"), 0, "0 events verified")


def test_the_doctor_looks_at_the_key_of_the_ledger(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "NEEDED_FREE_BYTES", 0)
    check(run("doctor"), 0, "the first act makes")
    path = tmp_path / "home" / "ledger.key"
    check(run("audit", "key", "new"), 0)
    check(run("doctor"), 0, "signs for amar.invalid/ledger")
    path.chmod(0o644)
    check(run("doctor"), FAILED, "chmod 600")
    path.unlink()
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    check(run("doctor"), FAILED, "amar audit key new makes one")


def test_a_statement_that_is_no_query_is_refused():
    check(run("query", "drop table x"), USAGE)
    check(run("query", "select 1", "--format", "xml"), USAGE)


def test_a_query_as_csv():
    result = run("query", "select 1 as a, 'ب,ج' as b", "--format", "csv")
    assert result.stdout.splitlines() == ["a,b", '1,"ب,ج"']


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HomeBusyError("home is being written by process 7 (ingest)"), BUSY),
        (RunFailedError("step x: y"), FAILED),
        (ServerError("port 1 is taken"), FAILED),
    ],
)
def test_errors_of_a_run_have_their_exit_codes(monkeypatch, error, code):
    monkeypatch.setattr(pipeline, "ingest", raises(error))
    check(run("ingest"), code, str(error))


def test_a_mistake_of_ours_is_not_hidden(monkeypatch):
    class Other(BaseModel):
        number: int

    monkeypatch.setattr(pipeline, "ingest", raises(ZeroDivisionError()))
    assert isinstance(CliRunner().invoke(app, ["ingest"]).exception, ZeroDivisionError)
    with pytest.raises(ValidationError), console.friendly():
        Other.model_validate({"number": "x"})


def test_a_busy_home_names_its_holder(home: Home, monkeypatch):
    home.root.mkdir()
    with writer_lock(home, "test"):
        check(run("up", "--port", "18997"), BUSY, str(os.getpid()), "(test)")


def test_ingest_tells_what_this_run_set_aside_and_recognised(monkeypatch):
    summary = pipeline.IngestSummary(months={"mis": ["1399-11", "1399-12"]})
    summary.set_aside = [RejectedFile("mis", "x.csv", "00", 1, "file_name", "no pattern fits", "1", "i")]
    summary.repeated = {"smis": ["again.csv"]}
    monkeypatch.setattr(pipeline, "ingest", lambda *_, **__: summary)
    told = run("ingest")
    check(told, 0, "mis: 1399-11 … 1399-12", "mis/x.csv: file_name: no pattern fits", "smis/again.csv")
    data = json.loads(run("ingest", "--json").stdout)
    assert data["set_aside"][0]["rule"] == "file_name"
    assert data["repeated"] == {"smis": ["again.csv"]}


def test_a_month_can_be_read_again_from_a_database_only(home: Home):
    check(run("ingest", "mis", "--again", "1399-12"), USAGE, "mis has none")
    check(run("ingest", "--again", "1399-13"), USAGE, "--again 1399-13")


def test_what_lies_in_no_sources_folder_is_named(home: Home):
    home.landing.mkdir(parents=True)
    (home.landing / "loose.csv").write_text("a")
    (home.landing / "misc").mkdir()
    check(run("ingest", "mis"), 0, "nothing new", "not looked at loose.csv", "not looked at misc")
    assert json.loads(run("status", "--json").stdout)["stray"] == ["loose.csv", "misc"]
    check(run("status"), 0, "not looked at loose.csv")
    check(run("doctor"), 0, "2 entries that no source takes in: loose.csv, misc")


def test_ingest_without_anything_new(monkeypatch):
    monkeypatch.setattr(pipeline, "ingest", lambda *_, **__: pipeline.IngestSummary())
    assert run("ingest").stdout == "nothing new\n"


def test_up_is_refused_in_production(home: Home, monkeypatch):
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    result = run("up")
    check(result, REFUSED, "for development only")
    assert len(result.output.splitlines()) == 1
    assert not home.root.exists()


def test_up_and_serve_are_refused_on_a_taken_port(home: Home, monkeypatch):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        check(run("up", "--port", port), FAILED, f"port {port} is taken")
        assert not home.root.exists()
        run("release", "list")
        check(run("serve", "--port", port), FAILED, f"port {port} is taken")
    check(run("up", "--port", "70000"), USAGE, "--port")


def test_up_is_refused_on_a_landing_folder_of_somebody_else(home: Home):
    home.landing.mkdir(parents=True)
    (home.landing / "own.csv").write_text("own")
    check(run("up", "--port", "18997"), USAGE, "amar ingest")


def test_a_failed_generation_ends_up(monkeypatch):
    monkeypatch.setattr(landing, "generate", raises(OSError(28, "No space left on device", "landing/x.csv")))
    check(run("up", "--port", "18997"), FAILED, "landing/x.csv: No space left on device")


def test_the_self_check_tells_what_failed(monkeypatch):
    with pytest.raises(console.typer.Exit) as ended:
        demo._show_and_check("http://127.0.0.1:1", is_national=True)
    assert ended.value.exit_code == FAILED
    monkeypatch.setattr(demo, "get_json", lambda _url: {"observations": []})
    with pytest.raises(console.typer.Exit):
        demo._show_and_check("http://127.0.0.1:1", is_national=True)


def test_a_reader_that_has_seen_enough_is_no_error():
    command = f"'{AMAR}' query 'select * from range(200000)' --format csv | head -n 2; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout.split() == ["range", "0", "0"]
    assert done.stderr == ""


def test_the_doctor_reports_without_a_home_the_rest(tmp_path):
    (tmp_path / "file").write_text("")
    findings = doctor.examine(Settings(home=tmp_path / "file" / "home"))
    assert {item.check for item in findings} >= {"home", "pseudonym key", "contracts", "dbt project"}
    assert [item.check for item in findings if not item.ok] == ["home"]


def test_nothing_is_evaluated_in_a_fresh_home():
    check(run("evaluation", "list"), 0, "(nothing)")
    check(run("evaluation", "show", "161001"), REFUSED, "no evaluation was frozen")
    check(run("evaluation", "freeze", "1399-12", "--as", "X"), REFUSED)
    check(run("evaluation", "freeze", "1399-13", "--as", "X"), USAGE)
    check(run("evaluation", "confirm", "vintage", "--as", "X"), REFUSED, "neither rules/")

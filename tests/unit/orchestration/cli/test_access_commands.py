"""`amar access` and `amar query --as`: what is granted is opened, and what is not is refused with its clause."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from governance import grants
from governance.access.labels import AccessClass, Granularity, Label
from governance.context import open_context
from governance.database.engine import migrate
from governance.officials import seed_demo
from governance.proof.held import HeldColumn
from governance.proof.model import Refusal
from governance.proof.ways import Proof
from governance.settings import Settings
from lake import tables
from lake.layout import Home
from orchestration import proof
from orchestration.cli.console import REFUSED, USAGE
from orchestration.cli.main import app

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CASES = "gold.mart_transfer_finding"
GRANT = ["GO-16", "--class", "private", "--granularity", "aggregate", "--rows", "below", "--as", "DEMO-SECRETARY"]


@pytest.fixture
def lake(home: Home) -> Home:
    """A home with two marts, their labels, the demo's officials and grants."""
    units = ["161001", "171001"]
    tables.replace(home, "gold", "mart_unit_insured", pa.table({"unit_code": units, "value": [1, 2], "plan": [3, 4]}))
    tables.replace(home, "gold", "mart_transfer_finding", pa.table({"unit_code": units, "file_pid": ["a", "b"]}))
    models = {
        "mart_unit_insured": {"unit_code": ("public", "aggregate"), "value": ("private", "aggregate")},
        "mart_transfer_finding": {"unit_code": ("private", "record"), "file_pid": ("private", "record")},
    }
    home.dbt_artifacts.mkdir(parents=True)
    nodes = {name: _node(name, columns) for name, columns in models.items()}
    (home.dbt_artifacts / "manifest.json").write_text(json.dumps({"sources": {}, "nodes": nodes}))
    with open_context(Settings(home=home.root)) as context:
        migrate(context.engine)
        seed_demo(context.officials, now=NOW)
        grants.seed_demo(context, now=NOW)
    return home


def _node(name, columns):
    labels = {
        column: {"config": {"meta": {"access_class": access, "granularity": granularity}}}
        for column, (access, granularity) in columns.items()
    }
    return {"name": name, "resource_type": "model", "schema": "gold", "config": {}, "columns": labels}


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_a_query_reaches_as_far_as_the_levels_of_who_asks(lake):
    public = "select unit_code from gold.mart_unit_insured order by 1"
    total = "select sum(value)::int as total from gold.mart_unit_insured"
    assert json.loads(run("query", public, "--format", "json")) == [{"unit_code": "161001"}, {"unit_code": "171001"}]
    assert "DASH-F" in run("query", total, code=REFUSED)
    assert "total\n3\n" in run("query", total, "--as", "DEMO-STATISTICIAN")
    assert "total\n1\n" in run("query", total, "--as", "DEMO-PROVINCE")
    assert "rows of" in run("query", total, "--as", "DEMO-PROVINCE")
    assert "not open in gold.mart_unit_insured and left out: plan" in run(
        "query", "from gold.mart_unit_insured", "--as", "DEMO-STATISTICIAN"
    )
    assert "is private × record" in run(
        "query", f"select file_pid from {CASES}", "--as", "DEMO-STATISTICIAN", code=REFUSED
    )
    assert "2\n" in run("query", f"select count(*) as n from {CASES}", "--as", "DEMO-AUDITOR")
    assert "no official has the code X" in run("query", total, "--as", "X", code=REFUSED)
    assert "bronze.mis" in run("query", "select * from bronze.mis", "--as", "DEMO-AUDITOR", code=USAGE)


def test_explain_tells_the_decision_and_the_clause_or_what_is_missing(lake):
    told = run("access", "explain", "DEMO-PROVINCE", f"{CASES}.file_pid", "--unit", "161001")
    for word in ("may be seen", "مجاز", "DASH-F (text)", "GRANT-5", "DEMO-WG-DECISION"):
        assert word in told
    refused = run("access", "explain", "DEMO-PROVINCE", f"{CASES}.file_pid", "--unit", "171001", code=REFUSED)
    for word in ("may not be seen", "غیرمجاز", "DASH-F", "missing: a decision of the safeguarding working group"):
        assert word in refused
    (answer,) = json.loads(run("access", "explain", "anybody", "INSURED", "--json"))
    assert (answer["allowed"], answer["label"], answer["satisfied"][0]["clause"]) == (
        True, "public × protected", "OPEN-2",
    )  # fmt: skip
    table = json.loads(run("access", "explain", "DEMO-STATISTICIAN", "gold.mart_unit_insured", "--json"))
    assert {each["subject"]: each["decision"] for each in table} == {
        "gold.mart_unit_insured.unit_code": None, "gold.mart_unit_insured.value": "DEMO-WG-DECISION",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (["gold.mart_unit_insured.plan"], ("HOUSE-6", "gold.mart_unit_insured.plan has no access class")),
        (["gold.mart_none"], ("HOUSE-6", "gold.mart_none has no access class")),
        (["gold.mart_unit_insured.value", "--unit", "999999"], ("HOUSE-6", "no unit 999999")),
    ],
)
def test_what_was_never_declared_is_refused_with_its_clause(lake, what, words):
    told = run("access", "explain", "DEMO-STATISTICIAN", *what, code=REFUSED)
    assert all(word in told for word in words)


def test_a_grant_opens_until_it_ends_or_is_revoked(lake):
    ask = ["query", f"select count(*) as n from {CASES}", "--as", "DEMO-STATISTICIAN"]
    office = ["access", "grant", "HQ-STATISTICS", "--class", "private", "--granularity", "record", "--rows", "every"]
    terms = [*office, "--table", CASES, "--decision", "WG-1", "--as", "DEMO-SECRETARY"]
    assert "GRANT-6" in run(*terms, "--from", "1399-01-01", "--to", "2021-03-20")
    expired = run(*ask, code=REFUSED)
    assert "DASH-F" in expired
    assert "GRANT-6 is valid from 2020-03-20 to 2021-03-20" in expired
    assert "GRANT-7: up to private × record" in run(*terms)
    assert "it stands already" in run(*terms)
    assert "n\n2\n" in run(*ask)
    assert "DASH-F" in run("access", "revoke", "GRANT-7", "--as", "DEMO-SECRETARY", code=REFUSED)
    assert "revoked" in run("access", "revoke", "GRANT-7", "--as", "DEMO-SECRETARY", "--decision", "WG-2")
    assert "revoked already" in run("access", "revoke", "GRANT-7", "--as", "DEMO-SECRETARY", "--decision", "WG-2")
    assert "GRANT-7 was revoked by decision WG-2" in run(*ask, code=REFUSED)
    listed = json.loads(run("access", "list", "--person", "DEMO-STATISTICIAN", "--json"))
    assert [row["grant"] for row in listed] == ["GRANT-1", "GRANT-6", "GRANT-7"]
    assert "every" in run("access", "list")


@pytest.mark.parametrize(
    ("options", "clause", "words"),
    [
        ([], "DASH-F", "only by a decision"),
        (["--decision", "WG-1", "--class", "secret"], "HOUSE-6", "secret × aggregate is no access class"),
        (["--decision", "WG-1", "--granularity", "person"], "HOUSE-6", "private × person is no access class"),
        (["--decision", "WG-1", "--rows", "every"], "STAT-A2", "not rows of every unit"),
        (["--decision", "WG-1", "--unit", "GO-17"], "STAT-A2", "not rows of GO-17"),
        (["--decision", "WG-1", "--table", "mart_insured"], "DASH-F", "no table"),
        (["--decision", "WG-1", "--as", "DEMO-APPROVER"], "DASH-F", "the role secretary"),
    ],
)
def test_a_grant_that_may_not_be_is_refused_with_its_clause(lake, options, clause, words):
    told = run("access", "grant", *GRANT, *options, code=REFUSED)
    assert clause in told
    assert words in told
    assert len(json.loads(run("access", "list", "--json"))) == 5


def test_wrong_calls(lake):
    assert "--rows all" in run("access", "grant", *GRANT, "--rows", "all", code=USAGE)
    assert "--from 1405-13-01" in run("access", "grant", *GRANT, "--from", "1405-13-01", code=USAGE)
    assert "--to soon" in run("access", "grant", *GRANT, "--to", "soon", code=USAGE)


def test_a_fresh_home_has_no_grants(home):
    assert "(nothing)" in run("access", "list")


def test_check_proves_the_flows_and_names_what_nothing_declares(lake, monkeypatch):
    label = Label(AccessClass.PRIVATE, Granularity.AGGREGATE)
    columns = (HeldColumn("value", "bigint", label), HeldColumn("*", "bigint", label))
    sound = Proof({}, {"gold.mart_unit_insured": columns}, {}, ())
    refusal = Refusal("gold.mart_x", "value", "HOUSE-6", "column gold.mart_x.value is declared public (HOUSE-6, house)")
    found = {"all months": sound}
    monkeypatch.setattr(proof, "proofs", lambda _: found)
    told = run("access", "check", "gold.mart_unit_insured.value")
    assert "private × aggregate" in told
    assert "closed to everybody, for nothing declares it: gold.mart_unit_insured.plan" in told
    assert "every column is declared as what flows into it" in told
    assert "HOUSE-6" in run("access", "check", "gold.mart_x.value", code=REFUSED)
    found["some months"] = replace(sound, refusals=(refusal,))
    told = run("access", "check", code=REFUSED)
    assert "column gold.mart_x.value is declared public (HOUSE-6, house)" in told
    assert "1 refused" in told

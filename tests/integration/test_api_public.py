"""The public API over HTTP, on published releases of a small installation."""

import base64
import hashlib
import io
import json

import polars as pl
import pytest
from definition_world import SECOND, WITHOUT_UI, copy_catalogue, revise
from fastapi.testclient import TestClient
from pydantic.fields import FieldInfo
from release_world import APPROVER, FACTS, SHA_INSURED, STATISTICIAN, fact, make_world, rewrite, write_facts
from sqlalchemy import text

from api.app import create_app
from api.data.schemas import Observation
from governance.clauses import RefusedError
from governance.database.engine import DatabaseNotReadyError
from governance.ledger.envelope import Draft
from governance.releases.flow import approve, publish, withdraw
from governance.settings import Settings
from vocabulary.indicators import load

DATA = "/v1/datasets/INDICATORS/data"
SUPPORT = f"{DATA}?INDICATOR=support_ratio&GEO=IR&period=1399-12"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A client of an installation that no test changes."""
    world = make_world(tmp_path_factory.mktemp("published"))
    world.release()
    world.release("INSURED")
    with TestClient(create_app(world.context.settings)) as client:
        yield client
    world.context.engine.dispose()


@pytest.fixture
def world(tmp_path):
    """An installation of the test's own."""
    world = make_world(tmp_path)
    world.release()
    world.release("INSURED")
    yield world
    world.context.engine.dispose()


@pytest.fixture
def live(world):
    """A client of the test's own installation."""
    with TestClient(create_app(world.context.settings), raise_server_exceptions=False) as client:
        yield client


def test_a_field_added_without_a_class_keeps_the_api_from_starting(world, monkeypatch):
    fields = {**Observation.model_fields, "national_id": FieldInfo(annotation=str)}
    monkeypatch.setattr(Observation, "__pydantic_fields__", fields)
    with pytest.raises(RefusedError, match="field national_id of the response model Observation") as refusal:
        create_app(world.context.settings)
    assert refusal.value.clause == "HOUSE-6"


def test_the_openapi_document_tells_the_class_of_every_member(client):
    schemas = client.get("/v1/openapi.json").json()["components"]["schemas"]
    untold = [
        f"{name}.{member}"
        for name, schema in schemas.items()
        for member, described in schema.get("properties", {}).items()
        if not {"x-access-class", "x-granularity"} <= described.keys()
    ]
    assert untold == []
    value = schemas["Observation"]["properties"]["OBS_VALUE"]
    assert (value["x-access-class"], value["x-granularity"]) == ("public", "protected")


def problem(response, status, **members):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    assert body["status"] == status
    assert {name: body.get(name) for name in members} == members
    return body


def test_an_observation_tells_all_about_itself(client):
    body = client.get(SUPPORT).json()
    (observation,) = body["observations"]
    assert {name: observation[name] for name in observation if name.isupper()} == {
        "INDICATOR": "support_ratio",
        "GEO": "IR",
        "PERIOD": "1399-12",
        "OBS_VALUE": 3.45,
        "NUMERATOR": 14580188,
        "DENOMINATOR": 4228899,
        "UNIT_MEASURE": "RATIO",
        "UNIT_MULT": 0,
        "DECIMALS": 2,
        "OBS_STATUS": "A",
        "CONF_STATUS": "F",
        "PROVENANCE": "synthetic",
        "DEFINITION_VERSION": "1.0.0",
        "NOTE_CODE": None,
        "NOTE_FA": None,
        "NOTE_EN": None,
        "CLAUSE": None,
        "BASIS": None,
        "UNITS_OBLIGED": None,
        "UNITS_REPORTED": None,
        "REVISION_STATUS": "FIRST",
        "OBSERVATION_ID": "INDICATORS@1.0.0/support_ratio.IR/1399-12",
    }
    assert (observation["period_start"], observation["period_end"]) == ("2021-02-19", "2021-03-20")
    assert observation["counting_logic"]["en"].startswith("Persons over persons")
    assert observation["release"] == "INDICATORS@1.0.0"
    assert client.get(observation["definition"]).json()["code"] == "support_ratio"
    assert client.get(observation["lineage"]).status_code == 200
    assert client.get(body["structure"]).json()["version"] == "1.0.0"
    assert (body["provenance"], body["notice"]["provenance"]) == ("synthetic", "synthetic")


@pytest.mark.parametrize(
    ("indicator", "value", "status"),
    [("support_ratio", 3.45, "A"), ("support_ratio_ex_ui", 3.4, "A"), ("support_ratio_cases", 4.41, "U")],
)
def test_the_three_support_ratios(client, indicator, value, status):
    body = client.get(DATA, params={"INDICATOR": indicator, "GEO": "IR", "period": "1399-12"}).json()
    (observation,) = body["observations"]
    assert (observation["OBS_VALUE"], observation["OBS_STATUS"]) == (value, status)
    if status == "U":
        assert "uncertain date" in observation["NOTE_EN"]


def test_withheld_and_missing_values_are_listed_with_their_reason(client):
    found = {each["OBSERVATION_ID"]: each for each in client.get(DATA).json()["observations"]}
    withheld = found["INDICATORS@1.0.0/support_ratio.IR-16/1399-12"]
    assert (withheld["OBS_VALUE"], withheld["NUMERATOR"], withheld["DENOMINATOR"]) == (None, None, None)
    assert (withheld["OBS_STATUS"], withheld["CONF_STATUS"], withheld["CLAUSE"]) == ("Q", "C", "STAT-N1")
    missing = found["INDICATORS@1.0.0/insured_growth.IR/1399-12"]
    assert (missing["OBS_VALUE"], missing["OBS_STATUS"], missing["CONF_STATUS"]) == (None, "O", "F")


def ids(body):
    return [observation["OBSERVATION_ID"].split("/", 1)[1] for observation in body["observations"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("INDICATOR=support_ratio&period=1399-11", ["support_ratio.IR/1399-11"]),
        ("INDICATOR=support_ratio&period=lt:1399-12", ["support_ratio.IR/1399-11"]),
        ("indicator=support_ratio&geo=IR&period=ge:1399-11&period=le:1399-11", ["support_ratio.IR/1399-11"]),
        ("INDICATOR=support_ratio&GEO=IR-16,IR-23", ["support_ratio.IR-16/1399-12", "support_ratio.IR-23/1399-12"]),
        ("INDICATOR=support_ratio&frequency=quarter", ["support_ratio.IR/1399-Q4"]),
        ("INDICATOR=support_ratio&period=1399-Q4", ["support_ratio.IR/1399-Q4"]),
        ("GEO=IR&INDICATOR=support_ratio&frequency=month&period=ge:1399-12", ["support_ratio.IR/1399-12"]),
        ("INDICATOR=support_ratio&frequency=year", []),
        ("INDICATOR=avg_pension", []),
        ("period=1380-01", []),
    ],
)
def test_filters(client, query, expected):
    body = client.get(f"{DATA}?{query}").json()
    assert ids(body) == expected
    assert body["total"] == len(expected)


def test_pages_hold_together(live, world):
    everything = ids(live.get(DATA).json())
    url, seen = f"{DATA}?limit=3", []
    while url:
        page = live.get(url).json()
        seen += ids(page)
        url = page["next"]
        # a newer version in between does not move the pages
        if len(seen) == 3:
            write_facts(world.home, FACTS[2:])
            world.release()
    assert seen == everything
    assert live.get(DATA).json()["version"] == "1.1.0"
    first = live.get(f"{DATA}?limit=3&format=csv&version=1.0.0")
    following = first.headers["link"]
    assert following.endswith('; rel="next"')
    second = live.get(following[1 : following.index(">")])
    assert len(first.text.splitlines()) == len(second.text.splitlines()) == 4
    assert first.text != second.text
    assert "link" not in live.get(f"{DATA}?limit=100&format=csv").headers


def test_a_cursor_of_other_filters(client):
    cursor = client.get(f"{DATA}?limit=1").json()["next"].partition("cursor=")[2]
    problem(client.get(f"{DATA}?limit=1&GEO=IR&cursor={cursor}"), 400, parameter="cursor")
    problem(client.get(f"{DATA}?cursor=nonsense"), 400, parameter="cursor")


def test_all_formats_carry_the_same_rows(client):
    structure = client.get("/v1/datasets/INDICATORS").json()["structure"]
    names = [column["name"] for column in structure["columns"]]
    by_json = client.get(DATA).json()["observations"]
    for suffix in ("", "&GEO=IR,IR-23,IR-16"):
        by_csv = pl.read_csv(io.BytesIO(client.get(f"{DATA}?format=csv{suffix}").content), infer_schema=False)
        answer = client.get(f"{DATA}?format=parquet{suffix}")
        by_parquet = pl.read_parquet(io.BytesIO(answer.content))
        assert by_csv.columns == by_parquet.columns == names
        assert set(names) < set(by_json[0])
        assert by_csv["OBSERVATION_ID"].to_list() == by_parquet["OBSERVATION_ID"].to_list()
        assert by_csv["OBSERVATION_ID"].to_list() == [each["OBSERVATION_ID"] for each in by_json]
        for name in ("OBS_VALUE", "NUMERATOR", "DENOMINATOR"):
            numbers = [None if value is None else float(value) for value in by_csv[name]]
            assert numbers == [None if value is None else float(value) for value in by_parquet[name]]
            assert numbers == [each[name] for each in by_json]
        assert answer.headers["amar-provenance"] == "synthetic"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/vnd.apache.parquet, */*;q=0.1", "application/vnd.apache.parquet"),
    ],
)
def test_the_accept_header_chooses(client, accept, media_type):
    answer = client.get(DATA, headers={"Accept": accept})
    assert answer.headers["content-type"] == media_type
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("GEO=XX", "GEO"),
        ("nonsense=1", "nonsense"),
        ("period=1399-13", "period"),
        ("period=2021-02-19", "period"),
        ("frequency=yearly", "frequency"),
        ("version=newest", "version"),
        ("format=xml", "format"),
        ("limit=10001", "limit"),
    ],
)
def test_a_bad_parameter_is_named(client, query, parameter):
    problem(client.get(f"{DATA}?{query}"), 400, parameter=parameter)


@pytest.mark.parametrize("query", ["limit=0", "limit=many", "limit=-1"])
def test_a_malformed_limit_is_named(client, query):
    body = problem(client.get(f"{DATA}?{query}"), 422, parameter="limit")
    assert body["errors"][0]["parameter"] == "limit"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/datasets/NOTHING", 404),
        ("/v1/datasets/NOTHING/data", 404),
        ("/v1/datasets/PENSIONERS/data", 404),
        ("/v1/datasets/INDICATORS/versions/1.0.1", 404),
        ("/v1/datasets/INDICATORS/versions/x", 400),
        ("/v1/datasets/INDICATORS/data?version=2.*", 404),
        ("/v1/datasets/INDICATORS/files/secret.csv", 404),
        ("/v1/indicators/unheard_of", 404),
        ("/v1/lineage/INDICATORS@1.0.0/support_ratio.IR/1399-10", 404),
        ("/v1/lineage/INDICATORS@2.0.0/support_ratio.IR/1399-12", 404),
        ("/v1/lineage/NOTHING@1.0.0/support_ratio.IR/1399-12", 404),
        ("/v1/lineage/nonsense", 400),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_there(client, path, status):
    problem(client.get(path), status)


def test_other_methods_are_refused(client):
    answer = client.post("/v1/datasets")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET"


def test_no_format_that_suits(client):
    body = problem(client.get(DATA, headers={"Accept": "image/png"}), 406)
    assert "text/csv" in body["available"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/config",
        "/v1/datasets",
        "/v1/datasets/INDICATORS",
        "/v1/datasets/INDICATORS/versions",
        "/v1/datasets/INDICATORS/versions/1.*",
        "/v1/datasets/INDICATORS/files/data.csv",
        "/v1/datasets/INDICATORS/files/manifest.json",
        DATA,
        f"{DATA}?format=csv",
        f"{DATA}?format=csv&limit=2",
        f"{DATA}?format=parquet&GEO=IR",
        "/v1/indicators",
        "/v1/indicators/support_ratio",
        "/v1/lineage/INDICATORS@1.0.0/support_ratio.IR/1399-12",
    ],
)
def test_every_good_answer_says_synthetic_has_a_tag_and_is_open(client, path):
    answer = client.get(path, headers={"Origin": "https://example.org"})
    assert answer.status_code == 200
    assert answer.headers["amar-provenance"] == "synthetic"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert b"synthetic" in answer.content
    etag = answer.headers["etag"]
    assert etag.startswith('"')
    for held in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = client.get(path, headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == answer.content
    head = client.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)


def test_tags_tell_answers_apart(client):
    queries = ["", "?GEO=IR", "?format=csv", "?format=parquet", "?limit=2", "?period=1399-12"]
    tags = [client.get(DATA + query).headers["etag"] for query in queries]
    assert len(set(tags)) == len(queries)


def test_bulk_files_come_with_checksums(client):
    release = client.get("/v1/datasets/INDICATORS/versions/1.0.0").json()
    assert {entry["name"] for entry in release["files"]} == {
        "data.csv", "data.parquet", "files.parquet", "lineage.parquet", "measures.parquet", "set_aside.parquet",
        "structure.json",
    }  # fmt: skip
    for entry in release["files"]:
        answer = client.get(entry["href"])
        digest = hashlib.sha256(answer.content)
        assert digest.hexdigest() == entry["sha256"]
        assert len(answer.content) == entry["size_bytes"]
        assert answer.headers["etag"] == f'"{entry["sha256"]}"'
        assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        assert f"INDICATORS_1.0.0_{entry['name']}" in answer.headers["content-disposition"]
    manifest = client.get(release["links"]["manifest"]).json()
    assert manifest["manifest_hash"] == release["manifest_hash"]


@pytest.mark.parametrize(
    "name",
    ["../1.0.0/data.csv", "..%2f..%2f..%2fgovernance.db", "%2e%2e/data.csv", "/etc/passwd", ".lock", "data.csv%00"],
)
def test_no_file_outside_the_manifest(client, name):
    assert client.get(f"/v1/datasets/INDICATORS/files/{name}").status_code == 404


def test_the_catalogue(client):
    entry = client.get("/v1").json()
    assert entry["links"]["datasets"] == "/v1/datasets"
    datasets = client.get("/v1/datasets").json()["datasets"]
    assert [(each["id"], each["version"], each["observations"]) for each in datasets] == [
        ("INDICATORS", "1.0.0", 11),
        ("INSURED", "1.0.0", 4),
    ]
    described = client.get("/v1/datasets/INSURED").json()
    kinds = [each["kind"] for each in described["approvals"]]
    assert kinds == ["release.proposed", "release.checked", "release.approved"]
    assert [each["id"] for each in described["structure"]["dimensions"]][:2] == ["MEASURE", "GEO"]
    config = client.get("/v1/config").json()
    assert config["disclosure"]["least_contributors"] == 20
    assert {"code": "Q", "names": {"fa": "پوشانده شده", "en": "Missing value; suppressed"}} in config["statuses"][
        "OBS_STATUS"
    ]
    health = client.get("/v1/health").json()
    assert (health["status"], health["datasets"], health["ledger_events"] > 0) == ("ok", 2, True)


def test_indicators(client):
    listed = client.get("/v1/indicators").json()["indicators"]
    assert [each["code"] for each in listed] == sorted(each["code"] for each in listed)
    assert {each["code"] for each in listed if each["status"] == "computed"} == set(load.list_indicators())
    told = client.get("/v1/indicators/support_ratio").json()
    assert told["latest"]["OBS_VALUE"] == 3.45
    assert told["latest"]["PERIOD"] == "1399-12"
    assert client.get(told["links"]["latest"]).json()["total"] == 3
    assert client.get("/v1/indicators/avg_pension").json()["latest"] is None


def test_what_an_indicator_is_made_of(client):
    told = client.get("/v1/indicators/support_ratio_ex_ui").json()
    insured, pensioners = told["measures"]
    assert (insured["code"], insured["of"], insured["source"]) == (
        "principal_insured_ex_ui",
        "PRINCIPAL_INSURED",
        "mis",
    )
    assert "UI_RECIPIENT" not in insured["where"]["insurance_type"]
    assert pensioners["where"] == {}
    assert (told["domain"], told["is_controllable_by"], told["status"]) == ("PENSIONS", "none", "computed")
    (version,) = told["versions"]
    assert version == {
        "version": "1.0.0",
        "valid_from": "1380-01",
        "valid_to": None,
        "replaces": None,
        "decision_id": None,
        "changes": [],
    }


@pytest.mark.parametrize("code", [each.code for each in load.load_unsourced()])
def test_an_indicator_that_no_source_carries(client, code):
    told = client.get(f"/v1/indicators/{code}").json()
    assert told["status"] == "no_source"
    assert told["status_text"] == {"fa": "منبعی در دست نیست", "en": "no source held"}
    assert told["needs"]["fa"] and told["needs"]["en"]
    assert told["latest"] is None and "data" not in told["links"] and told["measures"] == []
    summary = next(each for each in client.get("/v1/indicators").json()["indicators"] if each["code"] == code)
    assert (summary["status"], summary["status_text"]["fa"]) == ("no_source", "منبعی در دست نیست")
    answer = problem(client.get(DATA, params={"INDICATOR": f"support_ratio,{code}"}), 404, parameter="INDICATOR")
    assert answer["type"] == "urn:amar:problem:no-source"
    assert answer["needs"] == told["needs"] and told["needs"]["en"] in answer["detail"]


def test_another_name_of_an_indicator(client):
    told = client.get("/v1/indicators/dependency_ratio").json()
    assert (told["status"], told["alias_of"], told["formula"]) == ("alias", "support_ratio", "100 / support_ratio")
    assert client.get(told["links"]["indicator"]).json()["code"] == "support_ratio"
    answer = problem(client.get(f"{DATA}?indicator=dependency_ratio"), 404, href="/v1/indicators/dependency_ratio")
    assert answer["type"] == "urn:amar:problem:alias"
    assert "ask for support_ratio" in answer["detail"]


def test_an_observation_is_explained_by_its_own_version(world, live, tmp_path, monkeypatch):
    folder = copy_catalogue(tmp_path)
    words = {"counting_logic": {"fa": "بدون مقرری‌بگیران", "en": "Without recipients"}}
    revise(folder, **SECOND, **WITHOUT_UI, **words)
    monkeypatch.setattr(load, "_FOLDER", folder)
    later = fact("support_ratio", "IR", "1399-12", 14580188 - 213982, 4228899, status="B")
    write_facts(world.home, [later | {"definition_version": "1.1.0"}, *FACTS[1:]])
    world.release()
    logic = {
        month: live.get(f"{DATA}?INDICATOR=support_ratio&GEO=IR&period={month}").json()["observations"][0]
        for month in ("1399-11", "1399-12")
    }
    assert logic["1399-12"]["counting_logic"]["en"] == "Without recipients"
    assert "Without recipients" not in logic["1399-11"]["counting_logic"]["en"]
    told = live.get("/v1/indicators/support_ratio").json()
    first, second = told["versions"]
    assert (told["version"], first["valid_to"], second["decision_id"]) == ("1.1.0", "1399-11", "WG-7")
    assert {"field": "numerator", "before": "principal_insured", "after": "principal_insured_ex_ui"} in second[
        "changes"
    ]
    lineage = live.get(logic["1399-11"]["lineage"]).json()
    assert lineage["definition"]["version"] == "1.0.0"


def test_a_cube(client):
    body = client.get("/v1/datasets/INSURED/data?MEASURE=PRINCIPAL_INSURED&GEO=IR&SEX=TOTAL").json()
    (observation,) = body["observations"]
    assert (observation["OBS_VALUE"], observation["UNIT_MEASURE"]) == (14580188, "PERSON")
    assert (observation["NUMERATOR"], observation["DEFINITION_VERSION"]) == (None, None)
    assert observation["definition"] == "/v1/datasets/INSURED/versions/1.0.0#PRINCIPAL_INSURED"
    assert client.get(observation["lineage"]).json()["follows_files"] is True


def test_lineage_ends_in_files(client):
    answer = client.get("/v1/lineage/INDICATORS@1.0.0/support_ratio.IR/1399-12").json()
    assert answer["observation"]["value"] == "3.45"
    assert {file["file_sha256"] for file in answer["sources"]} == {SHA_INSURED}
    assert all(file["file_name"] and file["lines_read"] and file["rows_used"] for file in answer["sources"])
    assert [act["clause"] for act in answer["release"]["acts"]] == ["DASH-B", "DASH-B", "HOUSE-10", "OPEN-2"]
    escaped = client.get("/v1/lineage/INDICATORS%401.0.0%2Fsupport_ratio.IR%2F1399-12")
    assert escaped.json() == answer
    assert client.get(answer["links"]["sources"]).status_code == 200


def test_only_what_is_published_is_seen(live, world):
    write_facts(world.home, [*FACTS, fact("support_ratio", "IR-01", "1399-12", 500000, 200000)])
    proposed = world.propose()
    for is_waiting in (True, False):
        assert live.get("/v1/datasets/INDICATORS").json()["version"] == "1.0.0"
        problem(live.get("/v1/datasets/INDICATORS/versions/1.1.0"), 404)
        problem(live.get("/v1/lineage/INDICATORS@1.1.0/support_ratio.IR/1399-12"), 404)
        assert len(live.get("/v1/datasets/INDICATORS/versions").json()["versions"]) == 1
        if is_waiting:
            approve(world.context, proposed.id, actor=APPROVER, now=world.tick())
    publish(world.context, proposed.id, actor=STATISTICIAN, now=world.tick())
    assert live.get("/v1/datasets/INDICATORS").json()["version"] == "1.1.0"
    assert live.get(f"{DATA}?version=1.0.*").json()["version"] == "1.0.0"
    assert live.get(f"{DATA}?version=1.*").json()["version"] == "1.1.0"


def test_a_withdrawn_version_is_marked_and_not_served(live, world):
    withdraw(world.context, "INDICATORS@1.0.0", actor=APPROVER, reason="counted twice", now=world.tick())
    body = problem(live.get(f"{DATA}?version=1.0.0"), 410, reason="counted twice")
    assert body["versions"] == "/v1/datasets/INDICATORS/versions"
    problem(live.get(DATA), 404)
    problem(live.get("/v1/lineage/INDICATORS@1.0.0/support_ratio.IR/1399-12"), 410)
    problem(live.get("/v1/datasets/INDICATORS/files/data.csv?version=1.0.0"), 410)
    (version,) = live.get("/v1/datasets/INDICATORS/versions").json()["versions"]
    assert (version["state"], version["withdrawal_reason"]) == ("withdrawn", "counted twice")
    assert [each["id"] for each in live.get("/v1/datasets").json()["datasets"]] == ["INSURED"]
    assert live.get("/v1/indicators/support_ratio").json()["latest"] is None
    assert world.release().id == "INDICATORS@1.0.1"
    assert live.get(DATA).json()["version"] == "1.0.1"


def test_changed_files_are_not_served(world):
    path = world.context.store.path("INDICATORS", "1.0.0") / "data.parquet"
    rewrite(path, lambda old: old.replace(b"synthetic", b"reportedd"))
    with TestClient(create_app(world.context.settings)) as client:
        problem(client.get(DATA), 503)
        assert client.get("/v1/datasets/INSURED/data").status_code == 200


def test_a_manifest_of_other_approvals_is_not_believed(world):
    store = world.context.store
    forged = store.manifest("INDICATORS", "1.0.0").approved(())
    rewrite(store.path("INDICATORS", "1.0.0") / "manifest.json", lambda _old: forged.to_bytes())
    with TestClient(create_app(world.context.settings)) as client:
        problem(client.get(DATA), 503)
        problem(client.get("/v1/health"), 503)


def test_an_erased_name_does_not_hide_the_release(world):
    with world.context.ledger.writing() as ledger:
        for event in ledger.events(subject="INDICATORS@1.0.0"):
            ledger.erase(event.sequence, office="HQ-LEGAL", clause="STAT-N1", reason="asked for", now=world.tick())
    with TestClient(create_app(world.context.settings)) as fresh:
        assert fresh.get(SUPPORT).json()["observations"][0]["OBS_VALUE"] == 3.45


def test_events_written_around_the_rules_close_the_door(live, world):
    with world.context.ledger.writing() as ledger:
        published = ledger.events(kind="release.published")[0]
        said = {"official": "NOBODY", "name": "nobody", "manifest_hash": ""}
        ledger.append(Draft("HQ", published.kind, "PENSIONERS@1.0.0", "OPEN-2", said), now=world.tick())
    problem(live.get("/v1/datasets"), 503)


def test_a_broken_database_is_a_problem(world, caplog):
    client = TestClient(create_app(world.context.settings), raise_server_exceptions=False)
    with world.context.engine.begin() as connection:
        connection.execute(text("drop table ledger_payload"))
        connection.execute(text("drop table ledger_event"))
    body = problem(client.get("/v1/health"), 503)
    assert "ledger_event" not in json.dumps(body)
    assert "select" not in caplog.text.lower()


def test_an_unexpected_error_tells_nothing(live, monkeypatch):
    def fail(*_args):
        raise RuntimeError("0012345678")

    monkeypatch.setattr("api.site.Site.datasets", fail)
    body = problem(live.get("/v1/datasets"), 500)
    assert "0012345678" not in json.dumps(body)


def test_no_names_and_no_addresses_leave_or_stay(live, world, caplog):
    paths = ["/v1", "/v1/datasets/INDICATORS", "/v1/datasets/INDICATORS/versions", DATA, "/v1/health"]
    for path in paths:
        answer = live.get(path, headers={"X-Forwarded-For": "203.0.113.9", "User-Agent": "somebody"})
        assert "DEMO-" not in answer.text
        assert "کارشناس" not in answer.text
        assert "set-cookie" not in answer.headers
    assert "203.0.113.9" not in caplog.text
    stored = b"".join(path.read_bytes() for path in world.context.settings.home.rglob("*") if path.is_file())
    assert b"203.0.113.9" not in stored


def test_the_openapi_document_can_be_handed_over(client):
    document = client.get("/v1/openapi.json").json()
    assert client.get("/v1/openapi.json").json() == document
    assert set(document["paths"]) == {
        "/v1",
        "/v1/config",
        "/v1/datasets",
        "/v1/datasets/{dataset}",
        "/v1/datasets/{dataset}/data",
        "/v1/datasets/{dataset}/files/{name}",
        "/v1/datasets/{dataset}/versions",
        "/v1/datasets/{dataset}/versions/{version}",
        "/v1/health",
        "/v1/indicators",
        "/v1/indicators/{code}",
        "/v1/ledger/acts",
        "/v1/ledger/checkpoint",
        "/v1/ledger/checkpoints",
        "/v1/ledger/entries",
        "/v1/ledger/key",
        "/v1/ledger/proof/consistency",
        "/v1/ledger/proof/inclusion",
        "/v1/lineage/{observation}",
    }
    for path, operations in document["paths"].items():
        operation = operations["get"]
        assert operation["summary"]
        assert len(operation["description"]) > 40, path
        assert all(parameter.get("description") for parameter in operation.get("parameters", []))
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"]
    names = [parameter["name"] for parameter in document["paths"]["/v1/datasets/{dataset}/data"]["get"]["parameters"]]
    assert {"period", "version", "format", "limit", "cursor", "GEO", "INDICATOR", "SEX"} <= set(names)
    assert client.get("/docs").status_code == 404


def test_an_installation_without_a_release(tmp_path):
    world = make_world(tmp_path)
    with TestClient(create_app(world.context.settings)) as client:
        assert client.get("/v1/datasets").json() == {"datasets": []}
        assert "amar-provenance" not in client.get("/v1").headers
        told = client.get("/v1/indicators/support_ratio").json()
        assert (told["latest"], "provenance" in told) == (None, False)
        problem(client.get(DATA), 404)
    world.context.engine.dispose()


def test_an_installation_that_was_never_set_up(tmp_path, monkeypatch):
    monkeypatch.setenv("AMAR_HOME", str(tmp_path / "new"))
    with pytest.raises(DatabaseNotReadyError, match="amar up"):
        create_app()
    assert Settings().home == tmp_path / "new"


def test_a_lineage_as_a_picture(client):
    path = "/v1/lineage/INDICATORS@1.0.0/support_ratio.IR/1399-12"
    shown = client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "۳٫۴۵" in shown.text
    assert 'id="in-en" checked' in client.get(f"{path}?format=html&lang=en").text
    drawn = client.get(f"{path}?format=svg&lang=en")
    assert (drawn.headers["content-type"], drawn.text[:4]) == ("image/svg+xml", "<svg")
    assert client.get(f"{path}?format=svg&lang=en", headers={"if-none-match": drawn.headers["etag"]}).status_code == 304
    assert client.get(f"{path}?format=json", headers={"accept": "text/html"}).json()["formula"]["scale"] == 1
    assert client.get(f"{path}?format=png").status_code == 422

"""Bundles and proofs as an outsider verifies them: with a copy of one file, and nothing else of Amar."""

import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from bundle_world import FILE, WITNESS, Bundles, alone, make_bundles
from fastapi.testclient import TestClient
from release_world import APPROVER, AUDITOR, STATISTICIAN, make_world, rewrite
from tampering import edited
from typer.testing import CliRunner

from api.app import create_app
from governance.audit import witnesses
from governance.audit.export import Audience, ExportError, export
from governance.audit.holdings import check_release
from governance.audit.proof import UnknownEntryError, prove
from governance.clauses import RefusedError
from governance.ledger import checkpoint
from governance.ledger.checkpoint import Checkpoint, sign
from governance.ledger.note import NoteError
from governance.ledger.signing import Kind, new_key
from governance.releases.flow import approve, publish, withdraw
from governance.releases.manifest import Manifest
from governance.releases.read import UnknownReleaseError, list_releases
from governance.releases.states import SEALED
from orchestration.cli.main import app

NUMBER = "INDICATORS@1.0.0/support_ratio.IR/1399-12"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    made = make_bundles(tmp_path_factory.mktemp("bundles"))
    yield made
    made.world.context.engine.dispose()


@pytest.fixture(scope="module")
def verifier():
    return alone()


@pytest.fixture
def run(bundles, verifier, capsys):
    """Call the file's command line within this process; returns exit code, output and errors."""

    def call(*arguments, key=True):
        keyed = ["--key", bundles.vkey] if key else []
        code = verifier.main([*map(str, arguments), *keyed])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path / "home")
    yield made
    made.context.engine.dispose()


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def test_the_file_needs_nothing_but_python_and_cryptography():
    tree = ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in getattr(node, "names", [])]
        )
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_a_bare_process_verifies_a_bundle_and_names_what_was_changed(bundles, tmp_path):
    file = shutil.copyfile(FILE, tmp_path / "amar_verify.py")
    bundle = copied(bundles.root / "auditor", tmp_path / "bundle")

    def bare(*arguments):
        command = [sys.executable, "-I", str(file), "verify", *map(str, arguments), "--key", bundles.vkey]
        done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, said = bare(bundle, "--since", bundles.kept[0], "--witness", WITNESS.verifying.vkey, "--require-witness")
    assert (code, said.splitlines()[-1]) == (0, "sound")
    assert "cosigned by witness.example/w, whom you name" in said
    path = bundle / "releases" / "INDICATORS" / "1.0.0" / "data.csv"
    rewrite(path, lambda data: data.replace(b"3.45", b"9.45"))
    code, said = bare(bundle)
    assert (code, said.splitlines()[-1]) == (1, "NOT SOUND: 2 findings")
    assert "releases/INDICATORS/1.0.0/data.csv: is not the file that the manifest of INDICATORS@1.0.0 lists" in said
    assert bare(tmp_path / "nowhere")[0] == 2
    (bundle / os.fsdecode(b"\xff.txt")).write_bytes(b"")
    code, said = bare(bundle)
    assert (code, "\\udcff.txt: is not in bundle.json" in said, "Traceback" in said) == (1, True, False)


def test_the_same_ledger_gives_the_same_bytes(bundles, tmp_path, run):
    context = bundles.world.context
    for name in ("one", "one.zip", "two.zip"):
        export(context, tmp_path / name, audience=Audience.PUBLIC)
    one = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in (tmp_path / "one").rglob("*") if p.is_file()}
    assert {str(name): data for name, data in one.items()} == bundles.held("public")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert run("verify", tmp_path / "one.zip")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one.zip", "two.zip"]
    with pytest.raises(ExportError, match="is there already"):
        export(context, tmp_path / "one", audience=Audience.PUBLIC)


def test_a_bundle_of_some_releases_holds_those_alone(bundles, tmp_path, run):
    done = export(bundles.world.context, tmp_path / "some", audience=Audience.PUBLIC, only=["INSURED@1.0.0"])
    assert done.releases == ("INSURED@1.0.0",)
    assert [path.name for path in (tmp_path / "some" / "releases").iterdir()] == ["INSURED"]
    assert run("verify", tmp_path / "some")[0] == 0
    with pytest.raises(UnknownReleaseError):
        export(bundles.world.context, tmp_path / "none", audience=Audience.PUBLIC, only=["INSURED@2.0.0"])


def test_the_answer_as_json_never_tells_a_value(bundles, tmp_path, run):
    bundle = copied(bundles.root / "auditor", tmp_path / "bundle")
    code, said, _ = run("verify", bundle, "--json")
    assert (code, json.loads(said)["sound"], json.loads(said)["erased"]) == (0, True, 1)
    rewrite(bundle / "payloads.jsonl", lambda data: data.replace("تأییدکننده".encode(), "تأییدکنندا".encode()))
    code, said, _ = run("verify", bundle, "--json")
    found = json.loads(said)
    assert (code, found["sound"]) == (1, False)
    assert {each["rule"] for each in found["findings"]} == {"listing", "commitment"}
    assert "تأیید" not in said


def test_before_its_instant_nothing_tells_of_a_release(world, tmp_path, verifier):
    world.release()
    world.propose("INSURED")
    approve(world.context, "INSURED@1.0.0", actor=APPROVER, now=world.tick())
    export(world.context, tmp_path / "before", audience=Audience.PUBLIC)
    held = b"".join(path.read_bytes() for path in (tmp_path / "before").rglob("*") if path.is_file())
    assert b"INSURED@" not in held
    assert not (tmp_path / "before" / "releases" / "INSURED").exists()
    with pytest.raises(UnknownReleaseError):
        prove(world.context, "INSURED@1.0.0")
    with world.context.ledger.reading() as ledger:
        proposed = ledger.events(subject="INSURED@1.0.0")[0].sequence
    assert json.loads(prove(world.context, str(proposed)))["entries"][0]["envelope"] is None
    publish(world.context, "INSURED@1.0.0", actor=STATISTICIAN, now=world.tick())
    export(world.context, tmp_path / "after", audience=Audience.PUBLIC)
    assert b"INSURED@1.0.0" in (tmp_path / "after" / "entries.jsonl").read_bytes()
    assert json.loads(prove(world.context, str(proposed)))["entries"][0]["envelope"]["kind"] == "release.proposed"
    withdraw(world.context, "INSURED@1.0.0", actor=APPROVER, reason="a mistake", now=world.tick())
    with pytest.raises(UnknownReleaseError):
        prove(world.context, "INSURED@1.0.0")
    export(world.context, tmp_path / "withdrawn", audience=Audience.PUBLIC)
    assert not (tmp_path / "withdrawn" / "releases" / "INSURED").exists()
    assert b"release.withdrawn" in (tmp_path / "withdrawn" / "entries.jsonl").read_bytes()


def test_everything_is_for_auditors_alone(bundles, tmp_path):
    context = bundles.world.context
    with pytest.raises(ExportError, match="--as CODE"):
        export(context, tmp_path / "x", audience=Audience.AUDITOR)
    for actor in (STATISTICIAN, "NOBODY"):
        with pytest.raises(RefusedError):
            export(context, tmp_path / "x", audience=Audience.AUDITOR, actor=actor)
        with pytest.raises(RefusedError):
            prove(context, "1", actor=actor)
    export(context, tmp_path / "x.zip", audience=Audience.AUDITOR, actor=AUDITOR)
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "x.zip", bundles.root / "auditor")]
    assert modes == [0, 0]
    assert json.loads(prove(context, "1", actor=AUDITOR))["entries"][0]["envelope"]["kind"] == "official.registered"
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_home_that_does_not_verify_is_not_exported(world, tmp_path):
    world.release()
    path = world.context.store.published_path("INDICATORS", "1.0.0") / "manifest.json"
    rewrite(path, _with_new_hashes)
    with pytest.raises(ExportError, match="seals another manifest"):
        export(world.context, tmp_path / "bundle", audience=Audience.PUBLIC)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home"]
    (release,) = list_releases(world.context)
    with world.context.ledger.reading() as ledger:
        found = check_release(world.context, ledger, release)
    assert any("seals another manifest" in line for line in found)
    assert any("manifest_hash is not the one that the entry records" in line for line in found)
    path.chmod(0o644)
    path.write_bytes(b"{}\n")
    with world.context.ledger.reading() as ledger:
        assert check_release(world.context, ledger, release) == [
            "INDICATORS@1.0.0: manifest.json: the manifest lacks members"
        ]


def _with_new_hashes(data: bytes) -> bytes:
    manifest = Manifest.model_validate_json(data)
    changed = manifest.model_copy(update={"provenance": "reported"}).drafted()
    return changed.approved(manifest.approvals).to_bytes()


@pytest.mark.parametrize("what", ["3", "INDICATORS@1.0.0", NUMBER])
def test_a_proof_stands_by_itself(bundles, tmp_path, run, what):
    path = tmp_path / "proof.json"
    path.write_bytes(prove(bundles.world.context, what))
    kept = ["--since", bundles.kept[0]]
    assert run("inclusion", path, *kept)[0] == 0
    for change in (_other_leaf, _other_hash, _other_sequence, _shorter):
        proof = json.loads(path.read_bytes())
        change(proof["entries"][0])
        changed = tmp_path / "changed.json"
        changed.write_text(_canonical(proof), encoding="utf-8")
        code, said, _ = run("inclusion", changed)
        assert (code, "FOUND changed.json" in said) == (1, True)


def _canonical(value) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _other_leaf(entry) -> None:
    entry["leaf_hash"] = "0" * 64


def _other_hash(entry) -> None:
    entry["hashes"][0] = "0" * 64


def _other_sequence(entry) -> None:
    entry["sequence"] += 1


def _shorter(entry) -> None:
    del entry["hashes"][-1]


def test_what_the_api_answers_is_checked_too(bundles, tmp_path, run):
    """An outsider who has no bundle: checkpoint, entry and proof of `/v1/ledger`, and a checkpoint kept from before."""
    old = bundles.kept[0]
    with TestClient(create_app(bundles.world.context.settings)) as client:
        (tmp_path / "new.note").write_bytes(client.get("/v1/ledger/checkpoint").content)
        size = int((tmp_path / "new.note").read_text("utf-8").split("\n")[1])
        between = client.get(f"/v1/ledger/proof/consistency?old={old.stem.removeprefix('kept-')}&new={size}").json()
        sequence = _sealing(bundles)
        proof = client.get(f"/v1/ledger/proof/inclusion?sequence={sequence}&size={size}").json()
        entries = client.get(f"/v1/ledger/entries?start={sequence}&limit=3").json()
    assert entries["entries"][0]["envelope"]["kind"] == SEALED

    def told(name, value):
        (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
        return tmp_path / name

    checkpoint_, held = ("--checkpoint", tmp_path / "new.note"), told("entries.json", entries)
    included = ("inclusion", told("proof.json", proof), *checkpoint_)
    assert run(*included, "--entries", held)[0] == 0
    assert "not what the entry says" in run(*included)[1]
    continued = ("consistency", old, tmp_path / "new.note")
    assert run(*continued, told("between.json", between))[0] == 0
    assert run(*continued, told("short.json", {**between, "hashes": between["hashes"][1:]}))[0] == 1
    assert run("consistency", tmp_path / "new.note", old, told("between.json", between))[0] == 1
    entries["entries"][0]["envelope"]["office"] = "HQ-EVIL"
    assert run(*included, "--entries", told("changed.json", entries))[0] == 1
    assert run("inclusion", told("short.json", {**proof, "hashes": []}), *checkpoint_)[0] == 1
    assert run("inclusion", told("other.json", {**proof, "tree_size": 3}), *checkpoint_)[0] == 1


def _sealing(bundles: Bundles) -> int:
    with bundles.world.context.ledger.reading() as ledger:
        return ledger.events(kind=SEALED)[0].sequence


def test_a_number_is_followed_from_the_file_to_the_checkpoint(bundles, tmp_path, run):
    release = copied(bundles.root / "public" / "releases" / "INDICATORS" / "1.0.0", tmp_path / "release")
    (tmp_path / "proof.json").write_bytes(prove(bundles.world.context, NUMBER))
    proof = ("--proof", tmp_path / "proof.json")
    code, said, _ = run("release", release, *proof)
    assert (code, f"observation: {NUMBER}" in said) == (0, True)
    code, said, _ = run("release", release, key=False)
    assert (code, "nothing binds the manifest to the ledger" in said) == (0, True)
    rewrite(release / "manifest.json", _with_new_hashes)
    code, said, _ = run("release", release, *proof)
    assert (code, "manifest.json: is not the manifest that proof.json proves" in said) == (1, True)
    assert run("release", release, key=False)[0] == 0
    rewrite(release / "data.csv", lambda data: b"\xff" + data)
    code, said, _ = run("release", release, *proof)
    assert (code, "data.csv: is not a CSV file in UTF-8" in said) == (1, True)
    with pytest.raises(UnknownEntryError):
        prove(bundles.world.context, "INDICATORS@1.0.0/nothing.IR/1399-12")
    with pytest.raises(UnknownEntryError):
        prove(bundles.world.context, "99999")


def test_a_witness_is_registered_by_a_decision_and_signs_what_the_ledger_keeps(world):
    context, vkey = world.context, WITNESS.verifying.vkey
    for wrong in ({"decision": " "}, {"actor": STATISTICIAN}):
        with pytest.raises(RefusedError):
            witnesses.register(context, vkey, **{"actor": AUDITOR, "decision": "D-1", **wrong}, now=world.tick())
    with pytest.raises(RefusedError, match="what is to be registered"):
        witnesses.register(context, "w+0+x", actor=AUDITOR, decision="D-1", now=world.tick())
    by = {"actor": AUDITOR, "decision": "D-1"}
    assert witnesses.register(context, vkey, **by, now=world.tick())
    assert not witnesses.register(context, vkey, **by, now=world.tick())
    with context.ledger.reading() as ledger:
        note = ledger.checkpoint().note
        (event,) = ledger.events(kind=witnesses.REGISTERED)
    cosigned = checkpoint.cosign(note, WITNESS, time=1_800_000_000)
    stranger = checkpoint.cosign(note, new_key("stranger.example", Kind.WITNESS), time=1)
    for refused in (note, stranger, "x"):
        with pytest.raises(RefusedError):
            witnesses.cosign(context, refused.encode())
    other = sign(Checkpoint("amar.invalid/ledger", event.sequence, "0" * 64), world.context.ledger._key())
    with pytest.raises(NoteError):
        witnesses.cosign(context, checkpoint.cosign(other, WITNESS, time=1).encode())
    assert [each.witnesses for each in witnesses.cosign(context, cosigned.encode())] == [(vkey,)]
    with context.ledger.writing() as ledger:
        ledger.erase(event.sequence, office="HQ-STATISTICS", clause="OPEN-1", reason="asked", now=world.tick())
    with context.ledger.reading() as ledger:
        assert witnesses.registered(ledger) == [vkey]
    assert witnesses.remove(context, vkey, **by, now=world.tick())
    with context.ledger.reading() as ledger:
        assert witnesses.registered(ledger) == []


def test_a_witness_signs_only_what_continues_what_it_signed(world, tmp_path, verifier, capsys):
    """The witness keeps its last checkpoint; a fork, a smaller tree, or growth without proof gets no signature."""
    key = tmp_path / "witness.key"
    assert verifier.main(["make-key", "witness.example/w", "--key-file", str(key)]) == 0
    witness = verifier.parse_key(capsys.readouterr().out.strip(), verifier.WITNESS_KEY)
    assert (key.stat().st_mode & 0o777, verifier.main(["make-key", "w", "--key-file", str(key)])) == (0o600, 2)
    first = _checkpoint(world, tmp_path / "first.note")
    world.release()
    second = _checkpoint(world, tmp_path / "second.note")
    with world.context.ledger.reading() as ledger:
        proof = ledger.consistency(first[1], second[1])
        log_key = world.context.ledger._key()
    (tmp_path / "proof.json").write_text(json.dumps(vars(proof)), encoding="utf-8")
    export(world.context, tmp_path / "bundle", audience=Audience.PUBLIC)

    def signs(note, *more):
        out = tmp_path / "out.note"
        out.unlink(missing_ok=True)
        code = verifier.main(
            ["cosign", *map(str, (note, *more, "--key", log_key.verifying.vkey, "--key-file", key, "--out", out))]
        )
        assert code == 0 or "not signed" in capsys.readouterr().err
        return code == 0 and verifier.check_cosignature(verifier.parse_note(out.read_bytes()), witness) is not None

    assert signs(first[0])
    assert not signs(second[0])
    assert signs(first[0])
    assert signs(second[0], "--proof", tmp_path / "proof.json")
    assert not signs(first[0])
    forked = tmp_path / "forked.note"
    forked.write_text(sign(Checkpoint(log_key.name, second[1], "0" * 64), log_key), encoding="utf-8")
    assert not signs(forked, "--bundle", tmp_path / "bundle")
    (tmp_path / "witness.key.last.lock").touch()
    assert verifier.main(["cosign", *map(str, (forked, "--key", log_key.verifying.vkey, "--key-file", key))]) == 2
    (tmp_path / "witness.key.last.lock").unlink()
    (tmp_path / "witness.key.last").write_bytes(first[0].read_bytes())
    assert signs(second[0], "--bundle", tmp_path / "bundle")


def _checkpoint(world, path: Path) -> tuple[Path, int]:
    world.now += timedelta(days=1)
    with world.context.ledger.reading() as ledger:
        kept = ledger.checkpoint()
    path.write_text(kept.note, encoding="utf-8")
    return path, kept.tree_size


def test_the_commands_of_the_auditor(bundles, tmp_path, monkeypatch):
    monkeypatch.setenv("AMAR_HOME", str(bundles.world.context.settings.home))

    def amar(*arguments, code=0):
        result = CliRunner().invoke(app, ["audit", *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result.output

    said = amar("verify")
    assert "releases verified" in said
    assert "cosigned by witness.example/w" in said
    assert amar("key", "show").strip() == bundles.vkey == amar("key", "new").strip().splitlines()[-1]
    assert amar("witness", "list").strip() == WITNESS.verifying.vkey
    by = ("--as", AUDITOR, "--decision", "D-1")
    assert "registered already" in amar("witness", "add", WITNESS.verifying.vkey, *by)
    assert f"verify it with the key {bundles.vkey}" in amar("export", "--out", tmp_path / "bundle")
    amar("export", "--out", tmp_path / "all", "--audience", "auditor", code=4)
    assert json.loads(amar("prove", NUMBER))["observation"] == NUMBER
    assert "written" in amar("prove", "1", "--out", tmp_path / "proof.json")
    newest = bundles.kept[-1]
    assert "cosigned by witness.example/w" in amar("cosign", newest)
    assert "no registered witness" in amar("cosign", bundles.kept[0], code=4)


def test_the_seal_is_called_the_same_in_both(verifier):
    assert verifier.SEALED == SEALED


def test_a_damaged_zip_file_is_never_sound_and_never_a_stack_trace(bundles, tmp_path, verifier, run):
    """Bytes of the container that mean nothing may change; what the verifier then reads is what was written."""
    packed = tmp_path / "bundle.zip"
    export(bundles.world.context, packed, audience=Audience.PUBLIC)
    original, codes = packed.read_bytes(), set()
    for trial in range(80):
        packed.write_bytes(edited(random.Random(f"zip/{trial}"), original))
        code, _, _ = run("verify", packed)
        codes.add(code)
        if code == 0:
            files = verifier.Zipped(packed)
            assert {name: verifier.read(files, name) for name in files.names()} == bundles.held("public")
    assert codes <= {0, 1, 2}
    assert codes != {0}


def test_no_byte_of_a_proof_is_without_meaning(bundles, tmp_path, run):
    path = tmp_path / "proof.json"
    original = prove(bundles.world.context, "INDICATORS@1.0.0", actor=AUDITOR)
    naming = ("--witness", WITNESS.verifying.vkey, "--require-witness")
    path.write_bytes(original)
    assert run("inclusion", path, *naming)[0] == 0
    cosigned = original.index(WITNESS.name.encode())
    edits = [edited(random.Random(f"proof/{trial}"), original) for trial in range(80)]
    edits += [
        _edited_at(random.Random(f"cosigned/{place}"), original, place) for place in range(cosigned, cosigned + 60)
    ]
    for data in edits:
        path.write_bytes(data)
        code, said, _ = run("inclusion", path, *naming)
        assert (code, "FOUND proof.json: " in said) == (1, True)


def _edited_at(rng: random.Random, data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ rng.randrange(1, 256)]) + data[place + 1 :]


def test_a_signature_under_a_proof_whose_key_nobody_names_is_said_to_be_unchecked(bundles, tmp_path, run):
    path = tmp_path / "proof.json"
    path.write_bytes(prove(bundles.world.context, "INDICATORS@1.0.0", actor=AUDITOR))
    unchecked = f"a signature of {WITNESS.name} is not checked: you name no such key"
    code, said, _ = run("inclusion", path)
    assert (code, unchecked in said, "no known witness cosigned it" in said) == (0, True, True)
    code, said, _ = run("inclusion", path, "--witness", WITNESS.verifying.vkey)
    assert (code, unchecked in said, f"cosigned by {WITNESS.name}, whom you name" in said) == (0, False, True)


def test_a_withdrawn_release_says_so_to_an_auditor(world, tmp_path, verifier):
    world.release()
    withdraw(world.context, "INDICATORS@1.0.0", actor=APPROVER, reason="a mistake", now=world.tick())
    done = export(world.context, tmp_path / "bundle", audience=Audience.AUDITOR, actor=AUDITOR)
    trust = verifier.Trust(verifier.parse_key(done.vkey, verifier.LOG_KEY))
    report = verifier.verify_bundle(verifier.Folder(tmp_path / "bundle"), trust)
    assert (report.findings, "INDICATORS@1.0.0 was withdrawn after its publication" in report.notes) == ([], True)


def test_the_pages_name_commands_that_exist(verifier):
    """Both languages show the same commands, and each is one of the file or of `amar audit`."""
    docs = FILE.parents[2] / "docs"
    english, persian = (
        set(re.findall(r"(amar_verify\.py|amar audit) ([a-z-]+)", (docs / name).read_text("utf-8")))
        for name in ("verification.md", "verification.fa.md")
    )
    assert english == persian
    for command, verb in english:
        if command == "amar audit":
            assert CliRunner().invoke(app, ["audit", verb, "--help"]).exit_code == 0
        else:
            with pytest.raises(SystemExit) as ended:
                verifier.main([verb, "--help"])
            assert ended.value.code == 0


def test_what_a_proof_cannot_show_is_said_or_found(bundles, tmp_path, verifier, run):
    old, new = bundles.kept
    made = json.loads(prove(bundles.world.context, NUMBER))
    path = tmp_path / "proof.json"
    path.write_text(_canonical({**made, "checkpoint": made["checkpoint"]}), encoding="utf-8")
    code, said, _ = run("inclusion", path, "--since", old, "--since", new)
    assert (code, f"{old}: that proof.json continues it is shown by" in said) == (0, True)
    with bundles.world.context.ledger.reading() as ledger:
        path.write_text(_canonical({**made, **_at(ledger, int(old.stem.removeprefix("kept-")))}), encoding="utf-8")
    code, said, _ = run("inclusion", path, "--since", new)
    assert (code, "is not one that proof.json continues" in said) == (1, True)
    for change in ({"observation": "OTHER@1.0.0/x"}, {"observation": 1}, {"manifest": None}, {"checkpoint": 1}):
        path.write_text(_canonical({**made, **change}), encoding="utf-8")
        assert run("inclusion", path)[0] == 1


def _at(ledger, size: int) -> dict:
    """Checkpoint and entry of a proof at an older size, of nothing but the first entry."""
    proof = ledger.inclusion(1, size)
    entry = {"sequence": 1, "leaf_hash": proof.leaf_hash, "envelope": None, "hashes": list(proof.hashes)}
    return {"checkpoint": ledger.checkpoint(size).note, "entries": [entry], "manifest": None, "observation": None}


def test_links_and_twofold_names_are_not_read(bundles, tmp_path, run):
    bundle = copied(bundles.root / "public", tmp_path / "bundle")
    (bundle / "more").symlink_to(bundle / "entries.jsonl")
    assert run("verify", bundle)[0] == 2
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "two.zip", "w") as packed:
        packed.writestr("bundle.json", "{}")
        packed.writestr("bundle.json", "{}")
    assert run("verify", tmp_path / "two.zip")[0] == 2


def test_an_erased_payload_leaves_release_and_proof_sound(world, tmp_path, run):
    release = world.release()
    with world.context.ledger.writing() as ledger:
        for event in release.events:
            ledger.erase(event.sequence, office="HQ-STATISTICS", clause="OPEN-1", reason="asked", now=world.tick())
    with world.context.ledger.reading() as ledger:
        assert check_release(world.context, ledger, release) == []
    export(world.context, tmp_path / "bundle", audience=Audience.AUDITOR, actor=AUDITOR)
    assert run("verify", tmp_path / "bundle")[0] == 0
    shutil.rmtree(world.context.store.published_path("INDICATORS", "1.0.0"))
    with world.context.ledger.reading() as ledger:
        assert check_release(world.context, ledger, release) == ["INDICATORS@1.0.0: the files are gone"]

"""Acts on pseudonym keys: by an official and a decision, once in the ledger; a lost key is told before a run begins."""

from datetime import UTC, datetime

import pytest

from governance.clauses import RefusedError
from governance.context import open_context
from governance.database.engine import migrate
from governance.officials import seed_demo
from governance.settings import Settings as GovernanceSettings
from lake.keys import register
from lake.keys.register import KeyringError
from lake.pseudonym import Keyring
from orchestration import pipeline
from orchestration.doctor import examine
from orchestration.key_acts import abandon_keys
from orchestration.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD = Keyring((b"the key of the home",))


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of a home whose key is lost: another is set."""
    register.write(Settings().amar_home, register.Registered(OLD.fingerprints), reason="first")
    with open_context(GovernanceSettings()) as context:
        migrate(context.engine)
        seed_demo(context.officials, now=NOW)
    monkeypatch.setenv("AMAR_PSEUDONYM_KEYS", "another key")
    return Settings()


def test_doctor_and_ingest_say_which_key_is_lost_and_what_still_works(settings: Settings) -> None:
    (finding,) = (item for item in examine(settings) if item.check == "pseudonym key")
    assert not finding.ok
    for part in (OLD.fingerprint[:8], "lost or exchanged", "What is published stays", "amar keys abandon"):
        assert part in finding.finding
    with pytest.raises(KeyringError, match="pseudonym key 1 of 1"):
        pipeline.ingest(settings)


def test_lost_keys_are_given_up_by_a_decision_once(settings: Settings) -> None:
    for actor, decision in (("DEMO-AUDITOR", " "), ("NOBODY", "WG-7")):
        with pytest.raises(RefusedError, match=r"OPEN-1|NOBODY"):
            abandon_keys(settings, actor=actor, decision=decision, now=NOW)
    for _ in range(2):
        abandon_keys(settings, actor="DEMO-AUDITOR", decision="WG-7", now=NOW)
    register.check(settings.amar_home, settings.keyring())
    with open_context(GovernanceSettings()) as context, context.ledger.reading() as reader:
        (event,) = reader.events(kind="key.abandoned")
        assert (event.clause, reader.payload(event.sequence)["decision"]) == ("OPEN-1", "WG-7")
    assert next(item for item in examine(settings) if item.check == "pseudonym key").ok

"""Killed while it approves, publishes, grants, appends or erases: a sample; `make torture` does it by the hundred."""

from pathlib import Path

import governance_kill
from sqlalchemy import text

from governance.context import open_context
from governance.settings import Settings


def test_event_and_effect_are_both_there_or_both_not(tmp_path: Path) -> None:
    before, seconds = governance_kill.set_stage(tmp_path / "stage")
    kills = 0
    for index in range(6):
        trial = governance_kill.torture(before, tmp_path / f"trial{index}", seconds, seed=1405, index=index)
        assert trial.failures == []
        kills += len(trial.kills)
        if kills >= 6:
            break
    assert kills
    _assert_halves_are_noticed(tmp_path / "stage" / "undisturbed0")


def _assert_halves_are_noticed(home: Path) -> None:
    """An event without its checkpoint, and a publication without its seal, are what the check looks for."""
    with open_context(Settings(home=home)) as context, context.engine.begin() as connection:
        for table in ("ledger_event", "ledger_checkpoint"):
            for act in ("update", "delete"):
                connection.execute(text(f"drop trigger {table}_{act}"))
        connection.execute(text("update ledger_checkpoint set tree_size = tree_size - 1"))
        sealed = "select sequence from ledger_event where kind = 'manifest.published'"
        for table in ("ledger_payload", "ledger_event"):
            connection.execute(text(f"delete from {table} where sequence in ({sealed})"))
    wrong = " ".join(governance_kill.check(home, is_done=False))
    for found in ("gap", "checkpoint", "signed are", "publication and seal"):
        assert found in wrong

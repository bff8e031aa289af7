"""Acts on pseudonym keys: under the home's writer lock, with an event in the ledger."""

from collections.abc import Callable
from datetime import datetime

from governance import keys as events
from governance.context import Context, open_context
from governance.database.engine import migrate
from governance.settings import Settings as GovernanceSettings
from lake.keys import register
from lake.keys.rotation import Rotation, rotate
from lake.lock import writer_lock
from orchestration.settings import Settings


def rotate_keys(
    settings: Settings, *, actor: str, decision: str, now: datetime, watch: Callable[[str], object]
) -> Rotation:
    """Bring everything under the newest key that is set; an interrupted rotation goes on where it was.

    Args:
        settings: The installation's settings.
        actor: Code of the official.
        decision: Id of the decision.
        now: Instant of the act.
        watch: Told each table that was written.

    Raises:
        lake.keys.register.KeyringError: the keys that are set are not those in force and one more.
        governance.clauses.RefusedError: no decision is named, or nobody has the code.
        lake.lock.HomeBusyError: another process is writing.
    """
    home, keyring = settings.amar_home, settings.keyring()
    with writer_lock(home, "rotate pseudonym keys"), open_context(GovernanceSettings()) as context:
        _checked(context, actor, decision)
        return rotate(
            home,
            keyring,
            record=lambda: events.record(
                context, events.ROTATED, actor=actor, decision=decision, fingerprint=keyring.fingerprint, now=now
            ),
            watch=watch,
        )


def abandon_keys(settings: Settings, *, actor: str, decision: str, now: datetime) -> None:
    """Give up keys that are lost: those that are set become the first, and what bronze holds is built anew under them.

    Raises:
        governance.clauses.RefusedError: no decision is named, or nobody has the code.
        lake.lock.HomeBusyError: another process is writing.
    """
    home, keyring = settings.amar_home, settings.keyring()
    with writer_lock(home, "abandon pseudonym keys"), open_context(GovernanceSettings()) as context:
        _checked(context, actor, decision)
        events.record(
            context, events.ABANDONED, actor=actor, decision=decision, fingerprint=keyring.fingerprint, now=now
        )
        register.write(home, register.Registered(keyring.fingerprints), reason="the keys before were given up")


def _checked(context: Context, actor: str, decision: str) -> None:
    migrate(context.engine)
    events.check_actor(context, actor, decision)

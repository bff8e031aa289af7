"""A number in gold traced for an official: with dbt's labels and what is granted today."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from governance.lineage.gold import trace_gold as walk
from orchestration.labels import anybody, asker, declared_labels
from orchestration.settings import Settings

if TYPE_CHECKING:
    from governance.context import Context
    from governance.lineage.model import GoldTrace


def trace_gold(context: "Context", number: str, actor: str | None) -> "GoldTrace":
    """Follow a number in gold to its files, as far as the levels of who asks reach.

    Args:
        context: The installation.
        number: `gold.fct_unit_indicator/support_ratio.231001/1399-12`.
        actor: Code of the official who asks; without it as for anybody.

    Raises:
        UnknownObservationError: there is no such number.
        RefusedError: who asks may not see it, or nobody has this code.
    """
    settings, now = Settings(), datetime.now(UTC)
    who = asker(context, actor, now) if actor else anybody(now)
    return walk(settings.amar_home, declared_labels(settings), who, number, asked_as=actor)

"""A unit's reply to its result, kept beside it; the result stays as it was frozen."""

from datetime import datetime

import polars as pl

from governance.context import Context
from governance.evaluation.read import newest_confirmed
from governance.evaluation.states import REPLIED, EvaluationStateError, check_reply
from governance.evaluation.vintage import RESULTS, VintageStore
from governance.ledger.envelope import Draft
from vocabulary.periods import Period


def reply(
    context: Context, unit: str, period: Period, *, indicator: str | None, text: str, actor: str, now: datetime
) -> str:
    """Keep a reply beside the newest confirmed vintage of a period and return the vintage's id.

    The text goes into the erasable payload; the event says only that the unit replied.

    Args:
        context: The installation.
        unit: Code of the unit.
        period: Period evaluated.
        indicator: Indicator that the reply is about; `None` for the result as a whole.
        text: What the unit has to say; it should name no person.
        actor: Code of the acting official, of the unit or of an office above it.
        now: Instant of the act.

    Raises:
        RefusedError: the actor does not speak for the unit, or says nothing.
        EvaluationStateError: there is no such confirmed result.
    """
    official = context.officials.find(actor)
    check_reply(official, unit, text)
    vintage = newest_confirmed(context, period)
    rows = VintageStore(context.settings.evaluation_root).table(vintage, RESULTS).filter(pl.col("unit_code") == unit)
    if indicator is not None:
        rows = rows.filter(pl.col("indicator_code") == indicator)
    if rows.is_empty():
        raise EvaluationStateError(f"vintage/{vintage.id} has no such result of {unit}")
    payload = {**official.signature(), "indicator": indicator, "text": text.strip(), "content": vintage.draft_hash}
    with context.ledger.writing() as ledger:
        ledger.append(Draft(official.office, REPLIED, f"vintage/{vintage.id}/{unit}", "DASH-X", payload), now=now)
    return vintage.id

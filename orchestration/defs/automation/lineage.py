"""The sensor that sends lineage events: releases from the ledger into the log, the log to the receiver."""

import dagster as dg

from governance.context import open_context
from governance.settings import Settings as GovernanceSettings
from orchestration.openlineage.acts import collect
from orchestration.openlineage.send import ReceiverDownError, send, standing
from orchestration.openlineage.settings import LineageSettings
from orchestration.resources import Lake


@dg.sensor(
    name="lineage",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Puts published acts on releases into the log of lineage events, and sends what the receiver lacks.",
)
def lineage(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look at the ledger and the log; a receiver that is down is asked again at the next tick."""
    home, settings = Lake().home, LineageSettings()
    with open_context(GovernanceSettings()) as governance:
        acts = collect(governance, home)
    try:
        sent = send(home, settings)
    except ReceiverDownError as error:
        context.log.error("lineage events wait: %s", error)  # noqa: TRY400  its trace may hold the address
        return dg.SkipReason(str(standing(home, settings)))
    return dg.SkipReason(f"{acts} acts told, {sent} events sent; {standing(home, settings)}")

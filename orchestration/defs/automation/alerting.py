"""The sensor that sends alerts: it reads the history of finished runs, so it sees those of the command line too."""

import dagster as dg

from orchestration.alerts import Outbox, send_out, start_now
from orchestration.delivery import AlertSettings


@dg.sensor(
    name="alerts",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends a webhook call and an e-mail for failed runs, failed checks and senders that are overdue.",
)
def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Look at the runs that ended since the last tick."""
    settings = AlertSettings()
    if not settings.ways or not context.cursor:
        reason = "from now on" if settings.ways else "nowhere to send to: AMAR_ALERT_WEBHOOK, AMAR_ALERT_EMAIL_TO"
        return dg.SensorResult(cursor=start_now(context.instance).to_cursor(), skip_reason=reason)
    outbox = send_out(context, settings, Outbox.from_cursor(context.cursor))
    return dg.SensorResult(cursor=outbox.to_cursor(), skip_reason=f"{len(outbox.unsent)} alerts wait to be sent")

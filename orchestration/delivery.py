"""Ways out for alerts: a signed webhook and e-mail. What an alert says is `orchestration.alerts`' business."""

import hashlib
import hmac
import json
import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import requests
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

TIMEOUT_SECONDS: Final = 10
SIGNATURE, TIMESTAMP, DELIVERY = "X-Amar-Signature", "X-Amar-Timestamp", "X-Amar-Delivery"
_PORTS = {"smtp": 587, "smtps": 465}
_LOCAL = ("localhost", "127.0.0.1", "::1")


class DeliveryError(Exception):
    """An alert did not go out by one way; the message names the way and never an address, a password or a secret."""


class AlertSettings(BaseSettings):
    """Where alerts go, from `AMAR_*`; nowhere by default."""

    model_config = SettingsConfigDict(env_prefix="AMAR_", extra="ignore")

    alert_webhook: SecretStr | None = Field(default=None, description="URL that gets a JSON POST (AMAR_ALERT_WEBHOOK).")
    alert_secret: SecretStr | None = Field(default=None, description="Key of its signature (AMAR_ALERT_SECRET).")
    alert_email_to: str = Field(default="", description="Recipients, separated by commas (AMAR_ALERT_EMAIL_TO).")
    alert_email_from: str = Field(default="amar@localhost", description="Sender (AMAR_ALERT_EMAIL_FROM).")
    smtp_url: SecretStr | None = Field(
        default=None, description="smtp://user:password@host:587 or smtps://…:465 (AMAR_SMTP_URL)."
    )

    @property
    def ways(self) -> tuple[str, ...]:
        """Which ways are configured: `webhook`, `email`."""
        asked = {"webhook": self.alert_webhook is not None, "email": bool(self.alert_email_to)}
        return tuple(way for way, is_asked in asked.items() if is_asked)


def deliver(settings: AlertSettings, way: str, alert: dict[str, Any]) -> None:
    """Send an alert one way.

    Args:
        settings: Where it goes.
        way: `webhook` or `email`.
        alert: What it says; `id` tells it from any other, `title` is its first line.

    Raises:
        DeliveryError: it did not go out.
    """
    send = {"webhook": _post, "email": _mail}[way]
    try:
        send(settings, alert)
    except (requests.RequestException, smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"{way}: {type(error).__name__}") from error


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what a receiver compares: `sha256=` and the HMAC of time, a dot and the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post(settings: AlertSettings, alert: dict[str, Any]) -> None:
    if settings.alert_webhook is None or settings.alert_secret is None:
        raise DeliveryError("webhook: AMAR_ALERT_SECRET is not set, and an unsigned alert is worth nothing")
    body = json.dumps(alert, ensure_ascii=False, sort_keys=True).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP: timestamp,
        DELIVERY: str(alert["id"]),
        SIGNATURE: signature(settings.alert_secret.get_secret_value(), timestamp, body),
    }
    url = settings.alert_webhook.get_secret_value()
    answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    if not answer.ok or answer.is_redirect:
        raise DeliveryError(f"webhook: answered {answer.status_code}")


def _mail(settings: AlertSettings, alert: dict[str, Any]) -> None:
    if settings.smtp_url is None:
        raise DeliveryError("email: AMAR_SMTP_URL is not set")
    url = urlsplit(settings.smtp_url.get_secret_value())
    if url.scheme not in _PORTS or not url.hostname:
        raise DeliveryError("email: AMAR_SMTP_URL must be smtp://host or smtps://host")
    message = EmailMessage()
    message["Subject"] = f"Amar: {alert['title']}"
    message["From"], message["To"] = settings.alert_email_from, settings.alert_email_to
    message["X-Amar-Delivery"] = str(alert["id"])
    message.set_content("\n".join([str(alert["title"]), "", *map(_line, alert["findings"])]))
    with _connection(url.scheme, url.hostname, url.port or _PORTS[url.scheme]) as server:
        if url.username and url.password:
            server.login(unquote(url.username), unquote(url.password))
        server.send_message(message)


def _connection(scheme: str, host: str, port: int) -> smtplib.SMTP:
    """Connect, encrypted except to this very machine, so that neither password nor alert is read on the way."""
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trusted)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        if server.has_extn("starttls") or host not in _LOCAL:
            server.starttls(context=trusted)
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _line(finding: dict[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in finding.items())

"""Alerts: what they say of real Dagster runs, and how they leave, to a real HTTP server and a real SMTP server."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest

from orchestration.alerts import ATTEMPTS, ON_DUE_DAY, Outbox, alert_for
from orchestration.defs.automation.alerting import alerts
from orchestration.delivery import DELIVERY, SIGNATURE, TIMESTAMP, AlertSettings, DeliveryError, deliver, signature
from orchestration.retries import UNATTENDED

NAME = "Zahra Ahmadi"
"""Stands for a row's value: it must never leave."""
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
SECRET = "a key"  # noqa: S105  of this test alone


def run(
    instance: dg.DagsterInstance,
    *,
    fails: bool = False,
    passed: bool = True,
    severity: dg.AssetCheckSeverity = ERROR,
    check: str = "balance",
    tags: dict[str, str] | None = None,
) -> str:
    """Run a job of one asset with one check and return the run's id."""

    @dg.asset(key=["bronze", "mis"], check_specs=[dg.AssetCheckSpec(check, asset=["bronze", "mis"])])
    def asset() -> Iterator[Any]:
        if fails:
            raise ValueError(f"could not read {NAME}")
        counts = {"files": 3, "share": 0.5, "examples": NAME, "table": dg.MetadataValue.md(NAME), "flag": True}
        result = dg.AssetCheckResult(check_name=check, passed=passed, severity=severity, metadata=counts)
        yield dg.MaterializeResult(check_results=[result])

    job = dg.Definitions(assets=[asset], jobs=[dg.define_asset_job("ingest_mis", "*")]).resolve_job_def("ingest_mis")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(instance=instance, tags=tags or {}, raise_on_error=False, run_config=quiet).run_id


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({}, None),
        ({"passed": False}, ["check failed"]),
        ({"passed": False, "severity": WARN}, None),
        ({"fails": True}, ["step failed"]),
        ({"passed": False, "severity": WARN, "check": "arrival"}, None),
        ({"passed": False, "severity": WARN, "check": "arrival", "tags": {UNATTENDED: ON_DUE_DAY}}, ["overdue"]),
        ({"passed": True, "severity": WARN, "check": "arrival", "tags": {UNATTENDED: ON_DUE_DAY}}, None),
        ({"passed": False, "severity": WARN, "check": "arrival", "tags": {UNATTENDED: "landing"}}, None),
        ({"passed": False, "severity": WARN, "tags": {UNATTENDED: ON_DUE_DAY}}, None),
    ],
)
def test_what_is_worth_an_alert(instance: dg.DagsterInstance, options: Any, kinds: list[str] | None) -> None:
    alert = alert_for(instance, run(instance, **options))
    assert (alert and [finding["what"] for finding in alert["findings"]]) == kinds


def test_an_alert_says_names_and_counts_and_no_value(instance: dg.DagsterInstance) -> None:
    tags = {"dagster/asset_partition_range_start": "1399-11", "dagster/asset_partition_range_end": "1399-12"}
    run_id = run(instance, passed=False, tags=tags)
    assert alert_for(instance, run_id) == {
        "id": run_id,
        "title": "ingest_mis 1399-11 … 1399-12: check failed",
        "job": "ingest_mis",
        "source": "mis",
        "months": ["1399-11", "1399-12"],
        "findings": [
            {"what": "check failed", "asset": "bronze/mis", "check": "balance", "files": 3, "share": 0.5},
        ],
    }
    failed = alert_for(instance, run(instance, fails=True))
    assert failed is not None
    assert failed["findings"] == [{"what": "step failed", "step": "bronze__mis", "error": "ValueError"}]
    assert NAME not in json.dumps(failed)


def test_a_run_declared_failed_from_outside_is_worth_an_alert(instance: dg.DagsterInstance) -> None:
    lost = dg.DagsterRun(job_name="build_marts", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(lost)
    instance.report_run_failed(lost)
    alert = alert_for(instance, lost.run_id)
    assert alert is not None
    assert (alert["source"], alert["months"], alert["findings"]) == ("", [], [{"what": "run failed"}])
    assert alert_for(instance, "no such run") is None


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted; answers what the test says."""

    status = 204
    posted: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posted.append((dict(self.headers), body))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Mailbox(socketserver.StreamRequestHandler):
    """Speaks enough SMTP to take a message; says no to every recipient if the test wants it."""

    refuses = False
    letters: list[str]

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper().split(":")[0]
            if verb == "DATA":
                self._say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.letters.append("".join(lines))
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("550 unknown" if verb == "RCPT" and self.refuses else "250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hook]]:
    handler = type("OwnHook", (Hook,), {"posted": []})
    with serving(HTTPServer(("127.0.0.1", 0), handler)) as port:
        monkeypatch.setenv("AMAR_ALERT_WEBHOOK", f"http://127.0.0.1:{port}/hook?token=hidden")
        monkeypatch.setenv("AMAR_ALERT_SECRET", SECRET)
        yield handler


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Mailbox]]:
    handler = type("OwnMailbox", (Mailbox,), {"letters": []})
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        monkeypatch.setenv("AMAR_ALERT_EMAIL_TO", "duty@example.org, deputy@example.org")
        monkeypatch.setenv("AMAR_SMTP_URL", f"smtp://127.0.0.1:{port}")
        yield handler


ALERT = {"id": "run-1", "title": "ingest_mis: آمار", "findings": [{"what": "overdue", "units_missing": 3}]}


def test_a_webhook_call_is_signed_over_time_and_body(hook: type[Hook]) -> None:
    deliver(AlertSettings(), "webhook", ALERT)
    ((headers, body),) = hook.posted
    assert json.loads(body) == ALERT
    assert headers[DELIVERY] == "run-1"
    assert headers[SIGNATURE] == signature(SECRET, headers[TIMESTAMP], body)
    assert signature(SECRET, headers[TIMESTAMP], body + b" ") != headers[SIGNATURE]
    assert signature(SECRET, "0", body) != headers[SIGNATURE]


def test_the_signature_is_what_openssl_computes() -> None:
    known = "1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"  # printf '1.{}' | openssl dgst -hmac key
    assert signature("key", "1", b"{}") == f"sha256={known}"


def test_an_email_says_the_title_and_the_findings(mailbox: type[Mailbox]) -> None:
    deliver(AlertSettings(), "email", {**ALERT, "title": "ingest_mis: overdue"})
    (letter,) = mailbox.letters
    assert "Subject: Amar: ingest_mis: overdue" in letter
    assert "To: duty@example.org, deputy@example.org" in letter
    assert "what=overdue  units_missing=3" in letter


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_an_error(hook: type[Hook], status: int) -> None:
    hook.status = status
    with pytest.raises(DeliveryError, match=f"webhook: answered {status}"):
        deliver(AlertSettings(), "webhook", ALERT)
    assert len(hook.posted) == 1


@pytest.mark.parametrize(
    ("way", "environment", "words"),
    [
        ("webhook", {"WEBHOOK": "http://127.0.0.1:9/hook?token=hidden"}, "AMAR_ALERT_SECRET is not set"),
        ("webhook", {"WEBHOOK": "http://127.0.0.1:9/hook?token=hidden", "SECRET": "hidden"}, "ConnectionError"),
        ("webhook", {"WEBHOOK": "hidden", "SECRET": "hidden"}, "MissingSchema|InvalidURL"),
        ("email", {"EMAIL_TO": "a@example.org"}, "AMAR_SMTP_URL is not set"),
        ("email", {"EMAIL_TO": "a@example.org", "SMTP": "http://u:hidden@127.0.0.1"}, "must be smtp://"),
        ("email", {"EMAIL_TO": "a@example.org", "SMTP": "smtp://u:hidden@127.0.0.1:9"}, "ConnectionRefusedError"),
    ],
)
def test_what_keeps_an_alert_from_going_out_is_said_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, way: str, environment: dict[str, str], words: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv({"SMTP": "AMAR_SMTP_URL"}.get(name, f"AMAR_ALERT_{name}"), value)
    with pytest.raises(DeliveryError, match=words) as caught:
        deliver(AlertSettings(), way, ALERT)
    assert "hidden" not in str(caught.value)


def test_a_password_is_never_sent_unencrypted(mailbox: type[Mailbox], monkeypatch: pytest.MonkeyPatch) -> None:
    url = AlertSettings().smtp_url
    assert url is not None
    monkeypatch.setenv("AMAR_SMTP_URL", url.get_secret_value().replace("127.0.0.1", "user:word@0.0.0.0"))
    with pytest.raises(DeliveryError, match="SMTPNotSupportedError"):
        deliver(AlertSettings(), "email", ALERT)
    assert mailbox.letters == []


def tick(instance: dg.DagsterInstance, cursor: str | None) -> str:
    with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        result = alerts(context)
    assert isinstance(result, dg.SensorResult)
    assert result.cursor is not None
    return result.cursor


def test_the_sensor_alerts_once_for_each_run_from_when_it_was_first_asked(
    instance: dg.DagsterInstance, hook: type[Hook], mailbox: type[Mailbox]
) -> None:
    run(instance, fails=True)
    cursor = tick(instance, None)
    assert hook.posted == []
    failed, broken = run(instance, fails=True), run(instance, passed=False)
    run(instance)
    cursor = tick(instance, cursor)
    assert {headers[DELIVERY] for headers, _ in hook.posted} == {failed, broken}
    assert len(mailbox.letters) == 2
    tick(instance, cursor)
    assert (len(hook.posted), len(mailbox.letters)) == (2, 2)


def test_what_did_not_go_out_follows_by_that_way_alone(
    instance: dg.DagsterInstance, hook: type[Hook], mailbox: type[Mailbox]
) -> None:
    cursor = tick(instance, None)
    hook.status = 503
    run_id = run(instance, fails=True)
    cursor = tick(instance, cursor)
    assert Outbox.from_cursor(cursor).unsent == ((run_id, "webhook", 1),)
    hook.status = 200
    cursor = tick(instance, cursor)
    assert Outbox.from_cursor(cursor).unsent == ()
    assert (len(hook.posted), len(mailbox.letters)) == (2, 1)


def test_an_alert_is_given_up_after_many_attempts(instance: dg.DagsterInstance, hook: type[Hook]) -> None:
    cursor = tick(instance, None)
    hook.status = 503
    run_id = run(instance, fails=True)
    cursors = Outbox.from_cursor(tick(instance, cursor)).cursors
    last = Outbox(cursors, ((run_id, "webhook", ATTEMPTS - 1),))
    assert Outbox.from_cursor(tick(instance, last.to_cursor())).unsent == ()


def test_without_a_way_out_history_is_passed_over(instance: dg.DagsterInstance, hook: type[Hook]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AMAR_ALERT_WEBHOOK")
        cursor = tick(instance, None)
        run(instance, fails=True)
        cursor = tick(instance, cursor)
    tick(instance, cursor)
    assert hook.posted == []

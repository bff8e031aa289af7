"""Serving beside this process: one server a port, and only our own answers for us."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from governance.context import open_context
from governance.database.engine import migrate
from governance.settings import Settings as GovernanceSettings
from lake.layout import Home
from orchestration import serving
from orchestration.serving import Server, ServerError, check_port, get_json, server_beside
from orchestration.settings import Settings, SettingsError


@pytest.fixture
def listener() -> Iterator[int]:
    """Give a port that another process could share, as granian listens."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_free(port: int) -> None:
    ends = time.monotonic() + 5
    while True:
        try:
            check_port("127.0.0.1", port)
        except ServerError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return


class Answering(http.server.BaseHTTPRequestHandler):
    status, body = 200, b"{}"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[tuple[str, type[Answering]]]:
    handler = type("Handler", (Answering,), {})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()


def sleeper(seconds: int = 60) -> "subprocess.Popen[bytes]":
    code = f"import time; time.sleep({seconds})"
    return subprocess.Popen([sys.executable, "-c", code], process_group=0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_that_could_be_shared_is_taken(listener, host):
    with pytest.raises(ServerError, match=f"port {listener} is taken"):
        check_port(host, listener)


def test_a_free_port_is_free_and_stays_so():
    port = free_port()
    check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused_in_words():
    with pytest.raises(ServerError, match=r"cannot listen on 192\.0\.2\.1"):
        check_port("192.0.2.1", free_port())


def test_no_server_is_started_on_a_taken_port(listener, monkeypatch):
    monkeypatch.setattr(serving, "command", lambda *_: pytest.fail("started"))
    with pytest.raises(ServerError, match="is taken"), server_beside(Settings(), port=listener):
        pass


def test_our_server_answers_and_a_second_one_is_turned_away(home: Home):
    with open_context(GovernanceSettings()) as context:
        migrate(context.engine)
    port = free_port()
    with server_beside(Settings(), port=port) as server:
        assert get_json(f"{server.base}/v1/health")["status"] == "ok"
        with pytest.raises(ServerError, match="is taken"), server_beside(Settings(), port=port):
            pass
        os.kill(server.process.pid, signal.SIGKILL)
        with pytest.raises(ServerError, match="ended with code -9"):
            server.wait()
    wait_until_free(port)  # the worker goes with its main process


def test_a_server_that_ends_at_once_is_told(monkeypatch):
    monkeypatch.setattr(serving, "command", lambda *_: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(ServerError, match="ended with code 3"), server_beside(Settings(), port=free_port()):
        pass


def test_the_answer_of_another_server_is_not_taken_for_ours(stranger):
    process = sleeper()
    try:
        with pytest.raises(ServerError, match="another server answers"):
            serving._await(Server(stranger[0], process), 5)
    finally:
        serving._stop(process)


def test_an_answer_does_not_count_once_our_process_is_gone(stranger):
    base, handler = stranger
    handler.body = b'{"links": {"health": "/v1/health"}}'
    process = sleeper(0)
    process.wait()
    with pytest.raises(ServerError, match="ended with code 0"):
        serving._await(Server(base, process), 5)


def test_a_server_that_is_never_ready_is_told_with_its_last_answer(stranger):
    base, handler = stranger
    handler.status = 500
    process = sleeper()
    try:
        with pytest.raises(ServerError, match=r"not ready after .*500"):
            serving._await(Server(base, process), 0.3)
    finally:
        serving._stop(process)


def test_a_process_that_ignores_the_request_to_stop_is_killed(monkeypatch):
    monkeypatch.setattr(serving, "_SECONDS_TO_STOP", 0.2)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], process_group=0, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    serving._stop(process)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_waiting_ends_in_peace_when_the_person_interrupts():
    class Interrupted:
        def wait(self) -> int:
            raise KeyboardInterrupt

    Server("http://127.0.0.1:1", Interrupted()).wait()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "body", "words"), [(404, b"{}", "answers 404"), (200, b"<html>", "does not answer with JSON")]
)
def test_answers_that_are_none_are_told(stranger, status, body, words):
    base, handler = stranger
    handler.status, handler.body = status, body
    with pytest.raises(ServerError, match=words):
        get_json(base)


def test_no_answer_is_told():
    with pytest.raises(ServerError, match=r"no answer from .*refused"):
        get_json(f"http://127.0.0.1:{free_port()}")


def test_a_proxy_of_the_environment_is_passed_by(stranger, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert get_json(stranger[0]) == {}


def test_the_published_key_serves_in_development_only(monkeypatch):
    serving.check_settings(Settings())
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match="AMAR_PSEUDONYM_KEYS"):
        serving.check_settings(Settings())

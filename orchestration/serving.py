"""Starting the API by its target string: the pipeline knows where it is, not what it is.

The server keeps no access log: nobody registers, and nobody's address is written down (OPEN-P6).
"""

import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from orchestration.settings import Settings, SettingsError

TARGET = "api.app:create_app"
LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 20


class ServerError(Exception):
    """The server cannot start, or does not answer."""


@dataclass(frozen=True)
class Server:
    """A server beside this process.

    Attributes:
        base: Its address, `http://127.0.0.1:8000`.
        process: Its main process, which leads a process group of its own.
    """

    base: str
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Sleep until the person interrupts; what the server answers meanwhile does not matter.

        Raises:
            ServerError: the server ended by itself.
        """
        with suppress(KeyboardInterrupt):
            raise ServerError(f"the server ended with code {self.process.wait()}")


def command(host: str, port: int) -> list[str]:
    """Return the command that serves the API."""
    arguments = ["--interface", "asgi", "--factory", "--host", host, "--port", str(port), "--no-access-log", TARGET]
    return [sys.executable, "-m", "granian", *arguments]


def check_settings(settings: Settings) -> None:
    """Refuse to serve on the published pseudonym key outside development.

    Raises:
        orchestration.settings.SettingsError: the key is published, or none is set, outside development.
    """
    if settings.keyring().published and settings.environment != "development":
        raise SettingsError("the published development key is in use; set AMAR_PSEUDONYM_KEYS")


def check_port(host: str, port: int) -> None:
    """Make sure that nobody listens on the port: two servers can share it, and each would get half of the requests.

    Raises:
        ServerError: the port is taken, or cannot be listened on.
    """
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                # connections that have just ended do not count; a listener does, for SO_REUSEPORT is not asked for
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(f"port {port} is taken; choose another with --port") from error
        raise ServerError(f"cannot listen on {host}, port {port}: {error.strerror}") from error


def run_server(settings: Settings, *, host: str, port: int) -> None:
    """Serve in the place of this process, until it is stopped.

    Raises:
        ServerError: the port is taken.
    """
    check_settings(settings)
    check_port(host, port)
    os.environ["AMAR_HOME"] = str(settings.amar_home.root)
    line = command(host, port)
    os.execv(line[0], line)  # noqa: S606  the server replaces this process


@contextmanager
def server_beside(settings: Settings, *, port: int, patience: float = 30.0) -> Iterator[Server]:
    """Serve beside this process for the length of a `with` block.

    Raises:
        ServerError: the port is taken, or our server does not answer within `patience` seconds.
    """
    check_settings(settings)
    check_port(LOOPBACK, port)
    environment = {**os.environ, "AMAR_HOME": str(settings.amar_home.root)}
    process = subprocess.Popen(  # noqa: S603  our own server
        [*command(LOOPBACK, port), "--log-level", "warning"], env=environment, process_group=0
    )
    try:
        server = Server(f"http://{LOOPBACK}:{port}", process)
        _await(server, patience)
        yield server
    finally:
        _stop(process)


def get_json(url: str, *, timeout: float = 30.0) -> Any:
    """Ask a server on this machine, past any proxy that the environment names.

    Raises:
        ServerError: it does not answer, or not with JSON.
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=timeout) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise ServerError(f"{url} answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise ServerError(f"no answer from {url}: {getattr(error, 'reason', None) or error}") from error
    except ValueError as error:
        raise ServerError(f"{url} does not answer with JSON") from error


def _await(server: Server, patience: float) -> None:
    ends = time.monotonic() + patience
    last = ""
    while time.monotonic() < ends:
        try:
            entry = get_json(f"{server.base}/v1", timeout=2)
        except ServerError as error:
            entry, last = None, str(error)
        if server.process.poll() is not None:
            raise ServerError(f"the server ended with code {server.process.returncode}")
        if _is_ours(entry):
            return
        if entry is not None:
            raise ServerError(f"another server answers on {server.base}")
        time.sleep(0.1)
    raise ServerError(f"the server is not ready after {patience:.0f} s: {last}")


def _is_ours(entry: Any) -> bool:
    links = entry.get("links") if isinstance(entry, dict) else None
    return isinstance(links, dict) and links.get("health") == "/v1/health"


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_SECONDS_TO_STOP)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # workers outlive a main process that did not stop them
    process.wait()

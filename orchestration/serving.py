"""Starting the API by its target string: the pipeline knows where it is, not what it is.

The server keeps no access log: nobody registers, and nobody's address is written down (OPEN-P6).
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.settings import Settings

TARGET = "api.app:create_app"


class ServerError(Exception):
    """The server cannot start, or does not answer."""


def command(host: str, port: int) -> list[str]:
    """Return the command that serves the API."""
    arguments = ["--interface", "asgi", "--factory", "--host", host, "--port", str(port), "--no-access-log", TARGET]
    return [sys.executable, "-m", "granian", *arguments]


def check_settings(settings: Settings) -> None:
    """Refuse to serve on the published pseudonym key outside development.

    Raises:
        ServerError: the key is published and the environment is not development.
        orchestration.settings.SettingsError: no key is set outside development.
    """
    if settings.keyring().published and settings.environment != "development":
        raise ServerError("the published development key is in use; set AMAR_PSEUDONYM_KEYS")


def run_server(settings: Settings, *, host: str, port: int) -> None:
    """Serve in the place of this process, until it is stopped."""
    check_settings(settings)
    os.environ["AMAR_HOME"] = str(settings.amar_home.root)
    line = command(host, port)
    os.execv(line[0], line)  # noqa: S606  the server replaces this process


@contextmanager
def running_server(settings: Settings, *, port: int, patience: float = 30.0) -> Iterator[str]:
    """Serve beside this process for the length of a `with` block and yield the base address.

    Raises:
        ServerError: the server does not answer within `patience` seconds, or the port is taken.
    """
    check_settings(settings)
    base = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "AMAR_HOME": str(settings.amar_home.root)}
    process = subprocess.Popen(  # noqa: S603  our own server
        [*command("127.0.0.1", port), "--log-level", "warning"], env=environment
    )
    try:
        _await(process, f"{base}/v1", patience)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(base: str) -> None:
    """Sleep until the server stops answering or the person interrupts."""
    try:
        while True:
            time.sleep(5)
            urllib.request.urlopen(f"{base}/v1", timeout=5).close()  # noqa: S310  loopback
    except (KeyboardInterrupt, urllib.error.URLError):
        return


def _await(process: subprocess.Popen[bytes], url: str, patience: float) -> None:
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise ServerError(f"the server ended with code {process.returncode}; is the port taken?")
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  loopback
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise ServerError(f"no answer from {url} within {patience:.0f} s")

"""The app under its real server, started by its factory string."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from release_world import make_world


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_factory_under_granian(tmp_path):
    world = make_world(tmp_path)
    world.release()
    world.context.engine.dispose()
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "--port",
        str(port),
        "api.app:create_app",
    ]
    server = subprocess.Popen(
        command,
        env={**os.environ, "AMAR_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
    )
    try:
        answer = wait_for(f"http://127.0.0.1:{port}/v1/datasets/INDICATORS/data?INDICATOR=support_ratio&GEO=IR-23")
    finally:
        server.terminate()
        log = server.communicate(timeout=20)[0].decode()
    assert json.loads(answer)["observations"][0]["OBS_VALUE"] == 3.89
    assert "127.0.0.1:" not in log.replace(f"127.0.0.1:{port}", "")
    assert "support_ratio" not in log


def wait_for(url: str) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)

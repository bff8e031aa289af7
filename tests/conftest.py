"""What all tests share: an installation of their own, and the rule about needed parts of the machine."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from lake.layout import Home


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("heavy") is None)


@pytest.fixture(autouse=True)
def _own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a home of its own and no setting of the machine it runs on."""
    for name in [
        name for name in os.environ if name.startswith("AMAR_") and not name.startswith(("AMAR_TEST", "AMAR_REQUIRE"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AMAR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
    monkeypatch.setenv("DO_NOT_TRACK", "1")


@pytest.fixture(autouse=True)
def _sigterm_as_it_was() -> Iterator[None]:
    """Dagster leaves SIGTERM with the handler of SIGINT; where that is ignored, what tests start would not end."""
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return an empty installation."""
    return Home(tmp_path / "home")

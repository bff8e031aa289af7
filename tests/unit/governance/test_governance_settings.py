"""Settings are read from the environment, once, when asked."""

import subprocess
import sys
from pathlib import Path

from governance.settings import Settings
from lake.layout import Home


def test_defaults(monkeypatch):
    for name in ("AMAR_HOME", "AMAR_DATABASE_URL", "AMAR_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    assert settings.home == Path("var")
    assert settings.environment == "development"
    assert settings.database == f"sqlite:///{Path('var/governance.db').resolve()}"


def test_the_environment_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("AMAR_HOME", str(tmp_path))
    monkeypatch.setenv("AMAR_DATABASE_URL", "postgresql://amar:secret@db/amar")
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    settings = Settings()
    assert settings.database == "postgresql+psycopg://amar:secret@db/amar"
    assert settings.environment == "production"
    assert "secret" not in repr(settings)


def test_releases_lie_where_the_lake_builds_them(tmp_path):
    settings = Settings(home=tmp_path)
    assert settings.release_root / "D" / "1.0.0" == Home(tmp_path).release_path("D", "1.0.0")


def test_reading_releases_never_imports_the_lake():
    code = """
import sys, api.app, governance.lineage.published, governance.releases.flow
print([name for name in sys.modules if name.split(".")[0] == "lake"])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

"""Golden files: what a small release and an API answer look like, byte for byte.

A change of them is a change of what the public gets. Look at the difference; where it is meant, write the files again
with `AMAR_TEST_UPDATE_GOLDEN=1 pytest tests/golden` and say in the changelog what changed.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))

FOLDER = Path(__file__).parent / "files"


@pytest.fixture
def golden():
    """Compare bytes with a golden file, or write it where asked to."""

    def compare(name: str, found: bytes) -> None:
        path = FOLDER / name
        if os.environ.get("AMAR_TEST_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(found)
        assert found == path.read_bytes()

    return compare

"""A release names the code that built it, down to its sources."""

from governance.releases import code


def test_the_sources_are_hashed_once_and_stably() -> None:
    first = code.code_version()
    code.code_version.cache_clear()
    assert first == code.code_version()
    assert first.package == "amar"
    assert len(first.source_hash) == len("sha256:") + 64


def test_what_decides_a_number_is_covered() -> None:
    names = {str(path.relative_to(code.ROOT)) for path in code._sources(code.ROOT)}
    assert {"lake/silver.py", "lake/contracts/mis.yaml", "vocabulary/indicators/support_ratio.yaml"} <= names
    assert any(name.startswith("dbt_project/models/marts") for name in names)
    assert not [name for name in names if "target" in name.split("/") or name.endswith(".pyc")]

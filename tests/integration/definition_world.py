"""A catalogue of a test's own, in which an indicator gets a new version."""

import shutil
from pathlib import Path

import yaml

from vocabulary.indicators.read import FOLDER

SECOND = {"version": "1.1.0", "replaces": "support_ratio@1.0.0", "valid_from": "1399-12", "decision_id": "WG-7"}
WITHOUT_UI = {
    "numerator": {
        "measures": ["principal_insured_ex_ui"],
        "text": {"fa": "بیمه‌شدگان اصلی بدون مقرری‌بگیران", "en": "Principal insured persons without UI recipients"},
    }
}


def copy_catalogue(folder: Path) -> Path:
    """Copy the product's catalogue into a folder."""
    return Path(shutil.copytree(FOLDER, folder / "indicators", ignore=shutil.ignore_patterns("*.py", "__pycache__")))


def revise(folder: Path, code: str = "support_ratio", **changes: object) -> None:
    """Keep the version in force as an earlier one, and put one with changes in its place."""
    path = folder / f"{code}.yaml"
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    (folder / "history").mkdir(exist_ok=True)
    shutil.copy(path, folder / "history" / f"{code}@{fields['version']}.yaml")
    path.write_text(yaml.safe_dump({**fields, **changes}, allow_unicode=True, sort_keys=False), encoding="utf-8")

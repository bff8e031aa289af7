"""Dagster's entry point: everything under `defs/`."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Load all assets, jobs, checks and resources."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)

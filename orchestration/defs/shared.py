"""What all definitions share: resources and the default executor."""

import dagster as dg

from orchestration.resources import Lake


@dg.definitions
def shared() -> dg.Definitions:
    """Bind resources; run steps in one process, for a process a step costs seconds."""
    return dg.Definitions(resources={"lake": Lake()}, executor=dg.in_process_executor)

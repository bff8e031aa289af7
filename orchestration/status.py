"""What an installation holds, counted from its tables."""

from typing import Any

from lake import bronze, slices, tables
from lake.balance import STATES, file_balances
from lake.contracts.model import load_sources
from lake.retention.expiry import rows_expired
from orchestration.openlineage.send import standing
from orchestration.openlineage.settings import LineageSettings
from orchestration.settings import Settings
from orchestration.sources.landing import stray_entries


def read_status(settings: Settings) -> dict[str, Any]:
    """Count files and rows by source and state, and tell what is behind."""
    home = settings.amar_home
    rows = []
    for source in load_sources():
        balances = file_balances(home, source)
        periods = sorted(balance.period for balance in balances if balance.period)
        states = {state: sum(balance.states[state] for balance in balances) for state in STATES}
        rows.append(
            {
                "source": source.id,
                "files": len(balances),
                "first": periods[0] if periods else "",
                "last": periods[-1] if periods else "",
                "lines_read": sum(balance.lines_read for balance in balances),
                **states,
                "expired": rows_expired(home, source.id),
                "unbalanced_files": sum(not balance.balanced for balance in balances),
                "slices_behind": len(slices.stale(home, source, settings.keyring())),
            }
        )
    rejected = [
        {"source": file.source, "file_name": file.file_name, "rule": file.rule, "reason": file.reason}
        for file in bronze.rejected(home)
    ]
    return {
        "home": str(home.root),
        "sources": rows,
        "set_aside": rejected,
        "stray": stray_entries(home.landing),
        "marts": sorted(tables.versions(home, "gold")),
        "lineage": str(standing(home, LineageSettings())),
    }

"""Lakes with the marts of transfers built over them, at once and month by month; run as a script of its own."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import generated_transfers
import transfer_logs
from dbt_runner import Dbt
from dbt_runner import rows as rows_of
from small_lake import Row, append, append_frame

from lake.layout import Home


def write_worlds(root: Path) -> dict[str, Any]:
    """Run conformance over the logs of `transfer_logs`: at once, and month by month with rows late twice."""
    seen, dbt = dict[str, Any](), Dbt(root)
    models = ("--select", "+mart_transfer_finding", "+mart_unit_transfer_finding")
    models += ("+mart_unit_transfer_stock", "+mart_unit_transfer_flow", "int_transfer__cohort")
    models += ("int_transfer__duration", "int_transfer__measure")
    models += ("--exclude-resource-type", "unit_test", "test")
    whole, sliced = Home(root / "transfers"), Home(root / "transfers_sliced")
    events, paid = transfer_logs.event_rows(), transfer_logs.paid_rows()
    _append_transfers(whole, events, paid)
    seen["transfers"] = dbt.build(whole, *models)
    months = sorted({row["period"] for row in (*events, *paid)})
    late = [row for row in events if row["period"] == months[1] and int(row["event_pid"][-2:]) % 2]
    latest = [row for row in transfer_logs.stopped().rows() if row["event_type"] in ("ORDERS_VIEWED", "COMPARED")]
    late_ids = {row["event_pid"] for row in (*late, *latest)}
    early = [row for row in events if row["event_pid"] not in late_ids]
    first = months[:5]
    _append_transfers(sliced, *([row for row in rows if row["period"] in first] for rows in (early, paid)))
    dbt.build(sliced, *models)
    # two months before the last have rosters and no event: what stands at their ends is told with the last
    for arrived in (months[5:-1], months[-1:]):
        _append_transfers(sliced, *([row for row in rows if row["period"] in arrived] for rows in (early, paid)))
        dbt.build(sliced, "--vars", json.dumps({"periods": arrived}), *models)
    seen["stock_months"] = sorted({row["period"] for row in rows_of(sliced, "mart_unit_transfer_stock")})
    _append_transfers(sliced, late, [])
    dbt.build(sliced, "--vars", json.dumps({"periods": [months[1]]}), *models)
    _append_transfers(sliced, latest, [])
    seen["transfers_sliced"] = dbt.build(sliced, "--vars", json.dumps({"periods": [latest[0]["period"]]}), *models)
    for name, rates in (("generated", generated_transfers.BROKEN), ("generated_clean", generated_transfers.CLEAN)):
        made, rosters, planted = generated_transfers.make(rates)
        home = Home(root / name)
        append_frame(home, "pension_transfer", "pension_transfer_event", made)
        append_frame(home, "pension_payroll", "pension_payroll_file", rosters)
        planted.write_parquet(root / f"{name}.parquet")
        seen[name] = dbt.build(home, *models)
    return seen


def _append_transfers(home: Home, events: Sequence[Row], paid: Sequence[Row]) -> None:
    append(home, "pension_transfer", "pension_transfer_event", events)
    if paid:
        append(home, "pension_payroll", "pension_payroll_file", paid)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "seen.json").write_text(json.dumps(write_worlds(folder)), encoding="utf-8")

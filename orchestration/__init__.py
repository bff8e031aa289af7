"""What runs when, and on what: connectors, intake, Dagster's definitions, the command line."""

import lake as lake  # before Polars and DuckDB: the lake settles their allocators

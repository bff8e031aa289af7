"""What the product costs, against the floor in the same run."""

import lake as lake  # before Polars and DuckDB: the lake settles their allocators

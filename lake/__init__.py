"""The lake: from received files to silver, quarantine and row states, in Delta tables.

Importing it settles how the allocators of Polars and DuckDB give memory back: freed pages are kept for ten seconds, as
intake asks for them again with the next chunk and a build of marts with the next query. With Polars' own half second a
fifth of intake went into page faults, with DuckDB's own second a build of one month had a third more of them (measured
2026-11-22). It is read when they are loaded, so every package that works on frames or queries imports this one first.
"""

import os

for _allocator in ("_RJEM_MALLOC_CONF", "DUCKDB_JE_MALLOC_CONF"):  # of Polars and of DuckDB, each its own jemalloc
    os.environ.setdefault(_allocator, "dirty_decay_ms:10000,muzzy_decay_ms:0")

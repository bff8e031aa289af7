"""The lake: from received files to silver, quarantine and row states, in Delta tables.

Importing it settles how Polars' allocator gives memory back: freed pages are kept for ten seconds, as intake asks for
them again with the next chunk. With Polars' own half second a fifth of intake went into page faults (measured
2026-11-22). It is read when Polars is loaded, so every package that works on frames imports this one first.
"""

import os

os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:0")

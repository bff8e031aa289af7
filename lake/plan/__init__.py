"""Which base columns reach each column of a SELECT, read from DuckDB's own plan; labels belong to governance."""

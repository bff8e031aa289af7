"""Who may see what: labels of columns and values, and the levels that open them. Pure rules."""

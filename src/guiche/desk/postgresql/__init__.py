"""PostgreSQL, as the desk speaks to it."""

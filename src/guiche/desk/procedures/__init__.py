"""The operating procedure as data."""

"""Guichê: sources."""

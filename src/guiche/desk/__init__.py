"""Guichê: desk."""

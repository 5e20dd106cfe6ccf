"""Guichê: icpbrasil."""

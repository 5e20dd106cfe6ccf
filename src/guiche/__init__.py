"""Guichê: reads ICP-Brasil certificates, judges the matrícula CEI, and keeps the promise made."""

__version__ = "0.1.0"
